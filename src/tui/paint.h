/* SPDX-License-Identifier: MIT */
/* Puts a grid on the curses screen; curses finds out what of it has changed. */
#ifndef HT_TUI_PAINT_H
#define HT_TUI_PAINT_H

#include "tui/theme.h"
#include "views/grid.h"

/* Fills WINDOW with GRID; nothing reaches the terminal before doupdate. */
void ht_paint(WINDOW *window, const struct ht_grid *grid, const struct ht_theme *theme);

#endif
