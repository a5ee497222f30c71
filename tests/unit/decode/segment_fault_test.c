/* SPDX-License-Identifier: MIT */
/* Segments that cannot be: the fault is named, and no figure comes of them. */
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

/* Decodes, expects FAULT, and no figure. */
static void
assert_corrupt(struct reading *reading, enum ht_segment_fault fault)
{
	assert_int_equal(decode(reading, everything, false), 0);
	assert_int_equal(reading->sample.quality, HT_QUALITY_CORRUPT);
	assert_string_equal(reading->sample.quality_reason, ht_segment_fault_text(fault));
	assert_null(reading->sample.heap);
}

static void
impossible_counters_are_corrupt(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	struct heaptop_thread_slot *slot = segment_builder_slot(reading.builder, 2);
	slot->size_classes[143].freed_blocks = UINT64_C(1) << 53;
	assert_corrupt(&reading, HT_SEGMENT_BAD_COUNTERS);
	slot->size_classes[143].freed_blocks = 0;
	slot->allocated_bytes = UINT64_MAX;
	assert_corrupt(&reading, HT_SEGMENT_BAD_COUNTERS);
	slot->allocated_bytes = 0;
	reading.builder->overflow->failed_requests = UINT64_MAX;
	assert_int_equal(decode(&reading, everything, false), 0);
	slot->failed_requests = 1;
	assert_corrupt(&reading, HT_SEGMENT_BAD_COUNTERS);
	slot->failed_requests = 0;
	reading.builder->globals->inherited_live_bytes = UINT64_MAX;
	assert_corrupt(&reading, HT_SEGMENT_BAD_COUNTERS);
	reading_release(&reading);
}

static void
bounds_of_classes_must_rise(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	reading.builder->bounds[5] = reading.builder->bounds[4];
	assert_corrupt(&reading, HT_SEGMENT_BAD_CLASSES);
	reading.builder->bounds[5] = heaptop_size_class_bound(5);
	reading.builder->bounds[143] -= 1;
	assert_corrupt(&reading, HT_SEGMENT_BAD_CLASSES);
	reading_release(&reading);
}

static void
a_slot_must_have_room_for_its_classes(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	segment_builder_section(reading.builder, HEAPTOP_SECTION_THREADS)->stride -= 8;
	assert_corrupt(&reading, HT_SEGMENT_BAD_CLASSES);
	segment_builder_section(reading.builder, HEAPTOP_SECTION_THREADS)->stride += 8;
	segment_builder_section(reading.builder, HEAPTOP_SECTION_OVERFLOW)->stride -= 8;
	assert_corrupt(&reading, HT_SEGMENT_BAD_CLASSES);
	reading_release(&reading);
}

static void
a_table_that_grew_is_read_again(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	const struct ht_segment_copy copy = {
		.first = reading.builder->bytes,
		.second = reading.builder->bytes,
		.length = reading.builder->length - sizeof(struct heaptop_thread_slot),
		.file_size = reading.builder->length,
	};
	struct ht_segment_want want = { 0 };
	assert_int_equal(ht_segment_decode(&copy, &want, reading.arena, &reading.sample), -EAGAIN);
	want.last_try = true;
	assert_int_equal(ht_segment_decode(&copy, &want, reading.arena, &reading.sample), 0);
	assert_int_equal(reading.sample.quality, HT_QUALITY_CORRUPT);
	reading_release(&reading);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(impossible_counters_are_corrupt),
		cmocka_unit_test(bounds_of_classes_must_rise),
		cmocka_unit_test(a_slot_must_have_room_for_its_classes),
		cmocka_unit_test(a_table_that_grew_is_read_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
