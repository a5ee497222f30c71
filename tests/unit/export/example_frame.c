/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "example_frame.h"

#include <string.h>

#include "base/assert.h"
#include "heaptop/segment.h"

static void
fill_heap(struct ht_heap_values *values)
{
	HT_SET_U(values, HT_HEAP_LIVE, 1000);
	HT_SET_U(values, HT_HEAP_LIVE_BLOCKS, 10);
	HT_SET_U(values, HT_HEAP_PEAK, 2048);
	HT_SET_U(values, HT_HEAP_PEAK_ERROR, 0);
	HT_SET_U(values, HT_HEAP_INHERITED, 100);
	HT_SET_U(values, HT_HEAP_INHERITED_BLOCKS, 1);
	HT_SET_U(values, HT_HEAP_ALLOCATED, 18446744073709551000u);
	HT_SET_U(values, HT_HEAP_ALLOCATED_BLOCKS, 12);
	HT_SET_U(values, HT_HEAP_FREED, 18446744073709550100u);
	HT_SET_U(values, HT_HEAP_FREED_BLOCKS, 3);
	HT_SET_F(values, HT_HEAP_ALLOC_RATE, 1536.5);
}

static void
fill_threads(struct ht_process *process, struct ht_arena *arena)
{
	process->thread_count = 2;
	process->threads = ht_arena_array(arena, 2, sizeof(*process->threads));
	ht_assert(process->threads != NULL);
	process->threads[0] = (struct ht_thread){ .tid = 4242, .state = 'S', .name = "workers" };
	process->threads[1] =
	    (struct ht_thread){ .tid = 4243, .state = 'R', .name = "a \x1b[31mb" };
	HT_SET_U(&process->threads[0].values, HT_THREAD_ALLOCATED, 0);
	HT_SET_U(&process->threads[1].values, HT_THREAD_ALLOCATED, 4096);
	HT_SET_F(&process->threads[1].values, HT_THREAD_CPU, 12.25);
}

static void
fill_lists(struct ht_heap *heap, struct ht_arena *arena)
{
	heap->exited = (struct ht_exited_threads){ 3, 30, 3, 20, 2 };
	heap->size_class_count = 2;
	heap->size_classes = ht_arena_array(arena, 2, sizeof(*heap->size_classes));
	heap->event_count = 1;
	heap->events = ht_arena_array(arena, 1, sizeof(*heap->events));
	ht_assert(heap->size_classes != NULL && heap->events != NULL);
	heap->size_classes[0] = (struct ht_size_class){ .size_bytes = 16,
		.allocated_blocks = 12,
		.freed_blocks = 3,
		.live_blocks = 9,
		.live_bytes_estimate = 135,
		.has_rate = true,
		.allocated_blocks_per_second = 1.5 };
	heap->size_classes[1] = (struct ht_size_class){ .size_bytes = UINT64_MAX,
		.allocated_blocks = 1,
		.freed_blocks = 2,
		.live_blocks = UINT64_MAX,
		.live_bytes_estimate = UINT64_MAX };
	heap->events[0] = (struct ht_event){
		.realtime_ns = UINT64_C(1795338000000000000),
		.monotonic_ns = 5,
		.kind = HEAPTOP_EVENT_OOM,
		.tid = 4243,
		.duration_ns = UINT64_MAX,
		.bytes_before = UINT64_MAX,
		.bytes_after = UINT64_MAX,
		.requested_bytes = 1 << 20,
		.label = "malloc 1048576",
	};
	heap->dropped = (struct ht_dropped){ 0, 7, UINT64_MAX, UINT64_MAX };
}

static void
fill_workers(struct ht_process *process, struct ht_arena *arena)
{
	*process = (struct ht_process){
		.key = { 4242, 777 },
		.name = "workers",
		.command = "./workers --threads 2",
		.user = "www",
		.uid = 33,
		.parent_pid = 1,
		.state = 'S',
		.source = HT_SOURCE_SEGMENT,
		.detail = HT_DETAIL_THREADS | HT_DETAIL_SIZE_CLASSES | HT_DETAIL_EVENTS,
	};
	HT_SET_U(&process->values, HT_PROCESS_RESIDENT, 512 << 10);
	HT_SET_U(&process->values, HT_PROCESS_THREAD_COUNT, 2);
	process->heap = ht_arena_alloc(arena, sizeof(*process->heap));
	ht_assert(process->heap != NULL);
	fill_heap(&process->heap->values);
	fill_threads(process, arena);
	fill_lists(process->heap, arena);
}

struct ht_frame *
example_frame_new(void)
{
	struct ht_frame *frame = ht_frame_new();
	ht_assert(frame != NULL);
	frame->realtime_ns = UINT64_C(1795338000123000000);
	frame->monotonic_ns = 123456789;
	frame->interval_ns = 200000000;
	HT_SET_U(&frame->host, HT_HOST_MEMORY_TOTAL, 1 << 30);
	HT_SET_F(&frame->host, HT_HOST_PRESSURE_SOME_AVG10, 0.25);
	frame->process_count = EXAMPLE_PROCESSES;
	frame->processes =
	    ht_arena_array(frame->arena, EXAMPLE_PROCESSES, sizeof(*frame->processes));
	ht_assert(frame->processes != NULL);
	fill_workers(&frame->processes[EXAMPLE_WORKERS], frame->arena);
	frame->processes[EXAMPLE_PLAIN] = (struct ht_process){
		.key = { 7, 1 },
		.name = "a) S\n\x1b]0;x\x07",
		.command = "/bin/p \xff\xc2\x9b \xe2\x80\xae\"\\ \xf0\x9f\x98\x80",
		.uid = 1000,
		.parent_pid = -1,
		.state = 'R',
	};
	frame->processes[EXAMPLE_DEAD] = (struct ht_process){
		.key = { 99, 2 },
		.name = "dead",
		.uid = UINT32_MAX,
		.parent_pid = -1,
		.source = HT_SOURCE_SEGMENT,
		.quality = HT_QUALITY_DEAD,
		.quality_reason = "the process ended",
		.heap = ht_arena_alloc(frame->arena, sizeof(struct ht_heap)),
	};
	ht_assert(frame->processes[EXAMPLE_DEAD].heap != NULL);
	frame->instrumented_count = 2;
	return frame;
}
