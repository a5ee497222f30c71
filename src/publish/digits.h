/* SPDX-License-Identifier: MIT */
/* Text without stdio: strings and decimal numbers into a bounded buffer.  Async-signal-safe. */
#ifndef HT_PUBLISH_DIGITS_H
#define HT_PUBLISH_DIGITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A place to write to; once something did not fit, full stays true and the text stays cut. */
struct ht_writer {
	char *at;
	char *end; /* the last byte, kept for the NUL */
	bool full;
};

static inline struct ht_writer
ht_writer_on(char *buffer, size_t size)
{
	buffer[0] = '\0';
	return (struct ht_writer){ buffer, buffer + size - 1, false };
}

static inline void
ht_write_text(struct ht_writer *writer, const char *text)
{
	for (; *text != '\0'; text++) {
		if (writer->at == writer->end) {
			writer->full = true;
			break;
		}
		*writer->at++ = *text;
	}
	*writer->at = '\0';
}

static inline void
ht_write_number(struct ht_writer *writer, uint64_t number)
{
	char digits[21];
	char *first = digits + sizeof(digits) - 1;
	*first = '\0';
	do
		*--first = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	ht_write_text(writer, first);
}

/* Reads decimal digits at *TEXT, moves behind them; false when there are none or too many. */
static inline bool
ht_read_number(const char **text, uint64_t *number)
{
	const char *at = *text;
	uint64_t value = 0;
	for (; *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*at - '0'), &value))
			return false;
	if (at == *text)
		return false;
	*text = at;
	*number = value;
	return true;
}

#endif
