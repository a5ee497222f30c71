/* SPDX-License-Identifier: MIT */
/*
 * Signals as bytes in a pipe, so that the loop waits for them like for everything else; and
 * the way out when this program itself breaks: the terminal is restored before it dies.
 */
#ifndef HT_TUI_SIGNALS_H
#define HT_TUI_SIGNALS_H

#include <signal.h>
#include <stddef.h>
#include <termios.h>

enum { HT_SIGNALS_MOST = 16 };

/* What it takes to give a terminal back from within a signal handler. */
struct ht_rescue {
	int fd; /* of the terminal, for writing */
	struct termios before;
	char leave[256]; /* what makes the terminal as it was */
	size_t leave_length;
};

struct ht_signals {
	int pipe[2];
	size_t count;
	struct {
		int number;
		struct sigaction before, during;
	} taken[HT_SIGNALS_MOST];
};

/*
 * Takes SIGWINCH, SIGTSTP, SIGCONT, SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGPIPE; what was ignored
 * stays so.  0 or -errno.  Once at a time.
 */
int ht_signals_take(struct ht_signals *signals);

/* Puts all as it was before. */
void ht_signals_give_back(struct ht_signals *signals);

/* Descriptor that is readable while a signal waits. */
int ht_signals_fd(const struct ht_signals *signals);

/* The next signal that arrived; 0: none. */
int ht_signals_next(struct ht_signals *signals);

/* From now on a fault of this program gives back RESCUE's terminal first; NULL: no longer.  Borrowed. */
void ht_signals_set_rescue(const struct ht_rescue *rescue);

/*
 * Stops this process group as ^Z does; returns once it goes on and has the terminal FD again.  Until
 * then signals do what they did before they were taken: what is suspended can be ended.
 */
void ht_signals_stop_group(const struct ht_signals *signals, int fd);

/* Stops us, by SIGTTOU, as long as another job has the terminal FD. */
void ht_signals_await_foreground(int fd);

#endif
