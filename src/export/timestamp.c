/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "export/timestamp.h"

#include <stdio.h>
#include <time.h>

#define YEAR_10000 INT64_C(253402300800) /* in seconds since 1970 */

static time_t
split(uint64_t realtime_ns, unsigned *milliseconds)
{
	uint64_t seconds = realtime_ns / 1000000000u;
	*milliseconds = (unsigned)(realtime_ns % 1000000000u / 1000000u);
	return seconds < YEAR_10000 ? (time_t)seconds : YEAR_10000 - 1;
}

void
ht_timestamp_utc(uint64_t realtime_ns, char out[HT_TIMESTAMP_BYTES])
{
	unsigned milliseconds;
	struct tm tm = { 0 };
	time_t seconds = split(realtime_ns, &milliseconds);
	gmtime_r(&seconds, &tm);
	size_t length = strftime(out, HT_TIMESTAMP_BYTES, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out + length, HT_TIMESTAMP_BYTES - length, ".%03uZ", milliseconds);
}

void
ht_timestamp_clock(uint64_t realtime_ns, char out[HT_TIMESTAMP_BYTES])
{
	unsigned milliseconds;
	struct tm tm = { 0 };
	time_t seconds = split(realtime_ns, &milliseconds);
	localtime_r(&seconds, &tm);
	size_t length = strftime(out, HT_TIMESTAMP_BYTES, "%H:%M:%S", &tm);
	snprintf(out + length, HT_TIMESTAMP_BYTES - length, ".%03u", milliseconds);
}
