/* SPDX-License-Identifier: MIT */
/*
 * A recording as a source: each poll gives the samples of one tick of then, with that tick's times.  In
 * a sampler it stands alone: who runs now has no place in a picture of then.
 *
 * Threads: one thread at a time.
 */
#ifndef HT_SOURCES_REPLAY_H
#define HT_SOURCES_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "sources/source.h"

struct ht_replay;

/*
 * Opens the recording at PATH and looks for its ticks; there is at least one.  0 and *OUT, or -errno with
 * ERROR filled: it can't be read, is no recording, or one of a version that this program doesn't know.
 */
int ht_replay_open(const char *path, struct ht_replay **out, struct ht_error *error);

/* NULL is allowed. */
void ht_replay_close(struct ht_replay *replay);

/* Ticks in the file, and the times of tick INDEX. */
size_t ht_replay_count(const struct ht_replay *replay);
uint64_t ht_replay_monotonic_ns(const struct ht_replay *replay, size_t index);
uint64_t ht_replay_realtime_ns(const struct ht_replay *replay, size_t index);

/* The tick at or before MONOTONIC_NS; the first where there is none. */
size_t ht_replay_find(const struct ht_replay *replay, uint64_t monotonic_ns);

/* The tick that the next poll gives; ht_replay_count: it was the last. */
size_t ht_replay_next(const struct ht_replay *replay);

/* The next poll gives tick INDEX. */
void ht_replay_seek(struct ht_replay *replay, size_t index);

/* The time that ticks were meant to be apart; 0: unknown. */
uint64_t ht_replay_delay_ns(const struct ht_replay *replay);

/* Bytes that are damaged and were passed over, and whether the last tick was cut short. */
uint64_t ht_replay_damaged_bytes(const struct ht_replay *replay);
bool ht_replay_is_cut(const struct ht_replay *replay);

/*
 * The source; its state is a struct ht_replay, so it has no open.  Its poll gives the times of the tick besides the
 * samples, and -ENODATA behind the last tick.  Ticks that turn out to be damaged are passed over.
 */
extern const struct ht_source ht_source_replay;

#endif
