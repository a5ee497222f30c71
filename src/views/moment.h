/* SPDX-License-Identifier: MIT */
/* A moment as people read it: the time of day where they are, or how long ago it was. */
#ifndef HT_VIEWS_MOMENT_H
#define HT_VIEWS_MOMENT_H

#include <stddef.h>
#include <stdint.h>

enum { HT_MOMENT_TEXT_BYTES = 24 };

/* "14:01:58", or "Nov 21 14:01" where NOW_NS is another day's.  Both CLOCK_REALTIME; the zone is TZ's. */
void ht_moment_format(uint64_t realtime_ns, uint64_t now_ns, char out[HT_MOMENT_TEXT_BYTES]);

/* "2.5s ago", "3m02s ago"; below a second "just now". */
void ht_moment_format_age(uint64_t age_ns, char out[HT_MOMENT_TEXT_BYTES]);

#endif
