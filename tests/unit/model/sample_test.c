/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "heaptop/segment.h"
#include "model/sample.h"

static struct ht_thread
thread_of(int32_t tid, uint64_t bytes)
{
	struct ht_thread thread = { .tid = tid };
	HT_SET_U(&thread.values, HT_THREAD_ALLOCATED, bytes);
	HT_SET_U(&thread.values, HT_THREAD_ALLOCATED_BLOCKS, 1);
	HT_SET_U(&thread.values, HT_THREAD_FREED, bytes / 2);
	return thread;
}

static bool
is_odd(const struct ht_thread *thread, void *context)
{
	++*(int *)context;
	return thread->tid % 2 != 0;
}

static void
retired_threads_give_their_counts_to_exited(void **state)
{
	(void)state;
	struct ht_thread threads[] = { thread_of(1, 10), thread_of(2, 200), thread_of(3, 30),
		thread_of(4, 4000) };
	struct ht_heap_sample heap = {
		.threads = threads,
		.thread_count = 4,
		.exited = { .count = 5, .allocated_bytes = 1 },
	};
	int asked = 0;
	ht_heap_sample_retire(&heap, is_odd, &asked);
	assert_int_equal(asked, 4);
	assert_int_equal(heap.thread_count, 2);
	assert_int_equal(heap.threads[0].tid, 1);
	assert_int_equal(heap.threads[1].tid, 3);
	assert_int_equal(heap.exited.count, 7);
	assert_int_equal(heap.exited.allocated_bytes, 4201);
	assert_int_equal(heap.exited.allocated_blocks, 2);
	assert_int_equal(heap.exited.freed_bytes, 2100);
	assert_int_equal(heap.exited.freed_blocks, 0);
}

static void
kinds_have_the_words_of_the_format(void **state)
{
	(void)state;
	assert_string_equal(ht_event_kind_name(HEAPTOP_EVENT_OOM), "oom");
	assert_string_equal(ht_event_kind_name(HEAPTOP_EVENT_HEAP_SHRINK), "heap_shrink");
	assert_null(ht_event_kind_name(0));
	assert_null(ht_event_kind_name(UINT32_MAX));
	assert_string_equal(ht_source_kind_name(HT_SOURCE_SEGMENT), "segment");
	assert_string_equal(ht_source_kind_name(HT_SOURCE_NONE), "none");
}

/* Address space that nobody touched had been called memory taken from the kernel. */
static void
regress_steps_seen_from_outside_are_of_address_space(void **state)
{
	(void)state;
	assert_non_null(strstr(ht_event_kind_help(HEAPTOP_EVENT_HEAP_GROW), "address space"));
	assert_non_null(strstr(ht_event_kind_help(HEAPTOP_EVENT_HEAP_SHRINK), "address space"));
}

/* Beside its name, on the line below the events. */
static void
what_a_kind_means_fits_the_usual_width(void **state)
{
	(void)state;
	for (uint32_t kind = 1; ht_event_kind_name(kind) != NULL; kind++)
		assert_in_range(strlen(ht_event_kind_name(kind)) + strlen(": ") +
				    strlen(ht_event_kind_help(kind)),
		    1, 80);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(retired_threads_give_their_counts_to_exited),
		cmocka_unit_test(kinds_have_the_words_of_the_format),
		cmocka_unit_test(regress_steps_seen_from_outside_are_of_address_space),
		cmocka_unit_test(what_a_kind_means_fits_the_usual_width),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
