/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
ht_text_init(struct ht_text *text)
{
	*text = (struct ht_text){ 0 };
}

void
ht_text_release(struct ht_text *text)
{
	free(text->bytes);
	ht_text_init(text);
}

void
ht_text_clear(struct ht_text *text)
{
	text->length = 0;
	if (text->bytes != NULL)
		text->bytes[0] = '\0';
}

/* Room for MORE bytes and a NUL; false for lack of memory. */
static bool
reserve(struct ht_text *text, size_t more)
{
	size_t need;
	if (__builtin_add_overflow(text->length, more, &need) || need > SIZE_MAX / 2 - 1) {
		text->failed = true;
		return false;
	}
	if (need < text->capacity)
		return true;
	size_t capacity = text->capacity != 0 ? text->capacity : 64;
	while (capacity <= need)
		capacity *= 2;
	char *bytes = realloc(text->bytes, capacity);
	if (bytes == NULL) {
		text->failed = true;
		return false;
	}
	text->bytes = bytes;
	text->capacity = capacity;
	return true;
}

void
ht_text_add(struct ht_text *text, const char *bytes, size_t length)
{
	if (!reserve(text, length))
		return;
	if (length != 0)
		memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
	text->bytes[text->length] = '\0';
}

void
ht_text_add_string(struct ht_text *text, const char *string)
{
	ht_text_add(text, string, strlen(string));
}

/* Most fit in the room that there is: they are formatted once. */
void
ht_text_add_format(struct ht_text *text, const char *format, ...)
{
	va_list arguments, again;
	if (!reserve(text, 0))
		return;
	const size_t room = text->capacity - text->length;
	va_start(arguments, format);
	va_copy(again, arguments);
	int length = vsnprintf(text->bytes + text->length, room, format, arguments);
	va_end(arguments);
	if (length >= 0 && (size_t)length >= room && reserve(text, (size_t)length))
		vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
	if (length >= 0 && (size_t)length < text->capacity - text->length)
		text->length += (size_t)length;
	text->bytes[text->length] = '\0';
	va_end(again);
}

void
ht_text_add_unsigned(struct ht_text *text, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);
	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	ht_text_add(text, digits + at, sizeof(digits) - at);
}

void
ht_text_add_blanks(struct ht_text *text, size_t count)
{
	if (!reserve(text, count))
		return;
	memset(text->bytes + text->length, ' ', count);
	text->length += count;
	text->bytes[text->length] = '\0';
}

const char *
ht_text_string(const struct ht_text *text)
{
	return text->bytes != NULL ? text->bytes : "";
}

/* Length of the character that LEAD begins, its bits and its least code point; 0: none. */
static size_t
utf8_shape(unsigned char lead, unsigned *bits, unsigned *least)
{
	if (lead < 0x80) {
		*bits = lead;
		*least = 0;
		return 1;
	}
	if (lead >= 0xc2 && lead <= 0xdf) {
		*bits = lead & 0x1fu;
		*least = 0x80;
		return 2;
	}
	if (lead >= 0xe0 && lead <= 0xef) {
		*bits = lead & 0x0fu;
		*least = 0x800;
		return 3;
	}
	if (lead >= 0xf0 && lead <= 0xf4) {
		*bits = lead & 0x07u;
		*least = 0x10000;
		return 4;
	}
	return 0;
}

size_t
ht_utf8_decode(const char *bytes, size_t length, unsigned *code_point)
{
	unsigned value, least;
	size_t size = utf8_shape((unsigned char)bytes[0], &value, &least);
	*code_point = 0xfffd;
	if (size == 0 || size > length)
		return 1;
	for (size_t i = 1; i < size; i++) {
		unsigned char next = (unsigned char)bytes[i];
		if ((next & 0xc0u) != 0x80u)
			return 1;
		value = value << 6 | (next & 0x3fu);
	}
	if (value < least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 1;
	*code_point = value;
	return size;
}

bool
ht_utf8_is_unsafe(unsigned code)
{
	return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0xad || code == 0x61c ||
	       code == 0x180e || (code >= 0x200b && code <= 0x200f) ||
	       (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) ||
	       code == 0xfeff || (code >= 0xfff9 && code <= 0xfffd) || (code & 0xfffe) == 0xfffe ||
	       (code >= 0xfdd0 && code <= 0xfdef) || (code >= 0xe0000 && code <= 0xe0fff);
}

/* Bytes at the beginning of STRING that are printable ASCII: safe, and most of most strings. */
static size_t
plain_length(const char *string)
{
	const char *at = string;
	while (*at >= 0x20 && *at < 0x7f)
		at++;
	return (size_t)(at - string);
}

void
ht_text_add_printable(struct ht_text *text, const char *string, bool ascii_only)
{
	for (;;) {
		unsigned code;
		size_t size = plain_length(string);
		if (size != 0)
			ht_text_add(text, string, size);
		string += size;
		if (*string == '\0')
			return;
		size = ht_utf8_decode(string, strnlen(string, 4), &code);
		if (ht_utf8_is_unsafe(code) || (ascii_only && code >= 0x80))
			ht_text_add(text, "?", 1);
		else
			ht_text_add(text, string, size);
		string += size;
	}
}
