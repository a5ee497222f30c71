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
#include "model/timeline.h"
#include "sources/source.h"

struct ht_replay;

/*
 * Opens the recording at PATH and looks for its ticks; there is at least one.  0 and *OUT, or -errno with
 * ERROR filled: it can't be read, is no recording, or one of a version that this program doesn't know.
 */
int ht_replay_open(const char *path, struct ht_replay **out, struct ht_error *error);

/* NULL is allowed. */
void ht_replay_close(struct ht_replay *replay);

/*
 * The times of the ticks in the file, in their order; borrowed.  They never change, so that any thread may look at
 * them whatever another does with the replay.
 */
const struct ht_timeline *ht_replay_timeline(const struct ht_replay *replay);

/* The tick that the next poll gives; the timeline's count: it was the last. */
size_t ht_replay_next(const struct ht_replay *replay);

/* The next poll gives tick INDEX. */
void ht_replay_seek(struct ht_replay *replay, size_t index);

/*
 * The last tick at or before INDEX that can be read: some of what the timeline has may be damaged.  0 and *OUT, -ENODATA:
 * there is none; or -ENOMEM.  The next poll gives what it would have given.
 */
int ht_replay_find_readable(struct ht_replay *replay, size_t index, size_t *out);

/* Ticks that polls have passed over so far, as they are damaged; one may have been met several times. */
size_t ht_replay_passed_over(const struct ht_replay *replay);

/* Bytes between ticks that are damaged and were passed over, and whether the last tick was cut short. */
uint64_t ht_replay_damaged_bytes(const struct ht_replay *replay);
bool ht_replay_is_cut(const struct ht_replay *replay);

/*
 * The source; its state is a struct ht_replay, so it has no open.  Its poll gives the times of the tick besides the
 * samples, and -ENODATA behind the last tick.  Ticks that turn out to be damaged are passed over.
 */
extern const struct ht_source ht_source_replay;

#endif
