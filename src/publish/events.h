/* SPDX-License-Identifier: MIT */
/* Events and the group of collection figures.  Any thread; nothing waits.  Async-signal-safe. */
#ifndef HT_PUBLISH_EVENTS_H
#define HT_PUBLISH_EVENTS_H

#include <stdint.h>

#include "publish/segment.h"

/*
 * Writes EVENT (all but sequence and number) to the ring for its kind.  When the record is
 * stuck, the event is counted as lost.
 */
void ht_events_write(struct ht_segment *segment, const struct heaptop_event *event);

/* Counts a collection or trim that took DURATION_NS and ended at MONOTONIC_NS. */
void ht_events_count_gc(struct ht_segment *segment, uint64_t duration_ns, uint64_t monotonic_ns);

#endif
