/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/keys.h"

#include <string.h>

#include "tui/keyname.h"

static const struct ht_key keys[] = {
#define HT_KEY(command, names, group, footer, help)                                                \
	{ HT_COMMAND_##command, names, HT_KEY_##group, footer, help },
#include "tui/keys.def"
#undef HT_KEY
};

const struct ht_key *
ht_keys(size_t *count)
{
	*count = sizeof(keys) / sizeof(keys[0]);
	return keys;
}

/* True when one of the names in LINE, parted by blanks, is CODE's. */
static bool
is_on(const char *line, int code, size_t *index)
{
	while (*line != '\0') {
		size_t length = strcspn(line, " ");
		if (ht_keyname_matches(line, length, code, index))
			return true;
		line += length;
		line += strspn(line, " ");
	}
	return false;
}

enum ht_command
ht_keys_command(int code, size_t *index)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (is_on(keys[i].keys, code, index))
			return keys[i].command;
	return HT_COMMAND_NONE;
}
