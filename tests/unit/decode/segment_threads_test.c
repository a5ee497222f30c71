/* SPDX-License-Identifier: MIT */
/* Threads of a sample: whose the counters are, their sums, and torn owners. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "decode/segment.h"
#include "model/frame.h"
#include "segment_builder.h"
#include "segment_reading.h"

static void
threads_and_exited_sum_up(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	assert_int_equal(decode(&reading, everything, false), 0);
	const struct ht_heap_sample *heap = reading.sample.heap;
	assert_int_equal(heap->thread_count, 2);
	assert_int_equal(heap->threads[0].tid, 4242);
	assert_string_equal(heap->threads[0].name, "main");
	assert_true(heap->threads[0].in_segment);
	assert_int_equal(heap->threads[0].cpu_time_ns, UINT64_MAX);
	assert_int_equal(heap->threads[1].tid, 4244);
	assert_int_equal(heap->threads[1].generation, 2);
	assert_int_equal(thread_value(&heap->threads[1], HT_THREAD_ALLOCATED), 7000);
	assert_int_equal(thread_value(&heap->threads[1], HT_THREAD_ALLOCATED_BLOCKS), 7);
	assert_false(HT_HAS(&heap->threads[1].values, HT_THREAD_LIVE_ESTIMATE));
	assert_int_equal(heap->exited.count, 1);
	assert_int_equal(heap->exited.allocated_bytes, 40960);
	assert_int_equal(heap->exited.freed_bytes, 16384);
	assert_sums(&reading);
	reading_release(&reading);
}

static void
a_claimed_or_unknown_state_belongs_to_exited(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	segment_builder_slot(reading.builder, 0)->state = HEAPTOP_SLOT_CLAIMED;
	segment_builder_slot(reading.builder, 1)->state = 99;
	assert_int_equal(decode(&reading, everything, false), 0);
	assert_int_equal(reading.sample.heap->thread_count, 0);
	assert_sums(&reading);
	reading_release(&reading);
}

static void
a_torn_owner_goes_to_exited(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	segment_builder_slot(reading.builder, 1)->owner_sequence |= 1;
	assert_int_equal(decode(&reading, everything, false), -EAGAIN);
	assert_int_equal(decode(&reading, everything, true), 0);
	assert_int_equal(reading.sample.heap->thread_count, 1);
	assert_non_null(reading.sample.quality_reason);
	assert_int_equal(reading.sample.quality, HT_QUALITY_LIVE);
	assert_sums(&reading);
	/* Without threads nobody asks for owners. */
	assert_int_equal(decode(&reading, 0, false), 0);
	reading_release(&reading);
}

static void
an_owner_that_changed_between_the_copies_is_torn(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	keep_first(&reading);
	segment_builder_release(reading.builder, 1);
	segment_builder_claim(reading.builder, 1, 4245, "next");
	assert_int_equal(decode(&reading, everything, false), -EAGAIN);
	assert_int_equal(decode(&reading, everything, true), 0);
	assert_int_equal(reading.sample.heap->thread_count, 1);
	assert_sums(&reading);
	reading_release(&reading);
}

static void
a_mixed_group_under_one_sequence_is_torn(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	keep_first(&reading);
	segment_builder_slot(reading.builder, 1)->name[0] = 'W';
	assert_int_equal(decode(&reading, everything, true), 0);
	assert_int_equal(reading.sample.heap->thread_count, 1);
	reading_release(&reading);
}

static void
counters_come_from_the_first_copy_with_threads(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	keep_first(&reading);
	segment_builder_allocate(segment_builder_slot(reading.builder, 0), 16, 1000);
	segment_builder_allocate(reading.builder->overflow, 16, 1000);
	assert_int_equal(decode(&reading, everything, false), 0);
	assert_int_equal(heap_value(&reading, HT_HEAP_ALLOCATED), 52760);
	assert_int_equal(heap_value(&reading, HT_HEAP_LIVE), 5000 + 52760 - 18304);
	assert_sums(&reading);
	reading_release(&reading);
}

/* The second copy of a slot has the owner from before a change, and counters from after. */
static void
regress_a_successors_blocks_are_not_the_old_owners(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	keep_first(&reading);
	struct heaptop_thread_slot *slot = segment_builder_slot(reading.builder, 1);
	slot->size_classes[heaptop_size_class_of(16)].allocated_blocks += 1000;
	assert_int_equal(decode(&reading, everything, false), 0);
	assert_int_equal(reading.sample.heap->thread_count, 2);
	assert_int_equal(
	    thread_value(&reading.sample.heap->threads[1], HT_THREAD_ALLOCATED_BLOCKS), 7);
	assert_sums(&reading);
	reading_release(&reading);
}

static void
counters_come_from_the_second_copy_without_threads(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	keep_first(&reading);
	segment_builder_allocate(segment_builder_slot(reading.builder, 0), 16, 1000);
	segment_builder_allocate(reading.builder->overflow, 16, 1000);
	assert_int_equal(decode(&reading, HT_DETAIL_EVENTS, false), 0);
	assert_int_equal(heap_value(&reading, HT_HEAP_ALLOCATED), 52760 + 32000);
	assert_sums(&reading);
	reading_release(&reading);
}

static void
a_counter_below_its_base_is_torn(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	segment_builder_slot(reading.builder, 1)->base_allocated_bytes += 100000;
	assert_int_equal(decode(&reading, everything, false), -EAGAIN);
	assert_int_equal(decode(&reading, everything, true), 0);
	assert_int_equal(reading.sample.heap->thread_count, 1);
	assert_sums(&reading);
	reading_release(&reading);
}

/* The first copy of a slot has bytes from before a change, and the owner from after. */
static void
counters_from_before_an_owner_are_torn(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	struct heaptop_thread_slot *slot = segment_builder_slot(reading.builder, 1);
	uint64_t before = slot->allocated_bytes;
	segment_builder_allocate(slot, 16, 10);
	segment_builder_release(reading.builder, 1);
	segment_builder_claim(reading.builder, 1, 4245, "next");
	uint64_t after = slot->allocated_bytes;
	slot->allocated_bytes = before;
	keep_first(&reading);
	slot->allocated_bytes = after;
	assert_int_equal(decode(&reading, everything, false), -EAGAIN);
	assert_int_equal(decode(&reading, everything, true), 0);
	assert_int_equal(reading.sample.heap->thread_count, 1);
	assert_sums(&reading);
	reading_release(&reading);
}

static void
exited_never_outnumber_started(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	reading.builder->globals->threads_exited = UINT64_MAX;
	reading.builder->globals->dropped_threads = 4;
	assert_int_equal(decode(&reading, 0, false), 0);
	assert_int_equal(reading.sample.heap->exited.count, 3);
	assert_int_equal(reading.sample.heap->dropped.threads, 4);
	assert_int_equal(reading.sample.heap->dropped.sites, UINT64_MAX);
	reading_release(&reading);
}

static void
a_thousand_threads_sum_up(void **state)
{
	(void)state;
	struct reading reading =
	    reading_of(segment_builder_new(&(struct segment_shape){ .threads = 1000 }));
	for (uint32_t i = 0; i < 1000; i++) {
		struct heaptop_thread_slot *slot =
		    segment_builder_claim(reading.builder, i, 5000 + i, "many");
		for (uint64_t size = 1; size < UINT64_C(1) << 30; size *= 3)
			segment_builder_allocate(slot, size, i);
		if (i % 3 == 0)
			segment_builder_release(reading.builder, i);
	}
	assert_int_equal(decode(&reading, everything, false), 0);
	assert_int_equal(reading.sample.heap->thread_count, 666);
	assert_int_equal(reading.sample.heap->exited.count, 334);
	assert_sums(&reading);
	reading_release(&reading);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_and_exited_sum_up),
		cmocka_unit_test(a_claimed_or_unknown_state_belongs_to_exited),
		cmocka_unit_test(a_torn_owner_goes_to_exited),
		cmocka_unit_test(an_owner_that_changed_between_the_copies_is_torn),
		cmocka_unit_test(a_mixed_group_under_one_sequence_is_torn),
		cmocka_unit_test(counters_come_from_the_first_copy_with_threads),
		cmocka_unit_test(regress_a_successors_blocks_are_not_the_old_owners),
		cmocka_unit_test(counters_come_from_the_second_copy_without_threads),
		cmocka_unit_test(a_counter_below_its_base_is_torn),
		cmocka_unit_test(counters_from_before_an_owner_are_torn),
		cmocka_unit_test(exited_never_outnumber_started),
		cmocka_unit_test(a_thousand_threads_sum_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
