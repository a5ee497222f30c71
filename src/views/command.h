/* SPDX-License-Identifier: MIT */
/*
 * What a person can ask for, whatever key it is on.  The keys themselves are in tui/keys.def.
 * The screen handles what concerns all views and hands the rest to the view.
 */
#ifndef HT_VIEWS_COMMAND_H
#define HT_VIEWS_COMMAND_H

enum ht_command {
	HT_COMMAND_NONE,
	/* In the rows of a view. */
	HT_COMMAND_UP,
	HT_COMMAND_DOWN,
	HT_COMMAND_PAGE_UP,
	HT_COMMAND_PAGE_DOWN,
	HT_COMMAND_HALF_PAGE_UP,
	HT_COMMAND_HALF_PAGE_DOWN,
	HT_COMMAND_FIRST,
	HT_COMMAND_LAST,
	HT_COMMAND_OPEN,
	/* The order of a view. */
	HT_COMMAND_SORT_LEFT,
	HT_COMMAND_SORT_RIGHT,
	HT_COMMAND_SORT_LIVE,
	HT_COMMAND_SORT_RATE,
	HT_COMMAND_SORT_RESIDENT,
	HT_COMMAND_SORT_CPU,
	HT_COMMAND_REVERSE,
	/* The screen's own. */
	HT_COMMAND_VIEW,
	HT_COMMAND_NEXT_VIEW,
	HT_COMMAND_PREVIOUS_VIEW,
	HT_COMMAND_ESCAPE,
	HT_COMMAND_BACK,
	HT_COMMAND_DELAY,
	HT_COMMAND_SORT_PICK,
	HT_COMMAND_WRITE,
	HT_COMMAND_SIGNAL,
	HT_COMMAND_SETTINGS,
	HT_COMMAND_SAVE_SETTINGS,
	HT_COMMAND_FILTER,
	HT_COMMAND_USER,
	HT_COMMAND_KERNEL_THREADS,
	HT_COMMAND_SEARCH,
	HT_COMMAND_SEARCH_NEXT,
	HT_COMMAND_SEARCH_PREVIOUS,
	HT_COMMAND_HELP,
	HT_COMMAND_REDRAW,
	HT_COMMAND_SUSPEND,
	HT_COMMAND_QUIT,
};

/* What a view did with a command. */
enum ht_answer {
	HT_ANSWER_IGNORED, /* nothing: it isn't for this view */
	HT_ANSWER_DONE,    /* the view has to be drawn again */
	HT_ANSWER_OPEN,    /* the process in the selected row shall be shown by itself */
};

#endif
