/* SPDX-License-Identifier: MIT */
/*
 * The figures of a process under the names of Go's runtime.MemStats, for who reads those every day.  What can't be
 * told of a C program from outside is unknown, with a reason; nothing is 0 for lack of knowledge.
 */
#ifndef HT_VIEWS_STATISTICS_H
#define HT_VIEWS_STATISTICS_H

#include "views/view.h"
#include "views/grid.h"

/* How many rows the statistics take in WIDTH columns. */
int ht_statistics_rows(int width);

/* Draws them into HEIGHT rows; the last row says why some are unknown, where some are. */
void ht_statistics_draw(
    const struct ht_view_input *input, struct ht_grid *grid, int top, int height);

#endif
