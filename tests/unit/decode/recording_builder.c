/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "recording_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/recording.h"
#include "model/frame.h"

enum { PROCESSES = 12, THREADS = 3, CLASSES = 4, EVENTS = 3, MAPPINGS = 3 };

static void *
make(struct ht_arena *arena, size_t count, size_t size)
{
	void *items = ht_arena_array(arena, count, size);
	if (items == NULL)
		abort();
	return items;
}

static void
fill_thread(struct ht_thread *thread, unsigned process, unsigned number, unsigned tick)
{
	*thread = (struct ht_thread){ .tid = (int32_t)(1000 * process + number),
		.generation = number + tick / 40,
		.in_segment = number != 0,
		.state = "RSD"[tick % 3],
		.cpu_time_ns = number == 2 ? UINT64_MAX : UINT64_C(1000003) * tick };
	snprintf(thread->name, sizeof(thread->name), "worker-%u", number);
	HT_SET_U(&thread->values, HT_THREAD_ALLOCATED, UINT64_C(70001) * tick * number);
	HT_SET_U(&thread->values, HT_THREAD_FREED, UINT64_C(70000) * tick * number);
	if (number == 1)
		HT_SET_U(&thread->values, HT_THREAD_LIVE_ESTIMATE, 0);
}

static struct ht_thread *
make_threads(struct ht_arena *arena, unsigned process, unsigned tick, size_t *count)
{
	*count = THREADS - (tick / 10) % 2;
	struct ht_thread *threads = make(arena, *count, sizeof(*threads));
	for (unsigned i = 0; i < *count; i++)
		fill_thread(&threads[i], process, i + tick / 30, tick);
	return threads;
}

static void
fill_events(struct ht_arena *arena, struct ht_heap_sample *heap, unsigned tick)
{
	heap->event_count = EVENTS;
	heap->events = make(arena, EVENTS, sizeof(*heap->events));
	for (unsigned i = 0; i < EVENTS; i++) {
		struct ht_event *event = &heap->events[i];
		*event = (struct ht_event){ .realtime_ns = UINT64_C(1700000000000000000) + tick + i,
			.monotonic_ns = UINT64_C(5000000000) + tick + i,
			.kind = 1 + (tick + i) % 5,
			.tid = (int32_t)i,
			.duration_ns = i == 0 ? UINT64_MAX : 0,
			.bytes_before = 17,
			.bytes_after = UINT64_MAX,
			.requested_bytes = UINT64_MAX - 1 };
		snprintf(event->label, sizeof(event->label), i == 1 ? "" : "label %u", i);
	}
}

static struct ht_heap_sample *
make_heap(struct ht_arena *arena, unsigned process, unsigned tick)
{
	struct ht_heap_sample *heap = make(arena, 1, sizeof(*heap));
	heap->bytes_unknown = process == 3;
	heap->exec_generation = tick / 50;
	heap->heartbeat_ns = tick;
	heap->exited = (struct ht_exited_threads){ tick, 1, 2, 3, UINT64_MAX - 5 };
	heap->dropped = (struct ht_dropped){ 0, UINT64_MAX, tick, 7 };
	HT_SET_U(&heap->values, HT_HEAP_LIVE, UINT64_C(1) << 62);
	HT_SET_U(&heap->values, HT_HEAP_ALLOCATED, UINT64_C(123457) * tick);
	HT_SET_U(&heap->values, HT_HEAP_FREED, UINT64_C(123450) * tick);
	if (tick % 7 == 0)
		HT_SET_U(&heap->values, HT_HEAP_FAILED, 0);
	heap->threads = make_threads(arena, process, tick, &heap->thread_count);
	heap->size_class_count = CLASSES;
	heap->size_classes = make(arena, CLASSES, sizeof(*heap->size_classes));
	for (unsigned i = 0; i < CLASSES; i++)
		heap->size_classes[i] = (struct ht_size_class){
			.size_bytes = i + 1 == CLASSES ? UINT64_MAX : 16u << i,
			.allocated_blocks = tick * i,
			.freed_blocks = tick * i / 2,
		};
	fill_events(arena, heap, tick);
	return heap;
}

static struct ht_maps *
make_maps(struct ht_arena *arena, unsigned tick)
{
	struct ht_maps *maps = make(arena, 1, sizeof(*maps));
	maps->monotonic_ns = UINT64_C(4000000000) + tick / 5;
	maps->reason = tick % 2 == 0 ? "a reason" : NULL;
	maps->allocator = HT_ALLOCATOR_GLIBC;
	maps->has_thread_stacks = true;
	maps->maps = make(arena, MAPPINGS, sizeof(*maps->maps));
	maps->count = maps->mapping_count = MAPPINGS;
	for (unsigned i = 0; i < MAPPINGS; i++) {
		enum ht_map_kind kind = i == 0 ? HT_MAP_HEAP : HT_MAP_ANONYMOUS;
		maps->maps[i] = (struct ht_map){ .start = 4096 * i,
			.end = 4096 * (i + 1),
			.kind = kind,
			.count = 1,
			.flags = "rw-p",
			.name = i == 0 ? "[heap]" : "",
			.figures = { 4096, 4096 + tick, 5, 0, 4096, UINT64_MAX } };
		ht_map_figures_add(&maps->kinds[kind], &maps->maps[i].figures);
		ht_map_figures_add(&maps->total, &maps->maps[i].figures);
		maps->kind_counts[kind]++;
	}
	maps->resident = (struct ht_resident){ .total_bytes = 100, .present = 5, .estimated = 4 };
	maps->resident.bytes[0] = 40;
	maps->resident.bytes[2] = 60;
	return maps;
}

static void
fill_process(struct ht_arena *arena, struct ht_sample *sample, unsigned number, unsigned tick)
{
	char name[32];
	snprintf(name, sizeof(name), "process\x1b[%u", number);
	*sample = (struct ht_sample){ .key = { (int32_t)(10 * number), 7 * number },
		.is_new = tick == number,
		.name = ht_arena_text(arena, name, strlen(name)),
		.command = number == 1   ? NULL
			   : number == 2 ? ""
					 : "/bin/process --option",
		.user = number == 4 ? NULL : "root",
		.uid = number == 4 ? UINT32_MAX : number,
		.parent_pid = number == 5 ? -1 : 1,
		.state = "RS"[tick % 2],
		.cpu_time_ns = number == 6 ? UINT64_MAX : UINT64_C(1000) * tick * number,
		.data_bytes = number == 6 ? UINT64_MAX : 0,
		.quality_reason = number == 7 ? "not permitted" : NULL,
		.detail = number < 4 ? HT_DETAIL_THREADS | HT_DETAIL_SIZE_CLASSES |
					   HT_DETAIL_EVENTS | HT_DETAIL_MAPS
				     : 0 };
	HT_SET_U(&sample->process, HT_PROCESS_RESIDENT, UINT64_C(4096) * number * (tick + 1));
	if (number != 8)
		HT_SET_U(&sample->process, HT_PROCESS_SWAP, 0);
	if (sample->detail == 0)
		return;
	sample->tasks = make_threads(arena, number, tick, &sample->task_count);
	sample->maps = make_maps(arena, tick);
}

static void
fill_told(struct ht_arena *arena, struct ht_sample *sample, unsigned number, unsigned tick)
{
	*sample = (struct ht_sample){ .key = { (int32_t)(10 * number), 7 * number },
		.source = HT_SOURCE_SEGMENT,
		.quality = tick % 9 == 0 ? HT_QUALITY_STALE : HT_QUALITY_LIVE,
		.quality_reason = tick % 9 == 0 ? "stopped" : NULL,
		/* Some are read after the tick began. */
		.monotonic_ns =
		    UINT64_C(9000000000) + UINT64_C(1000000000) * tick - 100 + number * 70,
		.uid = UINT32_MAX,
		.parent_pid = -1,
		.cpu_time_ns = UINT64_MAX,
		.data_bytes = UINT64_MAX,
		.detail = HT_DETAIL_THREADS | HT_DETAIL_SIZE_CLASSES | HT_DETAIL_EVENTS,
		.heap = make_heap(arena, number, tick) };
}

struct ht_tick
ht_build_tick(struct ht_arena *arena, unsigned index)
{
	struct ht_sample *samples = make(arena, 2 * PROCESSES, sizeof(*samples));
	struct ht_tick tick = { .realtime_ns = UINT64_C(1750000000000000000) + index,
		.monotonic_ns = UINT64_C(9000000000) + UINT64_C(1000000000) * index,
		.hidden_count = index / 3,
		.samples = samples };
	HT_SET_U(&tick.host, HT_HOST_MEMORY_TOTAL, UINT64_C(1) << 34);
	HT_SET_F(&tick.host, HT_HOST_PRESSURE_SOME_AVG10, 0.25 * index);
	/* One starts, one ends, every few ticks. */
	for (unsigned i = 1; i <= PROCESSES; i++)
		if (i < 4 || (index / 4) % PROCESSES != i)
			fill_process(arena, &samples[tick.sample_count++], i, index);
	tick.process_count = tick.sample_count;
	for (unsigned i = 1; i < 4; i++)
		fill_told(arena, &samples[tick.sample_count++], i, index);
	return tick;
}

void
ht_build_recording(unsigned count, struct ht_text *out)
{
	struct ht_recording_writer *writer = ht_recording_writer_new(UINT64_C(1000000000));
	struct ht_arena *arena = ht_arena_new();
	if (writer == NULL || arena == NULL)
		abort();
	for (unsigned i = 0; i < count; i++) {
		struct ht_tick tick = ht_build_tick(arena, i);
		if (ht_recording_write(writer, &tick, out) != 0)
			abort();
		ht_arena_reset(arena);
	}
	ht_arena_free(arena);
	ht_recording_writer_free(writer);
}
