/* SPDX-License-Identifier: MIT */
/* The view of what happened in one process: trims, refused requests, threads that came and went, the newest first. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "heaptop/segment.h"
#include "views/identity.h"
#include "views/moment.h"
#include "views/registry.h"
#include "views/table.h"

static void
draw_time(const void *item, struct ht_draft *draft)
{
	const struct ht_event *event = item;
	ht_moment_format(event->realtime_ns, draft->input->frame->realtime_ns, draft->own);
	draft->text = draft->own;
}

static const char *
kind_of(const void *item)
{
	const struct ht_event *event = item;
	const char *name = ht_event_kind_name(event->kind);
	return name != NULL ? name : "?";
}

static void
draw_kind(const void *item, struct ht_draft *draft)
{
	const struct ht_event *event = item;
	draft->text = kind_of(item);
	draft->role = event->kind == HEAPTOP_EVENT_OOM ? HT_ROLE_WARNING : HT_ROLE_NAME;
}

static void
draw_tid(const void *item, struct ht_draft *draft)
{
	const struct ht_event *event = item;
	draft->role = HT_ROLE_DIM;
	draft->text = "-";
	if (event->tid <= 0)
		return;
	snprintf(draft->own, sizeof(draft->own), "%d", event->tid);
	draft->role = HT_ROLE_PLAIN;
	draft->text = draft->own;
}

/* What it made of the bytes, signed. */
static void
draw_change(const void *item, struct ht_draft *draft)
{
	const struct ht_event *event = item;
	char figure[HT_TABLE_CELL_BYTES];
	draft->role = HT_ROLE_DIM;
	draft->text = "-";
	if (event->bytes_before == UINT64_MAX || event->bytes_after == UINT64_MAX)
		return;
	bool fell = event->bytes_after < event->bytes_before;
	ht_table_bytes(fell ? event->bytes_before - event->bytes_after
			    : event->bytes_after - event->bytes_before,
	    draft->input->settings->units, figure);
	snprintf(draft->own, sizeof(draft->own), "%s%.30s", fell ? "-" : "+", figure);
	draft->text = draft->own;
	draft->role = HT_ROLE_NUMBER;
}

static void
draw_label(const void *item, struct ht_draft *draft)
{
	const struct ht_event *event = item;
	draft->text = event->label;
	draft->role = HT_ROLE_NAME;
}

/* clang-format off */
static const struct ht_column columns[] = {
	{ .title = "TIME", .help = "time of day at its end, the newest first", .field = HT_SORT_METRIC,
	  .scope = HT_SCOPE_EVENT, .metric = HT_EVENT_TIME, .draw = draw_time, .width = 12, .left = true,
	  .importance = 97 },
	{ .title = "KIND", .help = "what happened", .searched = true, .field = HT_SORT_NAME, .draw = draw_kind,
	  .width = 12, .left = true, .importance = 95 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_EVENT, .metric = HT_EVENT_DURATION,
	  .width = 6, .importance = 70 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_EVENT, .metric = HT_EVENT_BYTES_BEFORE,
	  .width = 7, .importance = 60 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_EVENT, .metric = HT_EVENT_BYTES_AFTER,
	  .width = 7, .importance = 80 },
	{ .title = "CHANGE", .unsorted = true, .draw = draw_change, .width = 7, .importance = 75 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_EVENT, .metric = HT_EVENT_REQUESTED,
	  .width = 6, .importance = 65 },
	{ .title = "TID", .help = "number of the thread", .field = HT_SORT_PID, .draw = draw_tid,
	  .width = 7, .importance = 50 },
	{ .title = "LABEL", .unsorted = true, .searched = true, .draw = draw_label, .width = 6, .left = true, .grows = true,
	  .importance = 55 },
};
/* clang-format on */

/* The known figures of an event; UINT64_MAX says that it wasn't told. */
static bool
value_of(const void *item, const struct ht_metric *metric, union ht_value *value)
{
	const struct ht_event *event = item;
	if (metric->scope != HT_SCOPE_EVENT)
		return false;
	value->u = UINT64_MAX;
	switch ((enum ht_event_metric)metric->index) {
	case HT_EVENT_TIME:
		value->u = event->monotonic_ns;
		break;
	case HT_EVENT_DURATION:
		value->u = event->duration_ns;
		break;
	case HT_EVENT_BYTES_BEFORE:
		value->u = event->bytes_before;
		break;
	case HT_EVENT_BYTES_AFTER:
		value->u = event->bytes_after;
		break;
	case HT_EVENT_REQUESTED:
		value->u = event->requested_bytes;
		break;
	case HT_EVENT_METRICS:
		break;
	}
	return value->u != UINT64_MAX;
}

static const struct ht_table table;

/* Newest first where nothing else tells, whichever way the rest goes. */
static int
compare_age(const struct ht_event *a, const struct ht_event *b)
{
	/* Events of one moment are a list in the order they happened in. */
	if (a->monotonic_ns == b->monotonic_ns)
		return (a < b) - (a > b);
	return a->monotonic_ns > b->monotonic_ns ? -1 : 1;
}

static int
compare(const struct ht_sort *sort, const void *a, const void *b)
{
	const struct ht_event *event_a = a, *event_b = b;
	int order = 0;
	switch (sort->field) {
	case HT_SORT_METRIC:
		order = ht_table_compare_metric(&table, sort, a, b);
		break;
	case HT_SORT_PID:
		order = (event_a->tid > event_b->tid) - (event_a->tid < event_b->tid);
		order = sort->reversed ? -order : order;
		break;
	case HT_SORT_NAME:
	case HT_SORT_USER:
		order = strcmp(kind_of(a), kind_of(b));
		order = sort->reversed ? -order : order;
		break;
	}
	return order != 0 ? order : compare_age(event_a, event_b);
}

static const struct ht_table table = {
	.columns = columns,
	.count = sizeof(columns) / sizeof(columns[0]),
	.scopes = 1 << HT_SCOPE_EVENT,
	.value = value_of,
	.compare = compare,
};

/* Two events may end at one moment: their place among those tells them apart. */
static struct ht_row_key
key_of(const struct ht_event *events, size_t index)
{
	uint64_t same = 0;
	while (same < index && events[index - same - 1].monotonic_ns == events[index].monotonic_ns)
		same++;
	return (struct ht_row_key){ events[index].monotonic_ns, same };
}

static int
select_rows(const struct ht_view_input *input, struct ht_view_state *state)
{
	const struct ht_heap *heap = input->process != NULL ? input->process->heap : NULL;
	int error = 0;
	for (size_t i = 0; heap != NULL && i < heap->event_count && error == 0; i++)
		error = ht_view_state_add(state, key_of(heap->events, i), &heap->events[i]);
	return error;
}

/* How many are no longer there, or that there is nothing to show; returns the rows it took. */
static int
draw_note(const struct ht_process *process, struct ht_grid *grid, int row)
{
	const struct ht_heap *heap = process->heap;
	char text[64] = "", count[HT_UNITS_TEXT_BYTES];
	if (heap == NULL || (process->detail & HT_DETAIL_EVENTS) == 0)
		return 0;
	if (heap->dropped.events != 0 && heap->dropped.events != UINT64_MAX) {
		ht_units_count(heap->dropped.events, count);
		snprintf(text, sizeof(text), "%s older one%s lost", count,
		    heap->dropped.events == 1 ? "" : "s");
	} else if (heap->event_count == 0) {
		snprintf(text, sizeof(text), "Nothing has happened so far.");
	}
	ht_grid_put_text(grid, row, 0, HT_ROLE_DIM, text);
	return text[0] != '\0';
}

/* Rows of HEIGHT that go to something else than the table go only where it has enough left. */
enum { TABLE_ROWS_LEAST = 4 };

static void
draw(const struct ht_view_input *input, struct ht_view_state *state, struct ht_grid *grid, int top,
    int height)
{
	const struct ht_process *process = input->process;
	struct ht_table_layout layout;
	if (process == NULL) {
		ht_identity_draw_absence(input, grid, top, height);
		return;
	}
	int used = ht_identity_draw_head(input, HT_DETAIL_EVENTS, "events", grid, top, height);
	top += used;
	height -= used;
	ht_table_lay_out(&table, input, state, grid->width, &layout);
	if (height > TABLE_ROWS_LEAST) {
		int rows = state->row_count < (size_t)height ? (int)state->row_count + 1 : height;
		height -= draw_note(process, grid, top + (rows < height ? rows : height - 1));
	}
	ht_table_draw(&table, &layout, state, grid, top, height);
}

static struct ht_sort
initial_sort(void)
{
	return (struct ht_sort){ .field = HT_SORT_METRIC,
		.metric = &ht_metric_table(HT_SCOPE_EVENT, NULL)[HT_EVENT_TIME] };
}

static enum ht_answer
key(struct ht_view_state *state, enum ht_command command)
{
	return ht_table_key(&table, state, command);
}

/* What the selected event means, beside the column: its kind is the question that comes next. */
static void
describe(const struct ht_view_input *input, const struct ht_view_state *state, struct ht_text *out)
{
	(void)input;
	const struct ht_row_item *row = ht_view_selected(state);
	const struct ht_event *event = row != NULL ? row->item : NULL;
	const char *help = event != NULL ? ht_event_kind_help(event->kind) : NULL;
	if (help != NULL)
		ht_text_add_format(out, "%s: %s. ", kind_of(event), help);
	ht_describe_column(&table, &state->sort, out);
}

const struct ht_view ht_view_events = {
	.name = "Events",
	.of_process = true,
	.detail = HT_DETAIL_EVENTS,
	.table = &table,
	.initial_sort = initial_sort,
	.select = select_rows,
	.draw = draw,
	.key = key,
	.describe = describe,
};
