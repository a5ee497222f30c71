/* SPDX-License-Identifier: MIT */
/*
 * The loop: waits for keys, frames, signals and the terminal at once, and for none of them alone.
 * Sampling is the worker's: nothing here reads a source.
 */
#ifndef HT_TUI_LOOP_H
#define HT_TUI_LOOP_H

#include "core/worker.h"
#include "tui/request.h"
#include "tui/screen.h"
#include "tui/signals.h"
#include "tui/term.h"
#include "tui/theme.h"

struct ht_loop {
	struct ht_screen screen;
	struct ht_screen_request wanted;
	struct ht_worker *worker;
	struct ht_worker *learner; /* NULL: nothing is replayed */
	struct ht_signals signals;
	struct ht_term term;
	struct ht_theme theme;
	bool dirty;            /* the picture has to be made anew */
	bool stale;            /* and all of it sent, whatever the terminal shows */
	bool by_person;        /* a key was pressed since the last picture */
	size_t sought;         /* tick of the recording that was asked for last */
	uint64_t learned_ns;   /* when the picture was last made of what had been learned */
	bool has_learned;      /* something that isn't in the picture */
	bool woken;            /* a tick was asked for whose frame hasn't come */
	unsigned plain_frames; /* that came since, each in its turn */
	bool ended;
	int result;          /* of ht_tui_run, once ended */
	unsigned idle_reads; /* times the terminal was readable and had nothing */
};

/* Runs until the screen is left; returns what ht_tui_run returns, with ERROR filled below 0. */
int ht_loop_run(struct ht_loop *loop, struct ht_error *error);

#endif
