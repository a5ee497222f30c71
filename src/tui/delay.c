/* SPDX-License-Identifier: MIT */
/* The question for the time between two looks. */
#include "config.h"

#include <stddef.h>

#include "base/units.h"
#include "tui/dialogs.h"

/* More often than that nobody reads, and sampling would be most of what it shows. */
static const uint64_t least_delay_ns = 100000000;

static enum ht_screen_wish
take_delay(struct ht_screen *screen)
{
	uint64_t delay_ns;
	if (screen->prompt.length == 0) {
		ht_prompt_close(&screen->prompt);
		return HT_WISH_DRAW;
	}
	if (ht_units_parse_duration(screen->prompt.typed, &delay_ns) != 0) {
		ht_screen_say(
		    screen, "'%s' is no delay: type 0.5, 2 or 500ms", screen->prompt.typed);
		return HT_WISH_DRAW;
	}
	if (delay_ns < least_delay_ns) {
		ht_screen_say(screen, "the shortest delay is 100ms");
		return HT_WISH_DRAW;
	}
	ht_prompt_close(&screen->prompt);
	screen->settings.delay_ns = screen->header.delay_ns = delay_ns;
	return HT_WISH_SETTINGS;
}

static const struct ht_question question = {
	.text = "Seconds between looks (0.5, 500ms):",
	.entered = take_delay,
};

void
ht_delay_ask(struct ht_screen *screen)
{
	if (screen->playback.timeline != NULL)
		ht_screen_say(screen, "a recording has times of its own: ( ) change its speed");
	else
		ht_screen_ask(screen, &question);
}
