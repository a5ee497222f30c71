/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/loop.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "tui/layout.h"
#include "tui/mouse.h"
#include "tui/paint.h"

enum {
	KEYS_AT_ONCE = 64,   /* of a paste, before there is a picture again */
	FIRST_WAIT_MS = 100, /* for the first frame, until the screen says that it waits */
	LATE_WAIT_MS = 500,  /* how often to look whether a tick hangs */
	IDLE_READS_MOST = 8,
	EXTRA_AFTER =
	    5, /* frames in their turn, before one more for what came into sight by itself */
};

/* A tick that takes longer is told to the person, as is its delay if that is longer still. */
static const uint64_t late_ns = UINT64_C(2000000000);

/* Between pictures of a recording's graphs while it is gone through. */
static const uint64_t learned_ns = UINT64_C(250000000);

static void
end(struct ht_loop *loop, int result)
{
	loop->ended = true;
	loop->result = result;
}

/*
 * Tells the worker what the screen wants, if that has changed.  What has just come into sight
 * shouldn't wait for the next tick; but where others come all the time, as while a program is built,
 * a tick more for each would double what the screen costs.
 */
static void
tell_worker(struct ht_loop *loop)
{
	bool was_hurried = loop->wanted.request.is_hurried;
	int changed = ht_screen_request_update(&loop->wanted, &loop->screen);
	if (changed <= 0 || ht_worker_request(loop->worker, &loop->wanted.request) != 0)
		return;
	bool may_wake = loop->by_person || loop->plain_frames >= EXTRA_AFTER;
	if (was_hurried || (may_wake && ht_screen_is_lacking(&loop->screen))) {
		ht_worker_wake(loop->worker);
		loop->woken = true;
	}
	loop->by_person = false;
}

/* After a stop the terminal may be in any state, and time went by that nobody saw. */
static void
go_on(struct ht_loop *loop)
{
	ht_term_enter(&loop->term);
	loop->screen.playback.is_based = false;
	loop->dirty = loop->stale = true;
}

static void
suspend(struct ht_loop *loop)
{
	ht_term_leave(&loop->term);
	ht_signals_stop_group(&loop->signals, STDIN_FILENO);
	go_on(loop);
}

/* What of the settings isn't the screen's own. */
static void
apply_settings(struct ht_loop *loop)
{
	const struct ht_settings *settings = &loop->screen.settings;
	if (loop->learner == NULL)
		ht_worker_set_delay(loop->worker, settings->delay_ns);
	else
		ht_worker_set_smoothing(loop->learner, settings->smoothing_ns);
	ht_worker_set_smoothing(loop->worker, settings->smoothing_ns);
	ht_theme_init(&loop->theme, settings->theme, loop->screen.options->no_color);
	loop->stale = true;
}

/* What curses knows of the mouse, as the screen takes it. */
static enum ht_screen_wish
answer_mouse(struct ht_loop *loop)
{
	MEVENT event;
	if (getmouse(&event) != OK)
		return HT_WISH_NOTHING;
	enum ht_mouse_action action = HT_MOUSE_CLICK;
	if ((event.bstate & BUTTON4_PRESSED) != 0)
		action = HT_MOUSE_WHEEL_UP;
	else if ((event.bstate & BUTTON5_PRESSED) != 0)
		action = HT_MOUSE_WHEEL_DOWN;
	else if ((event.bstate & BUTTON1_PRESSED) == 0)
		return HT_WISH_NOTHING;
	return ht_mouse_answer(&loop->screen, action, event.y, event.x);
}

static void
answer_key(struct ht_loop *loop, int code)
{
	loop->by_person = true;
	switch (code == KEY_MOUSE ? answer_mouse(loop) : ht_screen_key(&loop->screen, code)) {
	case HT_WISH_NOTHING:
		return;
	case HT_WISH_DRAW:
		break;
	case HT_WISH_REDRAW:
		loop->stale = true;
		break;
	case HT_WISH_SUSPEND:
		suspend(loop);
		break;
	case HT_WISH_SETTINGS:
		apply_settings(loop);
		break;
	case HT_WISH_QUIT:
		if (!ht_writing_keeps(&loop->screen))
			end(loop, 0);
		break;
	}
	loop->dirty = true;
}

/* True when bytes wait to be read; a terminal that has gone is readable and has none. */
static bool
has_input(void)
{
	int waiting = 0;
	return ioctl(STDIN_FILENO, FIONREAD, &waiting) == 0 && waiting > 0;
}

/*
 * A terminal that has gone is readable without end and gives nothing.  Bytes that make no key (a broken
 * character, the beginning of a sequence) give nothing either, but they were there.
 */
static void
read_keys(struct ht_loop *loop)
{
	bool input = has_input();
	int count = 0, code;
	while (count < KEYS_AT_ONCE && !loop->ended && (code = ht_term_key(&loop->term)) != ERR) {
		answer_key(loop, code);
		count++;
	}
	loop->idle_reads = count == 0 && !input ? loop->idle_reads + 1 : 0;
	if (loop->idle_reads > IDLE_READS_MOST)
		end(loop, 0);
}

static void
answer_signal(struct ht_loop *loop, int number)
{
	switch (number) {
	case SIGWINCH:
		/* Terminals differ in what they keep; what was under way may have been wrapped. */
		loop->dirty = loop->stale = true;
		break;
	case SIGTSTP:
		suspend(loop);
		break;
	case SIGCONT:
		/* The stop couldn't be noticed. */
		go_on(loop);
		break;
	case SIGINT:
	case SIGTERM:
	case SIGHUP:
	case SIGQUIT:
		end(loop, number);
		break;
	default: /* SIGPIPE, SIGXFSZ: the write that failed says it, too */
		break;
	}
}

static void
read_signals(struct ht_loop *loop)
{
	int number;
	while (!loop->ended && (number = ht_signals_next(&loop->signals)) != 0)
		answer_signal(loop, number);
}

/* Whether the process that is watched has ended, with or before what was told of it last. */
static bool
has_ended(struct ht_loop *loop)
{
	struct pollfd watched = { .fd = loop->screen.options->watched_fd, .events = POLLIN };
	bool ended = watched.fd != 0 && poll(&watched, 1, 0) > 0;
	loop->dirty |= ended && !loop->screen.ended;
	loop->screen.ended |= ended;
	return ended;
}

/* A tick without a frame: of what runs now the next one may have one, but of a recording nobody asks for it. */
static void
answer_failure(struct ht_loop *loop, int failure, struct ht_error *error)
{
	if (failure == 0 || loop->learner == NULL)
		return;
	const char *reason =
	    failure == -ENODATA ? "all of it is damaged" : "not enough memory for a look";
	ht_screen_say(&loop->screen, "the recording can't be shown: %s", reason);
	loop->dirty = true;
	if (loop->screen.frame != NULL)
		return;
	ht_error_set(error, HT_ERROR_RUNTIME, "the recording can't be shown: %s", reason);
	end(loop, failure);
}

/* A look of the recording has come: where what was asked for is damaged, another one. */
static void
answer_damage(struct ht_loop *loop, size_t sought)
{
	/* What was asked for since is still to come. */
	if (loop->learner == NULL || sought != loop->sought || loop->screen.frame == NULL)
		return;
	long behind = ht_playback_arrive(&loop->screen.playback, loop->screen.frame);
	loop->sought = loop->screen.playback.wanted;
	if (behind > 0)
		ht_screen_say(
		    &loop->screen, "damaged: %ld look%s left out", behind, behind != 1 ? "s" : "");
	else if (behind < 0)
		ht_screen_say(&loop->screen, "what comes then is damaged: this was before");
}

static void
show_frame(struct ht_loop *loop, struct ht_frame *frame, struct ht_error *error)
{
	/* The last picture stays; a first one that it is in is better than none. */
	if (has_ended(loop) && (loop->screen.frame != NULL ||
				   ht_frame_find(frame, loop->screen.options->pid) == NULL)) {
		ht_frame_free(frame);
		return;
	}
	loop->dirty = true;
	loop->plain_frames = loop->woken ? 0 : loop->plain_frames + 1;
	loop->woken = false;
	if (ht_screen_set_frame(&loop->screen, frame) != -ESRCH)
		return;
	ht_error_set(
	    error, HT_ERROR_NO_TARGET, "there is no process %d", loop->screen.options->pid);
	end(loop, -ESRCH);
}

static void
take_frame(struct ht_loop *loop, struct ht_error *error)
{
	struct ht_worker_answer answer;
	struct ht_frame *frame = ht_worker_take(loop->worker, &answer);
	if (frame != NULL) {
		show_frame(loop, frame, error);
		answer_damage(loop, answer.sought);
	}
	answer_failure(loop, answer.failure, error);
}

/* Of a recording, the tick that the screen wants.  Returns when it may want another by itself. */
static uint64_t
play(struct ht_loop *loop)
{
	struct ht_playback *playback = &loop->screen.playback;
	/* Time doesn't go by before there is something to see. */
	if (loop->learner == NULL || loop->screen.frame == NULL)
		return UINT64_MAX;
	bool was_playing = playback->playing;
	uint64_t wait_ns = ht_playback_advance(playback, ht_clock_monotonic_ns());
	loop->dirty |= playback->playing != was_playing;
	if (playback->wanted != loop->sought) {
		loop->sought = playback->wanted;
		ht_worker_seek(loop->worker, loop->sought, playback->is_back);
		loop->dirty = true;
	}
	return wait_ns;
}

/*
 * The next tick of the recording for the graphs; while it is remembered here, the one after it is read there.  What
 * has come is shown now and then: each by itself would cost more than it.
 */
static void
learn(struct ht_loop *loop)
{
	struct ht_worker_answer answer = { 0 };
	struct ht_frame *frame =
	    loop->learner != NULL ? ht_worker_take(loop->learner, &answer) : NULL;
	if (frame != NULL) {
		ht_worker_wake(loop->learner);
		ht_screen_learn(&loop->screen, frame);
	}
	/* There are no more; or no memory for more, and graphs have what came before. */
	loop->screen.playback.is_learned |= answer.failure != 0;
	loop->has_learned |= frame != NULL || answer.failure != 0;
	if (!loop->has_learned)
		return;
	uint64_t now_ns = ht_clock_monotonic_ns();
	if (frame != NULL && now_ns - loop->learned_ns < learned_ns)
		return;
	loop->learned_ns = now_ns;
	loop->has_learned = false;
	loop->dirty = true;
}

static void
look_for_late_tick(struct ht_loop *loop)
{
	struct ht_header *header = &loop->screen.header;
	uint64_t limit_ns = header->delay_ns > late_ns ? header->delay_ns : late_ns;
	uint64_t busy_ns = ht_worker_busy_ns(loop->worker);
	uint64_t shown_ns = busy_ns > limit_ns ? busy_ns : 0;
	loop->dirty |= shown_ns != header->late_ns;
	header->late_ns = shown_ns;
}

static void
draw(struct ht_loop *loop)
{
	ht_term_fit(&loop->term);
	ht_term_set_mouse(&loop->term, loop->screen.settings.mouse);
	struct ht_grid *grid = ht_layout_draw(&loop->screen, COLS, LINES);
	/* For lack of memory the picture stays as it was until there is some. */
	if (grid != NULL) {
		ht_paint(stdscr, grid, &loop->theme);
		ht_term_update(&loop->term, loop->stale);
		loop->dirty = loop->stale = false;
	}
	ht_grid_free(grid);
	tell_worker(loop);
}

/* Sends what is on its way and, when all of it has gone, the next picture. */
static void
show(struct ht_loop *loop)
{
	int status = ht_term_send(&loop->term);
	if (status == 0 && loop->dirty) {
		draw(loop);
		status = ht_term_send(&loop->term);
	}
	if (status < 0)
		end(loop, 0);
}

static void
wait_and_answer(struct ht_loop *loop, struct ht_error *error)
{
	enum { KEYS, FRAMES, LEARNED, SIGNALS, OUTPUT, WATCHED, WAITED };
	int watched_fd = loop->screen.options->watched_fd;
	bool first = loop->screen.frame == NULL;
	uint64_t play_ms = play(loop) / 1000000 + 1;
	int wait_ms = loop->screen.writing != NULL ? 0 : first ? FIRST_WAIT_MS : LATE_WAIT_MS;
	struct pollfd fds[WAITED] = {
		[KEYS] = { .fd = STDIN_FILENO, .events = POLLIN },
		[FRAMES] = { .fd = ht_worker_fd(loop->worker), .events = POLLIN },
		[LEARNED] = { .fd = loop->learner != NULL ? ht_worker_fd(loop->learner) : -1,
		    .events = POLLIN },
		[SIGNALS] = { .fd = ht_signals_fd(&loop->signals), .events = POLLIN },
		[OUTPUT] = { .fd = ht_term_is_sending(&loop->term) ? loop->term.out : -1,
		    .events = POLLOUT },
		[WATCHED] = { .fd = watched_fd != 0 && !loop->screen.ended ? watched_fd : -1,
		    .events = POLLIN },
	};
	int ready = poll(fds, WAITED, play_ms < (uint64_t)wait_ms ? (int)play_ms : wait_ms);
	if (ready == 0 && first)
		loop->dirty = true;
	read_signals(loop);
	if (ready > 0 && fds[WATCHED].revents != 0)
		has_ended(loop);
	if (ready > 0 && fds[FRAMES].revents != 0)
		take_frame(loop, error);
	learn(loop);
	if (ready > 0 && (fds[KEYS].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
		end(loop, 0);
	if (ready > 0 && !loop->ended && fds[KEYS].revents != 0)
		read_keys(loop);
	loop->dirty |= ht_writing_go_on(&loop->screen);
	look_for_late_tick(loop);
}

int
ht_loop_run(struct ht_loop *loop, struct ht_error *error)
{
	while (!loop->ended) {
		wait_and_answer(loop, error);
		if (!loop->ended)
			show(loop);
	}
	return loop->result;
}
