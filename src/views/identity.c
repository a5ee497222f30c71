/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/identity.h"

#include <stdio.h>

#include "views/table.h"

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

void
ht_identity_draw(const struct ht_process *process, struct ht_grid *grid, int row)
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
	put_process_figure(grid, row, column, "threads", process, HT_PROCESS_THREAD_COUNT);
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

void
ht_identity_draw_absence(
    const struct ht_view_input *input, struct ht_grid *grid, int top, int height)
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
