/* SPDX-License-Identifier: MIT */
/* `run --watch`: the screen on a program that we start; left, the program goes on in the terminal. */
#ifndef HT_CLI_WATCH_H
#define HT_CLI_WATCH_H

#include "cli/launch.h"
#include "cli/options.h"
#include "cli/supervise.h"

/*
 * Starts OPERANDS as LAUNCH says, which is completed, with the screen on it until a person leaves that, and waits for
 * its end.  Returns the exit status, the program's own where it was started, with CHILD filled; else CHILD's pid
 * is 0 and it was said on stderr why.
 */
int ht_watch(const struct ht_options *options, struct ht_launch *launch, char **operands,
    struct ht_child *child);

#endif
