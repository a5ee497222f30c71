/* SPDX-License-Identifier: MIT */
/* Search: the selection goes to the row that has what is typed, as it is typed; n and N go on from there. */
#include "config.h"

#include <stdio.h>

#include "tui/dialogs.h"
#include "views/search.h"
#include "views/table.h"

static void
say_nothing_found(struct ht_screen *screen, const char *word)
{
	ht_screen_say(screen, "no row here has '%s'", word);
}

/* Back to where the search began. */
static void
go_to_origin(struct ht_screen *screen)
{
	struct ht_view_state *state = ht_screen_state(screen);
	state->anchored = screen->search.anchored;
	state->selected = screen->search.selected;
	state->top = screen->search.top;
	ht_screen_arrange(screen);
}

/* Goes to the nearest row that has WORD, from where the selection is on; false: there is none. */
static bool
go_to_word(struct ht_screen *screen, const char *word, size_t first, int step)
{
	struct ht_view_state *state = ht_screen_state(screen);
	const struct ht_table *table = ht_screen_view(screen)->table;
	size_t found;
	if (!ht_search_find(table, state, word, first, step, &found)) {
		say_nothing_found(screen, word);
		return false;
	}
	ht_view_state_select(state, found);
	return true;
}

static void
search_anew(struct ht_screen *screen)
{
	screen->message[0] = '\0';
	go_to_origin(screen);
	if (screen->prompt.length != 0 && screen->frame != NULL)
		go_to_word(screen, screen->prompt.typed, ht_screen_state(screen)->index, 1);
}

void
ht_search_refresh(struct ht_screen *screen)
{
	if (ht_search_is_asking(screen))
		search_anew(screen);
}

static void
go_on(struct ht_screen *screen, int step)
{
	struct ht_view_state *state = ht_screen_state(screen);
	size_t before = state->index, count = state->row_count;
	if (count == 0) {
		say_nothing_found(screen, screen->search.word);
		return;
	}
	if (!go_to_word(
		screen, screen->search.word, (before + count + (size_t)(long)step) % count, step))
		return;
	if (step > 0 ? state->index <= before : state->index >= before)
		ht_screen_say(
		    screen, step > 0 ? "went on from the top" : "went on from the bottom");
}

/* Nothing typed goes on with the last word, as pagers do. */
static enum ht_screen_wish
take_word(struct ht_screen *screen)
{
	ht_prompt_close(&screen->prompt);
	if (screen->prompt.length != 0)
		snprintf(
		    screen->search.word, sizeof(screen->search.word), "%s", screen->prompt.typed);
	else if (screen->search.word[0] != '\0')
		go_on(screen, 1);
	return HT_WISH_DRAW;
}

static const struct ht_question question = {
	.text = "/",
	.changed = search_anew,
	.entered = take_word,
	.cancelled = go_to_origin,
};

bool
ht_search_is_asking(const struct ht_screen *screen)
{
	return screen->prompt.open && screen->question == &question;
}

/* Rows can be searched: the view has some, with text in them. */
static bool
is_searchable(const struct ht_screen *screen)
{
	return ht_table_is_searched(ht_screen_view(screen)->table);
}

void
ht_search_ask(struct ht_screen *screen)
{
	const struct ht_view_state *state = ht_screen_state(screen);
	if (!is_searchable(screen)) {
		ht_screen_say(screen, "there is nothing to search here");
		return;
	}
	screen->search.anchored = state->anchored;
	screen->search.selected = state->selected;
	screen->search.top = state->top;
	ht_screen_ask(screen, &question);
}

void
ht_search_go_on(struct ht_screen *screen, int step)
{
	if (screen->search.word[0] == '\0')
		ht_screen_say(screen, "nothing was searched yet: / does");
	else if (is_searchable(screen))
		go_on(screen, step);
	else
		ht_screen_say(screen, "there is nothing to search here");
}
