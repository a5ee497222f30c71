/* SPDX-License-Identifier: MIT */
/*
 * Events that the monitor sees from outside: a process took memory from the
 * kernel, or gave some back.  Kept in a small ring a process and merged with what
 * the program itself reports, and has reported before: its own ring keeps only
 * the latest.
 */
#ifndef HT_CORE_EVENTS_H
#define HT_CORE_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/frame.h"
#include "model/sample.h"

/* Of those that were seen from outside, and of those that the program's rings have lost. */
enum { HT_EVENTS_KEPT = 64 };

struct ht_events {
	struct ht_event ring[HT_EVENTS_KEPT];
	size_t count; /* ever seen; event number n, from 0, is at n % HT_EVENTS_KEPT */

	struct ht_event *told; /* owned: by rising time, all of the last merge; NULL: none yet */
	size_t told_count;

	uint64_t data_bytes; /* as of the last tick; UINT64_MAX: none yet */
	uint64_t threads;
};

/* An empty ring.  NULL for lack of memory. */
struct ht_events *ht_events_new(void);

/* EVENTS may be NULL. */
void ht_events_free(struct ht_events *events);

/*
 * Looks at SAMPLE's data size and number of threads at a tick of the given times.  A change of at least 1 MiB and 1/16 of what there was is an event; the stacks of
 * threads that came or went do not count.
 */
void ht_events_observe(struct ht_events *events, const struct ht_sample *sample,
    uint64_t realtime_ns, uint64_t monotonic_ns);

/*
 * The events of TOLD and of EVENTS by rising time, in ARENA, to HEAP; among them the last
 * HT_EVENTS_KEPT that were told at a merge before and are not in TOLD any more.  0 or -ENOMEM.
 */
int ht_events_merge(struct ht_events *events, const struct ht_heap_sample *told,
    struct ht_arena *arena, struct ht_heap *heap);

#endif
