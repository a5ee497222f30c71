/* SPDX-License-Identifier: MIT */
/* What the checks of the publisher's counts share: calls that keep a tally. */
#ifndef HT_CONFORMANCE_COUNTS_CHECK_H
#define HT_CONFORMANCE_COUNTS_CHECK_H

#include "check.h"
#include "segment_totals.h"

#define HT_COUNTS(group, name, text) void ht_counts_##name(void);
#include "counts.def"
#undef HT_COUNTS

enum { HT_TALLY_BLOCKS = 512 };

/* A set of blocks and what was done to get there.  One thread at a time. */
struct ht_tally {
	struct ht_totals done;
	void *blocks[HT_TALLY_BLOCKS]; /* NULL, or a block of ours */
	uint32_t random;               /* not 0 */
};

/* Each is the call of that name, and adds what it did to *TOTALS. */
void *ht_tally_malloc(struct ht_totals *totals, size_t size);
void *ht_tally_realloc(struct ht_totals *totals, void *block, size_t size);
void ht_tally_free(struct ht_totals *totals, void *block);

/* Adds a BLOCK, or NULL for a failure, that some other call gave; returns BLOCK. */
void *ht_tally_take(struct ht_totals *totals, void *block);

/* COUNT calls of every kind with random sizes on random blocks of the set. */
void ht_tally_churn(struct ht_tally *tally, int count);

/* Frees all blocks of the set. */
void ht_tally_free_all(struct ht_tally *tally);

/* Allocates and frees until this process publishes; fails the check if it never does. */
void ht_counts_attach(struct ht_totals *totals);

/* Exit status of `counts_check --exec-target`, which checks that it is a new generation. */
enum { HT_COUNTS_EXEC_STATUS = 43 };

#endif
