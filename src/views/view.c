/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/view.h"

#include <errno.h>
#include <stdlib.h>

#include "base/units.h"
#include "views/order.h"
#include "views/table.h"

void
ht_view_state_init(struct ht_view_state *state, const struct ht_view *view)
{
	*state =
	    (struct ht_view_state){ .sort = view->initial_sort(), .uid = UINT32_MAX, .page = 1 };
}

void
ht_view_state_release(struct ht_view_state *state)
{
	free(state->rows);
	state->rows = NULL;
	ht_arena_free(state->arena);
	state->arena = NULL;
	free(state->folded);
	state->folded = NULL;
	state->folded_count = 0;
	ht_filter_free(state->filter);
	state->filter = NULL;
	state->row_count = state->row_capacity = 0;
}

int
ht_view_state_push(struct ht_view_state *state, const struct ht_row_item *item)
{
	if (state->row_count == state->row_capacity) {
		size_t capacity = state->row_capacity != 0 ? state->row_capacity * 2 : 64;
		struct ht_row_item *rows = reallocarray(state->rows, capacity, sizeof(*rows));
		if (rows == NULL)
			return -ENOMEM;
		state->rows = rows;
		state->row_capacity = capacity;
	}
	state->rows[state->row_count++] = *item;
	return 0;
}

int
ht_view_state_add(struct ht_view_state *state, struct ht_row_key key, const void *item)
{
	struct ht_row_item row = { .key = key, .item = item };
	return ht_view_state_push(state, &row);
}

struct ht_arena *
ht_view_state_arena(struct ht_view_state *state)
{
	if (state->arena == NULL)
		state->arena = ht_arena_new();
	return state->arena;
}

struct order {
	const struct ht_table *table;
	const struct ht_sort *sort;
};

static int
compare_rows(const void *a, const void *b, void *data)
{
	const struct order *order = data;
	const struct ht_row_item *row_a = a, *row_b = b;
	return order->table->compare(order->sort, row_a->item, row_b->item);
}

void
ht_view_state_sort(struct ht_view_state *state, const struct ht_table *table)
{
	struct order order = { table, &state->sort };
	if (state->row_count > 1)
		qsort_r(state->rows, state->row_count, sizeof(*state->rows), compare_rows, &order);
}

static bool
same_key(struct ht_row_key a, struct ht_row_key b)
{
	return a.id == b.id && a.generation == b.generation;
}

/* Somebody asked for another order: the place in it stays, as long as no row is followed. */
static bool
is_order_new(const struct ht_view_state *state)
{
	return state->sort.reversed != state->arranged_by.reversed ||
	       !ht_order_is_same(&state->sort, &state->arranged_by);
}

/* The selection stays on its row; if that is gone, on what came into its place. */
static void
find_selected(struct ht_view_state *state)
{
	if (!state->anchored) {
		state->index = 0;
		return;
	}
	if (is_order_new(state) && !state->followed && state->index < state->row_count) {
		state->selected = state->rows[state->index].key;
		return;
	}
	for (size_t i = 0; i < state->row_count; i++) {
		if (same_key(state->rows[i].key, state->selected)) {
			state->index = i;
			return;
		}
	}
	state->followed = false;
	if (state->row_count == 0)
		return;
	if (state->index >= state->row_count)
		state->index = state->row_count - 1;
	state->selected = state->rows[state->index].key;
}

int
ht_view_arrange(
    const struct ht_view *view, const struct ht_view_input *input, struct ht_view_state *state)
{
	size_t offset = state->index - (state->top < state->index ? state->top : state->index);
	if (state->arena != NULL)
		ht_arena_reset(state->arena);
	state->row_count = state->shown = state->left_out = 0;
	int error = view->select(input, state);
	if (error != 0) {
		state->row_count = 0;
		return error;
	}
	if (view->order != NULL)
		error = view->order(input, state);
	else if (view->table != NULL)
		ht_view_state_sort(state, view->table);
	if (error != 0) {
		state->row_count = 0;
		return error;
	}
	find_selected(state);
	state->arranged_by = state->sort;
	/* Threads come and go with what is in sight: the selected row stays where it is. */
	if (input->settings->threads && state->anchored)
		state->top = state->index > offset ? state->index - offset : 0;
	return 0;
}

void
ht_view_state_select(struct ht_view_state *state, size_t index)
{
	state->index = index;
	state->anchored = true;
	state->followed = false;
	state->selected = state->rows[index].key;
}

const struct ht_row_item *
ht_view_selected(const struct ht_view_state *state)
{
	return state->index < state->row_count ? &state->rows[state->index] : NULL;
}

void
ht_describe_column(const struct ht_table *table, const struct ht_sort *sort, struct ht_text *out)
{
	const struct ht_column *column = ht_table_sort_column(table, sort);
	const char *title = column != NULL ? column->title : NULL;
	const char *help = column != NULL ? column->help : NULL;
	if (sort->field == HT_SORT_METRIC) {
		title = title != NULL ? title : sort->metric->title;
		help = help != NULL ? help : sort->metric->help;
	}
	if (title != NULL && help != NULL)
		ht_text_add_format(out, "%s: %s.", title, help);
}

/* Below two seconds it is the last tick's: a changing figure would only be noise. */
static void
add_age(uint64_t age_ns, struct ht_text *out)
{
	char age[HT_UNITS_TEXT_BYTES];
	if (age_ns < UINT64_C(2000000000))
		return;
	ht_units_duration(age_ns, age);
	ht_text_add_format(out, ", %s ago", age);
}

static void
add_reason(const struct ht_process *process, const char *otherwise, struct ht_text *out)
{
	const char *reason = process->quality_reason;
	ht_text_add_format(out, ": %s", reason != NULL ? reason : otherwise);
}

static void
describe_heap(const struct ht_process *process, struct ht_text *out)
{
	switch (process->quality) {
	case HT_QUALITY_LIVE:
		ht_text_add_format(out, " exact (%s)", ht_source_kind_name(process->source));
		break;
	case HT_QUALITY_STALE:
		ht_text_add_string(out, " last good figures");
		add_reason(process, "it can't be read now", out);
		break;
	case HT_QUALITY_DEAD:
		ht_text_add_string(out, " last figures");
		add_reason(process, "the process has ended", out);
		break;
	case HT_QUALITY_CORRUPT:
		ht_text_add_string(out, " unknown");
		add_reason(process, "its segment is corrupt", out);
		return;
	}
	add_age(process->age_ns, out);
}

void
ht_describe_quality(
    const struct ht_process *process, const struct ht_metric *metric, struct ht_text *out)
{
	if (metric->scope == HT_SCOPE_PROCESS ||
	    (metric->scope == HT_SCOPE_THREAD && metric->index == HT_THREAD_CPU)) {
		ht_text_add_string(out, " from /proc");
		return;
	}
	if (process->heap != NULL) {
		describe_heap(process, out);
		return;
	}
	ht_text_add_string(out, " unknown");
	add_reason(process, "not instrumented", out);
}
