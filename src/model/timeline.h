/* SPDX-License-Identifier: MIT */
/* The times of a recording's ticks: enough to find one by its time and to pace them.  Plain data, no I/O. */
#ifndef HT_MODEL_TIMELINE_H
#define HT_MODEL_TIMELINE_H

#include <stddef.h>
#include <stdint.h>

struct ht_timeline_tick {
	uint64_t monotonic_ns; /* CLOCK_MONOTONIC; rises from tick to tick */
	uint64_t realtime_ns;  /* CLOCK_REALTIME; may have been set meanwhile, so it has no order */
};

struct ht_timeline {
	const struct ht_timeline_tick *ticks; /* borrowed */
	size_t count;                         /* at least 1 */
	uint64_t delay_ns;                    /* that ticks were meant to be apart; 0: unknown */
};

/* The last tick at or before MONOTONIC_NS; the first where there is none. */
size_t ht_timeline_find(const struct ht_timeline *timeline, uint64_t monotonic_ns);

/* The last tick at or before REALTIME_NS by the clock of then; the first where there is none. */
size_t ht_timeline_find_realtime(const struct ht_timeline *timeline, uint64_t realtime_ns);

/* How long the timeline is, up to its last tick. */
uint64_t ht_timeline_span_ns(const struct ht_timeline *timeline);

#endif
