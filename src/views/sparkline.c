/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/sparkline.h"

#include <string.h>

enum { LEVELS = 8 };

static const char *const block_levels[LEVELS] = { "\xe2\x96\x81", "\xe2\x96\x82", "\xe2\x96\x83",
	"\xe2\x96\x84", "\xe2\x96\x85", "\xe2\x96\x86", "\xe2\x96\x87", "\xe2\x96\x88" };
static const char *const ascii_levels[LEVELS] = { "_", ".", "-", "=", "+", "*", "%", "#" };

struct scale {
	double floor;
	double range; /* over 0 */
};

/* The lowest and the highest of what is known; false: nothing is. */
static bool
find_bounds(const struct ht_history_bucket *buckets, size_t count, double *low, double *high)
{
	bool found = false;
	for (size_t i = 0; i < count; i++) {
		if (!buckets[i].known)
			continue;
		if (!found || buckets[i].last < *low)
			*low = buckets[i].last;
		if (!found || buckets[i].last > *high)
			*high = buckets[i].last;
		found = true;
	}
	return found;
}

/* Less than a tenth of the figure is no change that should fill the height: what is left goes to both sides. */
static struct scale
relative_scale(double low, double high)
{
	double least = high > 0 ? high * 0.1 : 1;
	double range = high - low;
	if (range >= least)
		return (struct scale){ low, range };
	double floor = low - (least - range) * 0.4;
	return (struct scale){ floor, least };
}

static unsigned
level_of(const struct scale *scale, double value)
{
	double level = (value - scale->floor) / scale->range * (LEVELS - 1) + 0.5;
	return level < 0 ? 0 : level >= LEVELS ? LEVELS - 1 : (unsigned)level;
}

static void
put_levels(const struct ht_history_bucket *buckets, size_t count, const struct scale *scale,
    bool ascii, char *out, size_t size)
{
	size_t length = 0;
	const char *const *levels = ascii ? ascii_levels : block_levels;
	for (size_t i = 0; i < count; i++) {
		const char *piece =
		    buckets[i].known ? levels[level_of(scale, buckets[i].last)] : " ";
		size_t bytes = strlen(piece);
		if (length + bytes >= size)
			break;
		memcpy(out + length, piece, bytes);
		length += bytes;
	}
	if (size != 0)
		out[length] = '\0';
}

void
ht_graph_sparkline(
    const struct ht_history_bucket *buckets, size_t count, bool ascii, char *out, size_t size)
{
	double low = 0, high = 0;
	find_bounds(buckets, count, &low, &high);
	struct scale scale = relative_scale(low, high);
	put_levels(buckets, count, &scale, ascii, out, size);
}

void
ht_graph_sparkline_from_zero(
    const struct ht_history_bucket *buckets, size_t count, bool ascii, char *out, size_t size)
{
	double low = 0, high = 0;
	find_bounds(buckets, count, &low, &high);
	struct scale scale = { 0, high > 0 ? high : 1 };
	put_levels(buckets, count, &scale, ascii, out, size);
}
