/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Signal handlers are handed nothing else: the one place of this floor that isn't in a struct. */
static volatile sig_atomic_t wake_fd = -1;
static const struct ht_rescue *volatile rescue;

static void
note_signal(int number)
{
	int saved = errno;
	unsigned char byte = (unsigned char)number;
	/* A full pipe holds enough of them already. */
	if (write(wake_fd, &byte, 1) < 0)
		errno = saved;
	errno = saved;
}

/* Only calls that signal-safety(7) allows. */
static void
die_restored(int number)
{
	const struct ht_rescue *wanted = rescue;
	if (wanted != NULL) {
		tcsetattr(wanted->fd, TCSANOW, &wanted->before);
		if (write(wanted->fd, wanted->leave, wanted->leave_length) < 0)
			rescue = NULL;
	}
	/* SA_RESETHAND has put the default back; it strikes when this returns. */
	raise(number);
}

static int
take(struct ht_signals *signals, int number, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
	struct sigaction *before = &signals->taken[signals->count].before;
	sigfillset(&action.sa_mask);
	if (sigaction(number, NULL, before) != 0)
		return -errno;
	if (before->sa_handler == SIG_IGN)
		return 0;
	if (sigaction(number, &action, NULL) != 0)
		return -errno;
	signals->taken[signals->count].during = action;
	signals->taken[signals->count++].number = number;
	return 0;
}

int
ht_signals_take(struct ht_signals *signals)
{
	static const int noted[] = { SIGWINCH, SIGTSTP, SIGCONT, SIGINT, SIGTERM, SIGHUP, SIGQUIT,
		SIGPIPE, SIGXFSZ };
	static const int faults[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };
	int error = 0;
	*signals = (struct ht_signals){ .pipe = { -1, -1 } };
	if (pipe2(signals->pipe, O_CLOEXEC | O_NONBLOCK) != 0)
		return -errno;
	wake_fd = signals->pipe[1];
	for (size_t i = 0; i < sizeof(noted) / sizeof(noted[0]) && error == 0; i++)
		error = take(signals, noted[i], note_signal, SA_RESTART);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]) && error == 0; i++)
		error = take(signals, faults[i], die_restored, (int)SA_RESETHAND);
	if (error != 0)
		ht_signals_give_back(signals);
	return error;
}

void
ht_signals_give_back(struct ht_signals *signals)
{
	while (signals->count > 0) {
		signals->count--;
		sigaction(signals->taken[signals->count].number,
		    &signals->taken[signals->count].before, NULL);
	}
	wake_fd = -1;
	close(signals->pipe[0]);
	close(signals->pipe[1]);
}

int
ht_signals_fd(const struct ht_signals *signals)
{
	return signals->pipe[0];
}

int
ht_signals_next(struct ht_signals *signals)
{
	unsigned char byte;
	return read(signals->pipe[0], &byte, 1) == 1 ? byte : 0;
}

void
ht_signals_set_rescue(const struct ht_rescue *wanted)
{
	rescue = wanted;
}

void
ht_signals_await_foreground(int fd)
{
	/* Where it doesn't stop us, it changes nothing: the terminal is ours. */
	if (tcgetpgrp(fd) != getpgrp())
		tcsetpgrp(fd, getpgrp());
}

void
ht_signals_stop_group(const struct ht_signals *signals, int fd)
{
	struct sigaction stop = { .sa_handler = SIG_DFL }, before;
	sigaction(SIGTSTP, &stop, &before);
	for (size_t i = 0; i < signals->count; i++)
		sigaction(signals->taken[i].number, &signals->taken[i].before, NULL);
	/* The whole group, as the terminal's own ^Z would: a pipeline stops together. */
	kill(0, SIGTSTP);
	ht_signals_await_foreground(fd);
	for (size_t i = 0; i < signals->count; i++)
		sigaction(signals->taken[i].number, &signals->taken[i].during, NULL);
	sigaction(SIGTSTP, &before, NULL);
}
