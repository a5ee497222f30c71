/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/fit.h"

#include <limits.h>
#include <string.h>
#include <wchar.h>

/* Curses keeps no more than a few in one place, and a name that piles them up is no name. */
enum { MOST_JOINED = 3 };

static bool
is_variation_selector(unsigned code)
{
	/* Terminals disagree whether these make the character before them wide. */
	return code >= 0xfe00 && code <= 0xfe0f;
}

struct ht_glyph
ht_fit_glyph(const char *text, int joined, bool ascii)
{
	unsigned code;
	struct ht_glyph glyph = { .bytes = text };
	glyph.taken = ht_utf8_decode(text, strnlen(text, 4), &code);
	glyph.length = glyph.taken;
	int width =
	    ht_utf8_is_unsafe(code) || (ascii && code >= 0x80) ? -1 : wcwidth((wchar_t)code);
	if (is_variation_selector(code) && joined >= 0) {
		glyph.length = 0;
		return glyph;
	}
	if (width == 0 && joined >= MOST_JOINED) {
		glyph.length = 0;
		return glyph;
	}
	if (width < 0 || (width == 0 && joined < 0)) {
		glyph.bytes = "?";
		glyph.length = 1;
		width = 1;
	}
	glyph.width = width;
	return glyph;
}

/* Bytes of TEXT that fit into WIDTH columns, appended to OUT unless that is NULL; stores the columns. */
static size_t
take(struct ht_text *out, const char *text, int width, bool ascii, int *columns)
{
	size_t offset = 0;
	int joined = -1;
	*columns = 0;
	while (text[offset] != '\0') {
		struct ht_glyph glyph = ht_fit_glyph(text + offset, joined, ascii);
		if (glyph.width > width - *columns)
			break;
		if (glyph.width > 0)
			joined = 0;
		else if (glyph.length > 0)
			joined++;
		if (out != NULL)
			ht_text_add(out, glyph.bytes, glyph.length);
		*columns += glyph.width;
		offset += glyph.taken;
	}
	return offset;
}

int
ht_fit_width(const char *text, bool ascii)
{
	int columns;
	take(NULL, text, INT_MAX, ascii, &columns);
	return columns;
}

int
ht_fit_add(struct ht_text *out, const char *text, int width, bool ascii)
{
	int columns;
	if (width <= 0)
		return 0;
	if (text[take(NULL, text, width, ascii, &columns)] == '\0') {
		take(out, text, width, ascii, &columns);
		return columns;
	}
	take(out, text, width - 1, ascii, &columns);
	ht_text_add_string(out, ascii ? "~" : "\xe2\x80\xa6");
	return columns + 1;
}
