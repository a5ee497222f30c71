/* SPDX-License-Identifier: MIT */
/* What stands around the plot of a graph: figures, names, events, times. */
#include "config.h"

#include "views/graph_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "views/plot.h"
#include "views/table.h"

enum {
	TEXT_BYTES = 64,
	LABEL_COLUMNS = 10, /* of an event */
	TIME_COLUMNS = 12,  /* from one time to the next */
};

/* BYTES, which is round: "96M" and not "96.0M". */
static void
format_round(uint64_t bytes, char out[HT_UNITS_TEXT_BYTES])
{
	ht_units_bytes(bytes, out);
	char *fraction = strstr(out, ".0");
	if (fraction != NULL)
		memmove(fraction, fraction + 2, strlen(fraction + 2) + 1);
}

/* The figure of a row, and the axis. */
static void
put_axis_row(const struct ht_graph_area *area, struct ht_grid *grid, int row)
{
	char figure[HT_UNITS_TEXT_BYTES] = "";
	int from_bottom = area->plot_rows - 1 - row;
	bool labelled = from_bottom % area->scale.rows_per_step == 0;
	if (labelled)
		format_round(
		    (uint64_t)(from_bottom / area->scale.rows_per_step) * area->scale.step_bytes,
		    figure);
	ht_grid_put(
	    grid, area->top + row, 0, HT_GRAPH_GUTTER - 2, HT_ALIGN_RIGHT, HT_ROLE_LABEL, figure);
	const char *line = labelled ? "\xe2\x94\xa4" : "\xe2\x94\x82";
	if (grid->ascii)
		line = labelled ? "+" : "|";
	ht_grid_put_text(grid, area->top + row, HT_GRAPH_GUTTER - 1, HT_ROLE_AXIS, line);
}

void
ht_graph_draw_figures(const struct ht_graph_area *area, struct ht_grid *grid)
{
	for (int row = 0; row < area->plot_rows; row++)
		put_axis_row(area, grid, row);
}

/*
 * A name beside the plot.  The highest stands highest; of equal ones a limit above a line, and a later line above an
 * earlier one, so that none changes places as long as none passes another.
 */
struct legend {
	char text[TEXT_BYTES];
	enum ht_role role;
	int rank; /* among equal ones; the lowest stands lowest */
	int row;  /* from the top */
};

enum { LEGENDS_MOST = 8, LIMIT_RANK = 100 };

struct legends {
	struct legend list[LEGENDS_MOST]; /* from top to bottom */
	int count;
};

static bool
stands_above(const struct legend *a, const struct legend *b)
{
	return a->row != b->row ? a->row < b->row : a->rank > b->rank;
}

/* Adds a name whose value is in ROW. */
static void
add_legend(struct legends *legends, const struct legend *legend)
{
	int at = legends->count;
	if (legends->count == LEGENDS_MOST)
		return;
	for (; at > 0 && stands_above(legend, &legends->list[at - 1]); at--)
		legends->list[at] = legends->list[at - 1];
	legends->list[at] = *legend;
	legends->count++;
}

/* Moves them apart: the lowest stays, those that would be upon it go up; without room, the highest are left out. */
static void
spread_legends(struct legends *legends, int rows)
{
	int spare = legends->count > rows ? legends->count - rows : 0;
	struct legend *list = legends->list;
	legends->count -= spare;
	memmove(list, list + spare, (size_t)legends->count * sizeof(*list));
	for (int i = legends->count - 2; i >= 0; i--)
		if (list[i].row >= list[i + 1].row)
			list[i].row = list[i + 1].row - 1;
	for (int i = 0; i < legends->count; i++) {
		int least = i > 0 ? list[i - 1].row + 1 : 0;
		if (list[i].row < least)
			list[i].row = least;
	}
}

/* "live 318M": in the unit that is asked for where there is room. */
static void
format_legend(const char *name, double value, enum ht_units units, char out[TEXT_BYTES])
{
	char figure[HT_TABLE_CELL_BYTES];
	ht_table_bytes(ht_units_whole(value), units, figure);
	if (strlen(name) + 1 + strlen(figure) > HT_GRAPH_LEGEND_COLUMNS)
		ht_table_bytes(ht_units_whole(value), HT_UNITS_AUTO, figure);
	snprintf(out, TEXT_BYTES, "%s %s", name, figure);
}

/* The newest value of SERIES; false: it isn't known at its end. */
static bool
last_value(const struct ht_graph *graph, const struct ht_graph_series *series, double *value)
{
	size_t back = 0;
	while (back < graph->bucket_count && back <= graph->bridge) {
		const struct ht_history_bucket *bucket =
		    &series->buckets[graph->bucket_count - 1 - back++];
		if (!bucket->known)
			continue;
		*value = bucket->last;
		return true;
	}
	return false;
}

static int
row_of(const struct ht_graph_area *area, double value)
{
	return area->plot_rows - 1 - ht_graph_row_of(area, value);
}

static void
name_series(const struct ht_graph *graph, const struct ht_graph_area *area, struct legends *legends)
{
	double value;
	for (size_t i = 0; i < graph->series_count; i++) {
		const struct ht_graph_series *series = &graph->series[i];
		if (!last_value(graph, series, &value))
			continue;
		struct legend legend = {
			.role = series->role, .rank = (int)i, .row = row_of(area, value)
		};
		format_legend(series->name, value, graph->units, legend.text);
		add_legend(legends, &legend);
	}
}

static void
name_limits(const struct ht_graph *graph, const struct ht_graph_area *area, bool rich,
    struct legends *legends)
{
	for (size_t i = 0; i < graph->limit_count; i++) {
		const struct ht_graph_limit *limit = &graph->limits[i];
		bool above = !ht_graph_is_in_sight(area, limit->value);
		struct legend legend = { .role = limit->role,
			.rank = LIMIT_RANK + (int)i,
			.row = above ? 0 : row_of(area, limit->value) };
		format_legend(limit->name, limit->value, graph->units, legend.text);
		if (above)
			strncat(legend.text, rich ? " \xe2\x86\x91" : " ^",
			    sizeof(legend.text) - strlen(legend.text) - 1);
		add_legend(legends, &legend);
	}
}

void
ht_graph_draw_legend(
    const struct ht_graph *graph, const struct ht_graph_area *area, struct ht_grid *grid)
{
	struct legends legends = { .count = 0 };
	name_series(graph, area, &legends);
	name_limits(graph, area, !grid->ascii, &legends);
	spread_legends(&legends, area->plot_rows);
	for (int i = 0; i < legends.count; i++)
		ht_grid_put(grid, area->top + legends.list[i].row, area->legend_column,
		    HT_GRAPH_LEGEND_COLUMNS, HT_ALIGN_LEFT, legends.list[i].role,
		    legends.list[i].text);
}

/* The column of the plot in which AT is; below 0: none is. */
static int
column_of(const struct ht_graph *graph, const struct ht_graph_area *area, uint64_t at_ns)
{
	if (at_ns < graph->from_ns || at_ns > graph->to_ns)
		return -1;
	double share = (double)(at_ns - graph->from_ns) / (double)(graph->to_ns - graph->from_ns);
	int column = (int)(share * area->plot_width);
	return column < area->plot_width ? column : area->plot_width - 1;
}

/* Columns of an event's label that fit before the next event. */
static int
label_room(const struct ht_graph *graph, const struct ht_graph_area *area, size_t index, int column)
{
	int end = area->plot_width;
	for (size_t i = index + 1; i < graph->event_count; i++) {
		int next = column_of(graph, area, graph->events[i].at_ns);
		if (next > column) {
			end = next;
			break;
		}
	}
	int room = end - column - 1;
	return room < LABEL_COLUMNS ? room : LABEL_COLUMNS;
}

static int
put_event(const struct ht_graph *graph, const struct ht_graph_area *area, size_t index, int column,
    struct ht_grid *grid)
{
	const struct ht_graph_event *event = &graph->events[index];
	int at = area->plot_column + column;
	at = ht_grid_put_text(grid, area->axis_row, at, event->role,
	    ht_plot_is_rich(grid) ? event->glyph : event->ascii_glyph);
	int width = ht_grid_text_width(event->label, grid->ascii);
	if (width > 0 && width <= label_room(graph, area, index, column))
		at = ht_grid_put_text(grid, area->axis_row, at, event->role, event->label);
	return at - area->plot_column;
}

static void
put_rule(struct ht_grid *grid, int row, int column, int width)
{
	struct ht_text text;
	ht_text_init(&text);
	for (int i = 0; i < width; i++)
		ht_text_add_string(&text, grid->ascii ? "-" : "\xe2\x94\x80");
	ht_grid_put_text(grid, row, column, HT_ROLE_AXIS, ht_text_string(&text));
	grid->failed |= text.failed;
	ht_text_release(&text);
}

/* The axis with its events; of several in one column, the last one is seen. */
void
ht_graph_draw_events(
    const struct ht_graph *graph, const struct ht_graph_area *area, struct ht_grid *grid)
{
	int done = 0;
	ht_grid_put_text(grid, area->axis_row, HT_GRAPH_GUTTER - 1, HT_ROLE_AXIS,
	    grid->ascii ? "+" : "\xe2\x94\x94");
	for (size_t i = 0; i < graph->event_count; i++) {
		int column = column_of(graph, area, graph->events[i].at_ns);
		int next = i + 1 < graph->event_count
			       ? column_of(graph, area, graph->events[i + 1].at_ns)
			       : -1;
		if (column < done || column == next)
			continue;
		put_rule(grid, area->axis_row, area->plot_column + done, column - done);
		done = put_event(graph, area, i, column, grid);
	}
	put_rule(grid, area->axis_row, area->plot_column + done, area->plot_width - done);
}

/* "-10m", "-30s", "-2h": STEP is a round span, and so are its multiples. */
static void
format_time(uint64_t before_ns, char out[TEXT_BYTES])
{
	unsigned long long seconds = before_ns / UINT64_C(1000000000);
	if (seconds % 3600 == 0)
		snprintf(out, TEXT_BYTES, "-%lluh", seconds / 3600);
	else if (seconds % 60 == 0)
		snprintf(out, TEXT_BYTES, "-%llum", seconds / 60);
	else if (seconds < 60)
		snprintf(out, TEXT_BYTES, "-%llus", seconds);
	else
		snprintf(out, TEXT_BYTES, "-%llum%02llus", seconds / 60, seconds % 60);
}

void
ht_graph_draw_times(
    const struct ht_graph *graph, const struct ht_graph_area *area, struct ht_grid *grid)
{
	int end_width = (int)strlen(graph->end);
	uint64_t span = graph->to_ns - graph->from_ns;
	int most = area->plot_width / TIME_COLUMNS;
	uint64_t step = ht_scale_time_step(span, most > 0 ? most : 1);
	int end = area->plot_column + area->plot_width, done = 0;
	for (uint64_t steps = span / step; steps > 0; steps--) {
		char text[TEXT_BYTES];
		uint64_t before = steps * step;
		if (before > graph->now_ns)
			continue;
		int column = column_of(graph, area, graph->now_ns - before);
		if (column < 0)
			continue;
		format_time(before, text);
		int width = (int)strlen(text);
		int at = area->plot_column + column - width / 2;
		if (at < done || at + width + 1 > end - end_width - 1)
			continue;
		done = ht_grid_put_text(grid, area->time_row, at, HT_ROLE_LABEL, text) + 1;
	}
	ht_grid_put_text(grid, area->time_row, end - end_width, HT_ROLE_LABEL, graph->end);
}
