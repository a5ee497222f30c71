/* SPDX-License-Identifier: MIT */
/*
 * A growing piece of text, and the one place where foreign bytes become safe
 * ones.  Appending never fails half-way: after a lack of memory the text stays
 * as it was and `failed` stays true.
 */
#ifndef HT_BASE_TEXT_H
#define HT_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ht_text {
	char *bytes; /* owned; NUL-terminated once anything was appended, else NULL */
	size_t length;
	size_t capacity;
	bool failed; /* an append was lost for lack of memory */
};

void ht_text_init(struct ht_text *text);
void ht_text_release(struct ht_text *text);

/* Empties TEXT, keeps its memory. */
void ht_text_clear(struct ht_text *text);

void ht_text_add(struct ht_text *text, const char *bytes, size_t length);
void ht_text_add_string(struct ht_text *text, const char *string);
void ht_text_add_format(struct ht_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends VALUE in decimal: what most numbers of a large output are, at a tenth of a format's cost. */
void ht_text_add_unsigned(struct ht_text *text, uint64_t value);

/* Appends COUNT blanks. */
void ht_text_add_blanks(struct ht_text *text, size_t count);

/* The text so far as a string; "" when empty.  Valid until the next append. */
const char *ht_text_string(const struct ht_text *text);

/*
 * Appends STRING (NUL-terminated raw bytes of a process name, an argument, a
 * label) for a terminal: valid printable UTF-8 stays, every control character
 * (C0, DEL, C1), bidirectional override and invalid byte becomes '?'.  With
 * ASCII_ONLY each non-ASCII character becomes one '?'.
 */
void ht_text_add_printable(struct ht_text *text, const char *string, bool ascii_only);

/*
 * Decodes one character of UTF-8 at BYTES (LENGTH > 0 bytes).  Returns its
 * length and stores the code point, or returns 1 and stores 0xFFFD for a byte that
 * begins no valid character (RFC 3629: no surrogates, no overlong forms).
 */
size_t ht_utf8_decode(const char *bytes, size_t length, unsigned *code_point);

/*
 * True for code points that must not reach a terminal or a log as they are: controls (C0, DEL, C1),
 * those that turn, hide or join what stands beside them, noncharacters and U+FFFD.
 */
bool ht_utf8_is_unsafe(unsigned code_point);

#endif
