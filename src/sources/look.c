/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "sources/look.h"

#include "base/clock.h"

/*
 * The kernel brings the clock of a thread that is on a processor up to date at its ticks, 10 ms apart at
 * most, or when the thread leaves it: what ran while we looked shows only then.
 */
#define SETTLED_NS UINT64_C(50000000)

/* A processor without ticks, a child that shares its parent's memory: nothing is stale for long. */
#define STALE_NS UINT64_C(10000000000)

struct ht_look
ht_look_now(const struct ht_sample *sample)
{
	return (struct ht_look){
		.monotonic_ns = ht_clock_monotonic_ns(),
		.cpu_time_ns = sample->cpu_time_ns,
		.is_exact = sample->clock_is_exact && sample->state != 'R',
	};
}

bool
ht_look_holds(const struct ht_look *look, const struct ht_look *now)
{
	return look->monotonic_ns != 0 && look->is_exact && now->is_exact &&
	       look->cpu_time_ns == now->cpu_time_ns &&
	       now->monotonic_ns - look->monotonic_ns >= SETTLED_NS &&
	       now->monotonic_ns - look->monotonic_ns < STALE_NS;
}
