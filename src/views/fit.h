/* SPDX-License-Identifier: MIT */
/*
 * Foreign bytes made to fit a number of columns: printable, measured as a terminal does,
 * wide and combining characters included.  Depends on the locale's wcwidth; called by grid.c alone.
 */
#ifndef HT_VIEWS_FIT_H
#define HT_VIEWS_FIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* A character as it will be printed. */
struct ht_glyph {
	const char *bytes; /* borrowed: of the text it came from, or static */
	size_t length;     /* 0: nothing is printed */
	int width;         /* columns: 0 (it joins the one before), 1 or 2 */
	size_t taken;      /* bytes of the source */
};

/* What the beginning of TEXT (not empty) becomes; JOINED: so many of width 0 stand before it, -1: nothing does. */
struct ht_glyph ht_fit_glyph(const char *text, int joined, bool ascii);

/* Columns that TEXT takes. */
int ht_fit_width(const char *text, bool ascii);

/*
 * Appends TEXT to OUT in at most WIDTH columns, with a mark of one column in place of what is cut.
 * Returns the columns it took.
 */
int ht_fit_add(struct ht_text *out, const char *text, int width, bool ascii);

#endif
