/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/nearest.h"

#include <string.h>

enum { LONGEST = 32 };

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Edit distance with swaps of neighbours; words of more than LONGEST letters are far from all. */
static unsigned
distance(const char *a, const char *b)
{
	size_t rows = strlen(a), columns = strlen(b);
	unsigned d[LONGEST + 1][LONGEST + 1];
	if (rows > LONGEST || columns > LONGEST)
		return LONGEST;
	for (size_t i = 0; i <= rows; i++)
		d[i][0] = (unsigned)i;
	for (size_t j = 0; j <= columns; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= rows; i++) {
		for (size_t j = 1; j <= columns; j++) {
			unsigned change = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			d[i][j] = least(change, least(d[i - 1][j], d[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[rows][columns];
}

const char *
ht_nearest(const char *word, const char *const *candidates, size_t count)
{
	const char *nearest = NULL;
	unsigned best = strlen(word) <= 3 ? 2 : 3;
	for (size_t i = 0; i < count; i++) {
		unsigned away = distance(word, candidates[i]);
		if (away < best) {
			best = away;
			nearest = candidates[i];
		}
	}
	return nearest;
}
