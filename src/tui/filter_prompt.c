/* SPDX-License-Identifier: MIT */
/* The filter of the view in sight: it works while it is typed, stays in sight, and is cleared by Esc. */
#include "config.h"

#include <stdio.h>

#include "model/filter.h"
#include "tui/dialogs.h"

/* FILTER is the view's from now on; NULL: everything is shown. */
static void
set_filter(struct ht_screen *screen, struct ht_filter *filter)
{
	struct ht_view_state *state = ht_screen_state(screen);
	ht_filter_free(state->filter);
	state->filter = filter;
	ht_screen_arrange(screen);
}

/* Sets what TEXT says; empty: none.  0 or -errno with ERROR filled, and the filter is as it was. */
static int
set_text(struct ht_screen *screen, const char *text, struct ht_error *error)
{
	struct ht_filter *filter = NULL;
	int status = *text != '\0' ? ht_filter_parse(text, &filter, error) : 0;
	if (status == 0)
		set_filter(screen, filter);
	return status;
}

/* Half an expression isn't wrong yet: what was understood last goes on until there is more. */
static void
try_filter(struct ht_screen *screen)
{
	struct ht_error error = { 0 };
	set_text(screen, screen->prompt.typed, &error);
}

static enum ht_screen_wish
take_filter(struct ht_screen *screen)
{
	struct ht_error error = { 0 };
	if (set_text(screen, screen->prompt.typed, &error) == 0)
		ht_prompt_close(&screen->prompt);
	else
		ht_screen_say(screen, "%s", error.text);
	return HT_WISH_DRAW;
}

static void
put_back(struct ht_screen *screen)
{
	struct ht_error error = { 0 };
	set_text(screen, screen->filter_before, &error);
}

static const struct ht_question question = {
	.text = "filter:",
	.changed = try_filter,
	.entered = take_filter,
	.cancelled = put_back,
};

void
ht_filter_ask(struct ht_screen *screen)
{
	const struct ht_filter *filter = ht_screen_state(screen)->filter;
	if (!ht_screen_view(screen)->filtered) {
		ht_screen_say(screen, "there is nothing to filter here");
		return;
	}
	snprintf(screen->filter_before, sizeof(screen->filter_before), "%s",
	    filter != NULL ? ht_filter_text(filter) : "");
	ht_screen_ask(screen, &question);
	ht_prompt_fill(&screen->prompt, screen->filter_before);
}

bool
ht_filter_clear(struct ht_screen *screen)
{
	if (ht_screen_state(screen)->filter == NULL)
		return false;
	set_filter(screen, NULL);
	return true;
}
