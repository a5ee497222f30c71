/* SPDX-License-Identifier: MIT */
/* The rate of one counter from tick to tick, smoothed if wanted.  Plain data. */
#ifndef HT_MODEL_DELTA_H
#define HT_MODEL_DELTA_H

#include <stdbool.h>
#include <stdint.h>

struct ht_delta {
	uint64_t counter; /* as of the last step */
	bool has_counter;
	bool is_known;
	float
	    filled; /* of a mean: how much of what it remembers there has been so far, at most 1 */
	double per_second; /* valid where is_known */
};

/*
 * COUNTER is what the counter shows INTERVAL_NS after the last step; 0 says that the
 * two can't be compared.  Then, at the first step, and when a counter went backwards,
 * the rate is unknown until the next step.  SMOOTHING_NS is the time constant of an
 * exponential mean that forgets by time, not by step; 0: none.  Before it has as much to remember, it is the mean of
 * the time there was, and unknown before that is 50 ms.  A mean has the precision of a float.
 */
void ht_delta_step(
    struct ht_delta *delta, uint64_t counter, uint64_t interval_ns, uint64_t smoothing_ns);

#endif
