/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/past.h"

#include <stdio.h>
#include <string.h>

#include "tui/dialogs.h"
#include "views/moment.h"

static const uint64_t minute_ns = UINT64_C(60000000000);

void
ht_past_init(struct ht_past *past, size_t most_bytes)
{
	*past = (struct ht_past){ .history = ht_history_new(most_bytes) };
}

void
ht_past_release(struct ht_past *past)
{
	ht_history_free(past->history);
	ht_frame_free(past->live);
	ht_frame_free(past->mark);
	*past = (struct ht_past){ .history = NULL };
}

void
ht_past_limit(struct ht_past *past, size_t most_bytes)
{
	if (past->history != NULL)
		ht_history_limit(past->history, most_bytes);
}

bool
ht_past_take(struct ht_past *past, struct ht_frame *frame)
{
	/* Where it doesn't fit, this tick is missing. */
	if (past->history != NULL)
		(void)ht_history_add(past->history, frame);
	if (!past->paused)
		return false;
	ht_frame_free(past->live);
	past->live = frame;
	return true;
}

static size_t
count(const struct ht_past *past)
{
	return past->history != NULL ? ht_history_count(past->history) : 0;
}

void
ht_past_describe(const struct ht_past *past, const struct ht_frame *shown, struct ht_header *header)
{
	const struct ht_frame *newest = past->live != NULL ? past->live : shown;
	char clock[HT_MOMENT_TEXT_BYTES];
	header->paused[0] = '\0';
	header->ago_ns = 0;
	header->mark_ns = 0;
	if (shown == NULL)
		return;
	if (past->paused) {
		ht_moment_format(shown->realtime_ns, shown->realtime_ns, clock);
		snprintf(header->paused, sizeof(header->paused), "%.15s", clock);
		header->ago_ns = newest->monotonic_ns - shown->monotonic_ns;
	}
	/* Of a tick before the mark there is no delta. */
	if (past->mark != NULL && past->mark->monotonic_ns <= shown->monotonic_ns)
		header->mark_ns = shown->monotonic_ns - past->mark->monotonic_ns + 1;
}

/* Shows FRAME, which the screen takes over. */
static void
show(struct ht_screen *screen, struct ht_frame *frame)
{
	struct ht_frame *before = screen->frame;
	screen->frame = frame;
	ht_screen_arrange(screen);
	ht_frame_free(before);
}

static void
pause_here(struct ht_screen *screen)
{
	screen->past.paused = true;
}

static void
go_live(struct ht_screen *screen)
{
	struct ht_frame *live = screen->past.live;
	screen->past.paused = false;
	screen->past.live = NULL;
	if (live != NULL)
		show(screen, live);
}

/* The shown frame goes on being the newest one that is known while older ones are shown. */
static void
show_tick(struct ht_screen *screen, size_t index)
{
	struct ht_past *past = &screen->past;
	struct ht_frame *frame;
	if (ht_history_time(past->history, index) == screen->frame->monotonic_ns)
		return;
	if (ht_history_frame(past->history, index, &frame) != 0) {
		ht_screen_say(screen, "not enough memory for that tick");
		return;
	}
	if (!past->paused) {
		past->paused = true;
		past->live = screen->frame;
		screen->frame = NULL;
	} else if (past->live == NULL) {
		/* Paused on the newest one. */
		past->live = screen->frame;
		screen->frame = NULL;
	}
	show(screen, frame);
}

/* To the last tick at or before TIME_NS of CLOCK_MONOTONIC. */
static void
step_back(struct ht_screen *screen, uint64_t time_ns)
{
	const struct ht_history *history = screen->past.history;
	pause_here(screen);
	if (count(&screen->past) == 0 ||
	    ht_history_time(history, 0) >= screen->frame->monotonic_ns) {
		ht_screen_say(screen, "nothing older is kept");
		return;
	}
	size_t index = ht_history_find(history, time_ns);
	show_tick(screen, index);
}

/* To the first tick at or behind TIME_NS, or to what is now where there is none. */
static void
step_forth(struct ht_screen *screen, uint64_t time_ns)
{
	const struct ht_history *history = screen->past.history;
	size_t ticks = count(&screen->past);
	if (!screen->past.paused) {
		ht_screen_say(screen, "this is now");
		return;
	}
	if (ticks == 0 || ht_history_time(history, ticks - 1) < time_ns) {
		go_live(screen);
		return;
	}
	size_t index = ht_history_find(history, time_ns);
	if (ht_history_time(history, index) < time_ns)
		index++;
	show_tick(screen, index);
}

/* A copy of FRAME without what only its making needed, as a history would keep it; NULL for lack of memory. */
static struct ht_frame *
copy_frame(const struct ht_frame *frame)
{
	struct ht_history *history = ht_history_new(SIZE_MAX);
	struct ht_frame *copy = NULL;
	if (history != NULL && ht_history_add(history, frame) == 0 &&
	    ht_history_frame(history, 0, &copy) != 0)
		copy = NULL;
	ht_history_free(history);
	return copy;
}

static void
set_mark(struct ht_screen *screen)
{
	struct ht_past *past = &screen->past;
	struct ht_frame *mark = copy_frame(screen->frame);
	char clock[HT_MOMENT_TEXT_BYTES];
	if (mark == NULL) {
		ht_screen_say(screen, "not enough memory for a mark");
		return;
	}
	ht_frame_free(past->mark);
	past->mark = mark;
	ht_moment_format(mark->realtime_ns, mark->realtime_ns, clock);
	ht_screen_say(screen, "marked %s: deltas count from here", clock);
	ht_screen_arrange(screen);
}

/* The last tick that isn't younger than REALTIME_NS; 0 when all are. */
static size_t
find_realtime(const struct ht_history *history, uint64_t realtime_ns)
{
	size_t index = ht_history_count(history) - 1;
	/* That clock may have been set meanwhile: it has no order to rely on. */
	while (index > 0 && ht_history_realtime(history, index) > realtime_ns)
		index--;
	return index;
}

static void
jump(struct ht_screen *screen, uint64_t realtime_ns)
{
	struct ht_past *past = &screen->past;
	pause_here(screen);
	if (count(past) == 0) {
		ht_screen_say(screen, "nothing older is kept");
		return;
	}
	size_t index = find_realtime(past->history, realtime_ns);
	if (ht_history_realtime(past->history, index) > realtime_ns)
		ht_screen_say(screen, "nothing older is kept: this is the first look");
	show_tick(screen, index);
}

static enum ht_screen_wish
take_time(struct ht_screen *screen)
{
	const struct ht_past *past = &screen->past;
	const struct ht_frame *newest = past->live != NULL ? past->live : screen->frame;
	const char *text = screen->prompt.typed;
	uint64_t realtime_ns = 0;
	bool asks = text[0] != '\0' && newest != NULL, is_now = strcmp(text, "now") == 0;
	if (asks && !is_now && ht_moment_parse(text, newest->realtime_ns, &realtime_ns) != 0) {
		ht_screen_say(screen, "'%s' is no time: type 14:02, 14:02:30, -5m or now", text);
		return HT_WISH_DRAW;
	}
	ht_prompt_close(&screen->prompt);
	if (asks && is_now)
		go_live(screen);
	else if (asks)
		jump(screen, realtime_ns);
	return HT_WISH_DRAW;
}

static const struct ht_question time_question = {
	.text = "Go to (14:02, 14:02:30, -5m, now):",
	.entered = take_time,
};

bool
ht_past_command(struct ht_screen *screen, enum ht_command command)
{
	const struct ht_frame *frame = screen->frame;
	uint64_t shown_ns = frame != NULL ? frame->monotonic_ns : 0;
	if (frame == NULL)
		return false;
	switch ((int)command) {
	case HT_COMMAND_PAUSE:
		if (screen->past.paused)
			go_live(screen);
		else
			pause_here(screen);
		return true;
	case HT_COMMAND_STEP_BACK:
		step_back(screen, shown_ns - 1);
		return true;
	case HT_COMMAND_STEP_FORTH:
		step_forth(screen, shown_ns + 1);
		return true;
	case HT_COMMAND_MINUTE_BACK:
		step_back(screen, shown_ns > minute_ns ? shown_ns - minute_ns : 0);
		return true;
	case HT_COMMAND_MINUTE_FORTH:
		step_forth(screen, shown_ns + minute_ns);
		return true;
	case HT_COMMAND_JUMP:
		ht_screen_ask(screen, &time_question);
		return true;
	case HT_COMMAND_MARK:
		set_mark(screen);
		return true;
	}
	return false;
}
