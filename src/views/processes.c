/* SPDX-License-Identifier: MIT */
/* The view of all processes, the instrumented ones with their heap. */
#include "config.h"

#include <stdio.h>

#include "views/choice.h"
#include "views/past.h"
#include "views/registry.h"
#include "views/fold.h"
#include "views/table.h"
#include "views/tree.h"

static void
draw_mark(const void *item, struct ht_draft *draft)
{
	const struct ht_process *process = item;
	draft->role = HT_ROLE_MARK;
	bool is_thread = draft->row != NULL && draft->row->is_thread;
	draft->text = process->heap != NULL && !is_thread ? "*" : "";
}

static void
draw_pid(const void *item, struct ht_draft *draft)
{
	const struct ht_process *process = item;
	snprintf(draft->own, sizeof(draft->own), "%d", process->key.pid);
	draft->text = process->key.pid > 0 ? draft->own : "?";
}

static void
draw_user(const void *item, struct ht_draft *draft)
{
	const struct ht_process *process = item;
	draft->text = process->user;
	if (process->user != NULL)
		return;
	snprintf(draft->own, sizeof(draft->own), "%u", (unsigned)process->uid);
	draft->text = process->uid != UINT32_MAX ? draft->own : "-";
	draft->role = HT_ROLE_DIM;
}

/*
 * The live heap.  Where nobody tells it, resident anonymous memory is the nearest thing known:
 * in parentheses, so that nobody takes it for the heap.
 */
static void
draw_heap(const void *item, struct ht_draft *draft)
{
	const struct ht_process *process = item;
	enum ht_units units = draft->input->settings->units;
	char figure[HT_TABLE_CELL_BYTES];
	draft->role = HT_ROLE_DIM;
	draft->text = "-";
	if (process->heap != NULL && HT_HAS(&process->heap->values, HT_HEAP_LIVE)) {
		ht_table_bytes(process->heap->values.value[HT_HEAP_LIVE].u, units, draft->own);
		draft->role = HT_ROLE_NUMBER;
		draft->text = draft->own;
	} else if (process->heap == NULL && HT_HAS(&process->values, HT_PROCESS_ANONYMOUS) &&
		   process->values.value[HT_PROCESS_ANONYMOUS].u != 0) {
		ht_table_bytes(process->values.value[HT_PROCESS_ANONYMOUS].u, units, figure);
		snprintf(draft->own, sizeof(draft->own), "(%s%.28s)",
		    draft->row != NULL && draft->row->below != 0 ? "~" : "", figure);
		draft->text = draft->own;
	}
}

static const char *
source_word(enum ht_source_kind source)
{
	switch (source) {
	case HT_SOURCE_NONE:
		return "-";
	case HT_SOURCE_SEGMENT:
		return "c";
	case HT_SOURCE_GO:
		return "go";
	case HT_SOURCE_JVM:
		return "jvm";
	}
	return "-";
}

static void
draw_source(const void *item, struct ht_draft *draft)
{
	const struct ht_process *process = item;
	if (draft->row != NULL && draft->row->is_thread)
		return;
	draft->role = HT_ROLE_WARNING;
	switch (process->quality) {
	case HT_QUALITY_LIVE:
		draft->text = source_word(process->source);
		draft->role = process->source != HT_SOURCE_NONE ? HT_ROLE_PLAIN : HT_ROLE_DIM;
		break;
	case HT_QUALITY_STALE:
		draft->text = "stale";
		break;
	case HT_QUALITY_DEAD:
		draft->text = "dead";
		break;
	case HT_QUALITY_CORRUPT:
		draft->text = "bad";
		break;
	}
}

/*
 * COMMAND without the directories before the program's own name: a long path would push the name out of
 * sight, and a narrow screen show the same beginning in every row.
 */
static const char *
without_directories(const char *command)
{
	const char *name = command;
	if (command[0] != '/')
		return command;
	for (const char *c = command; *c != '\0' && *c != ' '; c++)
		if (*c == '/')
			name = c + 1;
	return *name != '\0' && *name != ' ' ? name : command;
}

static void
draw_command(const void *item, struct ht_draft *draft)
{
	const struct ht_process *process = item;
	if (draft->row != NULL && draft->row->is_thread) {
		draft->text = process->name;
		return;
	}
	bool told = process->command != NULL && process->command[0] != '\0';
	draft->role = process->heap != NULL ? HT_ROLE_NAME : HT_ROLE_PLAIN;
	draft->text = told ? without_directories(process->command) : process->name;
}

/* clang-format off */
static const struct ht_column columns[] = {
	{ .title = "", .unsorted = true, .draw = draw_mark, .width = 1, .left = true, .importance = 80 },
	{ .title = "PID", .help = "number of the process", .field = HT_SORT_PID, .draw = draw_pid,
	  .searched = true, .width = 7, .importance = 95 },
	{ .title = "USER", .help = "user the process runs as", .field = HT_SORT_USER, .draw = draw_user,
	  .width = 8, .left = true, .costly = true, .importance = 10 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_PROCESS, .metric = HT_PROCESS_RESIDENT,
	  .width = 6, .importance = 60 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_HEAP, .metric = HT_HEAP_LIVE, .draw = draw_heap,
	  .width = 7, .importance = 97 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_HEAP, .metric = HT_HEAP_ALLOC_RATE,
	  .width = 8, .importance = 90 },
	{ .title = "TREND", .unsorted = true, .draw = ht_past_draw_trend, .width = 5, .most = 10,
	  .left = true, .importance = 55 },
	{ .title = HT_PAST_DELTA, .ascii_title = HT_PAST_DELTA_ASCII, .unsorted = true, .draw = ht_past_draw_process_growth,
	  .shown = ht_past_has_mark, .bytes = true, .width = 11, .importance = 92 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_PROCESS, .metric = HT_PROCESS_THREAD_COUNT,
	  .width = 4, .costly = true, .importance = 40 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_HEAP, .metric = HT_HEAP_GC_RATE,
	  .width = 5, .importance = 14 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_HEAP, .metric = HT_HEAP_LAST_GC_PAUSE,
	  .width = 6, .importance = 12 },
	{ .title = "SRC", .unsorted = true, .draw = draw_source, .width = 5, .left = true, .importance = 50 },
	{ .title = "COMMAND", .help = "name and arguments of the process, in the order of the names",
	  .field = HT_SORT_NAME, .draw = draw_command, .searched = true, .width = 8, .wanted = 20,
	  .left = true, .grows = true, .importance = 91 },
};
/* clang-format on */

static bool
value_of(const void *item, const struct ht_metric *metric, union ht_value *value)
{
	const struct ht_process *process = item;
	const struct ht_heap *heap = process->heap;
	if (metric->scope == HT_SCOPE_PROCESS && HT_HAS(&process->values, metric->index)) {
		*value = process->values.value[metric->index];
		return true;
	}
	if (metric->scope == HT_SCOPE_HEAP && heap != NULL &&
	    HT_HAS(&heap->values, metric->index)) {
		*value = heap->values.value[metric->index];
		return true;
	}
	return false;
}

static int
compare(const struct ht_sort *sort, const void *a, const void *b)
{
	return ht_sort_compare(sort, a, b);
}

static const struct ht_table table = {
	.columns = columns,
	.count = sizeof(columns) / sizeof(columns[0]),
	.scopes = 1 << HT_SCOPE_PROCESS | 1 << HT_SCOPE_HEAP,
	.value = value_of,
	.compare = compare,
};

static int
select_rows(const struct ht_view_input *input, struct ht_view_state *state)
{
	int error = 0;
	for (size_t i = 0; i < input->frame->process_count && error == 0; i++) {
		const struct ht_process *process = &input->frame->processes[i];
		struct ht_row_key key = { (uint64_t)process->key.pid,
			process->key.start_time_ticks };
		if (ht_choice_shows_process(input, state, process))
			error = ht_view_state_push(
			    state, &(struct ht_row_item){
				       .key = key, .item = process, .process = process });
	}
	return error;
}

static int
order(const struct ht_view_input *input, struct ht_view_state *state)
{
	int error = 0;
	if (input->settings->tree)
		error = ht_tree_arrange(input, &table, state);
	else
		ht_view_state_sort(state, &table);
	if (error == 0 && input->settings->threads)
		error = ht_tree_add_threads(&table, state);
	return error;
}

/* How to begin, where no program is instrumented; each line fits the narrowest screen. */
static const char *const first_steps[] = {
	"No program here is instrumented yet.",
	"heaptop run CMD  starts one that is",
	"heaptop demo     shows a demonstration",
	"",
};

enum { FIRST_STEPS = sizeof(first_steps) / sizeof(first_steps[0]), TABLE_ROWS_LEAST = 3 };

static void
draw(const struct ht_view_input *input, struct ht_view_state *state, struct ht_grid *grid, int top,
    int height)
{
	struct ht_table_layout layout;
	/* Nothing can be begun in a recording. */
	bool begins = input->frame->instrumented_count == 0 && !input->replayed;
	for (int i = 0; begins && i < FIRST_STEPS; i++) {
		if (height <= TABLE_ROWS_LEAST)
			break;
		ht_grid_put_text(grid, top, 0, HT_ROLE_WARNING, first_steps[i]);
		top++;
		height--;
	}
	ht_table_lay_out(&table, input, state, grid->width, &layout);
	ht_table_draw(&table, &layout, state, grid, top, height);
	if (input->replayed && input->frame->process_count == 0 && height > 1)
		ht_grid_put_text(
		    grid, top + 1, 0, HT_ROLE_DIM, "No process is there at this time.");
}

static enum ht_answer
sort_by(struct ht_view_state *state, enum ht_metric_scope scope, unsigned metric)
{
	state->sort = (struct ht_sort){ .field = HT_SORT_METRIC,
		.metric = &ht_metric_table(scope, NULL)[metric] };
	return HT_ANSWER_DONE;
}

static enum ht_answer
key(struct ht_view_state *state, enum ht_command command)
{
	switch ((int)command) {
	case HT_COMMAND_OPEN:
		return state->row_count != 0 ? HT_ANSWER_OPEN : HT_ANSWER_IGNORED;
	case HT_COMMAND_SORT_LIVE:
		return sort_by(state, HT_SCOPE_HEAP, HT_HEAP_LIVE);
	case HT_COMMAND_SORT_RATE:
		return sort_by(state, HT_SCOPE_HEAP, HT_HEAP_ALLOC_RATE);
	case HT_COMMAND_SORT_RESIDENT:
		return sort_by(state, HT_SCOPE_PROCESS, HT_PROCESS_RESIDENT);
	case HT_COMMAND_SORT_CPU:
		return sort_by(state, HT_SCOPE_PROCESS, HT_PROCESS_CPU);
	}
	return ht_table_key(&table, state, command);
}

/* What stands in place of the heap that nobody tells, and why. */
static void
describe_anonymous(
    const struct ht_view_input *input, const struct ht_process *process, struct ht_text *out)
{
	const char *reason = process->quality_reason;
	ht_text_add_format(out, "HEAP: unknown, %s; (N): anonymous resident",
	    reason != NULL ? reason : "not instrumented");
	ht_past_describe_growth(input, process, out);
	ht_text_add_string(out, ".");
}

/* A folded row: of how many it is the sum, and what that says. */
static void
describe_sum(const struct ht_row_item *row, const struct ht_metric *metric, struct ht_text *out)
{
	unsigned all = (unsigned)row->below + 1, known = ht_fold_known(row, metric);
	ht_text_add_format(out, " Sum over %u process%s", known, known != 1 ? "es" : "");
	if (known < all)
		ht_text_add_format(out, " of %u, unknown of the others", all);
	if (ht_fold_is_at_most(metric))
		ht_text_add_string(out, ", at most: what they share counts for each");
}

static void
describe(const struct ht_view_input *input, const struct ht_view_state *state, struct ht_text *out)
{
	const struct ht_sort *sort = &state->sort;
	const struct ht_row_item *row = ht_view_selected(state);
	const struct ht_process *process = row != NULL ? row->item : NULL;
	bool by_metric = process != NULL && sort->field == HT_SORT_METRIC;
	if (by_metric && process->heap == NULL && sort->metric->scope == HT_SCOPE_HEAP &&
	    sort->metric->index == HT_HEAP_LIVE) {
		describe_anonymous(input, process, out);
		return;
	}
	ht_describe_column(&table, sort, out);
	if (by_metric && row->below != 0)
		describe_sum(row, sort->metric, out);
	else if (by_metric)
		ht_describe_quality(process, sort->metric, out);
}

const struct ht_view ht_view_processes = {
	.name = "Processes",
	.filtered = true,
	.open_label = "Overview",
	.table = &table,
	.initial_sort = ht_sort_default,
	.select = select_rows,
	.order = order,
	.draw = draw,
	.key = key,
	.describe = describe,
};
