/* SPDX-License-Identifier: MIT */
/* A child that is waited for as if it stood in our place: signals go to it, its end becomes ours. */
#ifndef HT_CLI_SUPERVISE_H
#define HT_CLI_SUPERVISE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "cli/launch.h"

struct ht_child {
	pid_t pid;
	uint64_t start_time_ticks; /* field 22 of its /proc/PID/stat; 0: unknown */
	bool own_group;            /* it leads one, which has the terminal or not */
	sigset_t before;           /* signal mask of the caller, given back by ht_child_wait */
	struct sigaction
	    on_child_end; /* what the caller did with SIGCHLD: the child gets it back */
};

/*
 * Starts OPERANDS as LAUNCH says.  0; or an exit status above 0 with ERROR filled when it could not be started.
 * From here on the signals that are passed on are blocked in the caller.
 */
int ht_child_start(struct ht_child *child, const struct ht_launch *launch, char **operands,
    struct ht_error *error);

/*
 * While something of the caller's own runs beside the child: lets through all signals but SIGCHLD and those that
 * ht_relay_start passes on.
 */
void ht_child_share(const struct ht_child *child);

/* After ht_child_share, and before ht_child_wait: a child with a group of its own gets the terminal and goes on where it waited for it. */
void ht_child_foreground(const struct ht_child *child);

/*
 * Passes signals on until the child has ended.  Those that the terminal sends to its foreground group
 * reach the child by themselves and are not doubled.  When the child is stopped, so is the caller.
 * Returns the child's exit status, or HT_EXIT_SIGNAL and the number of the signal that ended it.
 */
int ht_child_wait(struct ht_child *child);

#endif
