/* SPDX-License-Identifier: MIT */
/* The lines above what a view shows of one process: which it is, and why something is missing. */
#ifndef HT_VIEWS_IDENTITY_H
#define HT_VIEWS_IDENTITY_H

#include "views/view.h"

/* Which process this is, and its main figures, in one row. */
void ht_identity_draw(const struct ht_view_input *input, struct ht_grid *grid, int row);

/* Why there is no heap, or what is wrong with it, in at most ROWS; returns how many it took. */
int ht_identity_draw_reason(
    const struct ht_process *process, struct ht_grid *grid, int top, int rows);

/*
 * What stands above the table of the process's LIST, which DETAIL stands for: which process it is, why it has no heap or
 * what is wrong with that, or that the list wasn't read at the tick that is shown, where no later look fills it in.
 * Of HEIGHT rows from TOP on it takes only those that the table can spare, but of a table without rows all but
 * the headings; returns how many.
 */
int ht_identity_draw_head(const struct ht_view_input *input, uint32_t detail, const char *list,
    struct ht_grid *grid, int top, int height);

/* Why a list isn't there: "not recorded", or of what runs now "not read at this tick". */
const char *ht_identity_unread(const struct ht_view_input *input);

/*
 * How to have a list that DETAIL stands for recorded, as the end of a sentence that says it was not: ": heaptop
 * record ... does".  Empty where no recording is shown.
 */
const char *ht_identity_remedy(const struct ht_view_input *input, uint32_t detail);

/* That the chosen process isn't there. */
void ht_identity_draw_absence(
    const struct ht_view_input *input, struct ht_grid *grid, int top, int height);

#endif
