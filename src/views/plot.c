/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/plot.h"

#include <errno.h>
#include <stdio.h>

/* Bits of a braille pattern (Unicode chapter 21.1) by column and by dot from the bottom. */
static const unsigned char braille_bits[2][4] = { { 0x40, 0x04, 0x02, 0x01 },
	{ 0x80, 0x20, 0x10, 0x08 } };

enum { LOWER = 0x40, UPPER = 0x04 }; /* the two dots of a cell that has one column of two */

enum ht_plot_style
ht_plot_style(const struct ht_grid *grid)
{
	if (grid->ascii)
		return HT_PLOT_ASCII;
	switch (grid->graphs) {
	case HT_GRAPHS_AUTO:
	case HT_GRAPHS_BRAILLE:
		break;
	case HT_GRAPHS_BLOCKS:
		return HT_PLOT_BLOCKS;
	case HT_GRAPHS_ASCII:
		return HT_PLOT_ASCII;
	}
	return HT_PLOT_BRAILLE;
}

bool
ht_plot_is_rich(const struct ht_grid *grid)
{
	return ht_plot_style(grid) == HT_PLOT_BRAILLE;
}

int
ht_plot_across(enum ht_plot_style style)
{
	return style == HT_PLOT_BRAILLE ? 2 : 1;
}

int
ht_plot_up(enum ht_plot_style style)
{
	return style == HT_PLOT_BRAILLE ? 4 : 2;
}

int
ht_plot_init(
    struct ht_plot *plot, struct ht_arena *arena, enum ht_plot_style style, int width, int height)
{
	*plot = (struct ht_plot){ style, width, height, NULL };
	plot->cells = ht_arena_array(arena, (size_t)width * (size_t)height, sizeof(*plot->cells));
	return plot->cells != NULL ? 0 : -ENOMEM;
}

static struct ht_plot_cell *
cell_of_dot(struct ht_plot *plot, int x, int y)
{
	int column = x / ht_plot_across(plot->style);
	int row = plot->height - 1 - y / ht_plot_up(plot->style);
	if (x < 0 || y < 0 || column >= plot->width || row < 0)
		return NULL;
	return &plot->cells[row * plot->width + column];
}

static void
set_dot(const struct ht_plot *plot, struct ht_plot_cell *cell, int x, int y)
{
	cell->bits |= braille_bits[x % ht_plot_across(plot->style)][y % ht_plot_up(plot->style)];
}

void
ht_plot_line(struct ht_plot *plot, int x, int from, int to, enum ht_role role)
{
	for (int y = from > 0 ? from : 0; y <= to; y++) {
		struct ht_plot_cell *cell = cell_of_dot(plot, x, y);
		if (cell == NULL)
			return;
		set_dot(plot, cell, x, y);
		cell->role = role;
		cell->line = true;
	}
}

void
ht_plot_area(struct ht_plot *plot, int x, int to, enum ht_role edge, enum ht_role body)
{
	const int up = ht_plot_up(plot->style);
	for (int y = 0; y <= to; y++) {
		struct ht_plot_cell *cell = cell_of_dot(plot, x, y);
		if (cell == NULL)
			return;
		bool has_edge = cell->bits != 0 && cell->role == edge;
		set_dot(plot, cell, x, y);
		if (!cell->line)
			cell->role = y / up == to / up || has_edge ? edge : body;
	}
}

const struct ht_plot_cell *
ht_plot_cell(const struct ht_plot *plot, int column, int row)
{
	return &plot->cells[row * plot->width + column];
}

static const char *
block_glyph(const struct ht_plot_cell *cell)
{
	if ((cell->bits & LOWER) != 0)
		return (cell->bits & UPPER) != 0 ? "\xe2\x96\x88" : "\xe2\x96\x84";
	return "\xe2\x96\x80";
}

static const char *
ascii_glyph(const struct ht_plot_cell *cell)
{
	if ((cell->bits & LOWER) == 0)
		return cell->line ? "-" : "'";
	if ((cell->bits & UPPER) == 0)
		return cell->line ? "_" : ".";
	return cell->line ? "|" : ":";
}

/* U+2800 and the bits, in UTF-8. */
static void
braille_glyph(const struct ht_plot_cell *cell, char out[HT_PLOT_GLYPH_BYTES])
{
	out[0] = (char)0xe2;
	out[1] = (char)(0xa0 | cell->bits >> 6);
	out[2] = (char)(0x80 | (cell->bits & 0x3f));
	out[3] = '\0';
}

void
ht_plot_glyph(
    const struct ht_plot *plot, const struct ht_plot_cell *cell, char out[HT_PLOT_GLYPH_BYTES])
{
	const char *text = " ";
	if (cell->bits != 0) {
		switch (plot->style) {
		case HT_PLOT_BRAILLE:
			braille_glyph(cell, out);
			return;
		case HT_PLOT_BLOCKS:
			text = block_glyph(cell);
			break;
		case HT_PLOT_ASCII:
			text = ascii_glyph(cell);
			break;
		}
	}
	snprintf(out, HT_PLOT_GLYPH_BYTES, "%s", text);
}
