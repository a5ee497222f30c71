/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/moment.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/units.h"

#define SECOND_NS UINT64_C(1000000000)

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

/* "2026-11-26 " into LOCAL; how many letters that was, 0: TEXT begins otherwise. */
static int
parse_date(const char *text, struct tm *local)
{
	unsigned year, month, day;
	int length = 0;
	if (sscanf(text, "%4u-%2u-%2u %n", &year, &month, &day, &length) != 3 || length == 0 ||
	    year < 1970 || month < 1 || month > 12 || day < 1 || day > 31)
		return 0;
	local->tm_year = (int)year - 1900;
	local->tm_mon = (int)month - 1;
	local->tm_mday = (int)day;
	return length;
}

/* "HH:MM" or "HH:MM:SS" into LOCAL; false: it is something else. */
static bool
parse_clock(const char *text, struct tm *local)
{
	unsigned hours, minutes, seconds = 0;
	int length = 0;
	if (sscanf(text, "%2u:%2u%n", &hours, &minutes, &length) != 2)
		return false;
	text += length;
	if (*text == ':' && (sscanf(text, ":%2u%n", &seconds, &length) != 1))
		return false;
	else if (*text == ':')
		text += length;
	if (*text != '\0' || hours > 23 || minutes > 59 || seconds > 60)
		return false;
	local->tm_hour = (int)hours;
	local->tm_min = (int)minutes;
	local->tm_sec = (int)seconds;
	local->tm_isdst = -1;
	return true;
}

int
ht_moment_parse(const char *text, uint64_t realtime_ns, uint64_t *out)
{
	struct tm local;
	time_t now = (time_t)(realtime_ns / SECOND_NS);
	uint64_t span_ns;
	if (text[0] == '-') {
		if (ht_units_parse_duration(text + 1, &span_ns) != 0)
			return -EINVAL;
		*out = span_ns < realtime_ns ? realtime_ns - span_ns : 0;
		return 0;
	}
	if (localtime_r(&now, &local) == NULL)
		return -EINVAL;
	int date_length = parse_date(text, &local);
	if (!parse_clock(text + date_length, &local))
		return -EINVAL;
	time_t then = mktime(&local);
	if (then > now && date_length == 0) {
		/* That late it was yesterday. */
		local.tm_mday--;
		local.tm_isdst = -1;
		then = mktime(&local);
	}
	if (then < 0)
		return -EINVAL;
	/* The tick of that second counts, wherever in it that is. */
	*out = (uint64_t)then * SECOND_NS + SECOND_NS - 1;
	return 0;
}

int
ht_moment_find(const struct ht_timeline *timeline, const char *text, size_t *index)
{
	uint64_t time_ns;
	size_t last = timeline->count - 1;
	if (strcmp(text, "end") == 0 || strcmp(text, "now") == 0) {
		*index = last;
		return 0;
	}
	if (text[0] == '+' || text[0] == '-') {
		if (ht_units_parse_duration(text + 1, &time_ns) != 0)
			return -EINVAL;
		uint64_t from_ns = timeline->ticks[text[0] == '+' ? 0 : last].monotonic_ns;
		if (text[0] == '+')
			time_ns += from_ns;
		else
			time_ns = time_ns < from_ns ? from_ns - time_ns : 0;
		*index = ht_timeline_find(timeline, time_ns);
		return 0;
	}
	if (ht_moment_parse(text, timeline->ticks[last].realtime_ns, &time_ns) != 0)
		return -EINVAL;
	*index = ht_timeline_find_realtime(timeline, time_ns);
	return 0;
}
