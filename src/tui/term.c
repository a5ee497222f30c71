/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <term.h>
#include <unistd.h>

#include "base/clock.h"

enum {
	ESCAPE = 27,
	ESCAPE_DELAY_MS = 25,
	SMALL_WRITE = 256,
	STALL_MS = 500,  /* at the end, the terminal may take so long for nothing at all */
	DRAIN_MS = 3000, /* and for all of it */
};

int
ht_term_check(struct ht_error *error)
{
	const char *name = getenv("TERM");
	int found = 0;
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		ht_error_set(error, HT_ERROR_RUNTIME,
		    "%s is no terminal: the screen needs one, 'heaptop snapshot' doesn't",
		    isatty(STDIN_FILENO) ? "stdout" : "stdin");
		return -ENOTTY;
	}
	bool usable = name != NULL && name[0] != '\0' &&
		      setupterm(name, STDOUT_FILENO, &found) == OK && tigetflag("gn") <= 0 &&
		      cursor_address != NULL && clear_screen != NULL;
	if (found > 0)
		del_curterm(cur_term);
	if (usable)
		return 0;
	ht_error_set(error, HT_ERROR_RUNTIME,
	    "the terminal type '%s' (TERM) is unknown or can't place text: set TERM to what the "
	    "terminal is, or use 'heaptop snapshot'",
	    name != NULL ? name : "");
	return -ENODEV;
}

/*
 * The terminal under a file description of its own, so that writes need not wait and nobody who shares
 * ours notices.  A terminal of another user (su) can't be opened anew.
 */
static void
open_output(struct ht_term *term)
{
	term->out = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	term->out_may_block = term->out < 0;
	if (term->out < 0)
		term->out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
}

static int
open_sink(struct ht_term *term)
{
	int memory = memfd_create("heaptop-screen", MFD_CLOEXEC);
	if (memory < 0)
		return -errno;
	term->sink = fdopen(memory, "w");
	if (term->sink != NULL)
		return 0;
	close(memory);
	return -ENOMEM;
}

static void
set_raw(const struct ht_term *term)
{
	struct termios raw = term->rescue.before;
	cfmakeraw(&raw);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

/* In the background it would stop us, even on our way out; who has the terminal now set its own modes. */
static void
set_cooked(const struct ht_term *term)
{
	pid_t holder = tcgetpgrp(STDIN_FILENO);
	if (holder < 0 || holder == getpgrp())
		tcsetattr(STDIN_FILENO, TCSANOW, &term->rescue.before);
}

static void
add_leaving(struct ht_rescue *rescue, const char *capability)
{
	size_t length = capability != NULL ? strlen(capability) : 0;
	if (length > sizeof(rescue->leave) - rescue->leave_length)
		return;
	memcpy(rescue->leave + rescue->leave_length, capability != NULL ? capability : "", length);
	rescue->leave_length += length;
}

/* What a signal handler writes when this program breaks; curses can't be called from there. */
static void
prepare_rescue(struct ht_term *term)
{
	struct ht_rescue *rescue = &term->rescue;
	rescue->fd = term->out;
	/* Both ways in which curses may have asked for clicks: what isn't on stays off. */
	if (key_mouse != NULL)
		add_leaving(rescue, "\033[?1000l\033[?1006l");
	add_leaving(rescue, exit_attribute_mode);
	add_leaving(rescue, cursor_normal);
	add_leaving(rescue, keypad_local);
	add_leaving(rescue, exit_ca_mode);
	ht_signals_set_rescue(rescue);
}

/* Whether the terminal's type says how large it usually is. */
static bool
has_size(const struct ht_term *term)
{
	int found = 0;
	use_env(FALSE);
	bool has = setupterm(NULL, fileno(term->sink), &found) == OK && lines > 0 && columns > 0;
	if (found > 0)
		del_curterm(cur_term);
	return has;
}

/* What terminals send whatever their type's description says: many run under one that isn't theirs. */
static void
define_keys(void)
{
	static const struct {
		const char *sent;
		int code;
	} keys[] = {
		{ "\033[A", KEY_UP },
		{ "\033OA", KEY_UP },
		{ "\033[B", KEY_DOWN },
		{ "\033OB", KEY_DOWN },
		{ "\033[C", KEY_RIGHT },
		{ "\033OC", KEY_RIGHT },
		{ "\033[D", KEY_LEFT },
		{ "\033OD", KEY_LEFT },
		{ "\033[H", KEY_HOME },
		{ "\033OH", KEY_HOME },
		{ "\033[1~", KEY_HOME },
		{ "\033[7~", KEY_HOME },
		{ "\033[F", KEY_END },
		{ "\033OF", KEY_END },
		{ "\033[4~", KEY_END },
		{ "\033[8~", KEY_END },
		{ "\033[5~", KEY_PPAGE },
		{ "\033[6~", KEY_NPAGE },
		{ "\033[Z", KEY_BTAB },
		{ "\033OP", KEY_F(1) },
		{ "\033[11~", KEY_F(1) },
		{ "\033OQ", KEY_F(2) },
		{ "\033[12~", KEY_F(2) },
		{ "\033OR", KEY_F(3) },
		{ "\033[13~", KEY_F(3) },
		{ "\033OS", KEY_F(4) },
		{ "\033[14~", KEY_F(4) },
		{ "\033[15~", KEY_F(5) },
		{ "\033[17~", KEY_F(6) },
		{ "\033[20~", KEY_F(9) },
		{ "\033[21~", KEY_F(10) },
	};
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (key_defined(keys[i].sent) <= 0)
			define_key(keys[i].sent, keys[i].code);
}

static int
begin_curses(struct ht_term *term)
{
	/*
	 * The size comes from the terminal, later.  Until then the type's own does, where it has
	 * one (linux hasn't): not what the environment says, which may be long outdated.
	 */
	use_env(!has_size(term));
	term->curses = newterm(NULL, term->sink, stdin);
	if (term->curses == NULL)
		return -ENODEV;
	set_escdelay(ESCAPE_DELAY_MS);
	noecho();
	nonl();
	curs_set(0);
	leaveok(stdscr, TRUE);
	term->keys = newpad(1, 1);
	if (term->keys == NULL)
		return -ENOMEM;
	nodelay(term->keys, TRUE);
	/* Else curses takes the eighth bit off, and the second byte of a letter is ^C. */
	meta(term->keys, TRUE);
	keypad(term->keys, TRUE);
	define_keys();
	return 0;
}

int
ht_term_open(struct ht_term *term, struct ht_error *error)
{
	*term = (struct ht_term){ .out = -1 };
	ht_text_init(&term->pending);
	open_output(term);
	int code = term->out < 0 || tcgetattr(STDIN_FILENO, &term->rescue.before) != 0 ? -errno : 0;
	if (code == 0)
		code = open_sink(term);
	if (code == 0)
		code = begin_curses(term);
	if (code != 0) {
		ht_error_set(
		    error, HT_ERROR_RUNTIME, "the terminal can't be used: %s", strerror(-code));
		ht_term_close(term);
		return code;
	}
	prepare_rescue(term);
	set_raw(term);
	ht_term_fit(term);
	return 0;
}

/* Moves what curses wrote from its memory to what is on its way. */
static void
collect(struct ht_term *term)
{
	int memory = fileno(term->sink);
	char buffer[4096];
	ssize_t count;
	off_t offset = 0;
	while ((count = pread(memory, buffer, sizeof(buffer), offset)) > 0) {
		ht_text_add(&term->pending, buffer, (size_t)count);
		offset += count;
	}
	if (ftruncate(memory, 0) == 0)
		lseek(memory, 0, SEEK_SET);
}

bool
ht_term_is_sending(const struct ht_term *term)
{
	return term->sent < term->pending.length;
}

/* True when a write of a little can be made without waiting. */
static bool
is_ready(const struct ht_term *term, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = term->out, .events = POLLOUT };
	return poll(&poll_fd, 1, timeout_ms) > 0;
}

int
ht_term_send(struct ht_term *term)
{
	while (ht_term_is_sending(term)) {
		size_t left = term->pending.length - term->sent;
		if (term->out_may_block && !is_ready(term, 0))
			return 1;
		if (term->out_may_block && left > SMALL_WRITE)
			left = SMALL_WRITE;
		ssize_t count = write(term->out, term->pending.bytes + term->sent, left);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return errno == EAGAIN ? 1 : -errno;
		term->sent += (size_t)count;
	}
	ht_text_clear(&term->pending);
	term->sent = 0;
	return 0;
}

/* Sends the rest as long as the terminal takes some of it. */
static void
drain(struct ht_term *term)
{
	uint64_t end = ht_clock_monotonic_ns() + UINT64_C(1000000) * DRAIN_MS;
	while (ht_term_send(term) == 1 && ht_clock_monotonic_ns() < end) {
		size_t sent = term->sent;
		if (!is_ready(term, STALL_MS))
			break;
		if (ht_term_send(term) == 1 && term->sent == sent)
			break;
	}
}

void
ht_term_leave(struct ht_term *term)
{
	endwin();
	collect(term);
	drain(term);
	set_cooked(term);
}

void
ht_term_enter(struct ht_term *term)
{
	set_raw(term);
	ht_term_fit(term);
	ht_term_update(term, true);
}

void
ht_term_close(struct ht_term *term)
{
	if (term->curses != NULL) {
		ht_term_leave(term);
		ht_signals_set_rescue(NULL);
		if (term->keys != NULL)
			delwin(term->keys);
		delscreen(term->curses);
	}
	if (term->sink != NULL)
		fclose(term->sink);
	if (term->out >= 0)
		close(term->out);
	ht_text_release(&term->pending);
	*term = (struct ht_term){ .out = -1 };
}

void
ht_term_set_mouse(struct ht_term *term, bool told)
{
	if (term->mouse == told)
		return;
	term->mouse = told;
	mousemask(told ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
	/* A press is told of at once, without a wait whether it becomes a double click. */
	mouseinterval(0);
}

/*
 * Reads on to the end of a sequence that is no key curses knows (^Right, a report of the terminal), of
 * which ESC and FIRST have been read: typed out, its letters would be commands.
 */
static void
skip_sequence(struct ht_term *term, int first)
{
	int code;
	if (first == 'O') {
		wgetch(term->keys);
		return;
	}
	do
		code = wgetch(term->keys);
	while (code >= ' ' && code < '@');
}

int
ht_term_key(struct ht_term *term)
{
	for (;;) {
		int code = wgetch(term->keys);
		int next = code == ESCAPE ? wgetch(term->keys) : ERR;
		if (next != '[' && next != 'O') {
			if (next != ERR)
				ungetch(next);
			return code;
		}
		skip_sequence(term, next);
	}
}

void
ht_term_fit(struct ht_term *term)
{
	struct winsize size = { 0 };
	if (ioctl(term->out, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
		return;
	if (size.ws_row != LINES || size.ws_col != COLS)
		resize_term(size.ws_row, size.ws_col);
}

void
ht_term_update(struct ht_term *term, bool all)
{
	if (all)
		clearok(curscr, TRUE);
	doupdate();
	collect(term);
}
