/* SPDX-License-Identifier: MIT */
/*
 * Whether a process has run since it was looked at.  What only a process itself can change (its
 * counters in shared memory, its threads, their times) is as it was while its own clock stands still, and needs no
 * reading: of most programs, most of the time.
 */
#ifndef HT_SOURCES_LOOK_H
#define HT_SOURCES_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "model/sample.h"

/* When a process was looked at, and its processor time before that; zero: never. */
struct ht_look {
	uint64_t monotonic_ns;
	uint64_t cpu_time_ns;
	bool is_exact; /* of the latter: it is its clock's, which counts every nanosecond */
};

/* A look at the process of SAMPLE, procfs's of this tick, that is about to be taken. */
struct ht_look ht_look_now(const struct ht_sample *sample);

/*
 * True when the process has not run from LOOK to NOW, two looks at it, so that there is nothing new to see.
 * False at times also when it hasn't: a look that is some seconds old doesn't count.
 */
bool ht_look_holds(const struct ht_look *look, const struct ht_look *now);

#endif
