/* SPDX-License-Identifier: MIT */
/* A line of words and figures that is filled from left to right; what doesn't fit whole is left out. */
#ifndef HT_VIEWS_LINE_H
#define HT_VIEWS_LINE_H

#include "model/metric.h"
#include "views/grid.h"

struct ht_line {
	struct ht_grid *grid;
	int row;
	int column; /* where the next thing goes */
	int end;    /* the column behind the last */
	enum ht_units units;
};

/* TEXT after GAP blanks, unless the line begins with it; whether it fitted. */
bool ht_line_put(struct ht_line *line, int gap, enum ht_role role, const char *text);

/* "WORD FIGURE", both or none. */
bool ht_line_put_pair(
    struct ht_line *line, const char *word, enum ht_role role, const char *figure);

/* The value of METRIC in a value set of its scope, where it is known. */
bool ht_line_put_metric(struct ht_line *line, const char *word, enum ht_role role,
    const struct ht_metric *metric, uint64_t present, const union ht_value *values);

#endif
