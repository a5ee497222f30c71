/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/frame.h"

/* A frame of two processes, the second with a heap. */
static struct ht_frame *
frame_of_two(void)
{
	struct ht_frame *frame = ht_frame_new();
	assert_non_null(frame);
	frame->process_count = 2;
	frame->processes = ht_arena_array(frame->arena, 2, sizeof(*frame->processes));
	frame->processes[0] = (struct ht_process){ .key = { .pid = 10 }, .name = "plain" };
	frame->processes[1] = (struct ht_process){ .key = { .pid = 20 }, .name = "told" };
	frame->processes[1].heap = ht_arena_alloc(frame->arena, sizeof(struct ht_heap));
	frame->instrumented_count = 1;
	return frame;
}

static void
a_process_is_found_by_its_pid(void **state)
{
	(void)state;
	struct ht_frame *frame = frame_of_two();
	assert_ptr_equal(ht_frame_find(frame, 20), &frame->processes[1]);
	assert_null(ht_frame_find(frame, 30));
	ht_frame_free(frame);
	ht_frame_free(NULL);
}

static void
counts_and_pointers_agree(void **state)
{
	(void)state;
	struct ht_frame *frame = frame_of_two();
	assert_true(ht_frame_is_valid(frame));
	frame->instrumented_count = 2;
	assert_false(ht_frame_is_valid(frame));
	frame->instrumented_count = 1;
	frame->processes[0].thread_count = 1;
	assert_false(ht_frame_is_valid(frame));
	frame->processes[0].thread_count = 0;
	frame->processes[0].name = NULL;
	assert_false(ht_frame_is_valid(frame));
	ht_frame_free(frame);
}

static void
lists_of_a_heap_rise(void **state)
{
	(void)state;
	struct ht_frame *frame = frame_of_two();
	struct ht_heap *heap = frame->processes[1].heap;
	struct ht_event events[2] = { { .monotonic_ns = 2 }, { .monotonic_ns = 1 } };
	struct ht_size_class classes[2] = { { .size_bytes = 16 }, { .size_bytes = 16 } };
	heap->event_count = 2;
	assert_false(ht_frame_is_valid(frame));
	heap->events = events;
	assert_false(ht_frame_is_valid(frame));
	events[1].monotonic_ns = 2;
	assert_true(ht_frame_is_valid(frame));
	heap->size_classes = classes;
	heap->size_class_count = 2;
	assert_false(ht_frame_is_valid(frame));
	classes[1].size_bytes = 32;
	assert_true(ht_frame_is_valid(frame));
	heap->values.present = UINT64_C(1) << HT_HEAP_METRICS;
	assert_false(ht_frame_is_valid(frame));
	ht_frame_free(frame);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_is_found_by_its_pid),
		cmocka_unit_test(counts_and_pointers_agree),
		cmocka_unit_test(lists_of_a_heap_rise),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
