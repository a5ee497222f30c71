/* SPDX-License-Identifier: MIT */
/*
 * Paces a series on the monotonic clock, without drift, and notices SIGINT, SIGTERM and SIGHUP: the
 * first ends the series before its next sample, a second one acts as if nobody had caught it.
 *
 * One at a time: it owns the dispositions of these signals until ht_pacer_end.
 */
#ifndef HT_CLI_PACER_H
#define HT_CLI_PACER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

enum { HT_PACER_SIGNALS = 3 };

struct ht_pacer {
	uint64_t due_ns; /* CLOCK_MONOTONIC of the next sample */
	struct sigaction before[HT_PACER_SIGNALS];
};

/* The first sample is due FIRST_NS from now. */
void ht_pacer_begin(struct ht_pacer *pacer, uint64_t first_ns);

/* Waits until the next sample is due.  False: it was asked to end. */
bool ht_pacer_wait(struct ht_pacer *pacer);

/*
 * The next sample is due DELAY_NS after the latest was; moments that have gone by
 * meanwhile are left out.
 */
void ht_pacer_advance(struct ht_pacer *pacer, uint64_t delay_ns);

void ht_pacer_end(struct ht_pacer *pacer);

#endif
