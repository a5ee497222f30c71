/* SPDX-License-Identifier: MIT */
/*
 * The memory of past ticks, for stepping back, graphs and marks: frames go in, and come
 * out again as they were, for as far back as a number of bytes allows.
 *
 * The youngest ticks are all kept; the older they are, the fewer of them (a half, a quarter ...), the first
 * one the longest.  A tick that was thinned out is gone whole; those that are left stay exact: every
 * figure, what was unknown, source, quality, reason, and the lists that the frame had of a process.  Three things
 * are coarser than in the frame: the age of figures read from a living process (to about 1 ms);
 * a command line once read stays known to the process until another one is read; of its mappings the sums
 * and the groups are kept (of more than 1,024 groups the sums alone), not each by itself.
 *
 * What doesn't change costs nothing, what does a few bytes.  Lack of memory makes a tick missing,
 * never anything else.
 *
 * Threads: a history belongs to one thread at a time.
 */
#ifndef HT_MODEL_HISTORY_H
#define HT_MODEL_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/bucket.h"
#include "model/frame.h"
#include "model/metric.h"

struct ht_history;

/* A history that holds at most MOST_BYTES; NULL for lack of memory. */
struct ht_history *ht_history_new(size_t most_bytes);
void ht_history_free(struct ht_history *history);

/* It holds at most MOST_BYTES when the next frame has been added. */
void ht_history_limit(struct ht_history *history, size_t most_bytes);

/*
 * Remembers a copy of FRAME as the newest tick; frames come by rising monotonic_ns.  0, or -ENOMEM: this tick
 * is missing.  -EINVAL: it is no younger than the newest one, and is left out.
 */
int ht_history_add(struct ht_history *history, const struct ht_frame *frame);

/* Ticks that are kept; index 0 is the oldest.  An index is good until the next frame is added. */
size_t ht_history_count(const struct ht_history *history);

/* CLOCK_MONOTONIC and CLOCK_REALTIME of tick INDEX, which exists. */
uint64_t ht_history_time(const struct ht_history *history, size_t index);
uint64_t ht_history_realtime(const struct ht_history *history, size_t index);

/* The tick nearest at or before MONOTONIC_NS; the oldest one when all are later.  There is one. */
size_t ht_history_find(const struct ht_history *history, uint64_t monotonic_ns);

/* Tick INDEX as a frame again, which the caller frees.  0 or -ENOMEM. */
int ht_history_frame(const struct ht_history *history, size_t index, struct ht_frame **out);

/* Bytes that the history holds, what the allocator adds included as far as it is known. */
size_t ht_history_bytes(const struct ht_history *history);

/*
 * METRIC (of scope PROCESS or HEAP) of the process KEY over [FROM_NS, TO_NS) of CLOCK_MONOTONIC, cut into COUNT
 * equal spans.  In a span without a tick, between two ticks that know the metric, it is what it was in the
 * former of them.
 */
void ht_history_series(const struct ht_history *history, const struct ht_process_key *key,
    const struct ht_metric *metric, uint64_t from_ns, uint64_t to_ns,
    struct ht_history_bucket *buckets, size_t count);

#endif
