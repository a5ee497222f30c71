/* SPDX-License-Identifier: MIT */
/* Moments as people and machines read them. */
#ifndef HT_EXPORT_TIMESTAMP_H
#define HT_EXPORT_TIMESTAMP_H

#include <stdint.h>

enum { HT_TIMESTAMP_BYTES = 32 }; /* room that either form needs, NUL included */

/* Nanoseconds since 1970 as "2026-11-22T09:00:00.123Z" (RFC 3339, UTC); years above 9999 are cut to 9999. */
void ht_timestamp_utc(uint64_t realtime_ns, char out[HT_TIMESTAMP_BYTES]);

/* The same as "09:00:00.123" of the local day (TZ). */
void ht_timestamp_clock(uint64_t realtime_ns, char out[HT_TIMESTAMP_BYTES]);

#endif
