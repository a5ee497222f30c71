/* SPDX-License-Identifier: MIT */
/* Jumps of a process's memory as the monitor sees them, and threads put to their slots. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/events.h"
#include "core/threads.h"
#include "heaptop/segment.h"

#define MIB (UINT64_C(1) << 20)

static void
observe(struct ht_events *events, uint64_t data_bytes, uint64_t threads, uint64_t now_ns)
{
	struct ht_sample sample = { .data_bytes = data_bytes };
	HT_SET_U(&sample.process, HT_PROCESS_THREAD_COUNT, threads);
	ht_events_observe(events, &sample, now_ns, now_ns);
}

static void
a_jump_is_an_event_and_a_drift_is_none(void **state)
{
	(void)state;
	struct ht_events *events = ht_events_new();
	observe(events, 100 * MIB, 1, 1);
	observe(events, 101 * MIB, 1, 2); /* less than a sixteenth */
	observe(events, 101 * MIB + 1, 1, 3);
	assert_int_equal(events->count, 0);
	observe(events, 130 * MIB, 1, 4);
	assert_int_equal(events->count, 1);
	assert_int_equal(events->ring[0].kind, HEAPTOP_EVENT_HEAP_GROW);
	assert_int_equal(events->ring[0].bytes_after, 130 * MIB);
	observe(events, 40 * MIB, 1, 5);
	assert_int_equal(events->count, 2);
	assert_int_equal(events->ring[1].kind, HEAPTOP_EVENT_HEAP_SHRINK);
	assert_int_equal(events->ring[1].bytes_before, 130 * MIB);
	ht_events_free(events);
}

static void
stacks_of_new_threads_are_no_heap(void **state)
{
	(void)state;
	struct ht_events *events = ht_events_new();
	observe(events, 10 * MIB, 1, 1);
	observe(events, 90 * MIB, 11, 2);
	assert_int_equal(events->count, 0);
	ht_events_free(events);
}

static void
what_was_seen_and_what_was_told_stand_by_time(void **state)
{
	(void)state;
	struct ht_arena *arena = ht_arena_new();
	struct ht_events *events = ht_events_new();
	struct ht_event told[] = { { .monotonic_ns = 5, .kind = HEAPTOP_EVENT_TRIM },
		{ .monotonic_ns = 900, .kind = HEAPTOP_EVENT_OOM } };
	struct ht_heap_sample sample = { .events = told, .event_count = 2 };
	struct ht_heap heap = { 0 };
	/* More than the ring keeps: the oldest go, the order stays. */
	for (uint64_t i = 0; i <= HT_EVENTS_KEPT + 10; i++)
		observe(events, i % 2 == 0 ? 100 * MIB : 10 * MIB, 1, i * 10);
	assert_int_equal(ht_events_merge(events, &sample, arena, &heap), 0);
	assert_int_equal(heap.event_count, HT_EVENTS_KEPT + 2);
	for (size_t i = 1; i < heap.event_count; i++)
		assert_true(heap.events[i - 1].monotonic_ns <= heap.events[i].monotonic_ns);
	assert_int_equal(heap.events[0].kind, HEAPTOP_EVENT_TRIM);
	assert_int_equal(heap.events[heap.event_count - 1].kind, HEAPTOP_EVENT_OOM);
	ht_events_free(events);
	ht_arena_free(arena);
}

/* Two rings: the thread's events were written over, the older one in the other ring was not. */
static void
what_was_told_before_is_kept_though_overwritten(void **state)
{
	(void)state;
	struct ht_arena *arena = ht_arena_new();
	struct ht_events *events = ht_events_new();
	struct ht_event before[] = { { .monotonic_ns = 5, .kind = HEAPTOP_EVENT_TRIM },
		{ .monotonic_ns = 10, .kind = HEAPTOP_EVENT_THREAD_START, .tid = 7, .label = "a" },
		{ .monotonic_ns = 20, .kind = HEAPTOP_EVENT_THREAD_EXIT, .tid = 7, .label = "a" } };
	/* The thread is gone by now, and its number is not known any more. */
	struct ht_event after[] = {
		before[0], { .monotonic_ns = 20, .kind = HEAPTOP_EVENT_THREAD_EXIT, .label = "a" },
		{ .monotonic_ns = 30, .kind = HEAPTOP_EVENT_THREAD_START, .tid = 8, .label = "b" }
	};
	struct ht_heap_sample first = { .events = before, .event_count = 3 };
	struct ht_heap_sample second = { .events = after, .event_count = 3 };
	struct ht_heap_sample none = { 0 };
	struct ht_heap heap = { 0 };
	assert_int_equal(ht_events_merge(events, &first, arena, &heap), 0);
	assert_int_equal(heap.event_count, 3);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ht_events_merge(events, &second, arena, &heap), 0);
		assert_int_equal(heap.event_count, 4);
		assert_int_equal(heap.events[0].monotonic_ns, 5);
		assert_int_equal(heap.events[1].monotonic_ns, 10);
		assert_int_equal(heap.events[2].monotonic_ns, 20);
		assert_int_equal(heap.events[3].monotonic_ns, 30);
	}
	assert_int_equal(ht_events_merge(events, &none, arena, &heap), 0);
	assert_int_equal(heap.event_count, 4);
	ht_events_free(events);
	ht_arena_free(arena);
}

static void
no_more_is_kept_than_the_most(void **state)
{
	(void)state;
	struct ht_arena *arena = ht_arena_new();
	struct ht_events *events = ht_events_new();
	struct ht_heap heap = { 0 };
	for (uint64_t i = 1; i <= 3 * HT_EVENTS_KEPT; i++) {
		struct ht_event event = { .monotonic_ns = i, .kind = HEAPTOP_EVENT_TRIM };
		struct ht_heap_sample told = { .events = &event, .event_count = 1 };
		assert_int_equal(ht_events_merge(events, &told, arena, &heap), 0);
	}
	assert_int_equal(heap.event_count, HT_EVENTS_KEPT + 1);
	assert_int_equal(heap.events[HT_EVENTS_KEPT].monotonic_ns, 3 * HT_EVENTS_KEPT);
	ht_events_free(events);
	ht_arena_free(arena);
}

static void
every_task_is_listed_and_sums_stay_exact(void **state)
{
	(void)state;
	struct ht_arena *arena = ht_arena_new();
	struct ht_thread tasks[] = { { .tid = 12, .name = "kernel's" }, { .tid = 10 },
		{ .tid = 11 } };
	/* 99 is gone, and 10 was left a second slot by a thread of the same number. */
	struct ht_thread slots[] = { { .tid = 10, .generation = 3, .name = "slot's" },
		{ .tid = 99 }, { .tid = 10, .generation = 4 }, { .tid = 12, .name = "slot's" } };
	for (size_t i = 0; i < 4; i++)
		HT_SET_U(&slots[i].values, HT_THREAD_ALLOCATED, 100 + i);
	struct ht_heap_sample told_heap = { .threads = slots, .thread_count = 4 };
	struct ht_sample sample = { .tasks = tasks, .task_count = 3 };
	struct ht_sample told = { .heap = &told_heap };
	struct ht_heap heap = { 0 };
	struct ht_process row = { .heap = &heap };
	assert_int_equal(ht_threads_merge(arena, &sample, &told, &row), 0);
	assert_int_equal(row.thread_count, 3);
	uint64_t sum = heap.exited.allocated_bytes;
	for (size_t i = 0; i < 3; i++) {
		assert_true(HT_HAS(&row.threads[i].values, HT_THREAD_ALLOCATED));
		sum += row.threads[i].values.value[HT_THREAD_ALLOCATED].u;
	}
	assert_int_equal(sum, 100 + 101 + 102 + 103);
	assert_int_equal(row.threads[0].generation, 3);
	assert_string_equal(row.threads[0].name, "slot's");
	assert_false(row.threads[1].in_segment);
	assert_int_equal(row.threads[1].values.value[HT_THREAD_ALLOCATED].u, 0);
	assert_string_equal(row.threads[2].name, "kernel's");
	ht_arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_jump_is_an_event_and_a_drift_is_none),
		cmocka_unit_test(stacks_of_new_threads_are_no_heap),
		cmocka_unit_test(what_was_seen_and_what_was_told_stand_by_time),
		cmocka_unit_test(what_was_told_before_is_kept_though_overwritten),
		cmocka_unit_test(no_more_is_kept_than_the_most),
		cmocka_unit_test(every_task_is_listed_and_sums_stay_exact),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
