/* SPDX-License-Identifier: MIT */
/* Round figures for the axes of a graph: bytes upwards, time to the left.  Plain arithmetic. */
#ifndef HT_VIEWS_SCALE_H
#define HT_VIEWS_SCALE_H

#include <stdint.h>

/* Row R from the bottom begins at R * per_row bytes; every ROWS_PER_STEP-th such beginning is a round figure. */
struct ht_scale {
	double per_row; /* over 0 */
	int rows_per_step;
	uint64_t step_bytes;
};

/* The smallest scale on which ROWS (over 0) rows reach MOST. */
struct ht_scale ht_scale_bytes(double most, int rows);

/* The smallest round span of time of which at most MOST (over 0) fit into SPAN_NS. */
uint64_t ht_scale_time_step(uint64_t span_ns, int most);

#endif
