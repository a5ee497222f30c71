/* SPDX-License-Identifier: MIT */
/*
 * What a sample says of a segment: figures, lists, and what becomes of what is torn.
 * Long because each bound of the format has a test of its own.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "decode/segment.h"
#include "model/frame.h"
#include "segment_builder.h"

static const uint32_t everything = HT_DETAIL_THREADS | HT_DETAIL_SIZE_CLASSES | HT_DETAIL_EVENTS;

/* A builder's segment, a copy made of it before, and the sample that comes of both. */
struct reading {
	struct segment_builder *builder;
	unsigned char *first; /* NULL: the same as the second */
	struct ht_arena *arena;
	struct ht_sample sample;
};

static struct reading
reading_of(struct segment_builder *builder)
{
	struct reading reading = { .builder = builder, .arena = ht_arena_new() };
	assert_non_null(reading.arena);
	return reading;
}

static void
reading_release(struct reading *reading)
{
	segment_builder_free(reading->builder);
	free(reading->first);
	ht_arena_free(reading->arena);
}

/* Makes the first copy; what the test changes from now on is only in the second. */
static void
keep_first(struct reading *reading)
{
	reading->first = malloc(reading->builder->length);
	assert_non_null(reading->first);
	memcpy(reading->first, reading->builder->bytes, reading->builder->length);
}

static int
decode(struct reading *reading, uint32_t detail, bool last_try)
{
	const struct segment_builder *builder = reading->builder;
	const struct ht_segment_copy copy = {
		.first = reading->first != NULL ? reading->first : builder->bytes,
		.second = builder->bytes,
		.length = builder->length,
		.file_size = builder->length,
	};
	const struct ht_segment_want want = {
		.detail = detail,
		.monotonic_ns = 77,
		.last_try = last_try,
	};
	return ht_segment_decode(&copy, &want, reading->arena, &reading->sample);
}

static uint64_t
heap_value(const struct reading *reading, enum ht_heap_metric metric)
{
	assert_true(HT_HAS(&reading->sample.heap->values, metric));
	return reading->sample.heap->values.value[metric].u;
}

static bool
heap_has(const struct reading *reading, enum ht_heap_metric metric)
{
	return HT_HAS(&reading->sample.heap->values, metric);
}

static uint64_t
thread_value(const struct ht_thread *thread, enum ht_thread_metric metric)
{
	assert_true(HT_HAS(&thread->values, metric));
	return thread->values.value[metric].u;
}

/* The sum over threads and exited is the heap's total, for all four counters. */
static void
assert_sums(const struct reading *reading)
{
	const struct ht_heap_sample *heap = reading->sample.heap;
	uint64_t allocated = heap->exited.allocated_bytes, freed = heap->exited.freed_bytes;
	uint64_t allocations = heap->exited.allocated_blocks, frees = heap->exited.freed_blocks;
	for (size_t i = 0; i < heap->thread_count; i++) {
		allocated += thread_value(&heap->threads[i], HT_THREAD_ALLOCATED);
		freed += thread_value(&heap->threads[i], HT_THREAD_FREED);
		allocations += thread_value(&heap->threads[i], HT_THREAD_ALLOCATED_BLOCKS);
		frees += thread_value(&heap->threads[i], HT_THREAD_FREED_BLOCKS);
	}
	assert_int_equal(allocated, heap_value(reading, HT_HEAP_ALLOCATED));
	assert_int_equal(freed, heap_value(reading, HT_HEAP_FREED));
	assert_int_equal(allocations, heap_value(reading, HT_HEAP_ALLOCATED_BLOCKS));
	assert_int_equal(frees, heap_value(reading, HT_HEAP_FREED_BLOCKS));
}

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

/* Takes the counts of the slot in the first copy away from the second's, and so on. */
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
counters_come_from_the_second_copy(void **state)
{
	(void)state;
	struct reading reading = reading_of(segment_builder_example());
	keep_first(&reading);
	segment_builder_allocate(segment_builder_slot(reading.builder, 0), 16, 1000);
	assert_int_equal(decode(&reading, everything, false), 0);
	assert_int_equal(heap_value(&reading, HT_HEAP_ALLOCATED), 52760 + 16000);
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
		cmocka_unit_test(tells_who_published_it),
		cmocka_unit_test(live_is_inherited_and_allocated_less_freed),
		cmocka_unit_test(threads_and_exited_sum_up),
		cmocka_unit_test(a_claimed_or_unknown_state_belongs_to_exited),
		cmocka_unit_test(a_torn_owner_goes_to_exited),
		cmocka_unit_test(an_owner_that_changed_between_the_copies_is_torn),
		cmocka_unit_test(a_mixed_group_under_one_sequence_is_torn),
		cmocka_unit_test(counters_come_from_the_second_copy),
		cmocka_unit_test(a_counter_below_its_base_is_torn),
		cmocka_unit_test(a_negative_live_heap_is_read_again_then_unknown),
		cmocka_unit_test(peak_is_at_least_live),
		cmocka_unit_test(unknown_inheritance_leaves_live_and_peak_out),
		cmocka_unit_test(unknown_bytes_leave_blocks),
		cmocka_unit_test(torn_collections_are_absent),
		cmocka_unit_test(no_collection_has_no_last_pause),
		cmocka_unit_test(lists_the_classes_in_use),
		cmocka_unit_test(events_have_both_clocks_and_their_figures),
		cmocka_unit_test(an_event_before_the_segment_has_its_own_time),
		cmocka_unit_test(a_full_label_ends_with_nul),
		cmocka_unit_test(a_torn_event_is_left_out_and_hides_no_other),
		cmocka_unit_test(rings_are_merged_by_time),
		cmocka_unit_test(a_newer_minor_with_longer_records_is_read),
		cmocka_unit_test(a_publisher_may_have_other_classes),
		cmocka_unit_test(exited_never_outnumber_started),
		cmocka_unit_test(impossible_counters_are_corrupt),
		cmocka_unit_test(bounds_of_classes_must_rise),
		cmocka_unit_test(a_slot_must_have_room_for_its_classes),
		cmocka_unit_test(a_table_that_grew_is_read_again),
		cmocka_unit_test(a_thousand_threads_sum_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
