/* SPDX-License-Identifier: MIT */
/* The view of one process's threads: what each allocated and freed, and how fast it goes on. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "views/choice.h"
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

static int
compare_numbers(double a, double b)
{
	return (a < b) - (a > b);
}

/* High figures first, unknown ones last either way, as ht_sort_compare has it for processes. */
static int
compare_metric(const struct ht_sort *sort, const struct ht_thread *a, const struct ht_thread *b)
{
	union ht_value value_a, value_b;
	bool known_a = value_of(a, sort->metric, &value_a);
	bool known_b = value_of(b, sort->metric, &value_b);
	if (!known_a || !known_b)
		return (int)known_b - (int)known_a;
	int order = ht_metric_is_real(sort->metric)
			? compare_numbers(value_a.f, value_b.f)
			: (value_a.u < value_b.u) - (value_a.u > value_b.u);
	return sort->reversed ? -order : order;
}

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
		order = compare_metric(sort, a, b);
		break;
	case HT_SORT_PID:
		order = sort->reversed ? compare_tids(b, a) : compare_tids(a, b);
		break;
	case HT_SORT_NAME:
	case HT_SORT_USER:
		order = sort->reversed ? strcmp(b->name, a->name) : strcmp(a->name, b->name);
		break;
	}
	return order != 0 ? order : compare_tids(a, b);
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
	for (size_t i = 0; input->process != NULL && i < input->process->thread_count && error == 0;
	     i++) {
		const struct ht_thread *thread = &input->process->threads[i];
		struct ht_row_key key = { (uint64_t)thread->tid, 0 };
		if (ht_choice_shows_thread(input, state, thread))
			error = ht_view_state_add(state, key, thread);
	}
	return error;
}

/* " WORD FIGURE" where the figure is known; returns the column behind it. */
static int
put_figure(struct ht_grid *grid, int row, int column, const char *word,
    const struct ht_metric *metric, bool known, union ht_value value)
{
	char figure[HT_TABLE_CELL_BYTES];
	if (!known)
		return column;
	ht_table_format(metric, value, figure);
	column = ht_grid_put_text(grid, row, column + 2, HT_ROLE_LABEL, word);
	return ht_grid_put_text(grid, row, column + 1, HT_ROLE_NUMBER, figure);
}

static int
put_process_figure(struct ht_grid *grid, int row, int column, const char *word,
    const struct ht_process *process, enum ht_process_metric metric)
{
	return put_figure(grid, row, column, word, &ht_metric_table(HT_SCOPE_PROCESS, NULL)[metric],
	    HT_HAS(&process->values, metric), process->values.value[metric]);
}

static int
put_heap_figure(struct ht_grid *grid, int row, int column, const char *word,
    const struct ht_heap *heap, enum ht_heap_metric metric)
{
	return put_figure(grid, row, column, word, &ht_metric_table(HT_SCOPE_HEAP, NULL)[metric],
	    HT_HAS(&heap->values, metric), heap->values.value[metric]);
}

/* Which process this is, and its main figures. */
static void
draw_identity(const struct ht_process *process, struct ht_grid *grid, int row)
{
	char text[HT_TABLE_CELL_BYTES];
	int column = ht_grid_put_text(grid, row, 0, HT_ROLE_TITLE, process->name);
	snprintf(text, sizeof(text), "%d", process->key.pid);
	column = ht_grid_put_text(grid, row, column + 1, HT_ROLE_TITLE, text);
	if (process->user != NULL)
		column = ht_grid_put_text(grid, row, column + 1, HT_ROLE_DIM, process->user);
	if (process->heap != NULL) {
		column = put_heap_figure(grid, row, column, "heap", process->heap, HT_HEAP_LIVE);
		column = put_heap_figure(grid, row, column, "peak", process->heap, HT_HEAP_PEAK);
	}
	column = put_process_figure(grid, row, column, "resident", process, HT_PROCESS_RESIDENT);
	snprintf(text, sizeof(text), "%zu", process->thread_count);
	column = ht_grid_put_text(grid, row, column + 2, HT_ROLE_LABEL, "threads");
	ht_grid_put_text(grid, row, column + 1, HT_ROLE_NUMBER, text);
}

/* Why there is no heap, or what is wrong with it; returns the rows it took. */
static int
draw_reason(const struct ht_process *process, struct ht_grid *grid, int top, int rows)
{
	const char *reason = process->quality_reason;
	struct ht_text text;
	ht_text_init(&text);
	if (process->heap == NULL)
		ht_text_add_format(&text,
		    "No heap to be seen here: %s. Programs show theirs when started with: "
		    "heaptop run CMD",
		    reason != NULL ? reason : "not instrumented");
	else if (process->quality != HT_QUALITY_LIVE)
		ht_text_add_format(&text, "These are the last good figures: %s",
		    reason != NULL ? reason : "the heap can't be read now");
	int used = ht_grid_put_lines(grid, top, rows, HT_ROLE_WARNING, ht_text_string(&text));
	ht_text_release(&text);
	return used;
}

/* What belongs to no living thread, as a row. */
static struct ht_thread
exited_row(const struct ht_exited_threads *exited)
{
	struct ht_thread row = { .tid = SUMMARY_TID };
	char count[HT_UNITS_TEXT_BYTES];
	ht_units_count(exited->count, count);
	snprintf(row.name, sizeof(row.name), "%.8s exited", count);
	HT_SET_U(&row.values, HT_THREAD_ALLOCATED, exited->allocated_bytes);
	HT_SET_U(&row.values, HT_THREAD_ALLOCATED_BLOCKS, exited->allocated_blocks);
	HT_SET_U(&row.values, HT_THREAD_FREED, exited->freed_bytes);
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
	struct ht_thread exited = exited_row(&process->heap->exited);
	struct ht_thread total = total_row(process);
	ht_table_draw_item(&table, layout, &exited, grid, row);
	ht_table_draw_item(&table, layout, &total, grid, row + 1);
}

static void
draw_nothing(const struct ht_view_input *input, struct ht_grid *grid, int top, int height)
{
	struct ht_text text;
	ht_text_init(&text);
	if (input->chosen.pid != 0)
		ht_text_add_format(
		    &text, "Process %d (%s) has ended.", input->chosen.pid, input->chosen_name);
	else
		ht_text_add_string(&text, "There is no process to show.");
	ht_grid_put_lines(grid, top, height, HT_ROLE_WARNING, ht_text_string(&text));
	ht_text_release(&text);
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
		draw_nothing(input, grid, top, height);
		return;
	}
	if (height > TABLE_ROWS_LEAST) {
		draw_identity(process, grid, top);
		top++;
		height--;
	}
	if (height > TABLE_ROWS_LEAST + 2) {
		int used = draw_reason(process, grid, top, 3);
		top += used;
		height -= used;
	}
	ht_table_lay_out(&table, &state->sort, grid->width, &layout);
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

static void
describe(const struct ht_view_input *input, const struct ht_view_state *state, struct ht_text *out)
{
	ht_describe_column(&table, &state->sort, out);
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
