/* SPDX-License-Identifier: MIT */
/* A number with its unit, as it stands in a filter expression. */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/filter_parts.h"

enum { WORD_BYTES = 64, MOST_DIGITS = 30 };

/* What stands behind a number. */
static const struct {
	const char *suffix;
	enum ht_dimension dimension;
	long double factor;
} units[] = {
	{ "", HT_DIMENSION_PLAIN, 1 },
	{ "%", HT_DIMENSION_SHARE, 1 },
	{ "K", HT_DIMENSION_SIZE, 0x1p10L },
	{ "M", HT_DIMENSION_SIZE, 0x1p20L },
	{ "G", HT_DIMENSION_SIZE, 0x1p30L },
	{ "T", HT_DIMENSION_SIZE, 0x1p40L },
	{ "P", HT_DIMENSION_SIZE, 0x1p50L },
	{ "E", HT_DIMENSION_SIZE, 0x1p60L },
	{ "B", HT_DIMENSION_SIZE, 1 },
	{ "ns", HT_DIMENSION_TIME, 1 },
	{ "us", HT_DIMENSION_TIME, 1e3L },
	{ "ms", HT_DIMENSION_TIME, 1e6L },
	{ "s", HT_DIMENSION_TIME, 1e9L },
	{ "min", HT_DIMENSION_TIME, 60e9L },
	{ "h", HT_DIMENSION_TIME, 3600e9L },
};

/*
 * The unit called SUFFIX.  Sizes may end in B, iB and /s, and be written small, but for m: that is
 * resolved by what the number is compared with (adapt_minutes).
 */
static bool
find_unit(const char *suffix, enum ht_dimension *dimension, long double *factor)
{
	char stem[8];
	size_t length = strlen(suffix);
	if (length > 2 && strcmp(suffix + length - 2, "/s") == 0)
		length -= 2;
	if (length >= sizeof(stem))
		return false;
	memcpy(stem, suffix, length);
	stem[length] = '\0';
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		bool size = units[i].dimension == HT_DIMENSION_SIZE && units[i].factor > 1;
		bool same = strcmp(stem, units[i].suffix) == 0;
		if (size && toupper((unsigned char)stem[0]) == units[i].suffix[0])
			same = stem[1] == '\0' || strcasecmp(stem + 1, "b") == 0 ||
			       strcasecmp(stem + 1, "ib") == 0;
		bool per_second = length != strlen(suffix);
		if (!same || (per_second && units[i].dimension > HT_DIMENSION_SIZE))
			continue;
		*dimension = units[i].dimension;
		*factor = units[i].factor;
		return true;
	}
	return false;
}

bool
ht_filter_read_number(const char *text, size_t length, struct ht_operand *operand)
{
	char word[WORD_BYTES], digits[MOST_DIGITS + 2] = { 0 }, *end;
	long double factor;
	if (length >= sizeof(word))
		return false;
	memcpy(word, text, length);
	word[length] = '\0';
	/* strtold takes more than that: inf, nan, hexadecimal, exponents. */
	size_t sign = word[0] == '-';
	size_t count = strspn(word + sign, "0123456789.");
	if (count == 0 || count > MOST_DIGITS)
		return false;
	memcpy(digits, word, sign + count);
	operand->number = strtold(digits, &end);
	if (end == digits || *end != '\0' ||
	    !find_unit(word + sign + count, &operand->dimension, &factor))
		return false;
	operand->kind = HT_OPERAND_NUMBER;
	operand->number *= factor;
	return true;
}
