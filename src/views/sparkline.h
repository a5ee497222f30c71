/* SPDX-License-Identifier: MIT */
/* The course of one figure in one row of characters; the place of a graph where there is no room for one. */
#ifndef HT_VIEWS_SPARKLINE_H
#define HT_VIEWS_SPARKLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/bucket.h"

/* Bytes that a character of a sparkline takes at most. */
enum { HT_SPARKLINE_CHARACTER_BYTES = 3 };

/*
 * COUNT buckets, the oldest first, as COUNT characters of one column each into OUT, cut after the last
 * whole one that fits SIZE, NUL included.  Scaled to lie between the lowest and the highest, so that a change
 * of a tenth is seen and a steady figure stands in the middle.  Unknown buckets are blanks.
 */
void ht_graph_sparkline(
    const struct ht_history_bucket *buckets, size_t count, bool ascii, char *out, size_t size);

/* The same scaled from 0 to the highest: for rates, of which nothing is the natural floor. */
void ht_graph_sparkline_from_zero(
    const struct ht_history_bucket *buckets, size_t count, bool ascii, char *out, size_t size);

#endif
