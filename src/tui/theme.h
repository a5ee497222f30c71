/* SPDX-License-Identifier: MIT */
/* What roles look like on this terminal: a palette (palette.h) as curses has it. */
#ifndef HT_TUI_THEME_H
#define HT_TUI_THEME_H

#include <curses.h>
#include <stdbool.h>

#include "model/settings.h"
#include "views/grid.h"

struct ht_theme {
	attr_t attributes[HT_ROLES];
	short pairs[HT_ROLES];
	attr_t selected; /* of the selected row, in place of its roles' */
	short selected_pair;
};

/*
 * After curses has begun, and again for another NAME; what was painted before has then to be sent anew.  With
 * NO_COLOR nothing has a colour.
 */
void ht_theme_init(struct ht_theme *theme, enum ht_theme_name name, bool no_color);

#endif
