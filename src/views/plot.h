/* SPDX-License-Identifier: MIT */
/*
 * A field of dots behind the cells of a graph, several to a cell: 2 x 4 where there is braille, 1 x 2 of half
 * blocks where the font has none, 1 x 2 of points in ASCII. 
 */
#ifndef HT_VIEWS_PLOT_H
#define HT_VIEWS_PLOT_H

#include <stdbool.h>

#include "base/arena.h"
#include "views/grid.h"

enum ht_plot_style { HT_PLOT_BRAILLE, HT_PLOT_BLOCKS, HT_PLOT_ASCII };

struct ht_plot_cell {
	unsigned char bits; /* of a braille cell; 0: empty */
	bool line;          /* part of a line, not of an area alone */
	enum ht_role role;
};

struct ht_plot {
	enum ht_plot_style style;
	int width, height; /* cells */
	struct ht_plot_cell *cells;
};

enum { HT_PLOT_GLYPH_BYTES = 4 };

/* The style of GRID: ASCII where it has nothing else, else the one that it asks for. */
enum ht_plot_style ht_plot_style(const struct ht_grid *grid);

/* Characters beyond those that consoles have can be shown, too. */
bool ht_plot_is_rich(const struct ht_grid *grid);

/* Dots in a cell, side by side and one over the other. */
int ht_plot_across(enum ht_plot_style style);
int ht_plot_up(enum ht_plot_style style);

/* 0 or -ENOMEM. */
int ht_plot_init(
    struct ht_plot *plot, struct ht_arena *arena, enum ht_plot_style style, int width, int height);

/* Dots FROM to TO (from the bottom, 0) of dot column X, of a line.  What lies outside is left out. */
void ht_plot_line(struct ht_plot *plot, int x, int from, int to, enum ht_role role);

/* All dots up to TO of dot column X; EDGE is the role of the cell at the top, BODY of those below. */
void ht_plot_area(struct ht_plot *plot, int x, int to, enum ht_role edge, enum ht_role body);

/* The cell in COLUMN of ROW, 0 the topmost. */
const struct ht_plot_cell *ht_plot_cell(const struct ht_plot *plot, int column, int row);

/* What a cell looks like; " " when it is empty. */
void ht_plot_glyph(
    const struct ht_plot *plot, const struct ht_plot_cell *cell, char out[HT_PLOT_GLYPH_BYTES]);

#endif
