/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/settings_dialog.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>

enum { NAME_COLUMN = 2, VALUE_COLUMN = 17, HELP_COLUMN = 30, VALUE_WIDTH = 12 };

void
ht_settings_dialog_open(struct ht_settings_dialog *dialog)
{
	dialog->open = true;
}

static void
go(struct ht_settings_dialog *dialog, int rows)
{
	dialog->selected += rows;
	if (dialog->selected < 0)
		dialog->selected = 0;
	if (dialog->selected >= HT_SETTINGS)
		dialog->selected = HT_SETTINGS - 1;
}

/* True when COMMAND moves in a list. */
static bool
move_by(struct ht_settings_dialog *dialog, enum ht_command command)
{
	switch ((int)command) {
	case HT_COMMAND_UP:
		go(dialog, -1);
		return true;
	case HT_COMMAND_DOWN:
		go(dialog, 1);
		return true;
	case HT_COMMAND_PAGE_UP:
	case HT_COMMAND_HALF_PAGE_UP:
		go(dialog, -dialog->page);
		return true;
	case HT_COMMAND_PAGE_DOWN:
	case HT_COMMAND_HALF_PAGE_DOWN:
		go(dialog, dialog->page);
		return true;
	case HT_COMMAND_FIRST:
		go(dialog, -HT_SETTINGS);
		return true;
	case HT_COMMAND_LAST:
		go(dialog, HT_SETTINGS);
		return true;
	default:
		return false;
	}
}

enum ht_settings_answer
ht_settings_dialog_key(struct ht_settings_dialog *dialog, struct ht_settings *settings, int code,
    enum ht_command command)
{
	enum ht_setting_id id = (enum ht_setting_id)dialog->selected;
	switch (code) {
	case ' ':
	case '\r':
	case '\n':
	case KEY_ENTER:
		ht_setting_step(settings, id, true, true);
		return HT_SETTINGS_CHANGED;
	case '+':
	case '=':
	case KEY_RIGHT:
		ht_setting_step(settings, id, true, false);
		return HT_SETTINGS_CHANGED;
	case '-':
	case KEY_LEFT:
		ht_setting_step(settings, id, false, false);
		return HT_SETTINGS_CHANGED;
	default:
		break;
	}
	if (move_by(dialog, command))
		return HT_SETTINGS_STAY;
	dialog->open = false;
	return HT_SETTINGS_LEAVE;
}

static void
draw_setting(
    const struct ht_settings *settings, enum ht_setting_id id, struct ht_grid *grid, int row)
{
	const struct ht_setting *setting = ht_setting(id);
	char value[HT_SETTING_TEXT_BYTES];
	ht_setting_get(settings, id, value);
	ht_grid_put(grid, row, NAME_COLUMN, VALUE_COLUMN - NAME_COLUMN - 1, HT_ALIGN_LEFT,
	    HT_ROLE_LABEL, setting->name);
	ht_grid_put(grid, row, VALUE_COLUMN, VALUE_WIDTH, HT_ALIGN_LEFT, HT_ROLE_TITLE, value);
	if (grid->width > HELP_COLUMN)
		ht_grid_put(grid, row, HELP_COLUMN, grid->width - HELP_COLUMN, HT_ALIGN_LEFT,
		    HT_ROLE_DIM, setting->help);
}

/* Brings the selected row into sight. */
static void
bring_into_sight(struct ht_settings_dialog *dialog, int rows)
{
	dialog->page = rows > 0 ? rows : 1;
	if (dialog->top > dialog->selected)
		dialog->top = dialog->selected;
	if (dialog->top + dialog->page <= dialog->selected)
		dialog->top = dialog->selected - dialog->page + 1;
	if (dialog->top + dialog->page > HT_SETTINGS)
		dialog->top = HT_SETTINGS > dialog->page ? HT_SETTINGS - dialog->page : 0;
}

void
ht_settings_dialog_draw(struct ht_settings_dialog *dialog, const struct ht_settings *settings,
    struct ht_grid *grid, int top, int height)
{
	if (height > 1) {
		ht_grid_put_text(grid, top, 0, HT_ROLE_TITLE, "Settings");
		top++;
		height--;
	}
	bring_into_sight(dialog, height);
	for (int i = 0; i < height && dialog->top + i < HT_SETTINGS; i++) {
		draw_setting(settings, (enum ht_setting_id)(dialog->top + i), grid, top + i);
		if (dialog->top + i == dialog->selected)
			ht_grid_select(grid, top + i);
	}
}

void
ht_settings_dialog_describe(const struct ht_settings_dialog *dialog, struct ht_grid *grid, int row)
{
	const struct ht_setting *setting = ht_setting((enum ht_setting_id)dialog->selected);
	ht_grid_put(grid, row, 0, grid->width, HT_ALIGN_LEFT, HT_ROLE_DIM, setting->help);
}

void
ht_settings_dialog_footer(struct ht_grid *grid, int row)
{
	static const struct {
		const char *keys, *word;
	} hints[] = { { "Space", "Change" }, { "- +", "Less, More" }, { "W", "Save" },
		{ "q", "Back" } };
	int column = 0;
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		int width = (int)(strlen(hints[i].keys) + 1 + strlen(hints[i].word));
		if (column + width > grid->width)
			break;
		column = ht_grid_put_text(grid, row, column, HT_ROLE_KEY, hints[i].keys);
		column = ht_grid_put_text(grid, row, column + 1, HT_ROLE_LABEL, hints[i].word) + 2;
	}
}
