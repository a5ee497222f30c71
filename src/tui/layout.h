/* SPDX-License-Identifier: MIT */
/* Puts a whole screen together: header, tabs, the view, the description, the footer.  No curses calls. */
#ifndef HT_TUI_LAYOUT_H
#define HT_TUI_LAYOUT_H

#include "tui/screen.h"
#include "views/grid.h"

/* The screen as a grid of that size, which the caller frees; NULL for lack of memory. */
struct ht_grid *ht_layout_draw(struct ht_screen *screen, int width, int height);

#endif
