/* SPDX-License-Identifier: MIT */
/* A moment as people read and type it: the time of day where they are, or how long ago it was. */
#ifndef HT_VIEWS_MOMENT_H
#define HT_VIEWS_MOMENT_H

#include <stddef.h>
#include <stdint.h>

#include "model/timeline.h"

enum { HT_MOMENT_TEXT_BYTES = 24 };

/* "14:01:58", or "Nov 21 14:01" where NOW_NS is another day's.  Both CLOCK_REALTIME; the zone is TZ's. */
void ht_moment_format(uint64_t realtime_ns, uint64_t now_ns, char out[HT_MOMENT_TEXT_BYTES]);

/* "2.5s ago", "3m02s ago"; below a second "just now". */
void ht_moment_format_age(uint64_t age_ns, char out[HT_MOMENT_TEXT_BYTES]);

/* "2026-11-26 14:01:58". */
void ht_moment_format_date(uint64_t realtime_ns, char out[HT_MOMENT_TEXT_BYTES]);

/*
 * What a person calls a time: "14:02", "14:02:30" (the last time it was that late before REALTIME_NS), the same behind
 * a date, "2026-11-26 14:02", or "-5m" (before REALTIME_NS); in TZ's zone, or, as JSON has it, "2026-11-26T14:02:30.123Z"
 * in UTC.  0 and the last nanosecond of it in *OUT, CLOCK_REALTIME; -EINVAL: it is none.
 */
int ht_moment_parse(const char *text, uint64_t realtime_ns, uint64_t *out);

/*
 * The last tick of TIMELINE at or before what a person calls a time of it: the same, counted from its last tick, and
 * besides "+5m" (after the first one) and "end".  0 and its index; -EINVAL; or -ERANGE: that time isn't in it, and
 * *INDEX is the end that is nearer.
 */
int ht_moment_find(const struct ht_timeline *timeline, const char *text, size_t *index);

#endif
