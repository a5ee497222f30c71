/* SPDX-License-Identifier: MIT */
/* The settings as the screen has them: shown, changed, in effect at once, stored. */
#include "config.h"

#include "tui/dialogs.h"

enum { ALL_PROCESSES = 0 };

void
ht_settings_open(struct ht_screen *screen)
{
	screen->settings.sort = screen->states[ALL_PROCESSES].sort;
	ht_settings_dialog_open(&screen->settings_dialog);
}

void
ht_settings_save(struct ht_screen *screen)
{
	struct ht_error said = { 0 };
	screen->settings.sort = screen->states[ALL_PROCESSES].sort;
	if (screen->options->save_settings != NULL)
		screen->options->save_settings(&screen->settings, &said);
	ht_screen_say(screen, "%.*s", HT_SCREEN_MESSAGE_BYTES - 1, said.text);
}

/* Makes what stands in the settings so. */
static void
apply(struct ht_screen *screen)
{
	if (screen->playback.timeline == NULL)
		screen->header.delay_ns = screen->settings.delay_ns;
	ht_past_limit(&screen->past, screen->settings.history_bytes);
	screen->states[ALL_PROCESSES].sort = screen->settings.sort;
	ht_screen_arrange(screen);
}

enum ht_screen_wish
ht_settings_key(struct ht_screen *screen, int code, enum ht_command command)
{
	if (command == HT_COMMAND_SAVE_SETTINGS) {
		ht_settings_save(screen);
		return HT_WISH_DRAW;
	}
	switch (
	    ht_settings_dialog_key(&screen->settings_dialog, &screen->settings, code, command)) {
	case HT_SETTINGS_CHANGED:
		apply(screen);
		if (screen->settings_dialog.selected == HT_SETTING_THEME &&
		    screen->options->no_color)
			ht_screen_say(screen, "no colours, as --no-color or NO_COLOR says");
		return HT_WISH_SETTINGS;
	case HT_SETTINGS_STAY:
	case HT_SETTINGS_LEAVE:
		break;
	}
	return HT_WISH_DRAW;
}
