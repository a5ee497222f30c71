/* SPDX-License-Identifier: MIT */
/*
 * A recording on the screen: which of its ticks is to be shown, at which speed time goes on, and the keys that change
 * that.  It only says what it wants; the loop has the tick read and tells the screen when it is there.
 */
#ifndef HT_TUI_PLAYBACK_H
#define HT_TUI_PLAYBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/frame.h"
#include "model/timeline.h"
#include "views/command.h"
#include "views/header.h"

struct ht_playback {
	const struct ht_timeline *timeline; /* borrowed; NULL: what runs now is shown */
	bool playing;
	double speed;        /* seconds of then in one of now */
	size_t wanted;       /* the tick to be shown */
	bool is_back;        /* where that is damaged, rather one before it */
	bool is_learned;     /* the whole of it has been gone through, for graphs */
	uint64_t learned_ns; /* else up to there; CLOCK_MONOTONIC of then */
	/* Where time goes on from; set anew whenever a person changes something. */
	bool is_based;
	uint64_t then_ns; /* of the recording */
	uint64_t now_ns;  /* of our clock */
};

struct ht_screen;

/* TIMELINE from tick FIRST on, playing; NULL: nothing is replayed. */
void ht_playback_init(
    struct ht_playback *playback, const struct ht_timeline *timeline, size_t first, double speed);

/* The time between two ticks, as it was meant or, where the recording doesn't say, as it is. */
uint64_t ht_playback_delay_ns(const struct ht_playback *playback);

/*
 * Goes on to what is to be shown at NOW_NS of CLOCK_MONOTONIC.  Returns after how many nanoseconds there will be
 * something else; UINT64_MAX: never by itself.
 */
uint64_t ht_playback_advance(struct ht_playback *playback, uint64_t now_ns);

/*
 * The tick that was wanted last has come as SHOWN: another one where it is damaged, from which time then goes on.  How
 * many ticks behind it that is, below 0 before it.
 */
long ht_playback_arrive(struct ht_playback *playback, const struct ht_frame *shown);

/* What the header says of it while SHOWN is on the screen. */
void ht_playback_describe(
    const struct ht_playback *playback, const struct ht_frame *shown, struct ht_header *header);

/* Answers COMMAND where it is about a recording and one is replayed; false: it isn't. */
bool ht_playback_command(struct ht_screen *screen, enum ht_command command);

#endif
