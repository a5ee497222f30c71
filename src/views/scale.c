/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/scale.h"

#include <stdbool.h>
#include <stddef.h>

/* Round in a world of 1024: halves and doubles of it, and what people count in. */
static const uint16_t mantissas[] = { 1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 256,
	500, 512 };

enum { MANTISSAS = sizeof(mantissas) / sizeof(mantissas[0]), UNITS = 6, ROWS_MOST = 5 };

/* Labels further apart than that leave the eye alone, nearer ones than two rows crowd. */
static int
least_rows(int rows)
{
	return rows < 5 ? 1 : rows < 12 ? 2 : 3;
}

struct ht_scale
ht_scale_bytes(double most, int rows)
{
	double needed = most > 0 ? most / rows : 1.0 / rows;
	struct ht_scale best = { 0 };
	for (int unit = 0; unit < UNITS; unit++) {
		for (int i = 0; i < MANTISSAS; i++) {
			uint64_t step = (uint64_t)mantissas[i] << (10 * unit);
			for (int per = least_rows(rows); per <= ROWS_MOST; per++) {
				double per_row = (double)step / per;
				if (per_row >= needed &&
				    (best.rows_per_step == 0 || per_row < best.per_row))
					best = (struct ht_scale){ per_row, per, step };
			}
		}
	}
	if (best.rows_per_step == 0) /* beyond all that memory can be */
		best = (struct ht_scale){ needed, ROWS_MOST, UINT64_MAX };
	return best;
}

uint64_t
ht_scale_time_step(uint64_t span_ns, int most)
{
	static const uint32_t seconds[] = { 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600,
		7200, 10800, 21600, 43200, 86400 };
	const uint64_t second = UINT64_C(1000000000);
	uint64_t step = second;
	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		step = seconds[i] * second;
		if (span_ns / step <= (uint64_t)most)
			return step;
	}
	while (span_ns / step > (uint64_t)most)
		step *= 2;
	return step;
}
