/* SPDX-License-Identifier: MIT */
/* The screen as commands open it. */
#ifndef HT_CLI_SCREEN_H
#define HT_CLI_SCREEN_H

#include "cli/options.h"
#include "tui/tui.h"

/* What OPTIONS say about the screen; no process chosen. */
struct ht_tui_options ht_screen_options(const struct ht_options *options);

/*
 * Opens the screen, with what the settings file says where OPTIONS don't.  Returns what ht_tui_run does.
 */
int ht_screen_run(
    const struct ht_options *options, struct ht_tui_options *screen, struct ht_error *error);

/*
 * Opens the screen, with what the settings file says where OPTIONS don't.  Returns the exit status, having
 * said on stderr what went wrong.
 */
int ht_screen_show(const struct ht_options *options, struct ht_tui_options *screen);

#endif
