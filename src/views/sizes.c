/* SPDX-License-Identifier: MIT */
/* The view of one process's blocks by their size: how many live, about how much they are, how fast they come. */
#include "config.h"

#include <stdio.h>

#include "base/units.h"
#include "views/identity.h"
#include "views/registry.h"
#include "views/table.h"

/* Up to here classes are so near to each other that only all digits tell them apart. */
enum { WHOLE_MOST = 9999, TABLE_ROWS_LEAST = 4 };

static void
draw_size(const void *item, struct ht_draft *draft)
{
	const struct ht_size_class *class = item;
	char figure[HT_UNITS_TEXT_BYTES];
	draft->text = draft->own;
	if (class->size_bytes == UINT64_MAX) {
		draft->text = "larger";
		return;
	}
	ht_units_bytes(class->size_bytes, figure);
	if (class->size_bytes <= WHOLE_MOST)
		snprintf(draft->own, sizeof(draft->own), "%u", (unsigned)class->size_bytes);
	else
		snprintf(draft->own, sizeof(draft->own), "%s", figure);
}

/* Of all live bytes; false: they can't be told. */
static bool
share_of(const struct ht_size_class *class, const struct ht_heap *heap, double *share)
{
	if (heap == NULL || class->live_bytes_estimate == UINT64_MAX ||
	    !HT_HAS(&heap->values, HT_HEAP_LIVE) || heap->values.value[HT_HEAP_LIVE].u == 0)
		return false;
	*share = (double)class->live_bytes_estimate / (double)heap->values.value[HT_HEAP_LIVE].u;
	*share = *share > 1 ? 1 : *share;
	return true;
}

/* An estimate, and marked as such wherever it isn't nothing. */
static void
draw_live(const void *item, struct ht_draft *draft)
{
	const struct ht_size_class *class = item;
	char figure[HT_TABLE_CELL_BYTES];
	draft->role = HT_ROLE_DIM;
	draft->text = class->live_bytes_estimate == 0 ? "0" : "-";
	if (class->live_bytes_estimate == 0 || class->live_bytes_estimate == UINT64_MAX)
		return;
	ht_table_bytes(class->live_bytes_estimate, draft->input->settings->units, figure);
	snprintf(draft->own, sizeof(draft->own), "~%.30s", figure);
	draft->text = draft->own;
	draft->role = HT_ROLE_NUMBER;
}

static void
draw_share(const void *item, struct ht_draft *draft)
{
	double share;
	draft->role = HT_ROLE_DIM;
	draft->text = "-";
	if (!share_of(item, draft->input->process->heap, &share))
		return;
	snprintf(draft->own, sizeof(draft->own), "%.1f%%", share * 100);
	draft->text = draft->own;
	draft->role = share >= 0.0005 ? HT_ROLE_NUMBER : HT_ROLE_DIM;
}

/* clang-format off */
static const struct ht_column columns[] = {
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_CLASS, .metric = HT_CLASS_SIZE, .draw = draw_size,
	  .width = 7, .importance = 97 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_CLASS, .metric = HT_CLASS_LIVE_BLOCKS,
	  .width = 8, .importance = 90 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_CLASS, .metric = HT_CLASS_LIVE, .draw = draw_live,
	  .width = 8, .importance = 95 },
	{ .title = "SHARE", .unsorted = true, .draw = draw_share, .width = 6, .importance = 80 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_CLASS, .metric = HT_CLASS_ALLOCATED_BLOCKS,
	  .width = 8, .importance = 60 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_CLASS, .metric = HT_CLASS_FREED_BLOCKS,
	  .width = 8, .importance = 50 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_CLASS, .metric = HT_CLASS_ALLOC_BLOCKS_RATE,
	  .width = 8, .importance = 85 },
};
/* clang-format on */

static bool
value_of(const void *item, const struct ht_metric *metric, union ht_value *value)
{
	const struct ht_size_class *class = item;
	if (metric->scope != HT_SCOPE_CLASS)
		return false;
	value->u = UINT64_MAX;
	switch ((enum ht_class_metric)metric->index) {
	case HT_CLASS_SIZE:
		value->u = class->size_bytes;
		return true;
	case HT_CLASS_LIVE_BLOCKS:
		value->u = class->live_blocks;
		break;
	case HT_CLASS_LIVE:
		value->u = class->live_bytes_estimate;
		break;
	case HT_CLASS_ALLOCATED_BLOCKS:
		value->u = class->allocated_blocks;
		break;
	case HT_CLASS_FREED_BLOCKS:
		value->u = class->freed_blocks;
		break;
	case HT_CLASS_ALLOC_BLOCKS_RATE:
		value->f = class->allocated_blocks_per_second;
		return class->has_rate;
	case HT_CLASS_METRICS:
		break;
	}
	return value->u != UINT64_MAX;
}

static const struct ht_table table;

static int
compare(const struct ht_sort *sort, const void *item_a, const void *item_b)
{
	const struct ht_size_class *a = item_a, *b = item_b;
	int order = sort->field == HT_SORT_METRIC ? ht_table_compare_metric(&table, sort, a, b) : 0;
	if (order != 0)
		return order;
	return (a->size_bytes > b->size_bytes) - (a->size_bytes < b->size_bytes);
}

static const struct ht_table table = {
	.columns = columns,
	.count = sizeof(columns) / sizeof(columns[0]),
	.scopes = 1 << HT_SCOPE_CLASS,
	.value = value_of,
	.compare = compare,
};

static int
select_rows(const struct ht_view_input *input, struct ht_view_state *state)
{
	const struct ht_heap *heap = input->process != NULL ? input->process->heap : NULL;
	int error = 0;
	for (size_t i = 0; heap != NULL && i < heap->size_class_count && error == 0; i++) {
		struct ht_row_key key = { heap->size_classes[i].size_bytes, 0 };
		error = ht_view_state_add(state, key, &heap->size_classes[i]);
	}
	return error;
}

/* The histogram stands to the right of the columns: a bar a row, the longest for the largest share. */
static void
draw_bars(const struct ht_view_input *input, const struct ht_table_layout *layout,
    const struct ht_view_state *state, struct ht_grid *grid, int top, int height)
{
	enum { LEAST = 8, MOST = 60 };
	double share, most = 0;
	int at = 0;
	for (size_t i = 0; i < layout->count; i++)
		at = layout->shown[i].at + layout->shown[i].width + 2;
	int width = grid->width - at < MOST ? grid->width - at : MOST;
	for (size_t i = 0; i < state->row_count; i++)
		if (share_of(state->rows[i].item, input->process->heap, &share) && share > most)
			most = share;
	for (int i = 0; width >= LEAST && most > 0 && i < height - 1; i++) {
		size_t row = state->top + (size_t)i;
		if (row < state->row_count &&
		    share_of(state->rows[row].item, input->process->heap, &share))
			ht_grid_put_bar(grid, top + 1 + i, at, width, share / most);
	}
}

/* What all classes come to, exact: the heap's own counts. */
static void
draw_total(const struct ht_view_input *input, struct ht_grid *grid, int row)
{
	const struct ht_heap_values *values = &input->process->heap->values;
	char live[HT_TABLE_CELL_BYTES] = "-", blocks[HT_UNITS_TEXT_BYTES] = "-", text[128];
	if (HT_HAS(values, HT_HEAP_LIVE))
		ht_table_bytes(values->value[HT_HEAP_LIVE].u, input->settings->units, live);
	if (HT_HAS(values, HT_HEAP_LIVE_BLOCKS))
		ht_units_count(values->value[HT_HEAP_LIVE_BLOCKS].u, blocks);
	bool forked = HT_HAS(values, HT_HEAP_INHERITED_BLOCKS) &&
		      values->value[HT_HEAP_INHERITED_BLOCKS].u != 0;
	snprintf(text, sizeof(text), "  total %s in %s blocks, exact%s", live, blocks,
	    forked ? "; those inherited by fork are in no class" : "");
	ht_grid_put(grid, row, 0, grid->width, HT_ALIGN_LEFT, HT_ROLE_LABEL, text);
}

static void
draw(const struct ht_view_input *input, struct ht_view_state *state, struct ht_grid *grid, int top,
    int height)
{
	const struct ht_process *process = input->process;
	struct ht_table_layout layout = { .input = input };
	if (process == NULL) {
		ht_identity_draw_absence(input, grid, top, height);
		return;
	}
	int used = ht_identity_draw_head(input, HT_DETAIL_SIZE_CLASSES, "sizes", grid, top, height);
	top += used;
	height -= used;
	ht_table_lay_out(&table, input, state, grid->width, &layout);
	if (height > TABLE_ROWS_LEAST && process->heap != NULL &&
	    (process->detail & HT_DETAIL_SIZE_CLASSES) != 0) {
		height--;
		int rows = state->row_count < (size_t)height ? (int)state->row_count + 1 : height;
		draw_total(input, grid, top + rows);
	}
	ht_table_draw(&table, &layout, state, grid, top, height);
	draw_bars(input, &layout, state, grid, top, height);
}

static enum ht_answer
sort_by(struct ht_view_state *state, enum ht_class_metric metric)
{
	state->sort = (struct ht_sort){ .field = HT_SORT_METRIC,
		.metric = &ht_metric_table(HT_SCOPE_CLASS, NULL)[metric] };
	return HT_ANSWER_DONE;
}

static struct ht_sort
initial_sort(void)
{
	return (struct ht_sort){ .field = HT_SORT_METRIC,
		.metric = &ht_metric_table(HT_SCOPE_CLASS, NULL)[HT_CLASS_LIVE] };
}

static enum ht_answer
key(struct ht_view_state *state, enum ht_command command)
{
	switch ((int)command) {
	case HT_COMMAND_SORT_LIVE:
	case HT_COMMAND_SORT_RESIDENT:
		return sort_by(state, HT_CLASS_LIVE);
	case HT_COMMAND_SORT_RATE:
		return sort_by(state, HT_CLASS_ALLOC_BLOCKS_RATE);
	}
	return ht_table_key(&table, state, command);
}

static void
describe(const struct ht_view_input *input, const struct ht_view_state *state, struct ht_text *out)
{
	ht_describe_column(&table, &state->sort, out);
	if (input->process == NULL || state->sort.field != HT_SORT_METRIC)
		return;
	if (state->sort.metric->index == HT_CLASS_LIVE)
		ht_text_add_string(out, " estimated: classes count blocks, not bytes");
	else
		ht_describe_quality(input->process, state->sort.metric, out);
}

const struct ht_view ht_view_sizes = {
	.name = "Sizes",
	.of_process = true,
	.detail = HT_DETAIL_SIZE_CLASSES,
	.table = &table,
	.initial_sort = initial_sort,
	.select = select_rows,
	.draw = draw,
	.key = key,
	.describe = describe,
};
