/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "export/json_writer.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "export/timestamp.h"

void
ht_json_begin(struct ht_json_writer *json, struct ht_text *text, bool indented)
{
	*json = (struct ht_json_writer){ .text = text, .indented = indented, .first = true };
}

static void
new_line(struct ht_json_writer *json)
{
	if (!json->indented)
		return;
	ht_text_add(json->text, "\n", 1);
	ht_text_add_blanks(json->text, (size_t)json->depth * 2);
}

/* What stands before a value: the comma, the line's beginning and the key. */
static void
lead_in(struct ht_json_writer *json, const char *key)
{
	if (!json->first)
		ht_text_add(json->text, json->indented ? "," : ", ", json->indented ? 1 : 2);
	if (json->depth > 0)
		new_line(json);
	json->first = false;
	if (key == NULL)
		return;
	ht_text_add(json->text, "\"", 1);
	ht_text_add_string(json->text, key);
	ht_text_add(json->text, "\": ", 3);
}

static void
open_with(struct ht_json_writer *json, const char *key, const char *bracket)
{
	lead_in(json, key);
	ht_text_add(json->text, bracket, 1);
	json->depth++;
	json->first = true;
}

static void
close_with(struct ht_json_writer *json, const char *bracket)
{
	json->depth--;
	if (!json->first)
		new_line(json);
	ht_text_add(json->text, bracket, 1);
	json->first = false;
}

void
ht_json_open_object(struct ht_json_writer *json, const char *key)
{
	open_with(json, key, "{");
}

void
ht_json_close_object(struct ht_json_writer *json)
{
	close_with(json, "}");
}

void
ht_json_open_array(struct ht_json_writer *json, const char *key)
{
	open_with(json, key, "[");
}

void
ht_json_close_array(struct ht_json_writer *json)
{
	close_with(json, "]");
}

void
ht_json_null(struct ht_json_writer *json, const char *key)
{
	lead_in(json, key);
	ht_text_add(json->text, "null", 4);
}

void
ht_json_bool(struct ht_json_writer *json, const char *key, bool value)
{
	lead_in(json, key);
	ht_text_add_string(json->text, value ? "true" : "false");
}

void
ht_json_unsigned(struct ht_json_writer *json, const char *key, uint64_t value)
{
	lead_in(json, key);
	ht_text_add_unsigned(json->text, value);
}

void
ht_json_figure(struct ht_json_writer *json, const char *key, uint64_t value, bool known)
{
	if (known)
		ht_json_unsigned(json, key, value);
	else
		ht_json_null(json, key);
}

void
ht_json_real(struct ht_json_writer *json, const char *key, double value)
{
	if (!isfinite(value)) {
		ht_json_null(json, key);
		return;
	}
	lead_in(json, key);
	/* Integers alone reach printf, whose decimal point depends on the locale. */
	if (fabs(value) >= 9e15) {
		ht_text_add_format(json->text, "%.0f", value);
		return;
	}
	uint64_t whole = (uint64_t)fabs(value);
	unsigned thousandths = (unsigned)lround((fabs(value) - (double)whole) * 1000);
	if (thousandths == 1000) {
		whole++;
		thousandths = 0;
	}
	const char *sign = value < 0 && (whole != 0 || thousandths != 0) ? "-" : "";
	ht_text_add_string(json->text, sign);
	ht_text_add_unsigned(json->text, whole);
	if (thousandths != 0)
		ht_text_add_format(json->text, ".%03u", thousandths);
}

static void
add_escape(struct ht_text *text, unsigned code)
{
	if (code == '"' || code == '\\')
		ht_text_add_format(text, "\\%c", (char)code);
	else if (code >= 0x10000)
		ht_text_add_format(text, "\\u%04x\\u%04x", 0xd800 + ((code - 0x10000) >> 10),
		    0xdc00 + ((code - 0x10000) & 0x3ff));
	else
		ht_text_add_format(text, "\\u%04x", code);
}

/* Bytes of STRING that stand in the output as they are, most often all. */
static size_t
plain_length(const char *string)
{
	size_t length = 0;
	while (string[length] >= 0x20 && string[length] < 0x7f && string[length] != '"' &&
	       string[length] != '\\')
		length++;
	return length;
}

void
ht_json_string(struct ht_json_writer *json, const char *key, const char *string)
{
	if (string == NULL) {
		ht_json_null(json, key);
		return;
	}
	lead_in(json, key);
	ht_text_add(json->text, "\"", 1);
	const char *plain = string; /* start of what needs no escape */
	for (;;) {
		unsigned code;
		string += plain_length(string);
		if (*string == '\0')
			break;
		size_t size = ht_utf8_decode(string, strnlen(string, 4), &code);
		if (code == '"' || code == '\\' || ht_utf8_is_unsafe(code)) {
			ht_text_add(json->text, plain, (size_t)(string - plain));
			add_escape(json->text, code);
			plain = string + size;
		}
		string += size;
	}
	ht_text_add(json->text, plain, (size_t)(string - plain));
	ht_text_add(json->text, "\"", 1);
}

void
ht_json_time(struct ht_json_writer *json, const char *key, uint64_t realtime_ns)
{
	char time[HT_TIMESTAMP_BYTES];
	ht_timestamp_utc(realtime_ns, time);
	ht_json_string(json, key, time);
}
