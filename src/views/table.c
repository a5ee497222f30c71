/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "views/fold.h"
#include "views/order.h"
#include "views/plot.h"
#include "views/tree.h"

/* Of a column that isn't in the table; and no column's own importance reaches the sorting one's. */
enum { DYNAMIC_WIDTH = 8, SORTING_IMPORTANCE = 100, COMFORT_IMPORTANCE = 30 };

/* Columns that an arrow scrolls long text by, and the furthest it goes. */
enum { SHIFT = 8, SHIFT_MOST = 4096 };

static const struct ht_metric *
metric_of(const struct ht_column *column)
{
	return &ht_metric_table(column->scope, NULL)[column->metric];
}

static bool
is_sorted_by(const struct ht_column *column, const struct ht_sort *sort)
{
	if (column->unsorted || column->field != sort->field)
		return false;
	return sort->field != HT_SORT_METRIC || metric_of(column) == sort->metric;
}

bool
ht_table_is_searched(const struct ht_table *table)
{
	for (size_t i = 0; table != NULL && i < table->count; i++)
		if (table->columns[i].searched)
			return true;
	return false;
}

const struct ht_column *
ht_table_sort_column(const struct ht_table *table, const struct ht_sort *sort)
{
	for (size_t i = 0; i < table->count; i++)
		if (is_sorted_by(&table->columns[i], sort))
			return &table->columns[i];
	return NULL;
}

static int
compare_numbers(double a, double b)
{
	return (a < b) - (a > b);
}

int
ht_table_compare_metric(
    const struct ht_table *table, const struct ht_sort *sort, const void *a, const void *b)
{
	union ht_value value_a, value_b;
	bool known_a = table->value(a, sort->metric, &value_a);
	bool known_b = table->value(b, sort->metric, &value_b);
	if (!known_a || !known_b)
		return (int)known_b - (int)known_a;
	int order = ht_metric_is_real(sort->metric)
			? compare_numbers(value_a.f, value_b.f)
			: (value_a.u < value_b.u) - (value_a.u > value_b.u);
	return sort->reversed ? -order : order;
}

static void
append_column(struct ht_table_layout *layout, const struct ht_column *column, size_t index)
{
	if (layout->count == HT_TABLE_MOST_COLUMNS ||
	    (column->shown != NULL && !column->shown(layout->input)))
		return;
	layout->shown[layout->count].column = *column;
	layout->shown[layout->count].index = index;
	layout->shown[layout->count].width = column->width;
	layout->count++;
}

/* A column for the metric that sorts without being one of the table's. */
static void
append_sorting(struct ht_table_layout *layout, const struct ht_metric *metric)
{
	struct ht_column column = { .width = DYNAMIC_WIDTH,
		.field = HT_SORT_METRIC,
		.scope = metric->scope,
		.metric = metric->index };
	append_column(layout, &column, SIZE_MAX);
}

/* Columns that a figure of bytes needs beyond those it has where its unit fits. */
static unsigned char
extra_width(const struct ht_column *column, enum ht_units units)
{
	static const unsigned char widths[] = { [HT_UNITS_AUTO] = 0,
		[HT_UNITS_K] = 4,
		[HT_UNITS_M] = 2,
		[HT_UNITS_G] = 0,
		[HT_UNITS_BYTES] = 8 };
	bool is_bytes = column->field == HT_SORT_METRIC && metric_of(column)->unit == HT_UNIT_BYTES;
	return column->bytes || (is_bytes && !column->unsorted) ? widths[units] : 0;
}

static void
widen_columns(struct ht_table_layout *layout, enum ht_units units)
{
	for (size_t i = 0; i < layout->count; i++)
		layout->shown[i].width += extra_width(&layout->shown[i].column, units);
}

/* All columns; one that had to be added stands before the one that grows, else last. */
static void
list_columns(
    const struct ht_table *table, const struct ht_sort *sort, struct ht_table_layout *layout)
{
	bool missing = sort->field == HT_SORT_METRIC && ht_table_sort_column(table, sort) == NULL;
	layout->count = 0;
	for (size_t i = 0; i < table->count; i++) {
		if (missing && table->columns[i].grows) {
			append_sorting(layout, sort->metric);
			missing = false;
		}
		append_column(layout, &table->columns[i], i);
	}
	if (missing)
		append_sorting(layout, sort->metric);
}

static int
needed_width(const struct ht_table_layout *layout)
{
	int width = 0;
	for (size_t i = 0; i < layout->count; i++)
		width += layout->shown[i].width + (i != 0);
	return width;
}

/* Importance as it counts here: the column that sorts stays to the last. */
static int
importance(const struct ht_column *column, const struct ht_sort *sort)
{
	return is_sorted_by(column, sort) ? SORTING_IMPORTANCE : column->importance;
}

/* The least important column there is; its importance in *IMPORTANCE. */
static size_t
find_least(const struct ht_table_layout *layout, const struct ht_sort *sort, int *least_importance)
{
	size_t least = 0;
	for (size_t i = 1; i < layout->count; i++)
		if (importance(&layout->shown[i].column, sort) <=
		    importance(&layout->shown[least].column, sort))
			least = i;
	*least_importance = importance(&layout->shown[least].column, sort);
	return least;
}

/* Columns that are missing for the one that should get wider than its least. */
static int
wanted_width(const struct ht_table_layout *layout)
{
	int width = 0;
	for (size_t i = 0; i < layout->count; i++) {
		const struct ht_column *column = &layout->shown[i].column;
		if (column->wanted > column->width)
			width += column->wanted - column->width;
	}
	return width;
}

/* Leaves columns out until WIDTH is enough; those of least weight also for the comfort of others. */
static void
drop_columns(struct ht_table_layout *layout, const struct ht_sort *sort, int width)
{
	while (layout->count > 1) {
		int least_importance;
		size_t least = find_least(layout, sort, &least_importance);
		int needed = needed_width(layout);
		if (least_importance < COMFORT_IMPORTANCE)
			needed += wanted_width(layout);
		if (needed <= width)
			return;
		layout->count--;
		for (size_t i = least; i < layout->count; i++)
			layout->shown[i] = layout->shown[i + 1];
	}
}

void
ht_table_lay_out(const struct ht_table *table, const struct ht_view_input *input,
    const struct ht_view_state *state, int width, struct ht_table_layout *layout)
{
	const struct ht_sort *sort = &state->sort;
	layout->input = input;
	layout->shift = state->shift;
	list_columns(table, sort, layout);
	widen_columns(layout, input->settings->units);
	drop_columns(layout, sort, width);
	int spare = width - needed_width(layout), comfort = wanted_width(layout), at = 0;
	for (size_t i = 0; i < layout->count; i++) {
		int more = layout->shown[i].column.most - layout->shown[i].width;
		if (more > spare - comfort)
			more = spare - comfort;
		if (more <= 0)
			continue;
		layout->shown[i].width += more;
		spare -= more;
	}
	for (size_t i = 0; i < layout->count; i++) {
		if (layout->shown[i].column.grows && spare > 0)
			layout->shown[i].width += spare;
		layout->shown[i].at = at;
		at += layout->shown[i].width + 1;
	}
}

static const char *
title_of(const struct ht_column *column, bool ascii)
{
	if (ascii && column->ascii_title != NULL)
		return column->ascii_title;
	return column->title != NULL ? column->title : metric_of(column)->title;
}

void
ht_table_draw_headings(
    const struct ht_table_layout *layout, const struct ht_sort *sort, struct ht_grid *grid, int row)
{
	ht_grid_set_background(grid, row, HT_ROLE_HEADING);
	for (size_t i = 0; i < layout->count; i++) {
		const struct ht_column *column = &layout->shown[i].column;
		bool sorted = is_sorted_by(column, sort);
		const char *arrow = "";
		if (sorted && grid->ascii)
			arrow = sort->reversed ? "^" : "v";
		else if (sorted)
			arrow = sort->reversed ? "\xe2\x96\xb2" : "\xe2\x96\xbc";
		char title[HT_TABLE_CELL_BYTES];
		snprintf(title, sizeof(title), "%s%s", title_of(column, grid->ascii), arrow);
		ht_grid_put(grid, row, layout->shown[i].at, layout->shown[i].width,
		    column->left ? HT_ALIGN_LEFT : HT_ALIGN_RIGHT,
		    sorted ? HT_ROLE_HEADING_SORTED : HT_ROLE_HEADING, title);
		ht_grid_target(grid, HT_TARGET_HEADING, row, layout->shown[i].at,
		    layout->shown[i].width, layout->shown[i].index);
	}
}

void
ht_table_bytes(uint64_t bytes, enum ht_units units, char out[HT_TABLE_CELL_BYTES])
{
	static const char suffixes[] = {
		[HT_UNITS_K] = 'K', [HT_UNITS_M] = 'M', [HT_UNITS_G] = 'G'
	};
	char fitting[HT_UNITS_TEXT_BYTES];
	double scaled = (double)bytes;
	switch (units) {
	case HT_UNITS_AUTO:
		ht_units_bytes(bytes, fitting);
		snprintf(out, HT_TABLE_CELL_BYTES, "%s", fitting);
		return;
	case HT_UNITS_BYTES:
		snprintf(out, HT_TABLE_CELL_BYTES, "%" PRIu64, bytes);
		return;
	case HT_UNITS_K:
	case HT_UNITS_M:
	case HT_UNITS_G:
		for (unsigned i = HT_UNITS_K; i <= units; i++)
			scaled /= 1024;
		/* What isn't 0 must not look so. */
		if (bytes != 0 && scaled < 0.05)
			snprintf(out, HT_TABLE_CELL_BYTES, "<0.1%c", suffixes[units]);
		else
			snprintf(out, HT_TABLE_CELL_BYTES,
			    scaled < 99.95 && bytes != 0 ? "%.1f%c" : "%.0f%c", scaled,
			    suffixes[units]);
		return;
	}
}

void
ht_table_format(const struct ht_metric *metric, union ht_value value, char out[HT_TABLE_CELL_BYTES])
{
	ht_table_format_in(metric, value, HT_UNITS_AUTO, out);
}

void
ht_table_format_in(const struct ht_metric *metric, union ht_value value, enum ht_units units,
    char out[HT_TABLE_CELL_BYTES])
{
	char text[HT_UNITS_TEXT_BYTES] = "";
	uint64_t whole = ht_metric_is_real(metric) ? ht_units_whole(value.f + 0.5) : value.u;
	switch (metric->unit) {
	case HT_UNIT_BYTES:
		ht_table_bytes(whole, units, out);
		return;
	case HT_UNIT_COUNT:
		if (metric->kind == HT_KIND_RATE && value.f < 99.95) {
			snprintf(text, sizeof(text), "%.1f", value.f);
			break;
		}
		if (whole < 10000) {
			snprintf(text, sizeof(text), "%u", (unsigned)whole);
			break;
		}
		ht_units_count(whole, text);
		break;
	case HT_UNIT_BLOCKS:
		ht_units_count(whole, text);
		break;
	case HT_UNIT_NS:
		ht_units_duration(whole, text);
		break;
	case HT_UNIT_PERCENT:
		snprintf(text, sizeof(text), value.f < 99.95 ? "%.1f" : "%.0f",
		    value.f < 1e6 ? value.f : 1e6);
		break;
	}
	snprintf(out, HT_TABLE_CELL_BYTES, "%s", text);
}

static void
draft_metric(const struct ht_table *table, const struct ht_metric *metric, const void *item,
    struct ht_draft *draft)
{
	union ht_value value;
	draft->role = HT_ROLE_DIM;
	draft->text = "-";
	if (!table->value(item, metric, &value))
		return;
	ht_table_format_in(metric, value, draft->input->settings->units, draft->own);
	if (draft->row != NULL && draft->row->below != 0 && ht_fold_is_at_most(metric)) {
		memmove(draft->own + 1, draft->own, sizeof(draft->own) - 1);
		draft->own[0] = '~';
		draft->own[sizeof(draft->own) - 1] = '\0';
	}
	draft->text = draft->own;
	if (strcmp(draft->own, "0") != 0 && strcmp(draft->own, "0.0") != 0)
		draft->role = HT_ROLE_NUMBER;
}

/* NAME with the lines of the tree before it, where ROW is in one; TEXT keeps what is made. */
static const char *
behind_branch(const struct ht_row_item *row, const char *name, bool ascii, struct ht_text *text)
{
	if (row->below == 0 && (row->branch == NULL || row->branch[0] == '\0'))
		return name;
	ht_tree_draw_branch(row, ascii, text);
	ht_text_add_string(text, name);
	return text->failed ? name : ht_text_string(text);
}

/* One cell; the text of a column that grows begins where it is scrolled to. */
static void
draw_cell(const struct ht_table *table, const struct ht_table_layout *layout, size_t index,
    const void *item, const struct ht_row_item *row_item, struct ht_grid *grid, int row)
{
	const struct ht_column *column = &layout->shown[index].column;
	struct ht_draft draft = { .input = layout->input,
		.row = row_item,
		.width = layout->shown[index].width,
		.rich = ht_plot_is_rich(grid),
		.role = HT_ROLE_PLAIN,
		.text = "" };
	if (column->draw != NULL)
		column->draw(item, &draft);
	else
		draft_metric(table, metric_of(column), item, &draft);
	struct ht_text text;
	ht_text_init(&text);
	if (column->grows && row_item != NULL)
		draft.text = behind_branch(row_item, draft.text, grid->ascii, &text);
	if (column->grows && layout->shift != 0)
		draft.text = ht_grid_text_behind(draft.text, layout->shift, grid->ascii);
	ht_grid_put(grid, row, layout->shown[index].at, layout->shown[index].width,
	    column->left ? HT_ALIGN_LEFT : HT_ALIGN_RIGHT, draft.role, draft.text);
	ht_text_release(&text);
}

void
ht_table_draw_item(const struct ht_table *table, const struct ht_table_layout *layout,
    const void *item, struct ht_grid *grid, int row)
{
	for (size_t i = 0; i < layout->count; i++)
		draw_cell(table, layout, i, item, NULL, grid, row);
}

static void
draw_row(const struct ht_table *table, const struct ht_table_layout *layout,
    const struct ht_row_item *item, struct ht_grid *grid, int row)
{
	for (size_t i = 0; i < layout->count; i++)
		draw_cell(table, layout, i, item->item, item, grid, row);
}

/* Scrolls so that the selected row is in sight and no room is wasted below the last. */
static void
scroll(struct ht_view_state *state, size_t page)
{
	state->page = page;
	if (state->index >= state->top + page)
		state->top = state->index + 1 - page;
	if (state->top + page > state->row_count)
		state->top = state->row_count > page ? state->row_count - page : 0;
	if (state->index < state->top)
		state->top = state->index;
}

void
ht_table_draw(const struct ht_table *table, const struct ht_table_layout *layout,
    struct ht_view_state *state, struct ht_grid *grid, int top, int height)
{
	if (height > 1) {
		ht_table_draw_headings(layout, &state->sort, grid, top);
		top++;
		height--;
	}
	if (height <= 0)
		return;
	scroll(state, (size_t)height);
	for (size_t i = 0; i < state->page && state->top + i < state->row_count; i++) {
		const struct ht_row_item *row = &state->rows[state->top + i];
		draw_row(table, layout, row, grid, top + (int)i);
		ht_grid_target(grid, HT_TARGET_ROW, top + (int)i, 0, grid->width, state->top + i);
		if (state->top + i == state->index)
			ht_grid_select(grid, top + (int)i);
	}
}

/* The selection by STEPS down, within the rows; it stays on that row from now on. */
static void
move(struct ht_view_state *state, long steps)
{
	state->followed = false;
	if (state->row_count == 0)
		return;
	size_t last = state->row_count - 1;
	if (steps < 0)
		state->index = state->index > (size_t)-steps ? state->index - (size_t)-steps : 0;
	else
		state->index =
		    (size_t)steps < last - state->index ? state->index + (size_t)steps : last;
	ht_view_state_select(state, state->index);
}

static bool
move_by_command(struct ht_view_state *state, enum ht_command command)
{
	long page = state->page > 1 ? (long)state->page : 1;
	long half = page > 1 ? page / 2 : 1;
	switch ((int)command) {
	case HT_COMMAND_UP:
		move(state, -1);
		return true;
	case HT_COMMAND_DOWN:
		move(state, 1);
		return true;
	case HT_COMMAND_PAGE_UP:
		move(state, -page);
		return true;
	case HT_COMMAND_PAGE_DOWN:
		move(state, page);
		return true;
	case HT_COMMAND_HALF_PAGE_UP:
		move(state, -half);
		return true;
	case HT_COMMAND_HALF_PAGE_DOWN:
		move(state, half);
		return true;
	case HT_COMMAND_FIRST:
		/* Back to how it began: the first row, whichever that will be. */
		state->anchored = state->followed = false;
		state->index = 0;
		return true;
	case HT_COMMAND_LAST:
		move(state, (long)state->row_count);
		return true;
	}
	return false;
}

enum ht_answer
ht_table_key(const struct ht_table *table, struct ht_view_state *state, enum ht_command command)
{
	if (move_by_command(state, command))
		return HT_ANSWER_DONE;
	switch ((int)command) {
	case HT_COMMAND_SORT_LEFT:
		ht_order_move(table, &state->sort, -1);
		return HT_ANSWER_DONE;
	case HT_COMMAND_SORT_RIGHT:
		ht_order_move(table, &state->sort, 1);
		return HT_ANSWER_DONE;
	case HT_COMMAND_SCROLL_LEFT:
		state->shift -= state->shift < SHIFT ? state->shift : SHIFT;
		return HT_ANSWER_DONE;
	case HT_COMMAND_SCROLL_RIGHT:
		state->shift += state->shift < SHIFT_MOST ? SHIFT : 0;
		return HT_ANSWER_DONE;
	case HT_COMMAND_REVERSE:
		state->sort.reversed = !state->sort.reversed;
		return HT_ANSWER_DONE;
	}
	return HT_ANSWER_IGNORED;
}
