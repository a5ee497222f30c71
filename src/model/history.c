/* SPDX-License-Identifier: MIT */
/* Frames going in; the memory that is counted. */
#include "config.h"

#include "model/history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "model/history_store.h"

/* What malloc adds to a piece, and the steps in which it gives. */
enum { PIECE_EXTRA = 8, PIECE_STEP = 16, PIECE_LEAST = 32 };

static size_t
cost(size_t size)
{
	size_t sum = (size + PIECE_EXTRA + PIECE_STEP - 1) / PIECE_STEP * PIECE_STEP;
	return sum > PIECE_LEAST ? sum : PIECE_LEAST;
}

void *
ht_history_take(struct ht_history *history, size_t size)
{
	void *memory = malloc(size);
	if (memory != NULL)
		history->bytes += cost(size);
	return memory;
}

void
ht_history_give(struct ht_history *history, void *memory, size_t size)
{
	if (memory == NULL)
		return;
	history->bytes -= cost(size);
	free(memory);
}

void *
ht_history_grow(
    struct ht_history *history, void *array, size_t *capacity, size_t needed, size_t size)
{
	if (array != NULL && needed <= *capacity)
		return array;
	size_t larger = needed + needed / 8 + 4;
	void *grown = reallocarray(array, larger, size);
	if (grown == NULL)
		return NULL;
	history->bytes += cost(larger * size) - (array != NULL ? cost(*capacity * size) : 0);
	*capacity = larger;
	return grown;
}

void *
ht_history_fit(
    struct ht_history *history, void *array, size_t *capacity, size_t needed, size_t size)
{
	size_t smaller = needed + needed / 8 + 4;
	if (array == NULL || smaller + smaller / 8 >= *capacity)
		return array;
	void *fitting = reallocarray(array, smaller, size);
	if (fitting == NULL)
		return array;
	history->bytes -= cost(*capacity * size) - cost(smaller * size);
	*capacity = smaller;
	return fitting;
}

struct ht_history *
ht_history_new(size_t most_bytes)
{
	struct ht_history *history = calloc(1, sizeof(*history));
	if (history == NULL)
		return NULL;
	history->most_bytes = most_bytes;
	history->bytes = cost(sizeof(*history));
	return history;
}

void
ht_history_free(struct ht_history *history)
{
	if (history == NULL)
		return;
	ht_history_table_release(history, &history->processes);
	ht_history_release_texts(history);
	ht_history_give(history, history->ticks, history->tick_capacity * sizeof(*history->ticks));
	ht_assert_slow(history->bytes == cost(sizeof(*history)));
	free(history);
}

void
ht_history_limit(struct ht_history *history, size_t most_bytes)
{
	history->most_bytes = most_bytes;
}

static int
add_threads(
    struct ht_history *history, struct ht_history_table *table, const struct ht_process *process)
{
	uint64_t slots[HT_HISTORY_MOST_SLOTS];
	int error = ht_history_table_begin(history, table, process->thread_count);
	if (error != 0)
		return error;
	for (size_t i = 0; i < process->thread_count && error == 0; i++) {
		const struct ht_thread *thread = &process->threads[i];
		struct ht_history_row *row = ht_history_table_row(
		    history, table, HT_HISTORY_THREAD, (uint32_t)thread->tid, thread->generation);
		if (row == NULL ||
		    ht_history_slots_of_thread(history, thread, row->now, slots) != 0)
			error = -ENOMEM;
		else
			error = ht_history_row_set(history, row, history->serial, slots);
	}
	ht_history_table_end(history, table, error != 0);
	return error;
}

static int
add_size_classes(
    struct ht_history *history, struct ht_history_table *table, const struct ht_heap *heap)
{
	uint64_t slots[HT_HISTORY_MOST_SLOTS];
	int error = ht_history_table_begin(history, table, heap->size_class_count);
	if (error != 0)
		return error;
	for (size_t i = 0; i < heap->size_class_count && error == 0; i++) {
		const struct ht_size_class *size_class = &heap->size_classes[i];
		struct ht_history_row *row = ht_history_table_row(
		    history, table, HT_HISTORY_SIZE_CLASS, size_class->size_bytes, 0);
		ht_history_slots_of_class(size_class, slots);
		error = row == NULL ? -ENOMEM
				    : ht_history_row_set(history, row, history->serial, slots);
	}
	ht_history_table_end(history, table, error != 0);
	return error;
}

static int
add_events(struct ht_history *history, struct ht_history_table *table, const struct ht_heap *heap)
{
	uint64_t slots[HT_HISTORY_MOST_SLOTS];
	int error = ht_history_table_begin(history, table, heap->event_count);
	if (error != 0)
		return error;
	for (size_t i = 0; i < heap->event_count && error == 0; i++) {
		const struct ht_event *event = &heap->events[i];
		struct ht_history_row *row = ht_history_table_row(history, table, HT_HISTORY_EVENT,
		    event->monotonic_ns, (uint64_t)event->kind << 32 | (uint32_t)event->tid);
		if (row == NULL || ht_history_slots_of_event(history, event, row->now, slots) != 0)
			error = -ENOMEM;
		else
			error = ht_history_row_set(history, row, history->serial, slots);
	}
	ht_history_table_end(history, table, error != 0);
	return error;
}

/* MAPS may be NULL: nothing was looked at. */
static int
add_reading(struct ht_history *history, struct ht_history_table *table, const struct ht_maps *maps)
{
	uint64_t slots[HT_HISTORY_MOST_SLOTS];
	int error = ht_history_table_begin(history, table, 1);
	if (error != 0)
		return error;
	if (maps != NULL) {
		struct ht_history_row *row =
		    ht_history_table_row(history, table, HT_HISTORY_READING, 0, 0);
		if (row == NULL || ht_history_slots_of_reading(history, maps, row->now, slots) != 0)
			error = -ENOMEM;
		else
			error = ht_history_row_set(history, row, history->serial, slots);
	}
	ht_history_table_end(history, table, error != 0);
	return error;
}

static int
add_groups(struct ht_history *history, struct ht_history_table *table, const struct ht_maps *maps)
{
	uint64_t slots[HT_HISTORY_MOST_SLOTS];
	size_t count = maps != NULL ? maps->group_count : 0;
	if (count > HT_HISTORY_MOST_GROUPS)
		count = 0;
	int error = ht_history_table_begin(history, table, count);
	if (error != 0)
		return error;
	for (size_t i = 0; i < count && error == 0; i++) {
		const struct ht_map *group = &maps->groups[i];
		struct ht_history_row *row = ht_history_table_row(history, table, HT_HISTORY_GROUP,
		    ht_history_group_id(group), (uint64_t)group->kind);
		if (row == NULL || ht_history_slots_of_group(history, group, row->now, slots) != 0)
			error = -ENOMEM;
		else
			error = ht_history_row_set(history, row, history->serial, slots);
	}
	ht_history_table_end(history, table, error != 0);
	return error;
}

/* The lists that PROCESS has; those of a tick without them stay as they were. */
static int
add_lists(struct ht_history *history, struct ht_history_row *row, const struct ht_process *process)
{
	int error = 0;
	if (process->detail == 0)
		return 0;
	if (row->lists == NULL) {
		row->lists = ht_history_take(history, sizeof(*row->lists));
		if (row->lists == NULL)
			return -ENOMEM;
		*row->lists = (struct ht_history_lists){ 0 };
	}
	if ((process->detail & HT_DETAIL_THREADS) != 0)
		error = add_threads(history, &row->lists->threads, process);
	if (error == 0 && process->heap != NULL && (process->detail & HT_DETAIL_SIZE_CLASSES) != 0)
		error = add_size_classes(history, &row->lists->size_classes, process->heap);
	if (error == 0 && process->heap != NULL && (process->detail & HT_DETAIL_EVENTS) != 0)
		error = add_events(history, &row->lists->events, process->heap);
	if (error == 0 && (process->detail & (HT_DETAIL_MAPS | HT_DETAIL_ALLOCATOR)) != 0)
		error = add_reading(history, &row->lists->readings, process->maps);
	if (error == 0 && (process->detail & HT_DETAIL_MAPS) != 0)
		error = add_groups(history, &row->lists->groups, process->maps);
	return error;
}

static int
add_process(struct ht_history *history, const struct ht_process *process)
{
	uint64_t slots[HT_HISTORY_MOST_SLOTS];
	enum ht_history_kind kind =
	    process->heap != NULL ? HT_HISTORY_INSTRUMENTED : HT_HISTORY_PLAIN;
	struct ht_history_row *row = ht_history_table_row(history, &history->processes, kind,
	    (uint32_t)process->key.pid, process->key.start_time_ticks);
	if (row == NULL || ht_history_slots_of_process(history, process, row->now, slots) != 0 ||
	    ht_history_row_set(history, row, history->serial, slots) != 0)
		return -ENOMEM;
	return add_lists(history, row, process);
}

static int
add_processes(struct ht_history *history, const struct ht_frame *frame)
{
	struct ht_history_table *table = &history->processes;
	int error = ht_history_table_begin(history, table, frame->process_count);
	if (error != 0)
		return error;
	for (size_t i = 0; i < frame->process_count && error == 0; i++)
		error = add_process(history, &frame->processes[i]);
	ht_history_table_end(history, table, error != 0);
	return error;
}

int
ht_history_add(struct ht_history *history, const struct ht_frame *frame)
{
	size_t before = history->bytes;
	if (history->serial == UINT32_MAX - 1 ||
	    (history->tick_count != 0 &&
		frame->monotonic_ns <= history->ticks[history->tick_count - 1].monotonic_ns))
		return -EINVAL;
	struct ht_history_tick *ticks = ht_history_grow(history, history->ticks,
	    &history->tick_capacity, history->tick_count + 1, sizeof(*ticks));
	if (ticks == NULL)
		return -ENOMEM;
	history->ticks = ticks;
	history->serial++;
	history->interval_ns = frame->interval_ns;
	if (add_processes(history, frame) != 0)
		return -ENOMEM;
	history->ticks[history->tick_count++] = (struct ht_history_tick){
		.serial = history->serial,
		.monotonic_ns = frame->monotonic_ns,
		.realtime_ns = frame->realtime_ns,
		.interval_ns = frame->interval_ns,
		.hidden_count = frame->hidden_count,
		.host = frame->host,
	};
	return ht_history_keep_within(
	    history, history->bytes > before ? history->bytes - before : 0);
}

size_t
ht_history_count(const struct ht_history *history)
{
	return history->tick_count;
}

uint64_t
ht_history_time(const struct ht_history *history, size_t index)
{
	ht_assert(index < history->tick_count);
	return history->ticks[index].monotonic_ns;
}

uint64_t
ht_history_realtime(const struct ht_history *history, size_t index)
{
	ht_assert(index < history->tick_count);
	return history->ticks[index].realtime_ns;
}

size_t
ht_history_find(const struct ht_history *history, uint64_t monotonic_ns)
{
	size_t low = 0, high = history->tick_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (history->ticks[middle].monotonic_ns <= monotonic_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low != 0 ? low - 1 : 0;
}

size_t
ht_history_bytes(const struct ht_history *history)
{
	return history->bytes;
}
