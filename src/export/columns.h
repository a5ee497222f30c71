/* SPDX-License-Identifier: MIT */
/*
 * Aligned columns: cells are added row by row, and written once all widths are known.
 * No cell but the last of a row ever holds a blank, so that awk and cut see the same columns as people.
 */
#ifndef HT_EXPORT_COLUMNS_H
#define HT_EXPORT_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum { HT_COLUMNS_MOST = 64 };

struct ht_column {
	const char *title; /* borrowed */
	bool left;         /* aligned to the left, else to the right */
};

struct ht_columns {
	const struct ht_column *columns; /* borrowed; at most HT_COLUMNS_MOST */
	size_t count;
	size_t widths[HT_COLUMNS_MOST]; /* in characters */
	size_t next;                    /* the column that the next cell stands in */
	struct ht_text cells;           /* owned; each with its NUL, row by row, the titles first */
};

/* Begins with a row of titles.  End it by ht_columns_release. */
void ht_columns_init(struct ht_columns *table, const struct ht_column *columns, size_t count);
void ht_columns_release(struct ht_columns *table);

/* The next cell; STRING is raw bytes (NULL or "": unknown, a dash). */
void ht_columns_add(struct ht_columns *table, const char *string, bool ascii_only);

/*
 * Appends all rows to OUT, INDENT blanks before each, cut to WIDTH characters (0: not cut).
 * Lack of memory, now or before, is kept in OUT's `failed`.
 */
void ht_columns_write(
    const struct ht_columns *table, size_t indent, size_t width, struct ht_text *out);

#endif
