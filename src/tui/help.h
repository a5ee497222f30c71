/* SPDX-License-Identifier: MIT */
/* What is said about the keys: the footer of every view and the help screen, both from keys.def. */
#ifndef HT_TUI_HELP_H
#define HT_TUI_HELP_H

#include <stdbool.h>
#include <stddef.h>

#include "views/grid.h"
#include "views/view.h"

/* The most useful keys of VIEW in one row, as many as fit; REPLAYED: while a recording is shown. */
void ht_footer_draw(const struct ht_view *view, bool replayed, struct ht_grid *grid, int row);

/* Lines of the help screen. */
size_t ht_help_lines(void);

/* Draws HEIGHT rows of it from line FIRST on. */
void ht_help_draw(size_t first, struct ht_grid *grid, int top, int height);

#endif
