/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/graph.h"

#include <math.h>
#include <stdint.h>

#include "base/text.h"
#include "views/graph_parts.h"
#include "views/plot.h"

enum {
	LEAST_FOR_LEGEND = 66, /* columns; narrower, the names are left out */
	LEAST_PLOT = 4,
	LEAST_FOR_TIMES = 3, /* rows */
	LEAST_FOR_AXIS = 5,
	GRID_EVERY = 4, /* columns from dot to dot of the lines of round figures */
};

/* A limit that is so many times as high as all else would press that down: it is only named. */
static const double limit_out_of_sight = 2.5;

static struct ht_graph_area
place(int top, int width, int height)
{
	struct ht_graph_area area = {
		.top = top, .plot_column = HT_GRAPH_GUTTER, .axis_row = -1, .time_row = -1
	};
	area.plot_width = width - HT_GRAPH_GUTTER;
	if (width >= LEAST_FOR_LEGEND) {
		area.plot_width -= HT_GRAPH_LEGEND_COLUMNS + 1;
		area.legend_column = HT_GRAPH_GUTTER + area.plot_width + 1;
	}
	area.plot_rows = height;
	if (height >= LEAST_FOR_TIMES)
		area.time_row = top + --area.plot_rows;
	if (height >= LEAST_FOR_AXIS)
		area.axis_row = top + --area.plot_rows;
	return area;
}

size_t
ht_graph_buckets(const struct ht_grid *grid, int width)
{
	struct ht_graph_area area = place(0, width, 1);
	if (area.plot_width < LEAST_PLOT)
		return 0;
	return (size_t)(area.plot_width * ht_plot_across(ht_plot_style(grid)));
}

/* The highest value of the series; below 0: none is known. */
static double
highest_value(const struct ht_graph *graph)
{
	double highest = -1;
	for (size_t i = 0; i < graph->series_count; i++)
		for (size_t x = 0; x < graph->bucket_count; x++)
			if (graph->series[i].buckets[x].known)
				highest = fmax(highest, graph->series[i].buckets[x].high);
	return highest;
}

/* What the axis has to reach. */
static double
highest_shown(const struct ht_graph *graph)
{
	double most = fmax(highest_value(graph), 0), shown = most;
	for (size_t i = 0; i < graph->limit_count; i++)
		if (graph->limits[i].value <= most * limit_out_of_sight)
			shown = fmax(shown, graph->limits[i].value);
	return shown;
}

/* A series as dots: from LOW to HIGH in each column; LOW above HIGH is a gap. */
struct dots {
	int *low, *high;
};

static void
dots_of_bucket(const struct ht_history_bucket *bucket, double per_dot, struct dots *dots, size_t x)
{
	dots->low[x] = 1;
	dots->high[x] = 0;
	if (!bucket->known)
		return;
	dots->low[x] = (int)(bucket->low / per_dot);
	dots->high[x] = (int)(bucket->high / per_dot);
}

/* The straight way from bucket FROM to bucket TO where no bucket between is known. */
static void
bridge_gap(const struct ht_history_bucket *buckets, size_t from, size_t to, double per_dot,
    struct dots *dots)
{
	double step = (buckets[to].last - buckets[from].last) / (double)(to - from);
	for (size_t x = from + 1; x < to; x++) {
		double value = buckets[from].last + step * (double)(x - from);
		dots->low[x] = dots->high[x] = (int)(value / per_dot);
	}
}

static void
fill_dots(const struct ht_graph *graph, const struct ht_history_bucket *buckets, double per_dot,
    struct dots *dots)
{
	size_t before = SIZE_MAX;
	for (size_t x = 0; x < graph->bucket_count; x++) {
		dots_of_bucket(&buckets[x], per_dot, dots, x);
		if (!buckets[x].known)
			continue;
		if (before != SIZE_MAX && x - before > 1 && x - before - 1 <= graph->bridge)
			bridge_gap(buckets, before, x, per_dot, dots);
		before = x;
	}
}

/* Dots of column X of a line, down or up to where the column before it ended. */
static void
plot_line_column(struct ht_plot *plot, const struct dots *dots, size_t x, enum ht_role role)
{
	int low = dots->low[x], high = dots->high[x];
	if (low > high)
		return;
	if (x > 0 && dots->low[x - 1] <= dots->high[x - 1]) {
		if (low > dots->high[x - 1] + 1)
			low = dots->high[x - 1] + 1;
		if (high < dots->low[x - 1] - 1)
			high = dots->low[x - 1] - 1;
	}
	ht_plot_line(plot, (int)x, low, high, role);
}

static void
plot_series(const struct ht_graph *graph, const struct ht_graph_series *series,
    const struct ht_scale *scale, struct ht_grid *grid, struct ht_plot *plot)
{
	double per_dot = scale->per_row / ht_plot_up(plot->style);
	struct dots dots = {
		.low = ht_arena_array(grid->arena, graph->bucket_count, sizeof(int)),
		.high = ht_arena_array(grid->arena, graph->bucket_count, sizeof(int)),
	};
	if (dots.low == NULL || dots.high == NULL) {
		grid->failed = true;
		return;
	}
	fill_dots(graph, series->buckets, per_dot, &dots);
	for (size_t x = 0; x < graph->bucket_count; x++) {
		if (!series->filled)
			plot_line_column(plot, &dots, x, series->role);
		else if (dots.low[x] <= dots.high[x])
			ht_plot_area(plot, (int)x, dots.high[x], series->role, series->body);
	}
}

/* What stands in row ROW (from the bottom) where there are no dots: a limit, a round figure, or nothing. */
static void
rule_of_row(const struct ht_graph *graph, const struct ht_graph_area *area, int row, bool ascii,
    enum ht_role *role, const char **glyph)
{
	*glyph = " ";
	*role = HT_ROLE_AXIS;
	if (row % area->scale.rows_per_step == 0 && row != 0)
		*glyph = ascii ? "." : "\xc2\xb7";
	for (size_t i = 0; i < graph->limit_count; i++) {
		const struct ht_graph_limit *limit = &graph->limits[i];
		if (!ht_graph_is_in_sight(area, limit->value) ||
		    ht_graph_row_of(area, limit->value) != row)
			continue;
		*glyph = ascii ? "-" : "\xe2\x95\x8c";
		*role = limit->role;
	}
}

/* One row of the plot: cells of one role that stand together are put together. */
static void
put_plot_row(const struct ht_graph *graph, const struct ht_graph_area *area,
    const struct ht_plot *plot, struct ht_grid *grid, int row)
{
	enum ht_role rule_role, role = HT_ROLE_AXIS;
	const char *rule;
	struct ht_text run;
	int begin = 0;
	ht_text_init(&run);
	rule_of_row(graph, area, plot->height - 1 - row, !ht_plot_is_rich(grid), &rule_role, &rule);
	for (int column = 0; column < plot->width; column++) {
		const struct ht_plot_cell *cell = ht_plot_cell(plot, column, row);
		char glyph[HT_PLOT_GLYPH_BYTES];
		bool empty = cell->bits == 0;
		bool sparse = rule_role == HT_ROLE_AXIS && column % GRID_EVERY != 0;
		ht_plot_glyph(plot, cell, glyph);
		enum ht_role wanted = empty ? rule_role : cell->role;
		if (wanted != role && column > begin) {
			ht_grid_put_text(grid, area->top + row, area->plot_column + begin, role,
			    ht_text_string(&run));
			ht_text_clear(&run);
			begin = column;
		}
		role = wanted;
		ht_text_add_string(&run, !empty ? glyph : sparse ? " " : rule);
	}
	ht_grid_put_text(
	    grid, area->top + row, area->plot_column + begin, role, ht_text_string(&run));
	grid->failed |= run.failed;
	ht_text_release(&run);
}

void
ht_graph_draw(const struct ht_graph *graph, struct ht_grid *grid, int top, int width, int height)
{
	struct ht_graph_area area = place(top, width, height);
	struct ht_plot plot;
	if (area.plot_rows < 1 || area.plot_width < LEAST_PLOT)
		return;
	area.scale = ht_scale_bytes(highest_shown(graph), area.plot_rows);
	if (ht_plot_init(
		&plot, grid->arena, ht_plot_style(grid), area.plot_width, area.plot_rows) != 0) {
		grid->failed = true;
		return;
	}
	for (size_t i = 0; i < graph->series_count; i++)
		plot_series(graph, &graph->series[i], &area.scale, grid, &plot);
	ht_graph_draw_figures(&area, grid);
	for (int row = 0; row < area.plot_rows; row++)
		put_plot_row(graph, &area, &plot, grid, row);
	if (area.legend_column != 0)
		ht_graph_draw_legend(graph, &area, grid);
	if (area.axis_row >= 0)
		ht_graph_draw_events(graph, &area, grid);
	if (area.time_row >= 0)
		ht_graph_draw_times(graph, &area, grid);
}
