/* SPDX-License-Identifier: MIT */
/*
 * What is folded in a tree of processes, and the sums that stand for it.  A sum is of what is known; figures that
 * are only read for rows in sight have one only where they are known of all.  Resident memory that processes share
 * counts for each of them: such a sum is at most so much, and is marked as that.
 */
#ifndef HT_VIEWS_FOLD_H
#define HT_VIEWS_FOLD_H

#include "views/view.h"

/* True when the row of KEY is folded. */
bool ht_fold_has(const struct ht_view_state *state, struct ht_row_key key);

/* Folds it; 0 or -ENOMEM. */
int ht_fold_add(struct ht_view_state *state, struct ht_row_key key);

/* Unfolds it, if it is folded. */
void ht_fold_remove(struct ht_view_state *state, struct ht_row_key key);

/* Forgets rows of processes that have ended. */
void ht_fold_forget(struct ht_view_state *state, const struct ht_frame *frame);

/* Adds the figures of BELOW to the folded row AT, whose item becomes a sum in ARENA.  0 or -ENOMEM. */
int ht_fold_add_sum(
    struct ht_arena *arena, struct ht_row_item *at, const struct ht_row_item *below);

/* Of how many processes METRIC is known: what is summed in the folded row AT. */
uint32_t ht_fold_known(const struct ht_row_item *at, const struct ht_metric *metric);

/* All has been added to AT, if anything was. */
void ht_fold_finish(struct ht_row_item *at);

/* A sum of METRIC is at most so much: what processes share counts more than once. */
bool ht_fold_is_at_most(const struct ht_metric *metric);

#endif
