/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "model/sample.h"

#include "heaptop/segment.h"

const char *
ht_source_kind_name(enum ht_source_kind kind)
{
	switch (kind) {
	case HT_SOURCE_NONE:
		return "none";
	case HT_SOURCE_SEGMENT:
		return "segment";
	case HT_SOURCE_GO:
		return "go";
	case HT_SOURCE_JVM:
		return "jvm";
	}
	return "none";
}

const char *
ht_quality_name(enum ht_quality quality)
{
	switch (quality) {
	case HT_QUALITY_LIVE:
		return "live";
	case HT_QUALITY_STALE:
		return "stale";
	case HT_QUALITY_DEAD:
		return "dead";
	case HT_QUALITY_CORRUPT:
		return "corrupt";
	}
	return "live";
}

const char *
ht_event_kind_name(uint32_t kind)
{
	switch (kind) {
#define HEAPTOP_EVENT_KIND(number, id, name, help)                                                 \
	case number:                                                                               \
		return name;
#include "heaptop/event_kinds.def"
#undef HEAPTOP_EVENT_KIND
	default: /* a number from a file, not an enum of ours */
		return NULL;
	}
}

const char *
ht_event_kind_help(uint32_t kind)
{
	switch (kind) {
#define HEAPTOP_EVENT_KIND(number, id, name, help)                                                 \
	case number:                                                                               \
		return help;
#include "heaptop/event_kinds.def"
#undef HEAPTOP_EVENT_KIND
	default: /* a number from a file, not an enum of ours */
		return NULL;
	}
}

/* METRIC of THREAD, 0 where it is unknown: then it is unknown of the whole heap, too. */
static uint64_t
known(const struct ht_thread *thread, enum ht_thread_metric metric)
{
	return HT_HAS(&thread->values, metric) ? thread->values.value[metric].u : 0;
}

static void
retire(struct ht_exited_threads *exited, const struct ht_thread *thread)
{
	exited->count++;
	exited->allocated_bytes += known(thread, HT_THREAD_ALLOCATED);
	exited->allocated_blocks += known(thread, HT_THREAD_ALLOCATED_BLOCKS);
	exited->freed_bytes += known(thread, HT_THREAD_FREED);
	exited->freed_blocks += known(thread, HT_THREAD_FREED_BLOCKS);
}

void
ht_heap_sample_retire(struct ht_heap_sample *heap,
    bool (*is_alive)(const struct ht_thread *thread, void *context), void *context)
{
	size_t kept = 0;
	for (size_t i = 0; i < heap->thread_count; i++) {
		if (is_alive(&heap->threads[i], context))
			heap->threads[kept++] = heap->threads[i];
		else
			retire(&heap->exited, &heap->threads[i]);
	}
	heap->thread_count = kept;
}
