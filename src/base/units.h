/* SPDX-License-Identifier: MIT */
/* Figures with units, read and written for people.  K, M, G ... are 1024. */
#ifndef HT_BASE_UNITS_H
#define HT_BASE_UNITS_H

#include <stddef.h>
#include <stdint.h>

enum { HT_UNITS_TEXT_BYTES = 16 }; /* room that any figure below needs, NUL included */

/* BYTES in at most five characters: "0", "999", "1.0K", "38.1M", "1.1G". */
void ht_units_bytes(uint64_t bytes, char out[HT_UNITS_TEXT_BYTES]);

/* A count in at most five characters, by thousands: "999", "9.6k", "14.2m". */
void ht_units_count(uint64_t count, char out[HT_UNITS_TEXT_BYTES]);

/* A time span in at most six characters: "0.2ms", "3ms", "1.5s", "2m10s", "3h05m". */
void ht_units_duration(uint64_t ns, char out[HT_UNITS_TEXT_BYTES]);

/* VALUE as a whole number, cut: 0 for what is below or no number, 2^63 for what is above that. */
uint64_t ht_units_whole(double value);

/*
 * A time span as people type it: "2" (seconds), "0.5", "500ms", "2s", "1m",
 * "1h".  0 and the span, or -EINVAL: no number, an unknown unit, negative, not finite,
 * or over 1000 days.
 */
int ht_units_parse_duration(const char *text, uint64_t *ns);

/*
 * Bytes as people type them: "4096", "16M", "1.5g"; K, M, G, T, P of either case, a B behind them allowed.  0 and
 * the bytes, rounded; or -EINVAL: no number, an unknown unit, negative, or 2^63 and more.
 */
int ht_units_parse_bytes(const char *text, uint64_t *bytes);

/* A whole number from LEAST to MOST in base 10, nothing before or behind; else -EINVAL. */
int ht_units_parse_integer(const char *text, int64_t least, int64_t most, int64_t *value);

#endif
