/* SPDX-License-Identifier: MIT */
/*
 * The sampler: asks every source once a tick and makes one frame of what they
 * say, with rates from the tick before.  It paces nothing: the caller decides
 * when to tick (the screen through core/worker.h, snapshot by itself).
 *
 * Threads: one thread at a time.
 */
#ifndef HT_CORE_SAMPLER_H
#define HT_CORE_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/frame.h"
#include "model/request.h"
#include "model/tick.h"

struct ht_replay;
struct ht_sampler;

struct ht_sampler_options {
	uint64_t smoothing_ns; /* time constant of rates: 5 s on the screen; 0: none */

	/* A recording, in place of what runs now; the sampler's from now on, also when it can't be made.  NULL: none. */
	struct ht_replay *replay;

	/* Is shown what the sources said at each tick, before a frame is made of it.  NULL: nobody. */
	void (*observe)(void *context, const struct ht_tick *tick);
	void *context;
};

/*
 * A sampler with all sources open.  0 and *OUT (the caller frees it), or
 * -errno with ERROR filled: /proc cannot be read at all.
 */
int ht_sampler_new(
    const struct ht_sampler_options *options, struct ht_sampler **out, struct ht_error *error);

void ht_sampler_free(struct ht_sampler *sampler);

/*
 * Puts the limit of open files, which a sampler raises for itself, back as it was: for
 * a forked child that is about to exec.  Async-signal-safe.
 */
void ht_sampler_restore_limits(const struct ht_sampler *sampler);

/* The time constant of rates from the next tick on. */
void ht_sampler_set_smoothing(struct ht_sampler *sampler, uint64_t smoothing_ns);

/*
 * One tick.  REQUEST says what is wanted and is only read during the call.  0
 * and *FRAME (the caller frees it), or -errno: lack of memory, or -ENODATA: the recording has no more ticks.
 * What one process or source could not tell is missing in the frame, never an error.
 */
int ht_sampler_tick(
    struct ht_sampler *sampler, const struct ht_request *request, struct ht_frame **frame);

/*
 * Makes tick INDEX of the recording the next one.  The ticks just before it are gone through, as REQUEST wants
 * them, so that its rates are what they were.  0, -ENOMEM, or -ENODATA: all from there on is damaged.
 */
int ht_sampler_seek(struct ht_sampler *sampler, const struct ht_request *request, size_t index);

/*
 * Tick INDEX of the recording as a frame; where it is damaged the one nearest to it that can be read: before it if
 * IS_BACK or none comes behind it, else behind it.  0 and *FRAME (the caller frees it), -ENOMEM, or -ENODATA: all of it is
 * damaged.
 */
int ht_sampler_look(struct ht_sampler *sampler, const struct ht_request *request, size_t index,
    bool is_back, struct ht_frame **frame);

/* The recording that is replayed, or NULL; borrowed, for the thread that ticks. */
const struct ht_replay *ht_sampler_replay(const struct ht_sampler *sampler);

#endif
