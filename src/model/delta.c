/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "model/delta.h"

#include <math.h>

/* Of a smoothed rate, a second: the rest of what was long ago. */
static const double least_mean = 1e-3;

/* A mean of less time says nothing: a screen's second look comes some 2 ms after its first. */
static const double least_mean_ns = 5e7;

/* The mean of DELTA, which is known where something fills it, and of INTERVAL_NS of PER_SECOND. */
static double
take_mean(struct ht_delta *delta, double per_second, uint64_t interval_ns, uint64_t smoothing_ns)
{
	double share = -expm1(-(double)interval_ns / (double)smoothing_ns);
	double filled = (double)delta->filled * (1 - share) + share;
	if (delta->filled > 0)
		per_second = delta->per_second + share / filled * (per_second - delta->per_second);
	delta->filled = (float)filled;
	/*
	 * A mean over some ticks is no better known than that, and what keeps it takes half the room.
	 * It never comes to 0 by itself.
	 */
	return per_second < least_mean ? 0 : (double)(float)per_second;
}

void
ht_delta_step(struct ht_delta *delta, uint64_t counter, uint64_t interval_ns, uint64_t smoothing_ns)
{
	bool comparable = delta->has_counter && interval_ns != 0 && counter >= delta->counter;
	uint64_t change = comparable ? counter - delta->counter : 0;
	delta->counter = counter;
	delta->has_counter = true;
	if (!comparable) {
		delta->is_known = false;
		delta->filled = 0;
		return;
	}
	double per_second = (double)change * 1e9 / (double)interval_ns;
	if (smoothing_ns == 0)
		delta->filled = 1; /* a mean that is wanted later begins there */
	else
		per_second = take_mean(delta, per_second, interval_ns, smoothing_ns);
	delta->per_second = per_second;
	delta->is_known =
	    smoothing_ns == 0 || (double)delta->filled * (double)smoothing_ns >= least_mean_ns;
}
