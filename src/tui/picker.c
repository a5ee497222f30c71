/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/picker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tui/keyname.h"
#include "tui/keys.h"

/* The widest that names get; notes stand behind. */
enum { NAMES_MOST = 24 };

int
ht_picker_open(struct ht_picker *picker, const char *title)
{
	ht_picker_close(picker);
	picker->arena = ht_arena_new();
	if (picker->arena == NULL)
		return -ENOMEM;
	picker->title = title;
	picker->open = true;
	return 0;
}

void
ht_picker_close(struct ht_picker *picker)
{
	ht_arena_free(picker->arena);
	free(picker->items);
	*picker = (struct ht_picker){ .page = 1 };
}

void
ht_picker_clear(struct ht_picker *picker)
{
	ht_arena_reset(picker->arena);
	picker->count = 0;
}

int
ht_picker_add(struct ht_picker *picker, const char *name, const char *note, uint64_t id)
{
	if (picker->count == picker->capacity) {
		size_t capacity = picker->capacity != 0 ? picker->capacity * 2 : 32;
		struct ht_picker_item *items =
		    reallocarray(picker->items, capacity, sizeof(*items));
		if (items == NULL)
			return -ENOMEM;
		picker->items = items;
		picker->capacity = capacity;
	}
	char *name_copy = ht_arena_text(picker->arena, name, strlen(name));
	char *note_copy = ht_arena_text(picker->arena, note, strlen(note));
	if (name_copy == NULL || note_copy == NULL)
		return -ENOMEM;
	picker->items[picker->count++] = (struct ht_picker_item){ name_copy, note_copy, id };
	return 0;
}

/* The item that TYPED means: the first that begins with it, else the first that has it within; COUNT: none. */
static size_t
find(const struct ht_picker *picker, const char *typed)
{
	for (size_t i = 0; i < picker->count; i++)
		if (strncasecmp(picker->items[i].name, typed, strlen(typed)) == 0)
			return i;
	for (size_t i = 0; i < picker->count; i++)
		if (strcasestr(picker->items[i].name, typed) != NULL)
			return i;
	return picker->count;
}

/* A letter that would lead nowhere isn't taken. */
static void
type(struct ht_picker *picker, int code)
{
	size_t length = strlen(picker->typed);
	if (length + 1 >= sizeof(picker->typed))
		return;
	picker->typed[length] = (char)code;
	size_t found = find(picker, picker->typed);
	if (found < picker->count)
		picker->index = found;
	else
		picker->typed[length] = '\0';
}

static void
move(struct ht_picker *picker, long steps)
{
	long index = (long)picker->index + steps;
	picker->typed[0] = '\0';
	if (index >= (long)picker->count)
		index = (long)picker->count - 1;
	picker->index = index > 0 ? (size_t)index : 0;
}

static void
move_by_command(struct ht_picker *picker, enum ht_command command)
{
	long page = (long)picker->page, half = page > 1 ? page / 2 : 1;
	switch ((int)command) {
	case HT_COMMAND_UP:
		move(picker, -1);
		break;
	case HT_COMMAND_DOWN:
		move(picker, 1);
		break;
	case HT_COMMAND_PAGE_UP:
		move(picker, -page);
		break;
	case HT_COMMAND_PAGE_DOWN:
		move(picker, page);
		break;
	case HT_COMMAND_HALF_PAGE_UP:
		move(picker, -half);
		break;
	case HT_COMMAND_HALF_PAGE_DOWN:
		move(picker, half);
		break;
	case HT_COMMAND_FIRST:
		move(picker, -(long)picker->count);
		break;
	case HT_COMMAND_LAST:
		move(picker, (long)picker->count);
		break;
	}
}

static bool
is_key(const char *name, int code)
{
	size_t index;
	return ht_keyname_matches(name, strlen(name), code, &index);
}

enum ht_picker_answer
ht_picker_key(struct ht_picker *picker, int code)
{
	size_t index, length = strlen(picker->typed);
	if (is_key("Enter", code))
		return picker->count != 0 ? HT_PICKER_CHOSEN : HT_PICKER_GOING_ON;
	/* Letters are for typing: only these move or leave, as long as nothing was typed. */
	bool is_move = length == 0 && (code == 'j' || code == 'k');
	if (is_key("Esc", code) || (length == 0 && code == 'q')) {
		ht_picker_close(picker);
		return HT_PICKER_CANCELLED;
	}
	if (is_key("Backspace", code)) {
		if (length > 0)
			picker->typed[length - 1] = '\0';
	} else if (code > ' ' && code < 0x7f && !is_move)
		type(picker, code);
	else
		move_by_command(picker, ht_keys_command(code, &index));
	return HT_PICKER_GOING_ON;
}

static int
names_width(const struct ht_picker *picker, bool ascii)
{
	int widest = 1;
	for (size_t i = 0; i < picker->count; i++) {
		int width = ht_grid_text_width(picker->items[i].name, ascii);
		if (width > widest)
			widest = width;
	}
	return widest < NAMES_MOST ? widest : NAMES_MOST;
}

static void
draw_title(const struct ht_picker *picker, struct ht_grid *grid, int row)
{
	ht_grid_set_background(grid, row, HT_ROLE_HEADING);
	int column = ht_grid_put_text(grid, row, 0, HT_ROLE_HEADING, picker->title);
	ht_grid_put_text(grid, row, column + 1, HT_ROLE_HEADING_SORTED, picker->typed);
}

static void
scroll(struct ht_picker *picker, size_t page)
{
	picker->page = page;
	if (picker->index >= picker->count)
		picker->index = picker->count != 0 ? picker->count - 1 : 0;
	if (picker->index >= picker->top + page)
		picker->top = picker->index + 1 - page;
	if (picker->index < picker->top)
		picker->top = picker->index;
}

void
ht_picker_draw(struct ht_picker *picker, struct ht_grid *grid, int top, int height)
{
	if (height > 1) {
		draw_title(picker, grid, top);
		top++;
		height--;
	}
	if (height <= 0)
		return;
	scroll(picker, (size_t)height);
	int names = names_width(picker, grid->ascii);
	for (size_t i = 0; i < picker->page && picker->top + i < picker->count; i++) {
		const struct ht_picker_item *item = &picker->items[picker->top + i];
		int row = top + (int)i;
		ht_grid_put(grid, row, 1, names, HT_ALIGN_LEFT, HT_ROLE_NAME, item->name);
		ht_grid_put_text(grid, row, names + 3, HT_ROLE_PLAIN, item->note);
		ht_grid_target(grid, HT_TARGET_ITEM, row, 0, grid->width, picker->top + i);
		if (picker->top + i == picker->index)
			ht_grid_select(grid, row);
	}
}
