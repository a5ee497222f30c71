/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/keyname.h"

#include <curses.h>
#include <string.h>

/* Terminals and curses disagree about some: every code that means the key. */
static const struct {
	const char *name;
	int codes[HT_KEYNAME_CODES];
} names[] = {
	{ "Up", { KEY_UP } },
	{ "Down", { KEY_DOWN } },
	{ "Left", { KEY_LEFT } },
	{ "Right", { KEY_RIGHT } },
	{ "PgUp", { KEY_PPAGE } },
	{ "PgDn", { KEY_NPAGE } },
	{ "Home", { KEY_HOME, KEY_FIND } },
	{ "End", { KEY_END, KEY_SELECT } },
	{ "Enter", { '\r', '\n', KEY_ENTER } },
	{ "Esc", { '\033' } },
	{ "Space", { ' ' } },
	{ "Tab", { '\t' } },
	{ "S-Tab", { KEY_BTAB } },
	{ "Backspace", { KEY_BACKSPACE, '\b', 0x7f } },
	{ "F1", { KEY_F(1) } },
	{ "F2", { KEY_F(2) } },
	{ "F3", { KEY_F(3) } },
	{ "F4", { KEY_F(4) } },
	{ "F5", { KEY_F(5) } },
	{ "F6", { KEY_F(6) } },
	{ "F9", { KEY_F(9) } },
	{ "F10", { KEY_F(10) } },
};

static size_t
copy_codes(const int from[HT_KEYNAME_CODES], int codes[HT_KEYNAME_CODES])
{
	size_t count = 0;
	while (count < HT_KEYNAME_CODES && from[count] != 0) {
		codes[count] = from[count];
		count++;
	}
	return count;
}

size_t
ht_keyname_codes(const char *name, size_t length, int codes[HT_KEYNAME_CODES])
{
	if (length == 1) {
		codes[0] = (unsigned char)name[0];
		return 1;
	}
	if (length == 2 && name[0] == '^' && name[1] >= 'A' && name[1] <= 'Z') {
		codes[0] = name[1] - 'A' + 1;
		return 1;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].name) == length && memcmp(names[i].name, name, length) == 0)
			return copy_codes(names[i].codes, codes);
	return 0;
}

/* "1..9": one character to another. */
static bool
is_range(const char *name, size_t length)
{
	return length == 4 && name[1] == '.' && name[2] == '.';
}

bool
ht_keyname_matches(const char *name, size_t length, int code, size_t *index)
{
	int codes[HT_KEYNAME_CODES];
	*index = 0;
	if (is_range(name, length)) {
		if (code < name[0] || code > name[3])
			return false;
		*index = (size_t)(code - name[0]);
		return true;
	}
	size_t count = ht_keyname_codes(name, length, codes);
	for (size_t i = 0; i < count; i++)
		if (codes[i] == code)
			return true;
	return false;
}
