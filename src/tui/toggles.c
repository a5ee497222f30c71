/* SPDX-License-Identifier: MIT */
/* Keys that switch a setting of the rows: what each of them shows now is said. */
#include "config.h"

#include "tui/dialogs.h"
#include "views/choice.h"
#include "views/table.h"
#include "views/tree.h"

void
ht_kernel_threads_toggle(struct ht_screen *screen)
{
	size_t count = 0;
	bool *shown = &screen->settings.kernel_threads;
	*shown = !*shown;
	for (size_t i = 0; screen->frame != NULL && i < screen->frame->process_count; i++)
		count += ht_choice_is_kernel_thread(&screen->frame->processes[i]);
	ht_screen_arrange(screen);
	ht_screen_say(screen, "%zu kernel thread%s %s", count, count != 1 ? "s" : "",
	    *shown ? "shown" : "hidden");
}

static void
say_units(struct ht_screen *screen, const char *of, enum ht_units units)
{
	static const char *const words[] = { [HT_UNITS_AUTO] = "in the unit that fits",
		[HT_UNITS_K] = "in K",
		[HT_UNITS_M] = "in M",
		[HT_UNITS_G] = "in G",
		[HT_UNITS_BYTES] = "whole" };
	ht_screen_say(screen, "bytes of the %s %s", of, words[units]);
}

void
ht_units_step(struct ht_screen *screen)
{
	ht_setting_step(&screen->settings, HT_SETTING_UNITS, true, true);
	say_units(screen, "rows", screen->settings.units);
}

void
ht_header_units_step(struct ht_screen *screen)
{
	ht_setting_step(&screen->settings, HT_SETTING_HEADER_UNITS, true, true);
	say_units(screen, "header", screen->settings.header_units);
}

void
ht_follow_toggle(struct ht_screen *screen)
{
	struct ht_view_state *state = ht_screen_state(screen);
	bool follow = !state->followed;
	if (ht_screen_view(screen)->table == NULL || state->index >= state->row_count) {
		ht_screen_say(screen, "there is no row to follow here");
		return;
	}
	ht_view_state_select(state, state->index);
	state->followed = follow;
}

bool
ht_statistics_toggle(struct ht_screen *screen)
{
	if (!ht_screen_view(screen)->zooms)
		return false;
	screen->settings.statistics = !screen->settings.statistics;
	return true;
}

void
ht_tree_toggle(struct ht_screen *screen)
{
	bool *tree = &screen->settings.tree;
	*tree = !*tree;
	ht_screen_arrange(screen);
	ht_screen_say(screen, *tree ? "as a tree: - + * fold" : "as a list");
}

void
ht_fold_command(struct ht_screen *screen, enum ht_command command)
{
	struct ht_view_state *state = ht_screen_state(screen);
	int error = 0;
	if (!screen->settings.tree || ht_screen_view(screen)->of_process) {
		ht_screen_say(screen, "what can be folded is the tree of processes: t");
		return;
	}
	if (command == HT_COMMAND_FOLD)
		error = ht_tree_fold(state);
	else if (command == HT_COMMAND_UNFOLD)
		ht_tree_unfold(state);
	else
		error = ht_tree_fold_all(state);
	if (error == 0)
		ht_screen_arrange(screen);
	else
		ht_screen_say(screen, "not enough memory to fold");
}

void
ht_thread_rows_toggle(struct ht_screen *screen)
{
	bool *threads = &screen->settings.threads;
	*threads = !*threads;
	ht_screen_arrange(screen);
	ht_screen_say(screen, "threads %s", *threads ? "below their process" : "hidden");
}

void
ht_merge_toggle(struct ht_screen *screen)
{
	bool *merged = &screen->settings.merge_threads;
	*merged = !*merged;
	ht_screen_arrange(screen);
	ht_screen_say(screen, *merged ? "threads of one name are one row" : "each thread is a row");
}
