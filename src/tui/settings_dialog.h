/* SPDX-License-Identifier: MIT */
/* The settings screen: every setting with its value, in place of the view; changes take effect at once. */
#ifndef HT_TUI_SETTINGS_DIALOG_H
#define HT_TUI_SETTINGS_DIALOG_H

#include <stdbool.h>

#include "model/settings.h"
#include "views/command.h"
#include "views/grid.h"

struct ht_settings_dialog {
	bool open;
	int selected; /* of enum ht_setting_id */
	int top;      /* first in sight */
	int page;     /* in sight when it was drawn last */
};

enum ht_settings_answer {
	HT_SETTINGS_STAY,
	HT_SETTINGS_CHANGED, /* one of the values */
	HT_SETTINGS_LEAVE,
};

void ht_settings_dialog_open(struct ht_settings_dialog *dialog);

/* Takes the key that curses calls CODE, on which COMMAND is. */
enum ht_settings_answer ht_settings_dialog_key(struct ht_settings_dialog *dialog,
    struct ht_settings *settings, int code, enum ht_command command);

/* Fills HEIGHT rows of GRID from TOP on. */
void ht_settings_dialog_draw(struct ht_settings_dialog *dialog, const struct ht_settings *settings,
    struct ht_grid *grid, int top, int height);

/* What the selected setting does, in one row. */
void ht_settings_dialog_describe(
    const struct ht_settings_dialog *dialog, struct ht_grid *grid, int row);

/* Its keys, in one row. */
void ht_settings_dialog_footer(struct ht_grid *grid, int row);

#endif
