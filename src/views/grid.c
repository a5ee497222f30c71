/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/grid.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "views/fit.h"

static int
bounded(int value)
{
	return value < 1 ? 1 : value > HT_GRID_MOST ? HT_GRID_MOST : value;
}

struct ht_grid *
ht_grid_new(int width, int height, bool ascii)
{
	struct ht_grid *grid = calloc(1, sizeof(*grid));
	if (grid == NULL)
		return NULL;
	grid->width = bounded(width);
	grid->height = bounded(height);
	grid->ascii = ascii;
	grid->arena = ht_arena_new();
	if (grid->arena != NULL)
		grid->rows = ht_arena_array(grid->arena, (size_t)grid->height, sizeof(*grid->rows));
	if (grid->rows == NULL) {
		ht_grid_free(grid);
		return NULL;
	}
	return grid;
}

void
ht_grid_free(struct ht_grid *grid)
{
	if (grid == NULL)
		return;
	ht_arena_free(grid->arena);
	free(grid);
}

static bool
has_row(const struct ht_grid *grid, int row)
{
	return row >= 0 && row < grid->height;
}

/* Room for one more cell in ROW, or NULL.  The arena keeps what a grown row leaves behind: it lives one picture. */
static struct ht_cell *
new_cell(struct ht_grid *grid, struct ht_grid_row *row)
{
	if (row->count == row->capacity) {
		size_t capacity = row->capacity != 0 ? row->capacity * 2 : 16;
		struct ht_cell *cells = ht_arena_array(grid->arena, capacity, sizeof(*cells));
		if (cells == NULL)
			return NULL;
		if (row->count != 0)
			memcpy(cells, row->cells, row->count * sizeof(*cells));
		row->cells = cells;
		row->capacity = capacity;
	}
	return &row->cells[row->count];
}

static void
add_blanks(struct ht_text *text, int count)
{
	for (int i = 0; i < count; i++)
		ht_text_add(text, " ", 1);
}

/* TEXT filled up to WIDTH columns, in the grid's arena; NULL for lack of memory. */
static const char *
filled_text(struct ht_grid *grid, int width, enum ht_align align, const char *text)
{
	struct ht_text fitted, filled;
	ht_text_init(&fitted);
	ht_text_init(&filled);
	int taken = ht_fit_add(&fitted, text, width, grid->ascii);
	if (align == HT_ALIGN_RIGHT)
		add_blanks(&filled, width - taken);
	ht_text_add(&filled, ht_text_string(&fitted), fitted.length);
	if (align == HT_ALIGN_LEFT)
		add_blanks(&filled, width - taken);
	const char *copy = NULL;
	if (!fitted.failed && !filled.failed)
		copy = ht_arena_text(grid->arena, ht_text_string(&filled), filled.length);
	ht_text_release(&filled);
	ht_text_release(&fitted);
	return copy;
}

/* For ht_assert_slow: CELL may follow the cells of ROW. */
static bool
follows(const struct ht_grid_row *row, int column)
{
	if (row->count == 0)
		return column >= 0;
	const struct ht_cell *last = &row->cells[row->count - 1];
	return last->column + last->width <= column;
}

void
ht_grid_put(struct ht_grid *grid, int row, int column, int width, enum ht_align align,
    enum ht_role role, const char *text)
{
	if (!has_row(grid, row) || column < 0 || column >= grid->width)
		return;
	if (width > grid->width - column)
		width = grid->width - column;
	if (width <= 0)
		return;
	struct ht_cell *cell = new_cell(grid, &grid->rows[row]);
	const char *filled = filled_text(grid, width, align, text);
	if (cell == NULL || filled == NULL) {
		grid->failed = true;
		return;
	}
	ht_assert_slow(follows(&grid->rows[row], column));
	*cell = (struct ht_cell){ column, width, role, filled };
	grid->rows[row].count++;
}

int
ht_grid_put_text(struct ht_grid *grid, int row, int column, enum ht_role role, const char *text)
{
	int width = ht_fit_width(text, grid->ascii);
	ht_grid_put(grid, row, column, width, HT_ALIGN_LEFT, role, text);
	return column + width;
}

/* COUNT times PIECE as one cell. */
static void
put_repeated(
    struct ht_grid *grid, int row, int column, int count, enum ht_role role, const char *piece)
{
	struct ht_text text;
	ht_text_init(&text);
	for (int i = 0; i < count; i++)
		ht_text_add_string(&text, piece);
	if (count > 0)
		ht_grid_put(grid, row, column, count, HT_ALIGN_LEFT, role, ht_text_string(&text));
	ht_text_release(&text);
}

int
ht_grid_put_bar(struct ht_grid *grid, int row, int column, int width, double fraction)
{
	if (!(fraction > 0))
		fraction = 0;
	if (fraction > 1)
		fraction = 1;
	/* Half blocks are in every console's font; eighths aren't. */
	int halves = (int)(fraction * width * 2 + 0.5);
	int full = halves / 2, half = grid->ascii ? 0 : halves % 2;
	put_repeated(grid, row, column, full, HT_ROLE_BAR, grid->ascii ? "#" : "\xe2\x96\x88");
	put_repeated(grid, row, column + full, half, HT_ROLE_BAR, "\xe2\x96\x8c");
	put_repeated(grid, row, column + full + half, width - full - half, HT_ROLE_BAR_REST,
	    grid->ascii ? "." : "\xc2\xb7");
	return column + width;
}

/* Bytes of TEXT that go on a line of WIDTH columns: up to a blank if there is one. */
static size_t
line_length(const char *text, int width, bool ascii)
{
	size_t fits = 0, blank = 0;
	int columns = 0;
	while (text[fits] != '\0') {
		struct ht_glyph glyph = ht_fit_glyph(text + fits, 0, ascii);
		if (columns + glyph.width > width)
			return blank != 0 ? blank : fits != 0 ? fits : glyph.taken;
		columns += glyph.width;
		fits += glyph.taken;
		if (text[fits] == ' ')
			blank = fits;
	}
	return fits;
}

int
ht_grid_put_lines(struct ht_grid *grid, int row, int rows, enum ht_role role, const char *text)
{
	int used = 0;
	while (used < rows && *text != '\0') {
		size_t length = line_length(text, grid->width, grid->ascii);
		char *line = ht_arena_text(grid->arena, text, length);
		if (line == NULL) {
			grid->failed = true;
			break;
		}
		ht_grid_put_text(grid, row + used, 0, role, line);
		used++;
		text += length;
		text += strspn(text, " ");
	}
	return used;
}

void
ht_grid_set_background(struct ht_grid *grid, int row, enum ht_role role)
{
	if (has_row(grid, row))
		grid->rows[row].background = role;
}

void
ht_grid_select(struct ht_grid *grid, int row)
{
	if (has_row(grid, row))
		grid->rows[row].selected = true;
}

void
ht_grid_target(
    struct ht_grid *grid, enum ht_target_kind kind, int row, int column, int width, size_t index)
{
	if (grid->targets == NULL)
		grid->targets =
		    ht_arena_array(grid->arena, HT_TARGETS_MOST, sizeof(*grid->targets));
	if (grid->targets == NULL || grid->target_count == HT_TARGETS_MOST)
		return;
	grid->targets[grid->target_count++] = (struct ht_target){ kind, row, column, width, index };
}

int
ht_grid_text_width(const char *text, bool ascii)
{
	return ht_fit_width(text, ascii);
}

const char *
ht_grid_text_behind(const char *text, size_t columns, bool ascii)
{
	size_t passed = 0;
	while (*text != '\0' && passed < columns) {
		struct ht_glyph glyph = ht_fit_glyph(text, passed == 0 ? -1 : 0, ascii);
		passed += (size_t)glyph.width;
		text += glyph.taken;
	}
	return text;
}

void
ht_grid_row_text(const struct ht_grid *grid, int row, struct ht_text *out)
{
	struct ht_text line;
	ht_text_init(&line);
	int column = 0;
	for (size_t i = 0; has_row(grid, row) && i < grid->rows[row].count; i++) {
		const struct ht_cell *cell = &grid->rows[row].cells[i];
		add_blanks(&line, cell->column - column);
		ht_text_add_string(&line, cell->text);
		column = cell->column + cell->width;
	}
	while (line.length > 0 && line.bytes[line.length - 1] == ' ')
		line.length--;
	ht_text_add(out, line.bytes != NULL ? line.bytes : "", line.length);
	out->failed |= line.failed;
	ht_text_release(&line);
}
