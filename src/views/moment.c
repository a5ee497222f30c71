/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/moment.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "base/units.h"

void
ht_moment_format(uint64_t realtime_ns, uint64_t now_ns, char out[HT_MOMENT_TEXT_BYTES])
{
	time_t seconds = (time_t)(realtime_ns / 1000000000), now = (time_t)(now_ns / 1000000000);
	struct tm moment, today;
	out[0] = '\0';
	if (localtime_r(&seconds, &moment) == NULL || localtime_r(&now, &today) == NULL) {
		snprintf(out, HT_MOMENT_TEXT_BYTES, "?");
		return;
	}
	bool same_day = moment.tm_year == today.tm_year && moment.tm_yday == today.tm_yday;
	strftime(out, HT_MOMENT_TEXT_BYTES, same_day ? "%H:%M:%S" : "%b %e %H:%M", &moment);
}

void
ht_moment_format_age(uint64_t age_ns, char out[HT_MOMENT_TEXT_BYTES])
{
	char span[HT_UNITS_TEXT_BYTES];
	ht_units_duration(age_ns, span);
	if (age_ns < UINT64_C(1000000000))
		snprintf(out, HT_MOMENT_TEXT_BYTES, "just now");
	else
		snprintf(out, HT_MOMENT_TEXT_BYTES, "%s ago", span);
}
