/* SPDX-License-Identifier: MIT */
/* A tick as a frame again. */
#include "config.h"

#include "model/history.h"

#include <errno.h>
#include <stdlib.h>

#include "base/assert.h"
#include "model/history_store.h"
#include "model/size_class.h"

static bool
is_there(const struct ht_history_row *row, uint32_t serial)
{
	return row->born <= serial && serial <= row->seen && row->chain.first != NULL;
}

static size_t
count_rows(const struct ht_history_table *table, uint32_t serial)
{
	size_t count = 0;
	for (size_t i = 0; i < table->count; i++)
		count += is_there(table->rows[i], serial);
	return count;
}

/* ROW as it was at the tick. */
static void
look_at(struct ht_history_cursor *cursor, const struct ht_history_row *row, uint32_t serial)
{
	ht_history_cursor_begin(cursor, row, serial);
	/* The first entry may have been moved to a later tick that is kept, never to one behind this. */
	ht_history_cursor_step(cursor);
	ht_history_cursor_seek(cursor, serial);
}

static int
fill_threads(struct ht_history_rebuilding *rebuilding, const struct ht_history_table *table,
    struct ht_process *process)
{
	struct ht_history_cursor cursor;
	uint32_t serial = rebuilding->tick->serial;
	process->threads =
	    ht_arena_array(rebuilding->arena, count_rows(table, serial), sizeof(*process->threads));
	if (process->threads == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < table->count; i++) {
		if (!is_there(table->rows[i], serial))
			continue;
		look_at(&cursor, table->rows[i], serial);
		ht_history_thread_of_slots(rebuilding, table->rows[i], cursor.slots,
		    &process->threads[process->thread_count++]);
	}
	return 0;
}

static int
fill_size_classes(struct ht_history_rebuilding *rebuilding, const struct ht_history_table *table,
    struct ht_heap *heap)
{
	struct ht_history_cursor cursor;
	uint32_t serial = rebuilding->tick->serial;
	heap->size_classes = ht_arena_array(
	    rebuilding->arena, count_rows(table, serial), sizeof(*heap->size_classes));
	if (heap->size_classes == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < table->count; i++) {
		if (!is_there(table->rows[i], serial))
			continue;
		look_at(&cursor, table->rows[i], serial);
		ht_history_class_of_slots(
		    table->rows[i], cursor.slots, &heap->size_classes[heap->size_class_count++]);
	}
	ht_size_classes_estimate(heap);
	return 0;
}

static int
fill_events(struct ht_history_rebuilding *rebuilding, const struct ht_history_table *table,
    struct ht_heap *heap)
{
	struct ht_history_cursor cursor;
	uint32_t serial = rebuilding->tick->serial;
	heap->events =
	    ht_arena_array(rebuilding->arena, count_rows(table, serial), sizeof(*heap->events));
	if (heap->events == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < table->count; i++) {
		if (!is_there(table->rows[i], serial))
			continue;
		look_at(&cursor, table->rows[i], serial);
		ht_history_event_of_slots(
		    rebuilding, table->rows[i], cursor.slots, &heap->events[heap->event_count++]);
	}
	return 0;
}

static int
fill_groups(struct ht_history_rebuilding *rebuilding, const struct ht_history_table *table,
    struct ht_maps *maps)
{
	struct ht_history_cursor cursor;
	uint32_t serial = rebuilding->tick->serial;
	int error = 0;
	maps->groups =
	    ht_arena_array(rebuilding->arena, count_rows(table, serial), sizeof(*maps->groups));
	if (maps->groups == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < table->count && error == 0; i++) {
		if (!is_there(table->rows[i], serial))
			continue;
		look_at(&cursor, table->rows[i], serial);
		error = ht_history_group_of_slots(
		    rebuilding, table->rows[i], cursor.slots, &maps->groups[maps->group_count++]);
	}
	return error;
}

static int
fill_maps(struct ht_history_rebuilding *rebuilding, const struct ht_history_lists *lists,
    struct ht_process *process)
{
	const struct ht_history_table *table = &lists->readings;
	struct ht_history_cursor cursor;
	size_t i = 0;
	while (i < table->count && !is_there(table->rows[i], rebuilding->tick->serial))
		i++;
	if (i == table->count)
		return 0;
	struct ht_maps *maps = ht_arena_alloc(rebuilding->arena, sizeof(*maps));
	if (maps == NULL)
		return -ENOMEM;
	look_at(&cursor, table->rows[i], rebuilding->tick->serial);
	process->maps = maps;
	int error = ht_history_reading_of_slots(rebuilding, cursor.slots, maps);
	if (error == 0 && (process->detail & HT_DETAIL_MAPS) != 0)
		error = fill_groups(rebuilding, &lists->groups, maps);
	return error;
}

static int
fill_lists(struct ht_history_rebuilding *rebuilding, const struct ht_history_lists *lists,
    struct ht_process *process)
{
	int error = 0;
	if (lists == NULL)
		return 0;
	if ((process->detail & HT_DETAIL_THREADS) != 0)
		error = fill_threads(rebuilding, &lists->threads, process);
	if (error == 0 && process->heap != NULL && (process->detail & HT_DETAIL_SIZE_CLASSES) != 0)
		error = fill_size_classes(rebuilding, &lists->size_classes, process->heap);
	if (error == 0 && process->heap != NULL && (process->detail & HT_DETAIL_EVENTS) != 0)
		error = fill_events(rebuilding, &lists->events, process->heap);
	if (error == 0 && (process->detail & (HT_DETAIL_MAPS | HT_DETAIL_ALLOCATOR)) != 0)
		error = fill_maps(rebuilding, lists, process);
	return error;
}

/* The rows of the tick; those of the dead come last, as core has it. */
static int
fill_processes(struct ht_history_rebuilding *rebuilding, struct ht_frame *frame, bool dead)
{
	const struct ht_history_table *table = &rebuilding->history->processes;
	struct ht_history_cursor cursor;
	int error = 0;
	for (size_t i = 0; i < table->count && error == 0; i++) {
		const struct ht_history_row *row = table->rows[i];
		struct ht_process *process = &frame->processes[frame->process_count];
		if (!is_there(row, rebuilding->tick->serial))
			continue;
		look_at(&cursor, row, rebuilding->tick->serial);
		if (ht_history_slots_are_dead(cursor.slots) != dead)
			continue;
		error = ht_history_process_of_slots(rebuilding, row, cursor.slots, process);
		if (error == 0)
			error = fill_lists(rebuilding, row->lists, process);
		frame->process_count += error == 0;
		frame->instrumented_count += error == 0 && process->heap != NULL;
	}
	return error;
}

static int
rebuild(struct ht_history_rebuilding *rebuilding, struct ht_frame *frame)
{
	const struct ht_history_tick *tick = rebuilding->tick;
	size_t count = count_rows(&rebuilding->history->processes, tick->serial);
	frame->realtime_ns = tick->realtime_ns;
	frame->monotonic_ns = tick->monotonic_ns;
	frame->interval_ns = tick->interval_ns;
	frame->host = tick->host;
	frame->hidden_count = tick->hidden_count;
	frame->processes = ht_arena_array(frame->arena, count, sizeof(*frame->processes));
	if (frame->processes == NULL)
		return -ENOMEM;
	int error = fill_processes(rebuilding, frame, false);
	if (error == 0 && frame->process_count < count)
		error = fill_processes(rebuilding, frame, true);
	return error;
}

int
ht_history_frame(const struct ht_history *history, size_t index, struct ht_frame **out)
{
	ht_assert(index < history->tick_count);
	struct ht_frame *frame = ht_frame_new();
	const char **texts = calloc(history->strings.count + (size_t)1, sizeof(*texts));
	int error = -ENOMEM;
	if (frame != NULL && texts != NULL) {
		struct ht_history_rebuilding rebuilding = {
			.history = history,
			.tick = &history->ticks[index],
			.arena = frame->arena,
			.texts = texts,
		};
		error = rebuild(&rebuilding, frame);
	}
	free(texts);
	if (error != 0) {
		ht_frame_free(frame);
		return error;
	}
	ht_assert_slow(ht_frame_is_valid(frame));
	*out = frame;
	return 0;
}
