/* SPDX-License-Identifier: MIT */
/*
 * All that the sources said at one tick: what a recording holds, and what core makes a frame of.
 * Plain data, no I/O.
 */
#ifndef HT_MODEL_TICK_H
#define HT_MODEL_TICK_H

#include <stddef.h>
#include <stdint.h>

#include "model/metric.h"
#include "model/sample.h"

/* Everything is borrowed: it lives in the arena of the tick's frame. */
struct ht_tick {
	uint64_t realtime_ns;  /* CLOCK_REALTIME */
	uint64_t monotonic_ns; /* CLOCK_MONOTONIC */
	struct ht_host_values host;
	size_t hidden_count; /* processes that could not be read for lack of permission */
	const struct ht_sample *samples;
	size_t sample_count;
	size_t process_count; /* the first so many are procfs's, by rising pid */
};

#endif
