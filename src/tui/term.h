/* SPDX-License-Identifier: MIT */
/*
 * The terminal: its modes, the curses screen on it, and what is on its way to it.
 *
 * Curses writes into memory; what it wrote is sent without ever waiting for the terminal.  A terminal
 * that nobody drains keeps neither keys nor signals from being answered, and the next picture is only
 * made when the one before is on its way.
 */
#ifndef HT_TUI_TERM_H
#define HT_TUI_TERM_H

#include <curses.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "base/text.h"
#include "tui/signals.h"

struct ht_term {
	int out; /* owned; the terminal, for writing */
	bool
	    out_may_block; /* it could not be opened anew: writes are small and only made when poll allows them */
	FILE *sink;             /* owned; memory that curses writes into */
	SCREEN *curses;         /* owned */
	WINDOW *keys;           /* owned; a pad, so that reading a key never draws */
	struct ht_text pending; /* written by curses, not yet taken by the terminal */
	size_t sent;            /* bytes of it that were */
	bool mouse;             /* clicks are told of */
	struct ht_rescue rescue;
};

/*
 * Whether stdin and stdout are a terminal that a screen can be drawn on.  0, -ENOTTY or -ENODEV
 * with ERROR filled; nothing is changed.
 */
int ht_term_check(struct ht_error *error);

/* Begins: modes, curses, alternate screen.  0 or -errno with ERROR filled. */
int ht_term_open(struct ht_term *term, struct ht_error *error);

/* Gives the terminal back as it was; waits a bounded time for it to take the rest. */
void ht_term_close(struct ht_term *term);

/* Whether clicks and the wheel are told of, or left to the terminal. */
void ht_term_set_mouse(struct ht_term *term, bool told);

/* The next key as curses calls it, or ERR. */
int ht_term_key(struct ht_term *term);

/* Brings the curses screen to the terminal's size. */
void ht_term_fit(struct ht_term *term);

/* Sends what has changed since; with ALL, everything. */
void ht_term_update(struct ht_term *term, bool all);

/* Sends what is on its way.  0: nothing is left; 1: the terminal doesn't take it now; -errno: it is gone. */
int ht_term_send(struct ht_term *term);

/* True while something is on its way. */
bool ht_term_is_sending(const struct ht_term *term);

/* Leaves the terminal to others, and takes it again. */
void ht_term_leave(struct ht_term *term);
void ht_term_enter(struct ht_term *term);

#endif
