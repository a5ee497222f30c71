/* SPDX-License-Identifier: MIT */
/* What roles look like on this terminal: colours where it has them, else bold, reverse and the like. */
#ifndef HT_TUI_THEME_H
#define HT_TUI_THEME_H

#include <curses.h>
#include <stdbool.h>

#include "views/grid.h"

struct ht_theme {
	attr_t attributes[HT_ROLES];
	short pairs[HT_ROLES];
	attr_t selected; /* of the selected row, in place of its roles' */
	short selected_pair;
};

/* After curses has begun.  With NO_COLOR, or where there is none, nothing has a colour. */
void ht_theme_init(struct ht_theme *theme, bool no_color);

#endif
