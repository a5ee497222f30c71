/* SPDX-License-Identifier: MIT */
/* The view of one process's threads: what each allocated and freed, and how fast it goes on. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "views/choice.h"
#include "views/identity.h"
#include "views/merge.h"
#include "views/past.h"
#include "views/registry.h"
#include "views/table.h"

/* A line below the threads, drawn as one: no thread has such a number. */
enum { SUMMARY_TID = -1 };

static void
draw_tid(const void *item, struct ht_draft *draft)
{
	const struct ht_thread *thread = item;
	if (thread->tid == SUMMARY_TID)
		return;
	if (thread->tid == HT_MERGED_TID)
		snprintf(draft->own, sizeof(draft->own), "%zu of", ht_merge_count(thread));
	else
		snprintf(draft->own, sizeof(draft->own), "%d", thread->tid);
	draft->text = draft->own;
}

static void
draw_name(const void *item, struct ht_draft *draft)
{
	const struct ht_thread *thread = item;
	draft->role = thread->tid == SUMMARY_TID ? HT_ROLE_LABEL : HT_ROLE_NAME;
	draft->text = thread->name;
}

/* The letters of proc_pid_stat(5) as words. */
static void
draw_state(const void *item, struct ht_draft *draft)
{
	static const struct {
		char letter;
		const char *word;
	} words[] = { { 'R', "running" }, { 'S', "sleeping" }, { 'D', "waiting" },
		{ 'T', "stopped" }, { 't', "traced" }, { 'Z', "zombie" }, { 'X', "dead" },
		{ 'I', "idle" } };
	const struct ht_thread *thread = item;
	if (thread->tid == SUMMARY_TID)
		return;
	draft->text = "-";
	draft->role = HT_ROLE_DIM;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].letter == thread->state)
			draft->text = words[i].word;
	if (thread->state == 'R')
		draft->role = HT_ROLE_PLAIN;
}

/* clang-format off */
static const struct ht_column columns[] = {
	{ .title = "TID", .help = "number of the thread", .field = HT_SORT_PID, .draw = draw_tid,
	  .searched = true, .width = 7, .importance = 95 },
	{ .title = "NAME", .help = "name of the thread", .field = HT_SORT_NAME, .draw = draw_name,
	  .searched = true, .width = 15, .left = true, .importance = 85 },
	{ .title = "STATE", .unsorted = true, .draw = draw_state, .width = 8, .left = true, .importance = 30 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_THREAD, .metric = HT_THREAD_CPU,
	  .width = 6, .importance = 40 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_THREAD, .metric = HT_THREAD_ALLOCATED,
	  .width = 7, .importance = 80 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_THREAD, .metric = HT_THREAD_ALLOCATED_BLOCKS,
	  .width = 7, .importance = 50 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_THREAD, .metric = HT_THREAD_FREED,
	  .width = 7, .importance = 60 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_THREAD, .metric = HT_THREAD_ALLOC_RATE,
	  .width = 8, .importance = 90 },
	{ .title = HT_PAST_DELTA, .ascii_title = HT_PAST_DELTA_ASCII, .unsorted = true,
	  .draw = ht_past_draw_thread_growth, .shown = ht_past_has_mark, .bytes = true, .width = 11, .importance = 75 },
};
/* clang-format on */

static bool
value_of(const void *item, const struct ht_metric *metric, union ht_value *value)
{
	const struct ht_thread *thread = item;
	if (metric->scope != HT_SCOPE_THREAD || !HT_HAS(&thread->values, metric->index))
		return false;
	*value = thread->values.value[metric->index];
	return true;
}

static const struct ht_table table;

static int
compare_tids(const struct ht_thread *a, const struct ht_thread *b)
{
	return (a->tid > b->tid) - (a->tid < b->tid);
}

static int
compare(const struct ht_sort *sort, const void *item_a, const void *item_b)
{
	const struct ht_thread *a = item_a, *b = item_b;
	int order = 0;
	switch (sort->field) {
	case HT_SORT_METRIC:
		order = ht_table_compare_metric(&table, sort, a, b);
		break;
	case HT_SORT_PID:
		order = sort->reversed ? compare_tids(b, a) : compare_tids(a, b);
		break;
	case HT_SORT_NAME:
	case HT_SORT_USER:
		order = sort->reversed ? strcmp(b->name, a->name) : strcmp(a->name, b->name);
		break;
	}
	if (order == 0)
		order = compare_tids(a, b);
	return order != 0 ? order : strcmp(a->name, b->name);
}

static const struct ht_table table = {
	.columns = columns,
	.count = sizeof(columns) / sizeof(columns[0]),
	.scopes = 1 << HT_SCOPE_THREAD,
	.value = value_of,
	.compare = compare,
};

static int
select_rows(const struct ht_view_input *input, struct ht_view_state *state)
{
	int error = 0;
	if (input->settings->merge_threads)
		return ht_merge_select(input, state);
	for (size_t i = 0; input->process != NULL && i < input->process->thread_count && error == 0;
	     i++) {
		const struct ht_thread *thread = &input->process->threads[i];
		struct ht_row_key key = { (uint64_t)thread->tid, 0 };
		if (ht_choice_shows_thread(input, state, thread))
			error = ht_view_state_add(state, key, thread);
	}
	return error;
}

/* What belongs to no living thread, as a row. */
static struct ht_thread
exited_row(const struct ht_heap *heap)
{
	const struct ht_exited_threads *exited = &heap->exited;
	struct ht_thread row = { .tid = SUMMARY_TID };
	char count[HT_UNITS_TEXT_BYTES];
	ht_units_count(exited->count, count);
	snprintf(row.name, sizeof(row.name), "%.8s exited", count);
	if (!heap->bytes_unknown) {
		HT_SET_U(&row.values, HT_THREAD_ALLOCATED, exited->allocated_bytes);
		HT_SET_U(&row.values, HT_THREAD_FREED, exited->freed_bytes);
	}
	HT_SET_U(&row.values, HT_THREAD_ALLOCATED_BLOCKS, exited->allocated_blocks);
	HT_SET_U(&row.values, HT_THREAD_FREED_BLOCKS, exited->freed_blocks);
	return row;
}

/* The heap's totals as a row: what the threads and the exited ones add up to. */
static struct ht_thread
total_row(const struct ht_process *process)
{
	static const struct {
		enum ht_thread_metric to;
		enum ht_heap_metric from;
	} pairs[] = {
		{ HT_THREAD_ALLOCATED, HT_HEAP_ALLOCATED },
		{ HT_THREAD_ALLOCATED_BLOCKS, HT_HEAP_ALLOCATED_BLOCKS },
		{ HT_THREAD_FREED, HT_HEAP_FREED },
		{ HT_THREAD_FREED_BLOCKS, HT_HEAP_FREED_BLOCKS },
		{ HT_THREAD_ALLOC_RATE, HT_HEAP_ALLOC_RATE },
	};
	struct ht_thread row = { .tid = SUMMARY_TID, .name = "total" };
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (!HT_HAS(&process->heap->values, pairs[i].from))
			continue;
		row.values.value[pairs[i].to] = process->heap->values.value[pairs[i].from];
		row.values.present |= UINT64_C(1) << pairs[i].to;
	}
	if (HT_HAS(&process->values, HT_PROCESS_CPU))
		HT_SET_F(&row.values, HT_THREAD_CPU, process->values.value[HT_PROCESS_CPU].f);
	return row;
}

static void
draw_sums(const struct ht_process *process, const struct ht_table_layout *layout,
    struct ht_grid *grid, int row)
{
	struct ht_thread exited = exited_row(process->heap);
	struct ht_thread total = total_row(process);
	ht_table_draw_item(&table, layout, &exited, grid, row);
	ht_table_draw_item(&table, layout, &total, grid, row + 1);
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
	int used = ht_identity_draw_head(input, HT_DETAIL_THREADS, "threads", grid, top, height);
	top += used;
	height -= used;
	ht_table_lay_out(&table, input, state, grid->width, &layout);
	if (process->heap != NULL && (process->detail & HT_DETAIL_THREADS) != 0 &&
	    height >= TABLE_ROWS_LEAST + 1) {
		height -= 2;
		int needed = state->row_count < (size_t)height ? 1 + (int)state->row_count : height;
		draw_sums(process, &layout, grid, top + (needed < height ? needed : height));
	}
	ht_table_draw(&table, &layout, state, grid, top, height);
}

static enum ht_answer
sort_by(struct ht_view_state *state, enum ht_thread_metric metric)
{
	state->sort = (struct ht_sort){ .field = HT_SORT_METRIC,
		.metric = &ht_metric_table(HT_SCOPE_THREAD, NULL)[metric] };
	return HT_ANSWER_DONE;
}

static struct ht_sort
initial_sort(void)
{
	return (struct ht_sort){ .field = HT_SORT_METRIC,
		.metric = &ht_metric_table(HT_SCOPE_THREAD, NULL)[HT_THREAD_ALLOCATED] };
}

/* What is live or resident belongs to no thread alone: those keys order by what it allocated. */
static enum ht_answer
key(struct ht_view_state *state, enum ht_command command)
{
	switch ((int)command) {
	case HT_COMMAND_SORT_LIVE:
	case HT_COMMAND_SORT_RESIDENT:
		return sort_by(state, HT_THREAD_ALLOCATED);
	case HT_COMMAND_SORT_RATE:
		return sort_by(state, HT_THREAD_ALLOC_RATE);
	case HT_COMMAND_SORT_CPU:
		return sort_by(state, HT_THREAD_CPU);
	}
	return ht_table_key(&table, state, command);
}

/* A row of merged threads: of how many it is the sum, and how many of those nothing is known of. */
static void
describe_merged(const struct ht_thread *thread, const struct ht_metric *metric, struct ht_text *out)
{
	if (thread->tid != HT_MERGED_TID)
		return;
	size_t count = ht_merge_count(thread), known = ht_merge_known(thread, metric);
	ht_text_add_format(out, " Sum over %zu thread%s", known, known != 1 ? "s" : "");
	if (known < count)
		ht_text_add_format(out, ", not the %zu of which it is unknown", count - known);
	ht_text_add_string(out, ",");
}

static void
describe(const struct ht_view_input *input, const struct ht_view_state *state, struct ht_text *out)
{
	const struct ht_row_item *row = ht_view_selected(state);
	ht_describe_column(&table, &state->sort, out);
	if (row != NULL && state->sort.field == HT_SORT_METRIC)
		describe_merged(row->item, state->sort.metric, out);
	if (input->process != NULL && state->sort.field == HT_SORT_METRIC)
		ht_describe_quality(input->process, state->sort.metric, out);
}

const struct ht_view ht_view_threads = {
	.name = "Threads",
	.of_process = true,
	.filtered = true,
	.detail = HT_DETAIL_THREADS,
	.table = &table,
	.initial_sort = initial_sort,
	.select = select_rows,
	.draw = draw,
	.key = key,
	.describe = describe,
};
