/* SPDX-License-Identifier: MIT */
/*
 * What was: every frame that arrives is remembered, also while an older one is shown.  Pause, the steps back and
 * forth through the past, the jump to a time, and the mark that deltas count from.  What is shown is always
 * screen.frame, whichever tick it is of.
 */
#ifndef HT_TUI_PAST_H
#define HT_TUI_PAST_H

#include <stdbool.h>
#include <stdint.h>

#include "model/frame.h"
#include "model/history.h"
#include "views/command.h"
#include "views/header.h"

struct ht_past {
	struct ht_history *history; /* owned; NULL: no memory for it */
	bool paused;
	struct ht_frame *live; /* owned; the newest frame while paused; NULL: the shown one is it */
	struct ht_frame *mark; /* owned; NULL: none is set */
};

struct ht_screen;

void ht_past_init(struct ht_past *past, size_t most_bytes);
void ht_past_release(struct ht_past *past);

/* What the past may take from the next tick on. */
void ht_past_limit(struct ht_past *past, size_t most_bytes);

/*
 * Remembers FRAME, which has just arrived.  True: the past is shown, and FRAME is kept until the person
 * comes back.  False: it is to be shown.
 */
bool ht_past_take(struct ht_past *past, struct ht_frame *frame);

/* What the header says of it while SHOWN is shown; SHOWN may be NULL. */
void ht_past_describe(
    const struct ht_past *past, const struct ht_frame *shown, struct ht_header *header);

/* Answers COMMAND where it is one of these; false: it isn't. */
bool ht_past_command(struct ht_screen *screen, enum ht_command command);

#endif
