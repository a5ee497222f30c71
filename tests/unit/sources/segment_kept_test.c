/* SPDX-License-Identifier: MIT */
/* What is told again of a process that hasn't run. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/frame.h"
#include "sources/look.h"
#include "sources/segment_kept.h"

#define SECOND_NS UINT64_C(1000000000)

static const struct ht_look first_look = { 5 * SECOND_NS, 1234567, true };
static const struct ht_look a_second_later = { 6 * SECOND_NS, 1234567, true };

static void
a_look_holds_while_the_clock_stands_still(void **state)
{
	(void)state;
	struct ht_look now = a_second_later;
	assert_true(ht_look_holds(&first_look, &now));
	now.cpu_time_ns++;
	assert_false(ht_look_holds(&first_look, &now));
}

static void
no_look_holds_before_the_clock_has_settled(void **state)
{
	(void)state;
	struct ht_look now = first_look;
	now.monotonic_ns += SECOND_NS / 1000;
	assert_false(ht_look_holds(&first_look, &now));
}

static void
no_look_holds_for_ever(void **state)
{
	(void)state;
	struct ht_look now = first_look;
	now.monotonic_ns += 60 * SECOND_NS;
	assert_false(ht_look_holds(&first_look, &now));
	assert_false(ht_look_holds(&(struct ht_look){ 0 }, &a_second_later));
}

static void
a_clock_of_ticks_tells_nothing(void **state)
{
	(void)state;
	struct ht_sample sample = { .state = 'S', .cpu_time_ns = 10000000 };
	struct ht_look look = ht_look_now(&sample);
	assert_false(look.is_exact);
	sample.clock_is_exact = true;
	look = ht_look_now(&sample);
	assert_true(look.is_exact);
	sample.state = 'R';
	look = ht_look_now(&sample);
	assert_false(look.is_exact);
	struct ht_look now = look;
	now.monotonic_ns += SECOND_NS;
	assert_false(ht_look_holds(&look, &now));
}

static void
what_was_read_is_told_again(void **state)
{
	(void)state;
	struct ht_thread threads[2] = { { .tid = 7, .name = "one" }, { .tid = 8, .name = "two" } };
	struct ht_size_class classes[1] = { { .size_bytes = 16, .freed_blocks = 4 } };
	struct ht_heap_sample heap = { .threads = threads,
		.thread_count = 2,
		.size_classes = classes,
		.size_class_count = 1 };
	struct ht_sample read = { .key = { 7, 9 }, .quality = HT_QUALITY_LIVE, .heap = &heap };
	struct ht_sample process = { .key = { 7, 9 }, .state = 'S' };
	struct ht_sample told;
	struct ht_arena *arena = ht_arena_new();
	HT_SET_U(&heap.values, HT_HEAP_LIVE, 4711);
	HT_SET_U(&process.process, HT_PROCESS_THREAD_COUNT, 2);
	struct ht_segment_kept *kept =
	    ht_segment_kept_new(&first_look, HT_DETAIL_THREADS, &read, &process);
	assert_non_null(kept);
	memset(threads, 0, sizeof(threads));
	process.state = 'X';
	HT_SET_U(&process.process, HT_PROCESS_THREAD_COUNT, 99);
	assert_false(ht_segment_kept_holds(kept, &a_second_later, 0, &process));
	assert_int_equal(process.state, 'X');
	assert_true(ht_segment_kept_holds(kept, &a_second_later, HT_DETAIL_THREADS, &process));
	assert_int_equal(process.state, 'S');
	assert_int_equal(process.process.value[HT_PROCESS_THREAD_COUNT].u, 2);
	/* Each time anew: who is told it may change it. */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ht_segment_kept_tell(kept, &a_second_later, arena, &told), 0);
		assert_int_equal(told.monotonic_ns, 6 * SECOND_NS);
		assert_int_equal(told.heap->values.value[HT_HEAP_LIVE].u, 4711);
		assert_int_equal(told.heap->thread_count, 2);
		assert_string_equal(told.heap->threads[1].name, "two");
		assert_int_equal(told.heap->size_classes[0].freed_blocks, 4);
		told.heap->threads[1].name[0] = '\0';
	}
	ht_segment_kept_free(kept);
	ht_arena_free(arena);
}

static void
torn_figures_are_not_kept(void **state)
{
	(void)state;
	struct ht_heap_sample heap = { 0 };
	struct ht_sample read = { .quality_reason = "torn", .heap = &heap };
	struct ht_sample process = { .state = 'S' };
	assert_null(ht_segment_kept_new(&first_look, 0, &read, &process));
	read = (struct ht_sample){ .quality = HT_QUALITY_CORRUPT };
	assert_null(ht_segment_kept_new(&first_look, 0, &read, &process));
	assert_false(ht_segment_kept_holds(NULL, &a_second_later, 0, &process));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_look_holds_while_the_clock_stands_still),
		cmocka_unit_test(no_look_holds_before_the_clock_has_settled),
		cmocka_unit_test(no_look_holds_for_ever),
		cmocka_unit_test(a_clock_of_ticks_tells_nothing),
		cmocka_unit_test(what_was_read_is_told_again),
		cmocka_unit_test(torn_figures_are_not_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
