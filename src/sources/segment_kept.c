/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "sources/segment_kept.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct ht_segment_kept {
	struct ht_look look;
	uint32_t detail;
	char state;                  /* of the process then */
	union ht_value thread_count; /* and that */
	struct ht_sample sample;     /* without name and heap */
	struct ht_heap_sample heap;  /* its lists are owned */
};

/* COUNT elements of SIZE bytes, in memory of the caller's; NULL for none.  False for lack of memory. */
static bool
keep_list(const void *from, size_t count, size_t size, void **out)
{
	*out = count != 0 ? reallocarray(NULL, count, size) : NULL;
	if (*out != NULL)
		memcpy(*out, from, count * size);
	return *out != NULL || count == 0;
}

static bool
keep_lists(const struct ht_heap_sample *from, struct ht_heap_sample *to)
{
	void *threads, *size_classes = NULL, *events = NULL;
	bool kept =
	    keep_list(from->threads, from->thread_count, sizeof(*from->threads), &threads) &&
	    keep_list(from->size_classes, from->size_class_count, sizeof(*from->size_classes),
		&size_classes) &&
	    keep_list(from->events, from->event_count, sizeof(*from->events), &events);
	to->threads = threads;
	to->size_classes = size_classes;
	to->events = events;
	return kept;
}

struct ht_segment_kept *
ht_segment_kept_new(const struct ht_look *look, uint32_t detail, const struct ht_sample *told,
    const struct ht_sample *process)
{
	if (told->heap == NULL || told->quality != HT_QUALITY_LIVE || told->quality_reason != NULL)
		return NULL;
	struct ht_segment_kept *kept = calloc(1, sizeof(*kept));
	if (kept == NULL)
		return NULL;
	kept->look = *look;
	kept->detail = detail;
	kept->state = process->state;
	kept->thread_count = process->process.value[HT_PROCESS_THREAD_COUNT];
	kept->sample = *told;
	kept->sample.name = NULL;
	kept->heap = *told->heap;
	if (keep_lists(told->heap, &kept->heap))
		return kept;
	ht_segment_kept_free(kept);
	return NULL;
}

void
ht_segment_kept_free(struct ht_segment_kept *kept)
{
	if (kept == NULL)
		return;
	free(kept->heap.threads);
	free(kept->heap.size_classes);
	free(kept->heap.events);
	free(kept);
}

bool
ht_segment_kept_holds(const struct ht_segment_kept *kept, const struct ht_look *now,
    uint32_t detail, struct ht_sample *process)
{
	if (kept == NULL || kept->detail != detail || !ht_look_holds(&kept->look, now))
		return false;
	process->state = kept->state;
	HT_SET_U(&process->process, HT_PROCESS_THREAD_COUNT, kept->thread_count.u);
	return true;
}

/* COUNT elements of SIZE bytes, in ARENA; NULL where there is no list.  False for lack of memory. */
static bool
tell_list(struct ht_arena *arena, const void *from, size_t count, size_t size, void **out)
{
	*out = ht_arena_array(arena, count, size);
	if (*out != NULL && count != 0)
		memcpy(*out, from, count * size);
	return *out != NULL;
}

int
ht_segment_kept_tell(const struct ht_segment_kept *kept, const struct ht_look *now,
    struct ht_arena *arena, struct ht_sample *told)
{
	void *threads, *size_classes, *events;
	struct ht_heap_sample *heap = ht_arena_alloc(arena, sizeof(*heap));
	if (heap == NULL ||
	    !tell_list(arena, kept->heap.threads, kept->heap.thread_count,
		sizeof(*kept->heap.threads), &threads) ||
	    !tell_list(arena, kept->heap.size_classes, kept->heap.size_class_count,
		sizeof(*kept->heap.size_classes), &size_classes) ||
	    !tell_list(arena, kept->heap.events, kept->heap.event_count, sizeof(*kept->heap.events),
		&events))
		return -ENOMEM;
	*heap = kept->heap;
	heap->threads = threads;
	heap->size_classes = size_classes;
	heap->events = events;
	*told = kept->sample;
	told->heap = heap;
	told->monotonic_ns = now->monotonic_ns;
	return 0;
}
