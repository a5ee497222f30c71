/* SPDX-License-Identifier: MIT */
/* Events of a sample: their figures, times and texts, and which are left out. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "decode/segment.h"
#include "model/frame.h"
#include "segment_builder.h"
#include "segment_reading.h"

static void
events_have_both_clocks_and_their_figures(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_new(&(struct segment_shape){ 0 }));
	struct heaptop_event *event = segment_builder_event(
	    reading.builder, 0, HEAPTOP_EVENT_OOM, UINT64_C(6000000000), "malloc 99");
	event->present = HEAPTOP_EVENT_HAS_REQUESTED | HEAPTOP_EVENT_HAS_DURATION;
	event->requested_bytes = 99;
	event->duration_ns = 5;
	event->bytes_before = 12;
	event->tid = 4242;
	segment_builder_ring(reading.builder, 0)->lost = 6;
	assert_int_equal(decode(&reading, everything, false), 0);
	assert_int_equal(reading.sample.heap->event_count, 1);
	assert_int_equal(reading.sample.heap->dropped.events, 6);
	const struct ht_event *got = &reading.sample.heap->events[0];
	assert_int_equal(got->kind, HEAPTOP_EVENT_OOM);
	assert_int_equal(got->monotonic_ns, UINT64_C(6000000000));
	assert_int_equal(got->realtime_ns, UINT64_C(1700000001000000000));
	assert_int_equal(got->tid, 4242);
	assert_int_equal(got->requested_bytes, 99);
	assert_int_equal(got->duration_ns, 5);
	assert_int_equal(got->bytes_before, UINT64_MAX);
	assert_int_equal(got->bytes_after, UINT64_MAX);
	assert_string_equal(got->label, "malloc 99");
	reading_release(&reading);
}

static void
an_event_before_the_segment_has_its_own_time(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_new(&(struct segment_shape){ 0 }));
	segment_builder_event(reading.builder, 0, HEAPTOP_EVENT_EXEC, UINT64_C(4000000000), "");
	segment_builder_event(reading.builder, 0, HEAPTOP_EVENT_FORK, UINT64_MAX / 2, "");
	assert_int_equal(decode(&reading, everything, false), 0);
	assert_int_equal(reading.sample.heap->events[0].realtime_ns, UINT64_C(1699999999000000000));
	assert_int_equal(reading.sample.heap->events[1].realtime_ns, INT64_MAX);
	reading_release(&reading);
}

static void
a_full_label_ends_with_nul(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_new(&(struct segment_shape){ 0 }));
	struct heaptop_event *event =
	    segment_builder_event(reading.builder, 0, HEAPTOP_EVENT_EXEC, 1, "");
	memset(event->label, 'x', sizeof(event->label));
	memset(reading.builder->header->name, 'n', sizeof(reading.builder->header->name));
	struct heaptop_thread_slot *slot = segment_builder_claim(reading.builder, 0, 1, "");
	memset(slot->name, 't', sizeof(slot->name));
	assert_int_equal(decode(&reading, everything, false), 0);
	assert_int_equal(strlen(reading.sample.heap->events[0].label), 64);
	assert_int_equal(strlen(reading.sample.name), 64);
	assert_int_equal(strlen(reading.sample.heap->threads[0].name), 15);
	reading_release(&reading);
}

static void
a_torn_event_is_left_out_and_hides_no_other(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	segment_builder_record(reading.builder, 0, 2)->sequence |= 1; /* stuck */
	segment_builder_record(reading.builder, 0, 3)->kind = 4000;   /* of a later version */
	segment_builder_record(reading.builder, 0, 4)->number += 1;   /* not its place */
	keep_first(&reading);
	segment_builder_record(reading.builder, 0, 5)->bytes_after = 1; /* being written */
	assert_int_equal(decode(&reading, everything, false), 0);
	assert_int_equal(reading.sample.heap->event_count, 3);
	assert_int_equal(reading.sample.heap->events[0].kind, HEAPTOP_EVENT_THREAD_START);
	assert_int_equal(reading.sample.heap->events[1].kind, HEAPTOP_EVENT_OOM);
	assert_int_equal(reading.sample.heap->events[2].kind, HEAPTOP_EVENT_HIGH_WATER);
	reading_release(&reading);
}

static void
rings_are_merged_by_time(void **state)
{
	(void)state;
	struct reading reading = reading_of(
	    segment_builder_new(&(struct segment_shape){ .rings = 2, .ring_records = 4 }));
	/* Five into a ring of three: the first two are gone. */
	for (uint64_t i = 0; i < 5; i++)
		segment_builder_event(reading.builder, 0, HEAPTOP_EVENT_TRIM, 10 * i, "");
	segment_builder_event(reading.builder, 1, HEAPTOP_EVENT_FORK, 25, "");
	segment_builder_event(reading.builder, 1, HEAPTOP_EVENT_FORK, 35, "");
	assert_int_equal(decode(&reading, everything, false), 0);
	assert_int_equal(reading.sample.heap->dropped.events, 2);
	static const uint64_t times[] = { 20, 25, 30, 35, 40 };
	assert_int_equal(reading.sample.heap->event_count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(reading.sample.heap->events[i].monotonic_ns, times[i]);
	reading_release(&reading);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_have_both_clocks_and_their_figures),
		cmocka_unit_test(an_event_before_the_segment_has_its_own_time),
		cmocka_unit_test(a_full_label_ends_with_nul),
		cmocka_unit_test(a_torn_event_is_left_out_and_hides_no_other),
		cmocka_unit_test(rings_are_merged_by_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
