/* SPDX-License-Identifier: MIT */
/*
 * The worker: a thread that ticks a sampler at a steady delay, or when it is asked to, and hands
 * the newest frame over, so that the screen never waits for a source.
 *
 * Threads: every function is called by the one thread that started the worker.
 */
#ifndef HT_CORE_WORKER_H
#define HT_CORE_WORKER_H

#include <stdint.h>

#include "base/error.h"
#include "core/sampler.h"

struct ht_worker;

/* In place of a delay: a tick for each ht_worker_wake or ht_worker_seek, besides the first. */
#define HT_WORKER_WHEN_ASKED UINT64_C(0)

/*
 * Starts a worker that owns SAMPLER from now on (also when this fails); REQUEST, which is copied,
 * is what its first tick is asked for.  0 and *OUT, or -errno with ERROR filled.  All signals are
 * blocked in its thread.
 */
int ht_worker_start(struct ht_sampler *sampler, const struct ht_request *request, uint64_t delay_ns,
    struct ht_worker **out, struct ht_error *error);

/* The same of a recording, with a tick when it is asked for; the first one is tick INDEX, as ht_worker_seek gives it. */
int ht_worker_start_at(struct ht_sampler *sampler, const struct ht_request *request, size_t index,
    struct ht_worker **out, struct ht_error *error);

/*
 * Ends the worker.  It waits at most a short while (200 ms) for a tick that hangs in the
 * kernel, then leaves that thread behind, so that the screen can always be left.  NULL is allowed.
 */
void ht_worker_stop(struct ht_worker *worker);

/* A descriptor that is readable while a frame, or that there is none, waits to be taken.  Borrowed. */
int ht_worker_fd(const struct ht_worker *worker);

/* What a frame doesn't say of itself. */
struct ht_worker_answer {
	int failure; /* why the latest tick has no frame, as the sampler says it: told once; 0: it has one */
	size_t sought; /* the tick that was asked for, of a recording; SIZE_MAX: the next one */
};

/*
 * The newest frame, which the caller frees, or NULL when there is none that is new.  ANSWER may be NULL.
 */
struct ht_frame *ht_worker_take(struct ht_worker *worker, struct ht_worker_answer *answer);

/* Copies REQUEST for the next tick.  0 or -ENOMEM. */
int ht_worker_request(struct ht_worker *worker, const struct ht_request *request);

/* The time between ticks from now on. */
void ht_worker_set_delay(struct ht_worker *worker, uint64_t delay_ns);

/* The time constant of rates from the next tick on, as in struct ht_sampler_options. */
void ht_worker_set_smoothing(struct ht_worker *worker, uint64_t smoothing_ns);

/* Asks for a tick at once. */
void ht_worker_wake(struct ht_worker *worker);

/*
 * Asks for tick INDEX of the recording that the sampler replays, as ht_sampler_look gives it.  What was asked for before
 * and isn't begun yet is left out.
 */
void ht_worker_seek(struct ht_worker *worker, size_t index, bool is_back);

/* Nanoseconds that the tick now under way has taken; 0 when none is.  Lets the screen say that a source hangs. */
uint64_t ht_worker_busy_ns(const struct ht_worker *worker);

#endif
