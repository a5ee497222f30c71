/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "model/frame.h"

#include <stdlib.h>

struct ht_frame *
ht_frame_new(void)
{
	struct ht_frame *frame = calloc(1, sizeof(*frame));
	if (frame == NULL)
		return NULL;
	frame->arena = ht_arena_new();
	if (frame->arena == NULL) {
		free(frame);
		return NULL;
	}
	return frame;
}

void
ht_frame_free(struct ht_frame *frame)
{
	if (frame == NULL)
		return;
	ht_arena_free(frame->arena);
	free(frame);
}

const struct ht_process *
ht_frame_find(const struct ht_frame *frame, int32_t pid)
{
	for (size_t i = 0; i < frame->process_count; i++)
		if (frame->processes[i].key.pid == pid)
			return &frame->processes[i];
	return NULL;
}

static bool
heap_is_valid(const struct ht_heap *heap)
{
	if (heap->size_class_count != 0 && heap->size_classes == NULL)
		return false;
	if (heap->event_count != 0 && heap->events == NULL)
		return false;
	for (size_t i = 1; i < heap->size_class_count; i++)
		if (heap->size_classes[i - 1].size_bytes >= heap->size_classes[i].size_bytes)
			return false;
	for (size_t i = 1; i < heap->event_count; i++)
		if (heap->events[i - 1].monotonic_ns > heap->events[i].monotonic_ns)
			return false;
	return heap->values.present >> HT_HEAP_METRICS == 0;
}

bool
ht_frame_is_valid(const struct ht_frame *frame)
{
	size_t instrumented = 0;
	if (frame->process_count != 0 && frame->processes == NULL)
		return false;
	for (size_t i = 0; i < frame->process_count; i++) {
		const struct ht_process *process = &frame->processes[i];
		if (process->name == NULL || process->values.present >> HT_PROCESS_METRICS != 0)
			return false;
		if (process->thread_count != 0 && process->threads == NULL)
			return false;
		if (process->maps != NULL && !ht_maps_are_valid(process->maps))
			return false;
		if (process->heap == NULL)
			continue;
		instrumented++;
		if (!heap_is_valid(process->heap))
			return false;
	}
	return instrumented == frame->instrumented_count;
}
