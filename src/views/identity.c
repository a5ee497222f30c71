/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/identity.h"

#include <stdio.h>

#include "views/line.h"

/* What a table keeps of rows before anything stands above it. */
enum { TABLE_ROWS_LEAST = 4 };

static void
put_process(
    struct ht_line *line, const char *word, const struct ht_process *process, unsigned metric)
{
	ht_line_put_metric(line, word, HT_ROLE_NUMBER,
	    &ht_metric_table(HT_SCOPE_PROCESS, NULL)[metric], process->values.present,
	    process->values.value);
}

static void
put_heap(struct ht_line *line, const char *word, const struct ht_heap *heap, unsigned metric)
{
	ht_line_put_metric(line, word, HT_ROLE_NUMBER,
	    &ht_metric_table(HT_SCOPE_HEAP, NULL)[metric], heap->values.present,
	    heap->values.value);
}

void
ht_identity_draw(const struct ht_view_input *input, struct ht_grid *grid, int row)
{
	const struct ht_process *process = input->process;
	char pid[16];
	struct ht_line line = { grid, row, 0, grid->width, input->settings->units };
	ht_line_put(&line, 0, HT_ROLE_TITLE, process->name);
	snprintf(pid, sizeof(pid), "%d", process->key.pid);
	ht_line_put(&line, 1, HT_ROLE_TITLE, pid);
	if (process->user != NULL)
		ht_line_put(&line, 1, HT_ROLE_DIM, process->user);
	if (process->heap != NULL) {
		put_heap(&line, "heap", process->heap, HT_HEAP_LIVE);
		put_heap(&line, "peak", process->heap, HT_HEAP_PEAK);
	}
	put_process(&line, "resident", process, HT_PROCESS_RESIDENT);
	put_process(&line, "threads", process, HT_PROCESS_THREAD_COUNT);
}

int
ht_identity_draw_reason(const struct ht_process *process, struct ht_grid *grid, int top, int rows)
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

const char *
ht_identity_unread(const struct ht_view_input *input)
{
	return input->replayed ? "not recorded" : "not read at this tick";
}

/* By default of processes that were named, all but single mappings is recorded; of others it depends. */
const char *
ht_identity_remedy(const struct ht_view_input *input, uint32_t detail)
{
	if (!input->replayed)
		return "";
	return (detail & HT_DETAIL_MAPS) != 0 ? ": heaptop record -p NAME --detail maps does"
					      : ": heaptop record -p NAME does";
}

/* In at most ROWS; returns how many it took, 0 where the list was read. */
static int
draw_unread(const struct ht_view_input *input, uint32_t detail, const char *list,
    struct ht_grid *grid, int top, int rows)
{
	size_t count = input->history != NULL ? ht_history_count(input->history) : 0;
	bool is_past =
	    count != 0 && ht_history_time(input->history, count - 1) > input->frame->monotonic_ns;
	if ((input->process->detail & detail) != 0 || (!is_past && !input->replayed))
		return 0;
	struct ht_text text;
	ht_text_init(&text);
	ht_text_add_format(&text, "Its %s were %s%s.", list, ht_identity_unread(input),
	    input->replayed ? ht_identity_remedy(input, detail)
			    : ": that is done while this view is open");
	int used = ht_grid_put_lines(grid, top, rows, HT_ROLE_WARNING, ht_text_string(&text));
	ht_text_release(&text);
	return used;
}

/* Whether the list that DETAIL stands for is sure to have no row. */
static bool
has_no_list(const struct ht_process *process, uint32_t detail)
{
	return (process->detail & detail) == 0 ||
	       (process->heap == NULL && detail != HT_DETAIL_THREADS);
}

int
ht_identity_draw_head(const struct ht_view_input *input, uint32_t detail, const char *list,
    struct ht_grid *grid, int top, int height)
{
	int used = 0;
	if (height > TABLE_ROWS_LEAST) {
		ht_identity_draw(input, grid, top);
		used++;
	}
	int left = height - used - 1, most = left < 3 ? left : 3;
	if (left <= TABLE_ROWS_LEAST + 1 && !has_no_list(input->process, detail))
		return used;
	int told = ht_identity_draw_reason(input->process, grid, top + used, most);
	if (told == 0)
		told = draw_unread(input, detail, list, grid, top + used, most);
	return used + told;
}

void
ht_identity_draw_absence(
    const struct ht_view_input *input, struct ht_grid *grid, int top, int height)
{
	struct ht_text text;
	ht_text_init(&text);
	if (input->chosen.pid != 0 && input->replayed)
		ht_text_add_format(&text, "Process %d (%s) is not there at this time.",
		    input->chosen.pid, input->chosen_name);
	else if (input->chosen.pid != 0)
		ht_text_add_format(
		    &text, "Process %d (%s) has ended.", input->chosen.pid, input->chosen_name);
	else
		ht_text_add_string(&text, "There is no process to show.");
	ht_grid_put_lines(grid, top, height, HT_ROLE_WARNING, ht_text_string(&text));
	ht_text_release(&text);
}
