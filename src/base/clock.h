/* SPDX-License-Identifier: MIT */
/* The clocks, in nanoseconds. */
#ifndef HT_BASE_CLOCK_H
#define HT_BASE_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC; does not count time asleep. */
uint64_t ht_clock_monotonic_ns(void);

/* CLOCK_REALTIME since 1970-01-01 UTC. */
uint64_t ht_clock_realtime_ns(void);

#endif
