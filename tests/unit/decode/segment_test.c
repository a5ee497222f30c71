/* SPDX-License-Identifier: MIT */
/* What a sample says of a segment: who it is, its figures and classes, of any version. */
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
tells_who_published_it(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	reading.builder->header->exec_generation = 3;
	reading.builder->header->heartbeat_ns = 9;
	assert_int_equal(decode(&reading, 0, false), 0);
	const struct ht_sample *sample = &reading.sample;
	assert_int_equal(sample->key.pid, 4242);
	assert_int_equal(sample->key.start_time_ticks, 123456);
	assert_int_equal(sample->source, HT_SOURCE_SEGMENT);
	assert_int_equal(sample->quality, HT_QUALITY_LIVE);
	assert_null(sample->quality_reason);
	assert_int_equal(sample->monotonic_ns, 77);
	assert_int_equal(sample->uid, 1000);
	assert_string_equal(sample->name, "builder");
	assert_null(sample->command);
	assert_int_equal(sample->parent_pid, -1);
	assert_int_equal(sample->heap->exec_generation, 3);
	assert_int_equal(sample->heap->heartbeat_ns, 9);
	reading_release(&reading);
}

static void
live_is_inherited_and_allocated_less_freed(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	assert_int_equal(decode(&reading, 0, false), 0);
	assert_int_equal(heap_value(&reading, HT_HEAP_ALLOCATED), 4800 + 40960 + 7000);
	assert_int_equal(heap_value(&reading, HT_HEAP_ALLOCATED_BLOCKS), 117);
	assert_int_equal(heap_value(&reading, HT_HEAP_FREED), 1920 + 16384);
	assert_int_equal(heap_value(&reading, HT_HEAP_FREED_BLOCKS), 44);
	assert_int_equal(heap_value(&reading, HT_HEAP_LIVE), 5000 + 52760 - 18304);
	assert_int_equal(heap_value(&reading, HT_HEAP_LIVE_BLOCKS), 5 + 117 - 44);
	assert_int_equal(heap_value(&reading, HT_HEAP_INHERITED), 5000);
	assert_int_equal(heap_value(&reading, HT_HEAP_INHERITED_BLOCKS), 5);
	assert_int_equal(heap_value(&reading, HT_HEAP_PEAK), 60000);
	assert_int_equal(heap_value(&reading, HT_HEAP_PEAK_ERROR), 2048);
	assert_int_equal(heap_value(&reading, HT_HEAP_FAILED), 0);
	assert_false(heap_has(&reading, HT_HEAP_ALLOC_RATE));
	assert_null(reading.sample.heap->threads);
	assert_null(reading.sample.heap->events);
	assert_null(reading.sample.heap->size_classes);
	reading_release(&reading);
}

static void
a_negative_live_heap_is_read_again_then_unknown(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	segment_builder_deallocate(segment_builder_slot(reading.builder, 0), 1 << 20, 1);
	assert_int_equal(decode(&reading, everything, false), -EAGAIN);
	assert_int_equal(decode(&reading, everything, true), 0);
	assert_int_equal(reading.sample.quality, HT_QUALITY_LIVE);
	assert_non_null(reading.sample.quality_reason);
	assert_false(heap_has(&reading, HT_HEAP_LIVE));
	assert_true(heap_has(&reading, HT_HEAP_LIVE_BLOCKS));
	assert_int_equal(heap_value(&reading, HT_HEAP_PEAK), 60000);
	assert_sums(&reading);
	reading_release(&reading);
}

static void
peak_is_at_least_live(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	reading.builder->globals->peak_live_bytes = 1;
	assert_int_equal(decode(&reading, 0, false), 0);
	assert_int_equal(heap_value(&reading, HT_HEAP_PEAK), heap_value(&reading, HT_HEAP_LIVE));
	reading_release(&reading);
}

static void
unknown_inheritance_leaves_live_and_peak_out(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	reading.builder->header->flags = HEAPTOP_FLAG_INHERITED_UNKNOWN;
	assert_int_equal(decode(&reading, everything, false), 0);
	assert_false(heap_has(&reading, HT_HEAP_LIVE));
	assert_false(heap_has(&reading, HT_HEAP_LIVE_BLOCKS));
	assert_false(heap_has(&reading, HT_HEAP_INHERITED));
	assert_false(heap_has(&reading, HT_HEAP_INHERITED_BLOCKS));
	assert_false(heap_has(&reading, HT_HEAP_PEAK));
	assert_false(heap_has(&reading, HT_HEAP_PEAK_ERROR));
	assert_sums(&reading);
	reading_release(&reading);
}

static void
unknown_bytes_leave_blocks(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	reading.builder->header->flags = HEAPTOP_FLAG_BYTES_UNKNOWN;
	assert_int_equal(decode(&reading, everything, false), 0);
	assert_true(reading.sample.heap->bytes_unknown);
	assert_false(heap_has(&reading, HT_HEAP_LIVE));
	assert_false(heap_has(&reading, HT_HEAP_PEAK));
	assert_false(heap_has(&reading, HT_HEAP_INHERITED));
	assert_false(heap_has(&reading, HT_HEAP_ALLOCATED));
	assert_false(heap_has(&reading, HT_HEAP_FREED));
	assert_int_equal(heap_value(&reading, HT_HEAP_LIVE_BLOCKS), 78);
	const struct ht_thread *thread = &reading.sample.heap->threads[0];
	assert_false(HT_HAS(&thread->values, HT_THREAD_ALLOCATED));
	assert_int_equal(thread_value(thread, HT_THREAD_ALLOCATED_BLOCKS), 100);
	reading_release(&reading);
}

static void
torn_collections_are_absent(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	assert_int_equal(decode(&reading, 0, false), 0);
	assert_int_equal(heap_value(&reading, HT_HEAP_GC_EVENTS), 1);
	assert_int_equal(heap_value(&reading, HT_HEAP_GC_PAUSE), 1500);
	assert_int_equal(heap_value(&reading, HT_HEAP_LAST_GC_PAUSE), 1500);
	reading.builder->globals->gc_sequence = 3;
	assert_int_equal(decode(&reading, 0, false), -EAGAIN);
	assert_int_equal(decode(&reading, 0, true), 0);
	assert_false(heap_has(&reading, HT_HEAP_GC_EVENTS));
	assert_false(heap_has(&reading, HT_HEAP_GC_PAUSE));
	assert_false(heap_has(&reading, HT_HEAP_LAST_GC_PAUSE));
	assert_non_null(reading.sample.quality_reason);
	reading.builder->globals->gc_sequence = 2;
	keep_first(&reading);
	reading.builder->globals->last_gc_pause_ns = 8;
	assert_int_equal(decode(&reading, 0, true), 0);
	assert_false(heap_has(&reading, HT_HEAP_GC_EVENTS));
	reading_release(&reading);
}

static void
no_collection_has_no_last_pause(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_new(&(struct segment_shape){ 0 }));
	assert_int_equal(decode(&reading, 0, false), 0);
	assert_int_equal(heap_value(&reading, HT_HEAP_GC_EVENTS), 0);
	assert_false(heap_has(&reading, HT_HEAP_LAST_GC_PAUSE));
	reading_release(&reading);
}

static void
lists_the_classes_in_use(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	segment_builder_allocate(reading.builder->overflow, UINT64_C(1) << 40, 1);
	assert_int_equal(decode(&reading, everything, false), 0);
	const struct ht_heap_sample *heap = reading.sample.heap;
	assert_int_equal(heap->size_class_count, 4);
	assert_int_equal(heap->size_classes[0].size_bytes, 48);
	assert_int_equal(heap->size_classes[0].allocated_blocks, 100);
	assert_int_equal(heap->size_classes[0].freed_blocks, 40);
	assert_int_equal(heap->size_classes[1].size_bytes, 1008);
	assert_int_equal(heap->size_classes[2].size_bytes, 4096);
	assert_int_equal(heap->size_classes[2].freed_blocks, 4);
	assert_int_equal(heap->size_classes[3].size_bytes, UINT64_MAX);
	reading_release(&reading);
}

static void
a_newer_minor_with_longer_records_is_read(void **state)
{
	(void)state;
	struct reading reading =
	    reading_of(segment_builder_new(&(struct segment_shape){ .threads = 2,
		.slot_stride = 3072,
		.event_stride = 192,
		.globals_stride = 256,
		.unknown_bytes = 1001 }));
	reading.builder->header->minor = 9;
	segment_builder_allocate(segment_builder_claim(reading.builder, 1, 7, "far"), 16, 3);
	segment_builder_event(reading.builder, 0, HEAPTOP_EVENT_TRIM, 1, "a");
	segment_builder_event(reading.builder, 0, HEAPTOP_EVENT_TRIM, 2, "b");
	assert_int_equal(decode(&reading, everything, false), 0);
	assert_int_equal(reading.sample.quality, HT_QUALITY_LIVE);
	assert_int_equal(reading.sample.heap->thread_count, 1);
	assert_int_equal(reading.sample.heap->event_count, 2);
	assert_int_equal(heap_value(&reading, HT_HEAP_LIVE), 48);
	assert_sums(&reading);
	reading_release(&reading);
}

static void
a_publisher_may_have_other_classes(void **state)
{
	(void)state;
	struct reading reading =
	    reading_of(segment_builder_new(&(struct segment_shape){ .classes = 4 }));
	segment_builder_allocate(segment_builder_claim(reading.builder, 0, 1, "few"), 48, 5);
	assert_int_equal(decode(&reading, everything, false), 0);
	assert_int_equal(heap_value(&reading, HT_HEAP_ALLOCATED_BLOCKS), 5);
	assert_int_equal(reading.sample.heap->size_class_count, 1);
	assert_int_equal(reading.sample.heap->size_classes[0].size_bytes, UINT64_MAX);
	assert_sums(&reading);
	reading_release(&reading);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_who_published_it),
		cmocka_unit_test(live_is_inherited_and_allocated_less_freed),
		cmocka_unit_test(a_negative_live_heap_is_read_again_then_unknown),
		cmocka_unit_test(peak_is_at_least_live),
		cmocka_unit_test(unknown_inheritance_leaves_live_and_peak_out),
		cmocka_unit_test(unknown_bytes_leave_blocks),
		cmocka_unit_test(torn_collections_are_absent),
		cmocka_unit_test(no_collection_has_no_last_pause),
		cmocka_unit_test(lists_the_classes_in_use),
		cmocka_unit_test(a_newer_minor_with_longer_records_is_read),
		cmocka_unit_test(a_publisher_may_have_other_classes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
