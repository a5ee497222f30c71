/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "core/events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "heaptop/segment.h"

/* A jump is at least this much, and this part of what there was. */
#define LEAST_JUMP_BYTES (UINT64_C(1) << 20)
#define LEAST_JUMP_PART  UINT64_C(16)

/* What the C library gives a thread where there is no limit to go by. */
#define USUAL_STACK_BYTES (UINT64_C(8) << 20)

struct ht_events *
ht_events_new(void)
{
	struct ht_events *events = calloc(1, sizeof(*events));
	if (events != NULL)
		events->data_bytes = UINT64_MAX;
	return events;
}

void
ht_events_free(struct ht_events *events)
{
	if (events != NULL)
		free(events->told);
	free(events);
}

/* The stack of a thread is as large as the limit says; the target's is taken to be ours. */
static uint64_t
stack_bytes(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
		return USUAL_STACK_BYTES;
	return limit.rlim_cur;
}

/* BEFORE brought nearer to AFTER by the stacks of the threads that came or went meanwhile. */
static uint64_t
less_stacks(uint64_t before, uint64_t after, uint64_t threads_before, uint64_t threads_after)
{
	uint64_t change = after > before ? after - before : before - after;
	bool same_direction = (after > before) == (threads_after > threads_before);
	uint64_t threads = threads_after > threads_before ? threads_after - threads_before
							  : threads_before - threads_after;
	uint64_t stacks;
	if (threads == 0 || !same_direction)
		return before;
	if (__builtin_mul_overflow(threads, stack_bytes(), &stacks) || stacks > change)
		stacks = change;
	return after > before ? before + stacks : before - stacks;
}

void
ht_events_observe(struct ht_events *events, const struct ht_sample *sample, uint64_t realtime_ns,
    uint64_t monotonic_ns)
{
	uint64_t after = sample->data_bytes;
	uint64_t threads = HT_HAS(&sample->process, HT_PROCESS_THREAD_COUNT)
			       ? sample->process.value[HT_PROCESS_THREAD_COUNT].u
			       : events->threads;
	bool first = events->data_bytes == UINT64_MAX;
	uint64_t before = less_stacks(events->data_bytes, after, events->threads, threads);
	if (after == UINT64_MAX)
		return;
	events->data_bytes = after;
	events->threads = threads;
	uint64_t change = after > before ? after - before : before - after;
	if (first || change < LEAST_JUMP_BYTES || change < before / LEAST_JUMP_PART)
		return;
	events->ring[events->count++ % HT_EVENTS_KEPT] = (struct ht_event){
		.realtime_ns = realtime_ns,
		.monotonic_ns = monotonic_ns,
		.kind = after > before ? HEAPTOP_EVENT_HEAP_GROW : HEAPTOP_EVENT_HEAP_SHRINK,
		.duration_ns = UINT64_MAX,
		.bytes_before = before,
		.bytes_after = after,
		.requested_bytes = UINT64_MAX,
	};
}

/* The next of the two lists' heads by time; NULL at the end of both. */
static const struct ht_event *
take_earlier(const struct ht_event **seen, const struct ht_event **told)
{
	bool take_seen =
	    *told == NULL || (*seen != NULL && (*seen)->monotonic_ns < (*told)->monotonic_ns);
	const struct ht_event **from = take_seen ? seen : told;
	const struct ht_event *event = *from;
	*from = NULL;
	return event;
}

/* Whether EVENT is in TOLD.  Its tid may be unknown by now, so that is not compared. */
static bool
is_in(const struct ht_heap_sample *told, const struct ht_event *event)
{
	size_t low = 0, high = told->event_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (told->events[middle].monotonic_ns < event->monotonic_ns)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < told->event_count && told->events[low].monotonic_ns == event->monotonic_ns;
	     low++)
		if (told->events[low].kind == event->kind &&
		    strcmp(told->events[low].label, event->label) == 0)
			return true;
	return false;
}

/* Forgets of what was told before all that TOLD still has, and the oldest beyond HT_EVENTS_KEPT. */
static void
keep_overwritten(struct ht_events *events, const struct ht_heap_sample *told)
{
	size_t kept = 0;
	for (size_t i = 0; i < events->told_count; i++)
		if (!is_in(told, &events->told[i]))
			events->told[kept++] = events->told[i];
	size_t skipped = kept > HT_EVENTS_KEPT ? kept - HT_EVENTS_KEPT : 0;
	if (skipped != 0)
		memmove(
		    events->told, events->told + skipped, (kept - skipped) * sizeof(*events->told));
	events->told_count = kept - skipped;
}

/* Adds TOLD to what is remembered, by time.  0 or -ENOMEM. */
static int
remember(struct ht_events *events, const struct ht_heap_sample *told)
{
	keep_overwritten(events, told);
	size_t kept = events->told_count, added = told->event_count;
	if (added == 0)
		return 0;
	struct ht_event *all = reallocarray(events->told, kept + added, sizeof(*all));
	if (all == NULL)
		return -ENOMEM;
	events->told = all;
	events->told_count = kept + added;
	/* From the end, so that nothing is written over that is still to be moved. */
	for (size_t to = kept + added; to-- > 0;) {
		bool take_kept =
		    added == 0 ||
		    (kept > 0 && all[kept - 1].monotonic_ns > told->events[added - 1].monotonic_ns);
		all[to] = take_kept ? all[--kept] : told->events[--added];
	}
	return 0;
}

int
ht_events_merge(struct ht_events *events, const struct ht_heap_sample *told, struct ht_arena *arena,
    struct ht_heap *heap)
{
	size_t own = events->count < HT_EVENTS_KEPT ? events->count : HT_EVENTS_KEPT;
	size_t next_own = events->count - own;
	size_t next_told = 0;
	const struct ht_event *seen = NULL;
	const struct ht_event *said = NULL;
	if (remember(events, told) != 0)
		return -ENOMEM;
	heap->events = ht_arena_array(arena, own + events->told_count, sizeof(*heap->events));
	if (heap->events == NULL)
		return -ENOMEM;
	heap->event_count = 0;
	for (;;) {
		if (seen == NULL && next_own < events->count)
			seen = &events->ring[next_own++ % HT_EVENTS_KEPT];
		if (said == NULL && next_told < events->told_count)
			said = &events->told[next_told++];
		const struct ht_event *event = take_earlier(&seen, &said);
		if (event == NULL)
			return 0;
		heap->events[heap->event_count++] = *event;
	}
}
