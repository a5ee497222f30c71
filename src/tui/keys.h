/* SPDX-License-Identifier: MIT */
/* keys.def as a table, and the way from a key to its command.  No curses calls: only its key codes. */
#ifndef HT_TUI_KEYS_H
#define HT_TUI_KEYS_H

#include <stddef.h>

#include "views/command.h"

enum ht_key_group {
	HT_KEY_MOVE,
	HT_KEY_FIND,
	HT_KEY_ORDER,
	HT_KEY_VIEW,
	HT_KEY_GRAPH,
	HT_KEY_PAST,
	HT_KEY_SCREEN
};
enum { HT_KEY_GROUPS = HT_KEY_SCREEN + 1 };

/* One line of keys.def. */
struct ht_key {
	enum ht_command command;
	const char *keys;
	enum ht_key_group group;
	const char *footer;
	const char *help;
};

/* All lines, in keys.def's order. */
const struct ht_key *ht_keys(size_t *count);

/*
 * The command on the key that curses calls CODE, or HT_COMMAND_NONE.  For a key of a range, *INDEX
 * is its place in it, from 0.
 */
enum ht_command ht_keys_command(int code, size_t *index);

#endif
