/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "publish/events.h"

#include <string.h>

#include "publish/counter.h"
#include "publish/sequence.h"

/* Comings and goings of threads have a ring of their own: a storm of them hides nothing else. */
static struct heaptop_event_ring *
ring_for(struct ht_segment *segment, uint32_t kind)
{
	bool of_thread = kind == HEAPTOP_EVENT_THREAD_START || kind == HEAPTOP_EVENT_THREAD_EXIT;
	return segment->rings[of_thread ? 1 : 0];
}

/* All fields but sequence; as words, so that each is stored whole. */
static void
store_fields(struct heaptop_event *record, const struct heaptop_event *event, uint64_t number)
{
	uint64_t words[(sizeof(*event) - offsetof(struct heaptop_event, monotonic_ns)) / 8];
	uint64_t *to = &record->monotonic_ns;
	memcpy(words, &event->monotonic_ns, sizeof(words));
	HT_GROUP_STORE(record->kind, event->kind);
	HT_GROUP_STORE(record->number, number);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		HT_GROUP_STORE(to[i], words[i]);
}

void
ht_events_write(struct ht_segment *segment, const struct heaptop_event *event)
{
	struct heaptop_event_ring *ring = ring_for(segment, event->kind);
	struct heaptop_event *records = (struct heaptop_event *)(void *)(ring + 1);
	uint64_t number = ht_counter_add_shared(&ring->next, 1) - 1;
	struct heaptop_event *record = &records[(number - 1) % HT_RING_EVENTS];
	if (!ht_sequence_try_begin(&record->sequence)) {
		ht_counter_add_shared(&ring->lost, 1);
		return;
	}
	if (record->number > number)
		/* We were held up for a whole turn of the ring: the later event stays. */
		ht_counter_add_shared(&ring->lost, 1);
	else
		store_fields(record, event, number);
	ht_sequence_end(&record->sequence);
}

void
ht_events_count_gc(struct ht_segment *segment, uint64_t duration_ns, uint64_t monotonic_ns)
{
	struct heaptop_globals *globals = segment->globals;
	if (!ht_sequence_try_begin(&globals->gc_sequence)) {
		ht_counter_add_shared(&globals->dropped_gc, 1);
		return;
	}
	HT_GROUP_STORE(globals->gc_events_total, globals->gc_events_total + 1);
	HT_GROUP_STORE(globals->gc_pause_ns_total, globals->gc_pause_ns_total + duration_ns);
	HT_GROUP_STORE(globals->last_gc_pause_ns, duration_ns);
	HT_GROUP_STORE(globals->last_gc_monotonic_ns, monotonic_ns);
	ht_sequence_end(&globals->gc_sequence);
}
