/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/units.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* VALUE in steps of BASE with one of SUFFIXES: a decimal below 100, none above. */
static void
scaled(uint64_t value, unsigned base, const char *suffixes, char out[HT_UNITS_TEXT_BYTES])
{
	if (value < base && value < 1000) {
		snprintf(out, HT_UNITS_TEXT_BYTES, "%u", (unsigned)value);
		return;
	}
	double scaled = (double)value;
	size_t step = 0;
	/* 999.5 would round to four figures; 99.95 to three and a decimal. */
	do {
		scaled /= base;
		step++;
	} while (scaled >= 999.5 && suffixes[step] != '\0');
	snprintf(out, HT_UNITS_TEXT_BYTES, scaled < 99.95 ? "%.1f%c" : "%.0f%c", scaled,
	    suffixes[step - 1]);
}

void
ht_units_bytes(uint64_t bytes, char out[HT_UNITS_TEXT_BYTES])
{
	scaled(bytes, 1024, "KMGTPE", out);
}

void
ht_units_count(uint64_t count, char out[HT_UNITS_TEXT_BYTES])
{
	scaled(count, 1000, "kmgtpe", out);
}

void
ht_units_duration(uint64_t ns, char out[HT_UNITS_TEXT_BYTES])
{
	uint64_t seconds = ns / 1000000000u;
	if (ns < 1000)
		snprintf(out, HT_UNITS_TEXT_BYTES, "%uns", (unsigned)ns);
	else if (ns < 999500)
		snprintf(out, HT_UNITS_TEXT_BYTES, "%.0fus", (double)ns / 1e3);
	else if (ns < 9950000)
		snprintf(out, HT_UNITS_TEXT_BYTES, "%.1fms", (double)ns / 1e6);
	else if (ns < 999500000)
		snprintf(out, HT_UNITS_TEXT_BYTES, "%.0fms", (double)ns / 1e6);
	else if (seconds < 60)
		snprintf(out, HT_UNITS_TEXT_BYTES, "%.1fs", floor((double)ns / 1e8) / 10);
	else if (seconds < 3600)
		snprintf(out, HT_UNITS_TEXT_BYTES, "%um%02us", (unsigned)(seconds / 60),
		    (unsigned)(seconds % 60));
	else if (seconds < 100 * 3600)
		snprintf(out, HT_UNITS_TEXT_BYTES, "%uh%02um", (unsigned)(seconds / 3600),
		    (unsigned)(seconds / 60 % 60));
	else
		snprintf(out, HT_UNITS_TEXT_BYTES, "%ud", (unsigned)(seconds / 86400));
}

uint64_t
ht_units_whole(double value)
{
	/* Cut as it is, what doesn't fit would be any number. */
	if (!(value > 0))
		return 0;
	return value < 0x1p63 ? (uint64_t)value : UINT64_C(1) << 63;
}

/* Nanoseconds in the unit that SUFFIX names; 0: none. */
static double
duration_unit_ns(const char *suffix)
{
	static const struct {
		const char *suffix;
		double ns;
	} units[] = { { "", 1e9 }, { "s", 1e9 }, { "ms", 1e6 }, { "us", 1e3 }, { "m", 60e9 },
		{ "min", 60e9 }, { "h", 3600e9 } };
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(suffix, units[i].suffix) == 0)
			return units[i].ns;
	return 0;
}

/*
 * A decimal number at the beginning of TEXT, and *END behind it; below 0: there is none.  strtod would also take
 * "inf", hexadecimal, an exponent and a sign.
 */
static double
parse_decimal(const char *text, const char **end)
{
	char digits[64];
	size_t length = strspn(text, "0123456789.");
	if (length == 0 || length >= sizeof(digits))
		return -1;
	memcpy(digits, text, length);
	digits[length] = '\0';
	char *stop;
	double value = strtod(digits, &stop);
	*end = text + length;
	return stop == digits + length ? value : -1;
}

int
ht_units_parse_duration(const char *text, uint64_t *ns)
{
	const char *end;
	double value = parse_decimal(text, &end);
	double unit = value >= 0 ? duration_unit_ns(end) : 0;
	if (unit == 0 || !(value * unit <= 1000 * 86400e9))
		return -EINVAL;
	*ns = (uint64_t)(value * unit + 0.5);
	return 0;
}

/* Bytes in the unit that SUFFIX names; 0: none. */
static double
size_unit_bytes(const char *suffix)
{
	static const char units[] = "KMGTP";
	double bytes = 1;
	if (suffix[0] == '\0')
		return 1;
	const char *unit = strchr(units, toupper((unsigned char)suffix[0]));
	for (const char *each = units; unit != NULL && each <= unit; each++)
		bytes *= 1024;
	suffix += unit != NULL;
	suffix += suffix[0] == 'B' || suffix[0] == 'b';
	return suffix[0] == '\0' ? bytes : 0;
}

int
ht_units_parse_bytes(const char *text, uint64_t *bytes)
{
	const char *end;
	double value = parse_decimal(text, &end);
	double unit = value >= 0 ? size_unit_bytes(end) : 0;
	if (unit == 0 || !(value * unit < 9.2e18))
		return -EINVAL;
	*bytes = (uint64_t)(value * unit + 0.5);
	return 0;
}

int
ht_units_parse_integer(const char *text, int64_t least, int64_t most, int64_t *value)
{
	if (!isdigit((unsigned char)text[0]) &&
	    !(text[0] == '-' && isdigit((unsigned char)text[1])))
		return -EINVAL;
	char *end;
	errno = 0;
	long long number = strtoll(text, &end, 10);
	if (errno != 0 || *end != '\0' || number < least || number > most)
		return -EINVAL;
	*value = number;
	return 0;
}
