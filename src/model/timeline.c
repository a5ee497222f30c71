/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "model/timeline.h"

size_t
ht_timeline_find(const struct ht_timeline *timeline, uint64_t monotonic_ns)
{
	size_t low = 0, high = timeline->count;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (timeline->ticks[middle].monotonic_ns <= monotonic_ns)
			low = middle;
		else
			high = middle;
	}
	return low;
}

size_t
ht_timeline_find_realtime(const struct ht_timeline *timeline, uint64_t realtime_ns)
{
	size_t index = timeline->count - 1;
	while (index > 0 && timeline->ticks[index].realtime_ns > realtime_ns)
		index--;
	return index;
}

uint64_t
ht_timeline_span_ns(const struct ht_timeline *timeline)
{
	return timeline->ticks[timeline->count - 1].monotonic_ns - timeline->ticks[0].monotonic_ns;
}
