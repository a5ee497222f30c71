/* SPDX-License-Identifier: MIT */
/*
 * The screen: opens the terminal, draws the frames of a sampler of its own, or of a recording, until the person
 * leaves, and gives the terminal back as it was, whichever way it ends.
 *
 * Threads: called once, by the main thread, while no other thread of this process expects
 * SIGWINCH, SIGTSTP, SIGCONT, SIGINT, SIGTERM, SIGHUP or SIGPIPE: their dispositions belong to the screen
 * while it runs and are put back afterwards.
 */
#ifndef HT_TUI_TUI_H
#define HT_TUI_TUI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/request.h"
#include "model/settings.h"
#include "model/sort.h"
#include "model/timeline.h"

struct ht_replay;

/* How slow and how fast a recording can be shown. */
#define HT_TUI_SLOWEST 0.0625
#define HT_TUI_FASTEST 1024.0

/* A recording in place of what runs now. */
struct ht_tui_replay {
	/* Both of one file; the screen's from the call on, also when it fails. */
	struct ht_replay *shown;            /* goes to whichever tick is looked at */
	struct ht_replay *learned;          /* is gone through once, for graphs */
	const struct ht_timeline *timeline; /* borrowed, of SHOWN */
	size_t first;                       /* tick to begin with */
	double speed;                       /* seconds of then in one of now */
};

struct ht_tui_options {
	const struct ht_tui_replay *replay; /* NULL: what runs now is shown; borrowed */
	uint64_t delay_ns;                  /* between ticks; 0: as the settings say */
	int32_t pid;                        /* opens on this process; 0: on all */
	bool threads;            /* opens on the threads: of pid, else below each process */
	struct ht_pid_list only; /* only these processes are shown; count 0: all; borrowed */
	uint32_t only_uid;       /* only processes of this user; UINT32_MAX: any */
	const char *filter;      /* of the processes, known to be right; NULL: none; borrowed */
	bool dead;               /* also those that ended without cleaning up */
	struct ht_sort sort;     /* of the processes; ht_sort_default() */
	bool no_color;           /* --no-color was given or NO_COLOR is set and not empty */
	bool ascii;              /* nothing but ASCII; a locale without UTF-8 implies it */

	/*
	 * A descriptor that is readable once PID has ended, as of pidfd_open(2); 0: it isn't looked at.  The picture then
	 * stays as it was last, and 'back' leaves the screen from everywhere.
	 */
	int watched_fd;

	const struct ht_settings *settings; /* to begin with; NULL: as nobody chose; borrowed */
	/* Stores them for the next time; 0 or -errno, what there is to say in SAID.  NULL: can't be stored. */
	int (*save_settings)(const struct ht_settings *settings, struct ht_error *said);
	const char *notice; /* shown at first; NULL or "": nothing; borrowed */
};

/*
 * Runs the screen on the terminal of stdin and stdout.  The caller has called setlocale.
 *
 * 0: the person left it, or the terminal went away.  A signal's number, over 0: SIGINT,
 * SIGTERM or SIGHUP asked to end; the caller ends with 128 + that number.  -errno with ERROR filled: -ENOTTY (stdin or stdout is no
 * terminal), -ENODEV (TERM is unset, unknown or too simple), -ESRCH (options->pid doesn't
 * exist; HT_ERROR_NO_TARGET), -ENOMEM, or what the sampler said.  The terminal is as it was before.
 */
int ht_tui_run(const struct ht_tui_options *options, struct ht_error *error);

#endif
