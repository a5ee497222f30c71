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

void
ht_moment_format_date(uint64_t realtime_ns, char out[HT_MOMENT_TEXT_BYTES])
{
	struct tm local;
	time_t seconds = (time_t)(realtime_ns / SECOND_NS);
	if (localtime_r(&seconds, &local) == NULL ||
	    strftime(out, HT_MOMENT_TEXT_BYTES, "%Y-%m-%d %H:%M:%S", &local) == 0)
		snprintf(out, HT_MOMENT_TEXT_BYTES, "?");
}

static int
days_of(unsigned year, unsigned month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return days[month - 1] + (month == 2 && leap);
}

/* "2026-11-26 " or "2026-11-26T" into LOCAL; how many letters that was, 0: TEXT begins otherwise. */
static int
parse_date(const char *text, struct tm *local)
{
	unsigned year, month, day;
	char separator;
	int length = 0;
	if (sscanf(text, "%4u-%2u-%2u%c%n", &year, &month, &day, &separator, &length) != 4 ||
	    (separator != ' ' && separator != 'T') || year < 1970 || month < 1 || month > 12 ||
	    day < 1 || (int)day > days_of(year, month))
		return 0;
	local->tm_year = (int)year - 1900;
	local->tm_mon = (int)month - 1;
	local->tm_mday = (int)day;
	return length;
}

/* "HH:MM" or "HH:MM:SS" into LOCAL, what follows a second's point left out; what is behind, or NULL: it is no clock. */
static const char *
parse_clock(const char *text, struct tm *local)
{
	unsigned hours, minutes, seconds = 0;
	int length = 0;
	if (sscanf(text, "%2u:%2u%n", &hours, &minutes, &length) != 2)
		return NULL;
	text += length;
	if (*text == ':' && sscanf(text, ":%2u%n", &seconds, &length) != 1)
		return NULL;
	if (*text == ':')
		text += length;
	if (*text == '.')
		text += 1 + strspn(text + 1, "0123456789");
	if (hours > 23 || minutes > 59 || seconds > 60)
		return NULL;
	local->tm_hour = (int)hours;
	local->tm_min = (int)minutes;
	local->tm_sec = (int)seconds;
	local->tm_isdst = -1;
	return text;
}

/* A date and a clock, or a clock alone, at the day of NOW or the one before; below 0: TEXT is none. */
static time_t
parse_moment(const char *text, time_t now)
{
	struct tm local;
	if (localtime_r(&now, &local) == NULL)
		return -1;
	int date_length = parse_date(text, &local);
	const char *rest = parse_clock(text + date_length, &local);
	if (rest == NULL)
		return -1;
	if (date_length != 0 && strcmp(rest, "Z") == 0)
		return timegm(&local);
	if (*rest != '\0')
		return -1;
	time_t then = mktime(&local);
	if (then > now && date_length == 0) {
		/* That late it was yesterday. */
		local.tm_mday--;
		local.tm_isdst = -1;
		then = mktime(&local);
	}
	return then;
}

int
ht_moment_parse(const char *text, uint64_t realtime_ns, uint64_t *out)
{
	uint64_t span_ns;
	if (text[0] == '-') {
		if (ht_units_parse_duration(text + 1, &span_ns) != 0)
			return -EINVAL;
		*out = span_ns < realtime_ns ? realtime_ns - span_ns : 0;
		return 0;
	}
	time_t then = parse_moment(text, (time_t)(realtime_ns / SECOND_NS));
	if (then < 0)
		return -EINVAL;
	/* The tick of that second counts, wherever in it that is. */
	*out = (uint64_t)then * SECOND_NS + SECOND_NS - 1;
	return 0;
}

/* A span behind '+' from the first tick on, or behind '-' from the last one back. */
static int
find_span(const struct ht_timeline *timeline, const char *text, size_t *index)
{
	const uint64_t whole_ns = ht_timeline_span_ns(timeline);
	const uint64_t begin_ns = timeline->ticks[0].monotonic_ns;
	uint64_t span_ns;
	if (ht_units_parse_duration(text + 1, &span_ns) != 0)
		return -EINVAL;
	const uint64_t within_ns = span_ns < whole_ns ? span_ns : whole_ns;
	*index = ht_timeline_find(
	    timeline, begin_ns + (text[0] == '+' ? within_ns : whole_ns - within_ns));
	return span_ns > whole_ns ? -ERANGE : 0;
}

/* A time of day that was before the first tick: it is nearer to the end where the next day has it just behind that. */
static size_t
nearer_end(const struct ht_timeline *timeline, const char *text, uint64_t time_ns)
{
	const uint64_t day_ns = 86400 * SECOND_NS;
	const size_t last = timeline->count - 1;
	const uint64_t before_ns = timeline->ticks[0].realtime_ns - time_ns;
	const uint64_t behind_ns = time_ns + day_ns - timeline->ticks[last].realtime_ns;
	bool has_date = strchr(text, '-') != NULL;
	return !has_date && time_ns + day_ns > timeline->ticks[last].realtime_ns &&
		       behind_ns < before_ns
		   ? last
		   : 0;
}

int
ht_moment_find(const struct ht_timeline *timeline, const char *text, size_t *index)
{
	uint64_t time_ns;
	const size_t last = timeline->count - 1;
	*index = last;
	if (strcmp(text, "end") == 0 || strcmp(text, "now") == 0)
		return 0;
	if (text[0] == '+' || text[0] == '-')
		return find_span(timeline, text, index);
	if (ht_moment_parse(text, timeline->ticks[last].realtime_ns, &time_ns) != 0)
		return -EINVAL;
	if (time_ns < timeline->ticks[0].realtime_ns) {
		*index = nearer_end(timeline, text, time_ns);
		return -ERANGE;
	}
	*index = ht_timeline_find_realtime(timeline, time_ns);
	/* A second's last nanosecond may well be behind the last tick of it. */
	return *index == last && time_ns - timeline->ticks[last].realtime_ns >= SECOND_NS &&
		       time_ns > timeline->ticks[last].realtime_ns
		   ? -ERANGE
		   : 0;
}
