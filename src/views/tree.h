/* SPDX-License-Identifier: MIT */
/*
 * Rows of processes below those that started them, and threads below their process.  A folded row stands for
 * all below it, with their sums.  Who started whom comes from /proc or from a recording: it may lead
 * nowhere or in a circle.
 */
#ifndef HT_VIEWS_TREE_H
#define HT_VIEWS_TREE_H

#include "base/text.h"
#include "views/table.h"

/* Puts the rows of STATE, which are processes, in order as a tree.  0 or -ENOMEM. */
int ht_tree_arrange(
    const struct ht_view_input *input, const struct ht_table *table, struct ht_view_state *state);

/* Puts the threads that are known of each row's process below it.  0 or -ENOMEM. */
int ht_tree_add_threads(const struct ht_table *table, struct ht_view_state *state);

/* Folds the selected row; one with nothing to fold, the row it is below.  0 or -ENOMEM. */
int ht_tree_fold(struct ht_view_state *state);

/* Shows again what is below the selected row. */
void ht_tree_unfold(struct ht_view_state *state);

/* Shows everything where something is folded; else folds all below the first level.  0 or -ENOMEM. */
int ht_tree_fold_all(struct ht_view_state *state);

/* Appends the lines before ROW, and how many are folded into it. */
void ht_tree_draw_branch(const struct ht_row_item *row, bool ascii, struct ht_text *out);

#endif
