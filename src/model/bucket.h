/* SPDX-License-Identifier: MIT */
/* One metric over one piece of time: what the past tells and graphs are drawn from.  Plain data. */
#ifndef HT_MODEL_BUCKET_H
#define HT_MODEL_BUCKET_H

#include <stdbool.h>

/* A bucket in which nothing was seen is not known: a gap, never a zero. */
struct ht_history_bucket {
	bool known;
	double low, high, last; /* valid where known; low <= last <= high */
};

#endif
