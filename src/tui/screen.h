/* SPDX-License-Identifier: MIT */
/*
 * The state of the screen: the frame that is shown, the views with what was chosen in each, what a
 * person is being asked.  Keys change it, layout.c draws it.  No curses calls, no I/O: the loop tells it what
 * happened and does what it asks for.
 */
#ifndef HT_TUI_SCREEN_H
#define HT_TUI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/frame.h"
#include "model/settings.h"
#include "tui/past.h"
#include "tui/picker.h"
#include "tui/playback.h"
#include "tui/prompt.h"
#include "tui/settings_dialog.h"
#include "tui/tui.h"
#include "tui/writing.h"
#include "views/header.h"
#include "views/registry.h"

enum { HT_SCREEN_NAME_BYTES = 64, HT_SCREEN_MESSAGE_BYTES = 256 };

/* What the loop has to do after a key. */
enum ht_screen_wish {
	HT_WISH_NOTHING,
	HT_WISH_DRAW,
	HT_WISH_REDRAW, /* the whole terminal, whatever it shows */
	HT_WISH_SUSPEND,
	HT_WISH_SETTINGS, /* they have changed */
	HT_WISH_QUIT,
};

struct ht_screen;

/* A line that a person is asked to type, and where the answer goes.  It stands in screen.prompt. */
struct ht_question {
	const char *text;
	void (*changed)(struct ht_screen *screen); /* after each key; NULL: nothing happens */
	/* Closes the prompt, or leaves it open where the answer won't do. */
	enum ht_screen_wish (*entered)(struct ht_screen *screen);
	void (*cancelled)(
	    struct ht_screen *screen); /* the prompt is closed; NULL: nothing to undo */
};

/* The word that was searched, and where the selection was before. */
struct ht_search {
	char word[HT_PROMPT_BYTES]; /* "": none yet */
	bool anchored;
	struct ht_row_key selected;
	size_t top;
};

/* Whom F9 is about, from the moment it was pressed. */
struct ht_signal_target {
	struct ht_process_key key;
	uint64_t signal;                     /* chosen; place in signal_dialog.c's list */
	char who[HT_SCREEN_NAME_BYTES + 16]; /* pid and name; raw bytes */
	char text[HT_SCREEN_NAME_BYTES + 64];
	struct ht_question question;
};

struct ht_screen {
	const struct ht_tui_options *options; /* borrowed */
	struct ht_settings settings;          /* as they are now */
	bool ascii;
	bool console;           /* its font has no braille */
	struct ht_frame *frame; /* owned; what is shown, of now or of the past; NULL: none yet */
	bool ended;             /* what options->watched_fd is about: no frame comes any more */
	struct ht_past past;
	struct ht_playback playback; /* of a recording, if one is shown */
	struct ht_view_state states[HT_VIEWS_MOST];
	size_t current;                         /* the view in sight */
	struct ht_process_key chosen;           /* of the views of one process; pid 0: none */
	char chosen_name[HT_SCREEN_NAME_BYTES]; /* raw bytes */
	bool help;
	size_t help_first; /* line of the help screen at its top */
	size_t help_page;  /* lines in sight when it was drawn last */
	struct ht_settings_dialog settings_dialog;
	struct ht_signal_target signal;
	char write_name[HT_PROMPT_BYTES]; /* the file that was asked for last */
	struct ht_writing *writing;       /* owned; what is being written to it; NULL: nothing */
	struct ht_prompt prompt;
	const struct ht_question *question; /* while the prompt is open */
	struct ht_search search;
	char filter_before[HT_PROMPT_BYTES]; /* while another one is typed */
	bool users_known; /* all users' processes are looked at, whatever -u said */
	struct ht_picker picker;
	enum ht_screen_wish (*picked)(
	    struct ht_screen *screen, const struct ht_picker_item *item); /* while it is open */
	char message
	    [HT_SCREEN_MESSAGE_BYTES]; /* in place of the footer until the next key; "": none */
	struct ht_header header;
	struct ht_target targets[HT_TARGETS_MOST]; /* what can be clicked, as drawn last */
	size_t target_count;
	bool has_clicked; /* on the row of this key, with nothing else clicked since */
	struct ht_row_key clicked;
};

void ht_screen_init(struct ht_screen *screen, const struct ht_tui_options *options, bool ascii);
void ht_screen_release(struct ht_screen *screen);

/*
 * Takes FRAME over: it is shown, unless that is paused.  0, -ESRCH: it is the first one, and the process that the screen was to open on
 * isn't in it; or -ENOMEM: the view in sight has no rows.
 */
int ht_screen_set_frame(struct ht_screen *screen, struct ht_frame *frame);

/*
 * Remembers FRAME, a tick of the recording that is shown, and frees it: graphs show the whole of a recording, whichever
 * of its ticks is looked at.
 */
void ht_screen_learn(struct ht_screen *screen, struct ht_frame *frame);

/* Answers the key that curses calls CODE. */
enum ht_screen_wish ht_screen_key(struct ht_screen *screen, int code);

/* The view in sight and its state. */
const struct ht_view *ht_screen_view(const struct ht_screen *screen);
struct ht_view_state *ht_screen_state(struct ht_screen *screen);

/*
 * For what a key leads to, each in a file of its own (dialogs.h).
 */

/* Says one sentence in place of the footer until the next key. */
void ht_screen_say(struct ht_screen *screen, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Asks QUESTION (static) in place of the footer. */
void ht_screen_ask(struct ht_screen *screen, const struct ht_question *question);

/*
 * Opens a list to choose from in place of the view, to be filled by the caller; PICKED takes the choice
 * just before the list is closed.  False: there is no memory for it, which is said.
 */
bool ht_screen_pick(struct ht_screen *screen, const char *title,
    enum ht_screen_wish (*picked)(struct ht_screen *, const struct ht_picker_item *));

/* Selects and orders the rows of the view in sight anew.  0 or -ENOMEM, which is said. */
int ht_screen_arrange(struct ht_screen *screen);

/* The process that is shown or selected there, in the frame; NULL: none. */
const struct ht_process *ht_screen_process(const struct ht_screen *screen);

/* What that view looks at; only while there is a frame. */
struct ht_view_input ht_screen_input(const struct ht_screen *screen);

#endif
