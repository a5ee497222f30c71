/* SPDX-License-Identifier: MIT */
/* Two copies of a segment -> one sample: puts the parts together and settles what is torn. */
#include "config.h"

#include "decode/segment.h"

#include <errno.h>
#include <string.h>

#include "decode/segment_parts.h"
#include "model/frame.h"

/* Both block counts are known of every publisher; bytes only where usable sizes are. */
static void
set_totals(struct ht_segment_decoding *decoding)
{
	struct ht_heap_values *values = &decoding->heap->values;
	const struct ht_segment_counts *total = &decoding->total;
	HT_SET_U(values, HT_HEAP_ALLOCATED_BLOCKS, total->allocated_blocks);
	HT_SET_U(values, HT_HEAP_FREED_BLOCKS, total->freed_blocks);
	HT_SET_U(values, HT_HEAP_FAILED, total->failed_requests);
	if (decoding->heap->bytes_unknown)
		return;
	HT_SET_U(values, HT_HEAP_ALLOCATED, total->allocated_bytes);
	HT_SET_U(values, HT_HEAP_FREED, total->freed_bytes);
}

/* INHERITED + ALLOCATED - FREED; -ERANGE when negative, -EBADMSG when no counter holds it. */
static int
live_of(uint64_t inherited, uint64_t allocated, uint64_t freed, uint64_t *live)
{
	uint64_t got;
	if (__builtin_add_overflow(inherited, allocated, &got))
		return -EBADMSG;
	if (freed > got)
		return -ERANGE;
	*live = got - freed;
	return 0;
}

static int
set_live_blocks(struct ht_segment_decoding *decoding, const struct heaptop_globals *globals)
{
	struct ht_heap_values *values = &decoding->heap->values;
	uint64_t live;
	int error = live_of(globals->inherited_live_blocks, decoding->total.allocated_blocks,
	    decoding->total.freed_blocks, &live);
	HT_SET_U(values, HT_HEAP_INHERITED_BLOCKS, globals->inherited_live_blocks);
	if (error == 0)
		HT_SET_U(values, HT_HEAP_LIVE_BLOCKS, live);
	return error;
}

static int
set_live_bytes(struct ht_segment_decoding *decoding, const struct heaptop_globals *globals)
{
	struct ht_heap_values *values = &decoding->heap->values;
	uint64_t live = 0;
	int error = live_of(globals->inherited_live_bytes, decoding->total.allocated_bytes,
	    decoding->total.freed_bytes, &live);
	HT_SET_U(values, HT_HEAP_INHERITED, globals->inherited_live_bytes);
	HT_SET_U(values, HT_HEAP_PEAK_ERROR, globals->peak_error_bytes);
	/* The published peak lags by what threads have not told yet; live has it all. */
	HT_SET_U(values, HT_HEAP_PEAK,
	    live > globals->peak_live_bytes ? live : globals->peak_live_bytes);
	if (error == 0)
		HT_SET_U(values, HT_HEAP_LIVE, live);
	return error;
}

/* Live heap, peak and inheritance as far as they are known.  Errors as live_of has them. */
static int
set_live(struct ht_segment_decoding *decoding, const struct heaptop_globals *globals)
{
	if (decoding->identity.flags & HEAPTOP_FLAG_INHERITED_UNKNOWN)
		return 0;
	int blocks = set_live_blocks(decoding, globals);
	int bytes = decoding->heap->bytes_unknown ? 0 : set_live_bytes(decoding, globals);
	return blocks == -EBADMSG || bytes == 0 ? blocks : bytes;
}

/* The group of collections, where FIRST and SECOND agree on it. */
static void
set_gc(struct ht_segment_decoding *decoding, const struct heaptop_globals *first,
    const struct heaptop_globals *second)
{
	const size_t begin = offsetof(struct heaptop_globals, gc_sequence);
	const size_t end = offsetof(struct heaptop_globals, dropped_gc);
	struct ht_heap_values *values = &decoding->heap->values;
	if (second->gc_sequence % 2 != 0 ||
	    memcmp((const char *)first + begin, (const char *)second + begin, end - begin) != 0) {
		decoding->gc_torn = true;
		return;
	}
	HT_SET_U(values, HT_HEAP_GC_EVENTS, second->gc_events_total);
	HT_SET_U(values, HT_HEAP_GC_PAUSE, second->gc_pause_ns_total);
	if (second->gc_events_total != 0)
		HT_SET_U(values, HT_HEAP_LAST_GC_PAUSE, second->last_gc_pause_ns);
}

static int
decode_globals(struct ht_segment_decoding *decoding)
{
	const struct ht_segment_copy *copy = decoding->copy;
	const struct ht_segment_section *section = &decoding->layout.globals;
	const unsigned char *one =
	    ht_segment_record(copy->first, ht_segment_first_length(copy), section, 0);
	const unsigned char *two = ht_segment_record(copy->second, copy->length, section, 0);
	struct heaptop_globals first, second;
	if (one == NULL || two == NULL)
		return -EBADMSG;
	memcpy(&first, one, sizeof(first));
	memcpy(&second, two, sizeof(second));

	struct ht_heap_sample *heap = decoding->heap;
	heap->exited.count = second.threads_exited < second.threads_started
				 ? second.threads_exited
				 : second.threads_started;
	heap->dropped = (struct ht_dropped){
		.threads = second.dropped_threads,
		.events = ht_segment_events_lost(decoding),
		.sites = UINT64_MAX,
		.samples = UINT64_MAX,
	};
	set_gc(decoding, &first, &second);
	return set_live(decoding, &second);
}

static int
decode_lists(struct ht_segment_decoding *decoding)
{
	int error = 0;
	if (decoding->want->detail & HT_DETAIL_SIZE_CLASSES)
		error = ht_segment_classes_list(decoding);
	if (error == 0 && decoding->want->detail & HT_DETAIL_EVENTS)
		error = ht_segment_events_decode(decoding);
	return error;
}

/* All of the heap.  0, -ENOMEM, -EBADMSG (FAULT says what), or -ERANGE: live is negative. */
static int
decode_heap(struct ht_segment_decoding *decoding, enum ht_segment_fault *fault)
{
	*fault = HT_SEGMENT_BAD_CLASSES;
	int error = ht_segment_classes_prepare(decoding);
	if (error != 0)
		return error;
	*fault = HT_SEGMENT_BAD_COUNTERS;
	error = ht_segment_threads_decode(decoding);
	if (error != 0)
		return error;
	set_totals(decoding);
	int live = decode_globals(decoding);
	if (live == -EBADMSG)
		return live;
	error = decode_lists(decoding);
	return error != 0 ? error : live;
}

/* What stays unsettled in OUT, as its reason. */
static const char *
torn_reason(const struct ht_segment_decoding *decoding, int live)
{
	if (live == -ERANGE)
		return "live heap torn by work under way";
	if (decoding->gc_torn)
		return "collection figures torn";
	return decoding->owner_torn ? "owner of a thread slot torn" : NULL;
}

static int
corrupt(struct ht_sample *out, enum ht_segment_fault fault)
{
	out->quality = HT_QUALITY_CORRUPT;
	out->quality_reason = ht_segment_fault_text(fault);
	out->heap = NULL;
	return 0;
}

static void
sample_init(struct ht_sample *out, uint64_t monotonic_ns)
{
	*out = (struct ht_sample){
		.source = HT_SOURCE_SEGMENT,
		.quality = HT_QUALITY_LIVE,
		.monotonic_ns = monotonic_ns,
		.uid = UINT32_MAX,
		.parent_pid = -1,
		.cpu_time_ns = UINT64_MAX,
	};
}

/* Who it is, and an empty heap.  0 or -ENOMEM. */
static int
begin_heap(struct ht_segment_decoding *decoding, struct ht_sample *out)
{
	const struct ht_segment_identity *identity = &decoding->identity;
	out->key.pid = identity->pid <= INT32_MAX ? (int32_t)identity->pid : 0;
	out->key.start_time_ticks = identity->start_time_ticks;
	out->uid = identity->uid;
	out->name = ht_arena_text(decoding->arena, identity->name, strlen(identity->name));
	decoding->heap = ht_arena_alloc(decoding->arena, sizeof(*decoding->heap));
	if (out->name == NULL || decoding->heap == NULL)
		return -ENOMEM;
	decoding->heap->bytes_unknown = identity->flags & HEAPTOP_FLAG_BYTES_UNKNOWN;
	decoding->heap->exec_generation = identity->exec_generation;
	decoding->heap->heartbeat_ns = identity->heartbeat_ns;
	out->heap = decoding->heap;
	return 0;
}

int
ht_segment_decode(const struct ht_segment_copy *copy, const struct ht_segment_want *want,
    struct ht_arena *arena, struct ht_sample *out)
{
	struct ht_segment_decoding decoding = { .copy = copy, .want = want, .arena = arena };
	sample_init(out, want->monotonic_ns);
	/* The first copy's table: what it counts was there when the second was made. */
	enum ht_segment_fault fault = ht_segment_layout_read(
	    copy->first, ht_segment_first_length(copy), copy->file_size, &decoding.layout);
	if (fault == HT_SEGMENT_OK)
		fault = ht_segment_probe(copy->second, copy->length, &decoding.identity);
	if (fault != HT_SEGMENT_OK)
		return corrupt(out, fault);
	if (decoding.layout.need > copy->length)
		return want->last_try ? corrupt(out, HT_SEGMENT_TRUNCATED) : -EAGAIN;

	int error = begin_heap(&decoding, out);
	if (error == 0)
		error = decode_heap(&decoding, &fault);
	if (error == -EBADMSG)
		return corrupt(out, fault);
	if (error != 0 && error != -ERANGE)
		return error;
	out->quality_reason = torn_reason(&decoding, error);
	return out->quality_reason == NULL || want->last_try ? 0 : -EAGAIN;
}
