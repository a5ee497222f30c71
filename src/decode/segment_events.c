/* SPDX-License-Identifier: MIT */
/* Event rings: each record stands alone, so one that is stuck hides no other. */
#include "config.h"

#include "decode/segment_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* An event with what orders it: time, then its number. */
struct numbered {
	struct ht_event event;
	uint64_t number;
};

static int
compare(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;
	if (x->event.monotonic_ns != y->event.monotonic_ns)
		return x->event.monotonic_ns < y->event.monotonic_ns ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

/* Reads record INDEX of RING where it holds a whole event of a known kind. */
static bool
read_record(const struct ht_segment_copy *copy, const struct ht_segment_section *ring, size_t index,
    struct heaptop_event *out)
{
	const unsigned char *first =
	    ht_segment_record(copy->first, ht_segment_first_length(copy), ring, index);
	const unsigned char *second = ht_segment_record(copy->second, copy->length, ring, index);
	if (first == NULL || second == NULL || memcmp(first, second, sizeof(*out)) != 0)
		return false;
	memcpy(out, second, sizeof(*out));
	if (out->sequence == 0 || out->sequence % 2 != 0 || out->number == 0)
		return false;
	/* A number that belongs elsewhere was not written by the rules of the ring. */
	return 1 + (out->number - 1) % (ring->count - 1) == index &&
	       ht_event_kind_name(out->kind) != NULL;
}

/* CLOCK_REALTIME of MONOTONIC_NS by the header's pair of clocks, within what a date can say. */
static uint64_t
realtime_of(const struct ht_segment_identity *identity, uint64_t monotonic_ns)
{
	uint64_t realtime =
	    identity->clock_realtime_ns + (monotonic_ns - identity->clock_monotonic_ns);
	return realtime <= INT64_MAX ? realtime : INT64_MAX;
}

static void
convert(const struct ht_segment_identity *identity, const struct heaptop_event *record,
    struct numbered *out)
{
	uint32_t has = record->present;
	out->number = record->number;
	out->event = (struct ht_event){
		.realtime_ns = realtime_of(identity, record->monotonic_ns),
		.monotonic_ns = record->monotonic_ns,
		.kind = record->kind,
		.tid = record->tid <= INT32_MAX ? (int32_t)record->tid : 0,
		.duration_ns = has & HEAPTOP_EVENT_HAS_DURATION ? record->duration_ns : UINT64_MAX,
		.bytes_before =
		    has & HEAPTOP_EVENT_HAS_BYTES_BEFORE ? record->bytes_before : UINT64_MAX,
		.bytes_after =
		    has & HEAPTOP_EVENT_HAS_BYTES_AFTER ? record->bytes_after : UINT64_MAX,
		.requested_bytes =
		    has & HEAPTOP_EVENT_HAS_REQUESTED ? record->requested_bytes : UINT64_MAX,
	};
	memcpy(out->event.label, record->label, sizeof(record->label));
}

/* Records of all rings, their heads not counted. */
static size_t
capacity(const struct ht_segment_layout *layout)
{
	size_t sum = 0;
	for (size_t i = 0; i < layout->ring_count; i++)
		sum += layout->rings[i].count - 1;
	return sum;
}

int
ht_segment_events_decode(struct ht_segment_decoding *decoding)
{
	const struct ht_segment_layout *layout = &decoding->layout;
	struct ht_heap_sample *heap = decoding->heap;
	size_t count = 0, room = capacity(layout);
	struct numbered *found = ht_arena_array(decoding->arena, room, sizeof(*found));
	heap->events = ht_arena_array(decoding->arena, room, sizeof(*heap->events));
	if (found == NULL || heap->events == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < layout->ring_count; i++) {
		for (size_t k = 1; k < layout->rings[i].count; k++) {
			struct heaptop_event record;
			if (read_record(decoding->copy, &layout->rings[i], k, &record))
				convert(&decoding->identity, &record, &found[count++]);
		}
	}
	qsort(found, count, sizeof(*found), compare);
	for (size_t i = 0; i < count; i++)
		heap->events[i] = found[i].event;
	heap->event_count = count;
	return 0;
}

uint64_t
ht_segment_events_lost(const struct ht_segment_decoding *decoding)
{
	const struct ht_segment_layout *layout = &decoding->layout;
	uint64_t sum = 0;
	for (size_t i = 0; i < layout->ring_count; i++) {
		struct heaptop_event_ring ring = { 0 };
		const unsigned char *record = ht_segment_record(
		    decoding->copy->second, decoding->copy->length, &layout->rings[i], 0);
		if (record != NULL)
			memcpy(&ring, record, sizeof(ring));
		/* Written and overwritten since; the numbers run from 1, the first record is the ring's own. */
		uint64_t kept = layout->rings[i].count - 1;
		uint64_t gone = ring.next > kept + 1 ? ring.next - 1 - kept : 0;
		if (__builtin_add_overflow(sum, ring.lost, &sum) ||
		    __builtin_add_overflow(sum, gone, &sum))
			return UINT64_MAX;
	}
	return sum;
}
