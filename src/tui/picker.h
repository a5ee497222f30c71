/* SPDX-License-Identifier: MIT */
/*
 * A list to choose from, in place of the view: arrows move, letters find, Enter takes, Esc leaves.  What
 * is done with the choice is the screen's business.  No curses calls: only its key codes.
 */
#ifndef HT_TUI_PICKER_H
#define HT_TUI_PICKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "views/grid.h"

enum { HT_PICKER_TYPED_BYTES = 32 };

struct ht_picker_item {
	const char *name; /* raw bytes; what typing finds */
	const char *note; /* raw bytes; "": none */
	uint64_t id;      /* the opener's own */
};

struct ht_picker {
	bool open;
	const char *title;            /* static */
	struct ht_arena *arena;       /* owned; of the items' text */
	struct ht_picker_item *items; /* owned */
	size_t count;
	size_t capacity;
	size_t index; /* of the chosen item */
	size_t top;   /* first item in sight */
	size_t page;  /* items in sight when it was drawn last */
	char typed[HT_PICKER_TYPED_BYTES];
};

enum ht_picker_answer {
	HT_PICKER_GOING_ON,
	HT_PICKER_CHOSEN,   /* items[index]; the picker stays open until it is closed */
	HT_PICKER_CANCELLED /* and closed */
};

/* Opens it with nothing in it.  0 or -ENOMEM: it stays closed. */
int ht_picker_open(struct ht_picker *picker, const char *title);

/* Adds an item, of which the text is copied.  0 or -ENOMEM. */
int ht_picker_add(struct ht_picker *picker, const char *name, const char *note, uint64_t id);

/* Takes all items out, keeps which one is chosen by its place. */
void ht_picker_clear(struct ht_picker *picker);

/* Closes it and ends what it owns; a closed one is allowed. */
void ht_picker_close(struct ht_picker *picker);

/* Takes the key that curses calls CODE. */
enum ht_picker_answer ht_picker_key(struct ht_picker *picker, int code);

/* Draws it into HEIGHT rows from TOP on, the chosen item among them. */
void ht_picker_draw(struct ht_picker *picker, struct ht_grid *grid, int top, int height);

#endif
