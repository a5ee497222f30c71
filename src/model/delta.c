/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "model/delta.h"

#include <math.h>

/* Of a smoothed rate, a second: the rest of what was long ago. */
static const double least_mean = 1e-3;

void
ht_delta_step(struct ht_delta *delta, uint64_t counter, uint64_t interval_ns, uint64_t smoothing_ns)
{
	bool comparable = delta->has_counter && interval_ns != 0 && counter >= delta->counter;
	uint64_t change = comparable ? counter - delta->counter : 0;
	delta->counter = counter;
	delta->has_counter = true;
	if (!comparable) {
		delta->is_known = false;
		return;
	}
	double per_second = (double)change * 1e9 / (double)interval_ns;
	if (delta->is_known && smoothing_ns != 0) {
		double weight = -expm1(-(double)interval_ns / (double)smoothing_ns);
		per_second = delta->per_second + weight * (per_second - delta->per_second);
		/*
		 * A mean over some ticks is no better known than that, and what keeps it takes half the room.
		 * It never comes to 0 by itself.
		 */
		per_second = per_second < least_mean ? 0 : (double)(float)per_second;
	}
	delta->per_second = per_second;
	delta->is_known = true;
}
