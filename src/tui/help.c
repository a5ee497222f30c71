/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/help.h"

#include <string.h>

#include "tui/keyname.h"
#include "tui/keys.h"
#include "views/table.h"

enum { KEYS_COLUMN = 2, HELP_COLUMN = 14 };

static const char *const group_titles[HT_KEY_GROUPS] = {
	[HT_KEY_MOVE] = "Move",
	[HT_KEY_FIND] = "Find",
	[HT_KEY_ORDER] = "Order",
	[HT_KEY_VIEW] = "Views",
	[HT_KEY_PAST] = "Past",
	[HT_KEY_GRAPH] = "Overview",
	[HT_KEY_SCREEN] = "Screen",
};

/* What a newcomer can't guess from the headings. */
static const char *const notes[] = {
	"*       instrumented: its heap is known",
	"(1.2M)  anonymous resident memory, as",
	"        no heap is known",
	"-       unknown",
	"SRC     c: told by a C program",
	"        stale, dead, bad: not now",
	"K, M, G 1024, 1024K, 1024M bytes",
};

enum { NOTES = sizeof(notes) / sizeof(notes[0]) };

/* The first of the names in KEYS. */
static void
first_name(const char *keys, char out[8])
{
	size_t length = strcspn(keys, " ");
	if (length > 7)
		length = 7;
	memcpy(out, keys, length);
	out[length] = '\0';
}

/* The footer's word for KEY in VIEW, or NULL: it does nothing there. */
static const char *
footer_word(const struct ht_key *key, const struct ht_view *view, bool replayed)
{
	if (key->footer[0] == '\0')
		return NULL;
	/* Time goes by at its own pace, or as fast as one likes. */
	if (key->command == HT_COMMAND_DELAY && replayed)
		return NULL;
	if ((key->command == HT_COMMAND_SLOWER || key->command == HT_COMMAND_FASTER) && !replayed)
		return NULL;
	if (key->command == HT_COMMAND_OPEN)
		return view->open_label;
	if (key->group == HT_KEY_GRAPH && !view->zooms)
		return NULL;
	if ((key->group == HT_KEY_FIND || key->group == HT_KEY_ORDER) && view->table == NULL)
		return NULL;
	if (key->command == HT_COMMAND_FILTER && !view->filtered)
		return NULL;
	if (key->command == HT_COMMAND_SEARCH && !ht_table_is_searched(view->table))
		return NULL;
	if (key->command == HT_COMMAND_TREE && view->of_process)
		return NULL;
	if (key->command == HT_COMMAND_BACK && !view->of_process)
		return "Quit";
	if (key->command == HT_COMMAND_QUIT && !view->of_process)
		return NULL;
	return key->footer;
}

void
ht_footer_draw(const struct ht_view *view, bool replayed, struct ht_grid *grid, int row)
{
	size_t count;
	const struct ht_key *keys = ht_keys(&count);
	int column = 0;
	for (size_t i = 0; i < count; i++) {
		char name[8];
		const char *word = footer_word(&keys[i], view, replayed);
		if (word == NULL)
			continue;
		first_name(keys[i].keys, name);
		int width = (int)(strlen(name) + 1 + strlen(word));
		if (column + width > grid->width)
			break;
		int codes[HT_KEYNAME_CODES] = { 0 };
		ht_keyname_codes(name, strlen(name), codes);
		ht_grid_target(grid, HT_TARGET_KEY, row, column, width, (size_t)codes[0]);
		column = ht_grid_put_text(grid, row, column, HT_ROLE_KEY, name);
		column = ht_grid_put_text(grid, row, column + 1, HT_ROLE_LABEL, word) + 2;
	}
}

size_t
ht_help_lines(void)
{
	size_t count;
	ht_keys(&count);
	return NOTES + count + 2 * HT_KEY_GROUPS;
}

/* One line if it is in sight; LINE counts them all. */
static void
put_key(const struct ht_key *key, struct ht_grid *grid, int row)
{
	ht_grid_put(grid, row, KEYS_COLUMN, HELP_COLUMN - KEYS_COLUMN - 1, HT_ALIGN_LEFT,
	    HT_ROLE_KEY, key->keys);
	ht_grid_put_text(grid, row, HELP_COLUMN, HT_ROLE_PLAIN, key->help);
}

/* The row of a line, or -1 where it is out of sight. */
static int
row_of(size_t line, size_t first, int top, int height)
{
	return line >= first && line - first < (size_t)height ? top + (int)(line - first) : -1;
}

void
ht_help_draw(size_t first, struct ht_grid *grid, int top, int height)
{
	size_t count, line = 0;
	const struct ht_key *keys = ht_keys(&count);
	for (size_t group = 0; group < HT_KEY_GROUPS; group++) {
		ht_grid_put_text(grid, row_of(line++, first, top, height), 0, HT_ROLE_TITLE,
		    group_titles[group]);
		for (size_t i = 0; i < count; i++)
			if (keys[i].group == group)
				put_key(&keys[i], grid, row_of(line++, first, top, height));
		line++;
	}
	for (size_t i = 0; i < NOTES; i++)
		ht_grid_put_text(
		    grid, row_of(line++, first, top, height), KEYS_COLUMN, HT_ROLE_PLAIN, notes[i]);
}
