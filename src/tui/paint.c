/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/paint.h"

static void
set_role(WINDOW *window, const struct ht_theme *theme, enum ht_role role, bool selected)
{
	attr_t attributes = selected ? theme->selected : theme->attributes[role];
	short pair = selected ? theme->selected_pair : theme->pairs[role];
	wattr_set(window, attributes, pair, NULL);
}

/* Results are not looked at: a window that has just become smaller refuses what lies outside. */
static void
paint_row(WINDOW *window, const struct ht_grid *grid, int row, const struct ht_theme *theme)
{
	const struct ht_grid_row *line = &grid->rows[row];
	set_role(window, theme, line->background, line->selected);
	mvwhline(window, row, 0, ' ', grid->width);
	for (size_t i = 0; i < line->count; i++) {
		set_role(window, theme, line->cells[i].role, line->selected);
		mvwaddstr(window, row, line->cells[i].column, line->cells[i].text);
	}
}

void
ht_paint(WINDOW *window, const struct ht_grid *grid, const struct ht_theme *theme)
{
	werase(window);
	for (int row = 0; row < grid->height; row++)
		paint_row(window, grid, row, theme);
	wattr_set(window, A_NORMAL, 0, NULL);
	wnoutrefresh(window);
}
