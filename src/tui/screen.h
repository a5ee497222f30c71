/* SPDX-License-Identifier: MIT */
/*
 * The state of the screen: the newest frame, the views with what was chosen in each, what a
 * person is being asked.  Keys change it, layout.c draws it.  No curses calls, no I/O: the loop tells it what
 * happened and does what it asks for.
 */
#ifndef HT_TUI_SCREEN_H
#define HT_TUI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/frame.h"
#include "tui/prompt.h"
#include "tui/tui.h"
#include "views/header.h"
#include "views/registry.h"

enum { HT_SCREEN_NAME_BYTES = 64, HT_SCREEN_MESSAGE_BYTES = 128 };

struct ht_screen {
	const struct ht_tui_options *options; /* borrowed */
	bool ascii;
	struct ht_frame *frame; /* owned; NULL: none yet */
	struct ht_view_state states[HT_VIEWS_MOST];
	size_t current;                         /* the view in sight */
	struct ht_process_key chosen;           /* of the views of one process; pid 0: none */
	char chosen_name[HT_SCREEN_NAME_BYTES]; /* raw bytes */
	bool help;
	size_t help_first; /* line of the help screen at its top */
	size_t help_page;  /* lines in sight when it was drawn last */
	struct ht_prompt prompt;
	char message
	    [HT_SCREEN_MESSAGE_BYTES]; /* in place of the footer until the next key; "": none */
	struct ht_header header;
};

/* What the loop has to do after a key. */
enum ht_screen_wish {
	HT_WISH_NOTHING,
	HT_WISH_DRAW,
	HT_WISH_REDRAW, /* the whole terminal, whatever it shows */
	HT_WISH_SUSPEND,
	HT_WISH_DELAY, /* header.delay_ns has changed */
	HT_WISH_QUIT,
};

void ht_screen_init(struct ht_screen *screen, const struct ht_tui_options *options, bool ascii);
void ht_screen_release(struct ht_screen *screen);

/*
 * Takes FRAME over.  0, -ESRCH: it is the first one, and the process that the screen was to open on
 * isn't in it; or -ENOMEM: the view in sight has no rows.
 */
int ht_screen_set_frame(struct ht_screen *screen, struct ht_frame *frame);

/* Answers the key that curses calls CODE. */
enum ht_screen_wish ht_screen_key(struct ht_screen *screen, int code);

/* The view in sight and its state. */
const struct ht_view *ht_screen_view(const struct ht_screen *screen);
struct ht_view_state *ht_screen_state(struct ht_screen *screen);

/* What that view looks at; only while there is a frame. */
struct ht_view_input ht_screen_input(const struct ht_screen *screen);

#endif
