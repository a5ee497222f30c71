/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/mouse.h"

#include "tui/keyname.h"
#include "views/order.h"

enum { WHEEL_ROWS = 3 };

/* Types the key called NAME. */
static enum ht_screen_wish
press(struct ht_screen *screen, const char *name, size_t length)
{
	int codes[HT_KEYNAME_CODES];
	if (ht_keyname_codes(name, length, codes) == 0)
		return HT_WISH_NOTHING;
	return ht_screen_key(screen, codes[0]);
}

static enum ht_screen_wish
turn_wheel(struct ht_screen *screen, bool up)
{
	enum ht_screen_wish wish = HT_WISH_NOTHING;
	if (screen->prompt.open)
		return HT_WISH_NOTHING;
	for (int i = 0; i < WHEEL_ROWS; i++) {
		enum ht_screen_wish one = up ? press(screen, "Up", 2) : press(screen, "Down", 4);
		if (one != HT_WISH_NOTHING)
			wish = one;
	}
	return wish;
}

static enum ht_screen_wish
click_row(struct ht_screen *screen, size_t index)
{
	struct ht_view_state *state = ht_screen_state(screen);
	if (index >= state->row_count)
		return HT_WISH_NOTHING;
	struct ht_row_key key = state->rows[index].key;
	bool again = screen->has_clicked && screen->clicked.id == key.id &&
		     screen->clicked.generation == key.generation && index == state->index;
	screen->has_clicked = !again;
	screen->clicked = key;
	if (again)
		return press(screen, "Enter", 5);
	ht_view_state_select(state, index);
	return HT_WISH_DRAW;
}

static enum ht_screen_wish
click_heading(struct ht_screen *screen, size_t index)
{
	const struct ht_table *table = ht_screen_view(screen)->table;
	/* A column that was added is there because it sorts. */
	if (table != NULL && index == SIZE_MAX)
		return press(screen, "I", 1);
	if (table == NULL || index >= table->count || table->columns[index].unsorted)
		return HT_WISH_NOTHING;
	ht_order_click(table, &ht_screen_state(screen)->sort, index);
	ht_screen_arrange(screen);
	return HT_WISH_DRAW;
}

static enum ht_screen_wish
click_item(struct ht_screen *screen, size_t index)
{
	if (!screen->picker.open || index >= screen->picker.count)
		return HT_WISH_NOTHING;
	if (screen->picker.index == index)
		return press(screen, "Enter", 5);
	screen->picker.index = index;
	return HT_WISH_DRAW;
}

static enum ht_screen_wish
click(struct ht_screen *screen, const struct ht_target *target)
{
	char digit = (char)('1' + (target->index < 9 ? target->index : 0));
	switch (target->kind) {
	case HT_TARGET_TAB:
		return press(screen, &digit, 1);
	case HT_TARGET_KEY:
		return ht_screen_key(screen, (int)target->index);
	case HT_TARGET_HEADING:
		return click_heading(screen, target->index);
	case HT_TARGET_ROW:
		return click_row(screen, target->index);
	case HT_TARGET_ITEM:
		return click_item(screen, target->index);
	}
	return HT_WISH_NOTHING;
}

enum ht_screen_wish
ht_mouse_answer(struct ht_screen *screen, enum ht_mouse_action action, int row, int column)
{
	if (action != HT_MOUSE_CLICK)
		return turn_wheel(screen, action == HT_MOUSE_WHEEL_UP);
	/* A question is answered, or left, by keys. */
	for (size_t i = 0; i < screen->target_count && !screen->prompt.open; i++) {
		const struct ht_target *target = &screen->targets[i];
		if (target->row == row && column >= target->column &&
		    column - target->column < target->width)
			return click(screen, target);
	}
	return HT_WISH_NOTHING;
}
