/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "segment_check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/segment.h"
#include "heaptop/segment.h"
#include "model/frame.h"

#define PROMISE(condition) ((condition) ? (void)0 : broken(#condition, __LINE__))

static _Noreturn void
broken(const char *condition, int line)
{
	fprintf(stderr, "segment_check.c:%d: broken promise: %s\n", line, condition);
	abort();
}

static uint64_t
thread_value(const struct ht_thread *thread, enum ht_thread_metric metric)
{
	PROMISE(HT_HAS(&thread->values, metric));
	return thread->values.value[metric].u;
}

static uint64_t
heap_value(const struct ht_heap_sample *heap, enum ht_heap_metric metric)
{
	PROMISE(HT_HAS(&heap->values, metric));
	return heap->values.value[metric].u;
}

/* Threads and exited threads are the total. */
static void
check_sums(const struct ht_heap_sample *heap)
{
	struct ht_exited_threads sum = heap->exited;
	for (size_t i = 0; i < heap->thread_count; i++) {
		const struct ht_thread *thread = &heap->threads[i];
		sum.allocated_blocks += thread_value(thread, HT_THREAD_ALLOCATED_BLOCKS);
		sum.freed_blocks += thread_value(thread, HT_THREAD_FREED_BLOCKS);
		if (heap->bytes_unknown)
			continue;
		sum.allocated_bytes += thread_value(thread, HT_THREAD_ALLOCATED);
		sum.freed_bytes += thread_value(thread, HT_THREAD_FREED);
	}
	PROMISE(sum.allocated_blocks == heap_value(heap, HT_HEAP_ALLOCATED_BLOCKS));
	PROMISE(sum.freed_blocks == heap_value(heap, HT_HEAP_FREED_BLOCKS));
	if (heap->bytes_unknown)
		return;
	PROMISE(sum.allocated_bytes == heap_value(heap, HT_HEAP_ALLOCATED));
	PROMISE(sum.freed_bytes == heap_value(heap, HT_HEAP_FREED));
}

static void
check_live(const struct ht_heap_sample *heap)
{
	if (!HT_HAS(&heap->values, HT_HEAP_LIVE))
		return;
	PROMISE(heap_value(heap, HT_HEAP_LIVE) == heap_value(heap, HT_HEAP_INHERITED) +
						      heap_value(heap, HT_HEAP_ALLOCATED) -
						      heap_value(heap, HT_HEAP_FREED));
	PROMISE(heap_value(heap, HT_HEAP_PEAK) >= heap_value(heap, HT_HEAP_LIVE));
}

static void
check_lists(const struct ht_heap_sample *heap)
{
	for (size_t i = 0; i < heap->thread_count; i++) {
		PROMISE(heap->threads[i].tid >= 0);
		PROMISE(memchr(heap->threads[i].name, '\0', sizeof(heap->threads[i].name)) != NULL);
	}
	for (size_t i = 1; i < heap->size_class_count; i++)
		PROMISE(heap->size_classes[i - 1].size_bytes < heap->size_classes[i].size_bytes);
	for (size_t i = 0; i < heap->event_count; i++) {
		const struct ht_event *event = &heap->events[i];
		PROMISE(event->tid >= 0 && event->realtime_ns <= INT64_MAX);
		PROMISE(ht_event_kind_name(event->kind) != NULL);
		PROMISE(memchr(event->label, '\0', sizeof(event->label)) != NULL);
		PROMISE(i == 0 || heap->events[i - 1].monotonic_ns <= event->monotonic_ns);
	}
}

static void
check_sample(const struct ht_sample *sample)
{
	PROMISE(sample->source == HT_SOURCE_SEGMENT);
	if (sample->quality == HT_QUALITY_CORRUPT) {
		PROMISE(sample->heap == NULL && sample->quality_reason != NULL);
		return;
	}
	PROMISE(sample->quality == HT_QUALITY_LIVE);
	PROMISE(sample->heap != NULL && sample->name != NULL && sample->key.pid >= 0);
	PROMISE(sample->heap->values.present >> HT_HEAP_METRICS == 0);
	check_sums(sample->heap);
	check_live(sample->heap);
	check_lists(sample->heap);
}

/* Asks how much to read until that is clear, as a source does; false: not readable. */
static bool
check_extent(const unsigned char *bytes, size_t length, uint64_t file_size)
{
	struct ht_segment_identity identity;
	uint64_t need = HT_SEGMENT_HEADER_BYTES;
	enum ht_segment_fault fault = ht_segment_probe(bytes, length, &identity);
	PROMISE(memchr(identity.name, '\0', sizeof(identity.name)) != NULL);
	if (fault != HT_SEGMENT_OK)
		return false;
	for (int round = 0; round < 3; round++) {
		size_t have = need < length ? (size_t)need : length;
		uint64_t more;
		if (ht_segment_extent(bytes, have, file_size, &more) != HT_SEGMENT_OK)
			return false;
		PROMISE(more <= file_size && more <= HT_SEGMENT_COPY_MOST_BYTES);
		if (more <= have)
			return true;
		need = more;
	}
	return need > length;
}

enum segment_outcome
segment_check(const unsigned char *first, const unsigned char *second, size_t length,
    uint64_t file_size, struct ht_arena *arena)
{
	const struct ht_segment_copy copy = {
		.first = first,
		.second = second,
		.length = length,
		.file_size = file_size,
	};
	struct ht_segment_want want = {
		.detail = HT_DETAIL_THREADS | HT_DETAIL_SIZE_CLASSES | HT_DETAIL_EVENTS,
	};
	struct ht_sample sample;
	ht_arena_reset(arena);
	bool readable = check_extent(first, length, file_size);
	int status = ht_segment_decode(&copy, &want, arena, &sample);
	PROMISE(status == 0 || status == -EAGAIN);
	if (status == -EAGAIN) {
		want.last_try = true;
		PROMISE(ht_segment_decode(&copy, &want, arena, &sample) == 0);
	}
	check_sample(&sample);
	if (sample.quality == HT_QUALITY_CORRUPT)
		return SEGMENT_CORRUPT;
	PROMISE(readable);
	return status == 0 ? SEGMENT_READ : SEGMENT_TORN;
}
