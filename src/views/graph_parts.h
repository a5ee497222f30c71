/* SPDX-License-Identifier: MIT */
/* What the files of the graph share: where its parts are, and who draws which. */
#ifndef HT_VIEWS_GRAPH_PARTS_H
#define HT_VIEWS_GRAPH_PARTS_H

#include <stdbool.h>

#include "views/graph.h"
#include "views/scale.h"

enum {
	HT_GRAPH_GUTTER = 7,          /* columns: figures of the axis and the axis itself */
	HT_GRAPH_LEGEND_COLUMNS = 18, /* "memory.max 1023M ^" */
};

/* Where the parts of a graph are. */
struct ht_graph_area {
	int top, plot_rows;
	int plot_column, plot_width;
	int legend_column;      /* 0: none */
	int axis_row, time_row; /* -1: none */
	struct ht_scale scale;
};

/* The row from the bottom in which VALUE is, the topmost one for what is above. */
static inline int
ht_graph_row_of(const struct ht_graph_area *area, double value)
{
	int row = (int)(value / area->scale.per_row);
	return row < area->plot_rows ? row : area->plot_rows - 1;
}

static inline bool
ht_graph_is_in_sight(const struct ht_graph_area *area, double value)
{
	return value < area->scale.per_row * area->plot_rows;
}

/* The round figures of the upward axis. */
void ht_graph_draw_figures(const struct ht_graph_area *area, struct ht_grid *grid);

/* The names of series and limits beside the plot, at the rows where they are. */
void ht_graph_draw_legend(
    const struct ht_graph *graph, const struct ht_graph_area *area, struct ht_grid *grid);

/* The time axis with its events. */
void ht_graph_draw_events(
    const struct ht_graph *graph, const struct ht_graph_area *area, struct ht_grid *grid);

/* The round times below it. */
void ht_graph_draw_times(
    const struct ht_graph *graph, const struct ht_graph_area *area, struct ht_grid *grid);

#endif
