/* SPDX-License-Identifier: MIT */
/*
 * What each role looks like in each palette, as tables.  Text stands on the terminal's own background, light or dark,
 * wherever it has no background from here: such colours are of middle brightness, in the 16 colours, whose look
 * nobody knows, those that no usual terminal makes unreadable.
 */
#ifndef HT_TUI_PALETTE_H
#define HT_TUI_PALETTE_H

#include <curses.h>
#include <stdbool.h>

#include "model/settings.h"
#include "views/grid.h"

enum ht_palette {
	HT_PALETTE_FULL,       /* 256 colours */
	HT_PALETTE_BASIC,      /* 8 or 16 */
	HT_PALETTE_SAFE,       /* 256, of which blues and oranges: no red beside a green */
	HT_PALETTE_SAFE_BASIC, /* the same of 8 or 16 */
	HT_PALETTE_MONO,       /* attributes alone */
	HT_PALETTES
};

enum { HT_LOOK_DEFAULT = -1, HT_LOOK_SELECTED = HT_ROLES, HT_LOOKS };

struct ht_look {
	attr_t attributes;
	short foreground, background; /* HT_LOOK_DEFAULT: the terminal's own */
};

/* Of a role, or HT_LOOK_SELECTED: the selected row, in place of its roles. */
struct ht_look ht_palette_look(enum ht_palette palette, unsigned role);

/* The palette for NAME on a terminal of COLORS colours, which knows its own DEFAULT ones or not. */
enum ht_palette ht_palette_choose(enum ht_theme_name name, int colors, bool has_default);

#endif
