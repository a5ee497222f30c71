/* SPDX-License-Identifier: MIT */
/* Keys as people write them ("j", "^F", "PgUp") and as curses numbers them. */
#ifndef HT_TUI_KEYNAME_H
#define HT_TUI_KEYNAME_H

#include <stdbool.h>
#include <stddef.h>

/* Codes that go by one name: most have one, Enter has three. */
enum { HT_KEYNAME_CODES = 3 };

/*
 * The codes of the key called by the LENGTH bytes at NAME.  Returns how many there are; 0: there is no
 * such key.
 */
size_t ht_keyname_codes(const char *name, size_t length, int codes[HT_KEYNAME_CODES]);

/* True when CODE is on the key called by the LENGTH bytes at NAME, which may be a range, as in 1..9. */
bool ht_keyname_matches(const char *name, size_t length, int code, size_t *index);

#endif
