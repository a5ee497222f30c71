/* SPDX-License-Identifier: MIT */
/* heaptop_read_memstats(): the process reads its own segment. */
#include "config.h"

#include "heaptop/heaptop.h"

#include <errno.h>
#include <string.h>

#include "preload/export.h"
#include "preload/process.h"
#include "preload/real.h"
#include "publish/counter.h"

/* A difference that other threads' work may have made negative for a moment. */
static uint64_t
not_below_zero(uint64_t more, uint64_t less)
{
	return more > less ? more - less : 0;
}

static void
add_classes(struct heaptop_memstats *stats, const struct heaptop_thread_slot *slot)
{
	for (unsigned i = 0; i < HEAPTOP_SIZE_CLASSES; i++) {
		stats->BySize[i].Mallocs +=
		    ht_counter_read(&slot->size_classes[i].allocated_blocks);
		stats->BySize[i].Frees += ht_counter_read(&slot->size_classes[i].freed_blocks);
	}
}

static void
fill_collections(struct heaptop_memstats *stats, const struct ht_segment *segment)
{
	const struct heaptop_globals *globals = segment->globals;
	const struct heaptop_segment_header *header = segment->header;
	stats->NumGC = ht_counter_read(&globals->gc_events_total);
	stats->PauseTotalNs = ht_counter_read(&globals->gc_pause_ns_total);
	uint64_t last = ht_counter_read(&globals->last_gc_monotonic_ns);
	stats->LastGC =
	    last != 0 ? header->clock_realtime_ns + (last - header->clock_monotonic_ns) : 0;
}

static void
fill(struct heaptop_memstats *stats, const struct ht_segment *segment)
{
	/* Frees are read before allocations: a block freed meanwhile is then one allocated before. */
	uint32_t count = ht_segment_slot_count(segment);
	struct ht_totals totals = { 0 };
	for (unsigned i = 0; i < HEAPTOP_SIZE_CLASSES; i++)
		stats->BySize[i].Size = heaptop_size_class_bound(i);
	for (uint32_t i = 0; i <= count; i++) {
		const struct heaptop_thread_slot *slot =
		    i < count ? &segment->slots[i] : segment->overflow;
		totals.freed_bytes += ht_counter_read(&slot->freed_bytes);
	}
	for (uint32_t i = 0; i <= count; i++) {
		const struct heaptop_thread_slot *slot =
		    i < count ? &segment->slots[i] : segment->overflow;
		totals.allocated_bytes += ht_counter_read(&slot->allocated_bytes);
		totals.failed_requests += ht_counter_read(&slot->failed_requests);
		add_classes(stats, slot);
	}
	stats->BySizeCount = HEAPTOP_SIZE_CLASSES;
	for (unsigned i = 0; i < HEAPTOP_SIZE_CLASSES; i++) {
		stats->Mallocs += stats->BySize[i].Mallocs;
		stats->Frees += stats->BySize[i].Frees;
	}

	const struct heaptop_globals *globals = segment->globals;
	stats->TotalAlloc = totals.allocated_bytes;
	stats->Failed = totals.failed_requests;
	stats->HeapAlloc = not_below_zero(
	    globals->inherited_live_bytes + totals.allocated_bytes, totals.freed_bytes);
	stats->Alloc = stats->HeapAlloc;
	stats->HeapObjects =
	    not_below_zero(globals->inherited_live_blocks + stats->Mallocs, stats->Frees);
	uint64_t peak = ht_counter_read(&globals->peak_live_bytes);
	stats->PeakAlloc = peak > stats->HeapAlloc ? peak : stats->HeapAlloc;
	stats->PeakAllocError = ht_counter_read(&globals->peak_error_bytes);
	fill_collections(stats, segment);
}

static void
forget_bytes(struct heaptop_memstats *stats)
{
	stats->Alloc = stats->HeapAlloc = HEAPTOP_UNKNOWN;
	stats->PeakAlloc = stats->PeakAllocError = HEAPTOP_UNKNOWN;
	if (ht_real_hides_sizes)
		stats->TotalAlloc = HEAPTOP_UNKNOWN;
	if (ht_process.inherited_unknown)
		stats->HeapObjects = HEAPTOP_UNKNOWN;
}

HT_EXPORT int
heaptop_read_memstats_sized(struct heaptop_memstats *stats, size_t size)
{
	if (stats == NULL || size < offsetof(struct heaptop_memstats, BySizeCount))
		return -EINVAL;
	if (size > sizeof(*stats))
		memset((unsigned char *)stats + sizeof(*stats), 0xff, size - sizeof(*stats));
	else if (size < sizeof(*stats))
		return -EINVAL; /* no version with less was ever released */

	int saved = errno;
	memset(stats, 0, sizeof(*stats));
	if (ht_process_phase() == HT_PHASE_NONE)
		ht_process_join();
	ht_process_attach();
	if (ht_process_phase() != HT_PHASE_ATTACHED) {
		memset(stats, 0xff, sizeof(*stats));
		stats->BySizeCount = stats->Reserved = 0;
		errno = saved;
		return -ENOSYS;
	}
	fill(stats, &ht_process.segment);
	if (ht_real_hides_sizes || ht_process.inherited_unknown)
		forget_bytes(stats);
	errno = saved;
	return 0;
}
