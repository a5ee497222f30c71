/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/playback.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "base/units.h"
#include "tui/dialogs.h"
#include "views/moment.h"

static const uint64_t second_ns = UINT64_C(1000000000);
static const uint64_t minute_ns = UINT64_C(60000000000);

/* Pictures come no closer together: nobody sees more, however fast time goes by. */
static const uint64_t least_wait_ns = UINT64_C(40000000);

void
ht_playback_init(
    struct ht_playback *playback, const struct ht_timeline *timeline, size_t first, double speed)
{
	*playback = (struct ht_playback){ .timeline = timeline,
		.playing = timeline != NULL,
		.wanted = first,
		.is_back = true,
		.speed = speed };
}

static size_t
last_of(const struct ht_playback *playback)
{
	return playback->timeline->count - 1;
}

static uint64_t
time_of(const struct ht_playback *playback, size_t index)
{
	return playback->timeline->ticks[index].monotonic_ns;
}

uint64_t
ht_playback_delay_ns(const struct ht_playback *playback)
{
	const struct ht_timeline *timeline = playback->timeline;
	if (timeline->delay_ns != 0 || timeline->count < 2)
		return timeline->delay_ns != 0 ? timeline->delay_ns : second_ns;
	return ht_timeline_span_ns(timeline) / (timeline->count - 1);
}

uint64_t
ht_playback_advance(struct ht_playback *playback, uint64_t now_ns)
{
	if (!playback->playing)
		return UINT64_MAX;
	if (!playback->is_based) {
		playback->then_ns = time_of(playback, playback->wanted);
		playback->now_ns = now_ns;
		playback->is_based = true;
	}
	double passed_ns = (double)(now_ns - playback->now_ns) * playback->speed;
	size_t index =
	    ht_timeline_find(playback->timeline, playback->then_ns + ht_units_whole(passed_ns));
	if (index > playback->wanted) {
		playback->wanted = index;
		playback->is_back = false;
	}
	if (playback->wanted == last_of(playback)) {
		playback->playing = false;
		return UINT64_MAX;
	}
	double due_ns = (double)(time_of(playback, playback->wanted + 1) - playback->then_ns);
	/* A nanosecond later, so that rounding doesn't make it come just before. */
	uint64_t wait_ns = ht_units_whole((due_ns - passed_ns) / playback->speed) + 1;
	return wait_ns > least_wait_ns ? wait_ns : least_wait_ns;
}

/* Whether the first and the last tick are of different days: then a time of day alone says little. */
static bool
is_of_days(const struct ht_timeline *timeline)
{
	struct tm first, last;
	time_t begin = (time_t)(timeline->ticks[0].realtime_ns / second_ns);
	time_t end = (time_t)(timeline->ticks[timeline->count - 1].realtime_ns / second_ns);
	return localtime_r(&begin, &first) != NULL && localtime_r(&end, &last) != NULL &&
	       (first.tm_yday != last.tm_yday || first.tm_year != last.tm_year);
}

static void
put_time(const struct ht_timeline *timeline, uint64_t realtime_ns, char out[HT_HEADER_MOMENT_BYTES])
{
	char clock[HT_MOMENT_TEXT_BYTES];
	struct tm local;
	time_t seconds = (time_t)(realtime_ns / second_ns);
	size_t length = 0;
	if (is_of_days(timeline) && localtime_r(&seconds, &local) != NULL)
		length = strftime(out, HT_HEADER_MOMENT_BYTES, "%b %e ", &local);
	ht_moment_format(realtime_ns, realtime_ns, clock);
	snprintf(out + length, HT_HEADER_MOMENT_BYTES - length, "%.12s", clock);
}

/* How much of the recording lies before TIME_NS, in percent. */
static unsigned
percent_of(const struct ht_playback *playback, uint64_t time_ns)
{
	uint64_t span_ns = ht_timeline_span_ns(playback->timeline);
	uint64_t begin_ns = time_of(playback, 0);
	if (span_ns == 0 || time_ns < begin_ns)
		return span_ns == 0 ? 100 : 0;
	return (unsigned)((double)(time_ns - begin_ns) / (double)span_ns * 100);
}

long
ht_playback_arrive(struct ht_playback *playback, const struct ht_frame *shown)
{
	size_t index = ht_timeline_find(playback->timeline, shown->monotonic_ns);
	long behind = (long)index - (long)playback->wanted;
	if (behind == 0)
		return 0;
	playback->wanted = index;
	playback->is_based = false;
	playback->playing = playback->playing && behind > 0 && index < last_of(playback);
	return behind;
}

void
ht_playback_describe(
    const struct ht_playback *playback, const struct ht_frame *shown, struct ht_header *header)
{
	bool is_last = shown->monotonic_ns >= time_of(playback, last_of(playback));
	header->replay_word = playback->playing ? "REPLAY" : is_last ? "END" : "PAUSED";
	header->replay_percent = percent_of(playback, shown->monotonic_ns);
	header->learned_percent =
	    playback->is_learned ? 100 : percent_of(playback, playback->learned_ns);
	header->replay_speed = playback->speed;
	put_time(playback->timeline, shown->realtime_ns, header->replay_time);
}

/* Time goes on from tick INDEX, or stands still there. */
static void
go_to(struct ht_playback *playback, size_t index, bool playing)
{
	playback->is_back = index <= playback->wanted;
	playback->wanted = index;
	playback->playing = playing && index < last_of(playback);
	playback->is_based = false;
}

static void
pause_or_play(struct ht_playback *playback)
{
	bool at_end = playback->wanted == last_of(playback);
	if (playback->playing)
		go_to(playback, playback->wanted, false);
	else
		go_to(playback, at_end ? 0 : playback->wanted, true);
}

static void
step(struct ht_screen *screen, bool back)
{
	struct ht_playback *playback = &screen->playback;
	size_t at = playback->wanted;
	size_t end = back ? 0 : last_of(playback);
	if (at == end)
		ht_screen_say(screen, "this is where the recording %s", back ? "begins" : "ends");
	go_to(playback, at == end ? at : back ? at - 1 : at + 1, false);
}

/* A minute back or forth; what plays goes on playing there. */
static void
leap(struct ht_screen *screen, bool back)
{
	struct ht_playback *playback = &screen->playback;
	uint64_t at_ns = time_of(playback, playback->wanted);
	uint64_t to_ns = at_ns < UINT64_MAX - minute_ns ? at_ns + minute_ns : UINT64_MAX;
	if (back)
		to_ns = at_ns > minute_ns ? at_ns - minute_ns : 0;
	size_t index = ht_timeline_find(playback->timeline, to_ns);
	if (index == playback->wanted)
		ht_screen_say(screen, "this is where the recording %s", back ? "begins" : "ends");
	go_to(playback, index, playback->playing);
}

static void
change_speed(struct ht_screen *screen, double factor)
{
	struct ht_playback *playback = &screen->playback;
	double speed = playback->speed * factor;
	if (speed < HT_TUI_SLOWEST)
		speed = HT_TUI_SLOWEST;
	if (speed > HT_TUI_FASTEST)
		speed = HT_TUI_FASTEST;
	playback->speed = speed;
	playback->is_based = false;
	if (speed == 1)
		ht_screen_say(screen, "time goes by as it did");
	else
		ht_screen_say(screen, "time goes by %g times as fast", speed);
}

static enum ht_screen_wish
take_time(struct ht_screen *screen)
{
	struct ht_playback *playback = &screen->playback;
	const char *text = screen->prompt.typed;
	size_t index;
	int status = text[0] != '\0' ? ht_moment_find(playback->timeline, text, &index) : 0;
	if (status == -EINVAL) {
		ht_screen_say(
		    screen, "'%s' is no time: type 14:02, 14:02:30, +5m, -5m or end", text);
		return HT_WISH_DRAW;
	}
	ht_prompt_close(&screen->prompt);
	if (text[0] == '\0')
		return HT_WISH_DRAW;
	if (status == -ERANGE)
		ht_screen_say(screen, "the recording %s",
		    index == 0 ? "begins after that: this is its beginning"
			       : "ends before that: this is its end");
	go_to(playback, index, playback->playing);
	/* The last one that isn't later is meant. */
	playback->is_back = true;
	return HT_WISH_DRAW;
}

static const struct ht_question time_question = {
	.text = "Go to (14:02, +5m, -5m, end):",
	.entered = take_time,
};

bool
ht_playback_command(struct ht_screen *screen, enum ht_command command)
{
	if (screen->playback.timeline == NULL) {
		if (command != HT_COMMAND_SLOWER && command != HT_COMMAND_FASTER)
			return false;
		ht_screen_say(screen, "only a recording has a speed: heaptop replay FILE");
		return true;
	}
	switch ((int)command) {
	case HT_COMMAND_PAUSE:
		pause_or_play(&screen->playback);
		return true;
	case HT_COMMAND_STEP_BACK:
	case HT_COMMAND_STEP_FORTH:
		step(screen, command == HT_COMMAND_STEP_BACK);
		return true;
	case HT_COMMAND_MINUTE_BACK:
	case HT_COMMAND_MINUTE_FORTH:
		leap(screen, command == HT_COMMAND_MINUTE_BACK);
		return true;
	case HT_COMMAND_SLOWER:
		change_speed(screen, 0.5);
		return true;
	case HT_COMMAND_FASTER:
		change_speed(screen, 2);
		return true;
	case HT_COMMAND_JUMP:
		ht_screen_ask(screen, &time_question);
		return true;
	}
	return false;
}
