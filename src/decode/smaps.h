/* SPDX-License-Identifier: MIT */
/*
 * The text of /proc/PID/smaps (proc_pid_smaps(5)) -> mappings, each with what it
 * is.  Pure: no I/O.  The text comes in pieces of any size, so that nobody must hold
 * all of it; names in it are chosen by whoever owns the process, lines may be of any kind.
 *
 * A process may have millions of mappings: no more than a given number are kept one by
 * one, the rest as one row for each kind.  The sums are of all of them.
 *
 * Threads: one at a time.
 */
#ifndef HT_DECODE_SMAPS_H
#define HT_DECODE_SMAPS_H

#include <stddef.h>

#include "model/maps.h"

struct ht_smaps;

/* A reading that keeps MOST mappings one by one; NULL for lack of memory.  ht_smaps_free ends it. */
struct ht_smaps *ht_smaps_new(size_t most);

/* NULL is allowed. */
void ht_smaps_free(struct ht_smaps *smaps);

/* The next LENGTH bytes of the text.  0 or -ENOMEM: the reading is of no use then. */
int ht_smaps_add(struct ht_smaps *smaps, const char *bytes, size_t length);

/* The text is at its end.  0 or -ENOMEM. */
int ht_smaps_end(struct ht_smaps *smaps);

/*
 * What was read, once it has ended: the list, sums, allocator and whether stacks were
 * told by their shape.  Time, reason and resident parts are the caller's to fill.  The list lives as
 * long as SMAPS.
 */
struct ht_maps ht_smaps_maps(const struct ht_smaps *smaps);

#endif
