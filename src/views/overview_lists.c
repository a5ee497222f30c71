/* SPDX-License-Identifier: MIT */
/* The Overview's short lists: the threads that allocate fastest, and the latest events. */
#include "config.h"

#include "views/identity.h"
#include "views/overview_parts.h"

#include <stdio.h>

#include "base/units.h"
#include "views/line.h"
#include "views/moment.h"
#include "views/registry.h"
#include "views/table.h"

enum { BUSIEST_MOST = 16, TEXT_BYTES = 128, TITLE_WIDTH = 16, FITTING_WIDTH = 9, UNIT_WIDTH = 14 };

static double
rate_of(const struct ht_thread *thread)
{
	return HT_HAS(&thread->values, HT_THREAD_ALLOC_RATE)
		   ? thread->values.value[HT_THREAD_ALLOC_RATE].f
		   : 0;
}

/* The threads of the highest rates over 0, falling; returns how many. */
static size_t
find_busiest(const struct ht_process *process, const struct ht_thread *busiest[BUSIEST_MOST])
{
	size_t count = 0;
	for (size_t i = 0; i < process->thread_count; i++) {
		const struct ht_thread *thread = &process->threads[i];
		double rate = rate_of(thread);
		if (!(rate > 0) ||
		    (count == BUSIEST_MOST && rate <= rate_of(busiest[BUSIEST_MOST - 1])))
			continue;
		size_t at = count < BUSIEST_MOST ? count++ : BUSIEST_MOST - 1;
		for (; at > 0 && rate_of(busiest[at - 1]) < rate; at--)
			busiest[at] = busiest[at - 1];
		busiest[at] = thread;
	}
	return count;
}

static void
put_title(struct ht_line *line, const struct ht_overview_box *box, const char *title)
{
	ht_grid_put_text(line->grid, box->row, box->column, HT_ROLE_LABEL, title);
	line->column = box->column + TITLE_WIDTH;
}

static void
put_thread(struct ht_line *line, int gap, const struct ht_thread *thread)
{
	char rate[HT_TABLE_CELL_BYTES], text[TEXT_BYTES];
	ht_table_bytes(ht_units_whole(rate_of(thread)), line->units, rate);
	snprintf(text, sizeof(text), "%s/s", rate);
	int needed = ht_grid_text_width(thread->name, line->grid->ascii) +
		     ht_grid_text_width(text, line->grid->ascii) + 1 + gap;
	if (line->column + needed > line->end)
		return;
	ht_line_put(line, gap, HT_ROLE_NAME, thread->name);
	ht_line_put(line, 1, HT_ROLE_NUMBER, text);
}

static void
put_thread_row(const struct ht_thread *thread, double most, const struct ht_line *line, int row,
    const struct ht_overview_box *box)
{
	struct ht_grid *grid = line->grid;
	int rate_width = line->units == HT_UNITS_AUTO ? FITTING_WIDTH : UNIT_WIDTH;
	char rate[HT_TABLE_CELL_BYTES], text[TEXT_BYTES];
	ht_table_bytes(ht_units_whole(rate_of(thread)), line->units, rate);
	snprintf(text, sizeof(text), "%s/s", rate);
	ht_grid_put(grid, row, box->column + 2, 16, HT_ALIGN_LEFT, HT_ROLE_NAME, thread->name);
	ht_grid_put(grid, row, box->column + 18, rate_width, HT_ALIGN_RIGHT, HT_ROLE_NUMBER, text);
	int width = box->width - 18 - rate_width - 4;
	if (width > 4)
		ht_grid_put_bar(grid, row, box->column + 20 + rate_width, width < 30 ? width : 30,
		    most > 0 ? rate_of(thread) / most : 0);
}

/* Why no thread is in the list: before a second look nobody knows what they allocate. */
static const char *
why_none(const struct ht_view_input *input)
{
	const struct ht_process *process = input->process;
	if ((process->detail & HT_DETAIL_THREADS) == 0)
		return input->replayed ? ht_identity_unread(input) : "not read";
	for (size_t i = 0; i < process->thread_count; i++)
		if (HT_HAS(&process->threads[i].values, HT_THREAD_ALLOC_RATE))
			return "none allocates now";
	return "not known yet";
}

void
ht_overview_draw_threads(
    const struct ht_view_input *input, struct ht_grid *grid, const struct ht_overview_box *box)
{
	const struct ht_thread *busiest[BUSIEST_MOST];
	const struct ht_process *process = input->process;
	size_t count = find_busiest(process, busiest);
	struct ht_line line = { grid, box->row, 0, box->column + box->width,
		input->settings->units };
	char all[TEXT_BYTES];
	put_title(&line, box, "busiest threads");
	snprintf(all, sizeof(all), "(%zu: all %zu)", ht_views_index(&ht_view_threads) + 1,
	    process->thread_count);
	if (count == 0)
		ht_line_put(&line, 1, HT_ROLE_DIM, why_none(input));
	for (size_t i = 0; i < count && box->rows == 1; i++)
		put_thread(&line, i == 0 ? 1 : 2, busiest[i]);
	if ((box->rows > 1 || count == 0) && (process->detail & HT_DETAIL_THREADS) != 0)
		ht_line_put(&line, 2, HT_ROLE_DIM, all);
	for (size_t i = 0; i < count && (int)i + 1 < box->rows; i++)
		put_thread_row(busiest[i], rate_of(busiest[0]), &line, box->row + 1 + (int)i, box);
}

/* "14:01:58 trim 1.2ms 341M→318M". */
static void
format_event(
    const struct ht_event *event, uint64_t now_ns, const struct ht_line *line, char out[TEXT_BYTES])
{
	char moment[HT_MOMENT_TEXT_BYTES], took[HT_UNITS_TEXT_BYTES] = "";
	char before[HT_TABLE_CELL_BYTES] = "", after[HT_TABLE_CELL_BYTES] = "";
	char bytes[2 * HT_TABLE_CELL_BYTES + 4] = "";
	const char *kind = ht_event_kind_name(event->kind);
	ht_moment_format(event->realtime_ns, now_ns, moment);
	if (event->duration_ns != UINT64_MAX)
		ht_units_duration(event->duration_ns, took);
	if (event->bytes_before != UINT64_MAX)
		ht_table_bytes(event->bytes_before, line->units, before);
	if (event->bytes_after != UINT64_MAX)
		ht_table_bytes(event->bytes_after, line->units, after);
	else if (event->requested_bytes != UINT64_MAX)
		ht_table_bytes(event->requested_bytes, line->units, after);
	snprintf(bytes, sizeof(bytes), "%s%s%s", before,
	    before[0] == '\0'   ? ""
	    : line->grid->ascii ? "->"
				: "\xe2\x86\x92",
	    after);
	snprintf(out, TEXT_BYTES, "%s %s%s%s%s%s", moment, kind != NULL ? kind : "?",
	    took[0] != '\0' ? " " : "", took, bytes[0] != '\0' ? " " : "", bytes);
}

void
ht_overview_draw_events(
    const struct ht_view_input *input, struct ht_grid *grid, const struct ht_overview_box *box)
{
	const struct ht_heap *heap = input->process->heap;
	struct ht_line line = { grid, box->row, 0, box->column + box->width,
		input->settings->units };
	size_t shown = box->rows > 1 ? (size_t)box->rows - 1 : 8;
	put_title(&line, box, "latest events");
	bool was_read = (input->process->detail & HT_DETAIL_EVENTS) != 0;
	const char *unread = input->replayed ? ht_identity_unread(input) : "not read";
	if (heap->event_count == 0)
		ht_line_put(&line, 1, HT_ROLE_DIM, was_read ? "none" : unread);
	for (size_t i = 0; i < heap->event_count && i < shown; i++) {
		const struct ht_event *event = &heap->events[heap->event_count - 1 - i];
		char text[TEXT_BYTES];
		format_event(event, input->frame->realtime_ns, &line, text);
		if (box->rows == 1) {
			if (!ht_line_put(&line, i == 0 ? 1 : 3, HT_ROLE_PLAIN, text))
				break;
			continue;
		}
		ht_grid_put(grid, box->row + 1 + (int)i, box->column + 2, box->width - 2,
		    HT_ALIGN_LEFT, HT_ROLE_PLAIN, text);
	}
}
