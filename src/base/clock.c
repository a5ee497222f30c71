/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/clock.h"

#include <time.h>

static uint64_t
read_clock(clockid_t id)
{
	struct timespec now = { 0 };
	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t
ht_clock_monotonic_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t
ht_clock_realtime_ns(void)
{
	return read_clock(CLOCK_REALTIME);
}
