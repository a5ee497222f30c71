/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "core/rate.h"

#include <math.h>

void
ht_rate_step(struct ht_rate *rate, uint64_t counter, uint64_t interval_ns, uint64_t smoothing_ns)
{
	bool comparable = rate->has_counter && interval_ns != 0 && counter >= rate->counter;
	uint64_t change = comparable ? counter - rate->counter : 0;
	rate->counter = counter;
	rate->has_counter = true;
	if (!comparable) {
		rate->is_known = false;
		return;
	}
	double per_second = (double)change * 1e9 / (double)interval_ns;
	if (rate->is_known && smoothing_ns != 0) {
		double weight = -expm1(-(double)interval_ns / (double)smoothing_ns);
		per_second = rate->per_second + weight * (per_second - rate->per_second);
	}
	rate->per_second = per_second;
	rate->is_known = true;
}
