/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "segment_reading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "decode/segment.h"

const uint32_t everything = HT_DETAIL_THREADS | HT_DETAIL_SIZE_CLASSES | HT_DETAIL_EVENTS;

struct reading
reading_of(struct segment_builder *builder)
{
	struct reading reading = { .builder = builder, .arena = ht_arena_new() };
	assert_non_null(reading.arena);
	return reading;
}

void
reading_release(struct reading *reading)
{
	segment_builder_free(reading->builder);
	free(reading->first);
	ht_arena_free(reading->arena);
}

void
keep_first(struct reading *reading)
{
	reading->first = malloc(reading->builder->length);
	assert_non_null(reading->first);
	memcpy(reading->first, reading->builder->bytes, reading->builder->length);
}

int
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

uint64_t
heap_value(const struct reading *reading, enum ht_heap_metric metric)
{
	assert_true(HT_HAS(&reading->sample.heap->values, metric));
	return reading->sample.heap->values.value[metric].u;
}

bool
heap_has(const struct reading *reading, enum ht_heap_metric metric)
{
	return HT_HAS(&reading->sample.heap->values, metric);
}

uint64_t
thread_value(const struct ht_thread *thread, enum ht_thread_metric metric)
{
	assert_true(HT_HAS(&thread->values, metric));
	return thread->values.value[metric].u;
}

void
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
