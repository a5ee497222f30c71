/* SPDX-License-Identifier: MIT */
/*
 * Writes JSON (RFC 8259) into a text: commas, nesting, escapes and numbers, in any locale alike.
 * Knows nothing of frames.  Lack of memory is kept in the text's `failed`.
 *
 * KEY is the member's name inside an object (plain ASCII, ours), NULL inside an array.
 */
#ifndef HT_EXPORT_JSON_WRITER_H
#define HT_EXPORT_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

struct ht_json_writer {
	struct ht_text *text; /* borrowed */
	bool indented;        /* two blanks a level; else all in one line */
	unsigned depth;
	bool first; /* nothing stands in the current object or array yet */
};

void ht_json_begin(struct ht_json_writer *json, struct ht_text *text, bool indented);

/* Opens and closes an object or an array. */
void ht_json_open_object(struct ht_json_writer *json, const char *key);
void ht_json_close_object(struct ht_json_writer *json);
void ht_json_open_array(struct ht_json_writer *json, const char *key);
void ht_json_close_array(struct ht_json_writer *json);

void ht_json_null(struct ht_json_writer *json, const char *key);
void ht_json_bool(struct ht_json_writer *json, const char *key, bool value);
void ht_json_unsigned(struct ht_json_writer *json, const char *key, uint64_t value);

/* VALUE where it is KNOWN, else null. */
void ht_json_figure(struct ht_json_writer *json, const char *key, uint64_t value, bool known);

/* To three decimals, as integer where there are none; what is not finite becomes null. */
void ht_json_real(struct ht_json_writer *json, const char *key, double value);

/*
 * STRING is raw bytes (NULL: null).  Bytes that are no UTF-8 become U+FFFD; controls and whatever
 * else is unsafe on a terminal (ht_utf8_is_unsafe) become \u escapes.
 */
void ht_json_string(struct ht_json_writer *json, const char *key, const char *string);

/* Nanoseconds since 1970 as "2026-11-22T09:00:00.123Z". */
void ht_json_time(struct ht_json_writer *json, const char *key, uint64_t realtime_ns);

#endif
