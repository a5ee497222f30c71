/* SPDX-License-Identifier: MIT */
/* The segment source: what instrumented programs publish in shared memory. */
#ifndef HT_SOURCES_SEGMENT_H
#define HT_SOURCES_SEGMENT_H

#include "sources/source.h"

struct ht_segments;

/* 0 and *OUT, which ht_segments_free ends, or -ENOMEM with ERROR filled. */
int ht_segments_new(struct ht_segments **out, struct ht_error *error);
void ht_segments_free(struct ht_segments *segments);

/*
 * Adds a sample for each segment of a process in POLL, and with request->dead
 * those of ended ones; brings the state of instrumented processes in procfs's samples up to date; removes
 * what the user's ended programs left, beyond what is kept.  0 or -ENOMEM.
 */
int ht_segments_poll(struct ht_segments *segments, struct ht_poll *poll);

extern const struct ht_source ht_source_segment;

#endif
