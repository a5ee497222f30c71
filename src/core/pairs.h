/* SPDX-License-Identifier: MIT */
/*
 * What is remembered of each process from one tick to the next, and what comes
 * of comparing: rates, processor shares, and growth seen from outside.  Processes
 * are paired by (pid, start time), threads by (tid, slot generation), so a figure never
 * spans two of them.
 */
#ifndef HT_CORE_PAIRS_H
#define HT_CORE_PAIRS_H

#include <stddef.h>
#include <stdint.h>

#include "model/frame.h"
#include "model/sample.h"

struct ht_pairs;

/* SMOOTHING_NS: time constant of rates, 0 for none.  NULL for lack of memory. */
struct ht_pairs *ht_pairs_new(uint64_t smoothing_ns);

/* Another one from the next tick on. */
void ht_pairs_set_smoothing(struct ht_pairs *pairs, uint64_t smoothing_ns);
void ht_pairs_free(struct ht_pairs *pairs);

/* Begins a tick with at most MOST processes.  0 or -ENOMEM. */
int ht_pairs_begin(struct ht_pairs *pairs, size_t most);

/*
 * Completes PROCESS of FRAME with what the tick before tells of it, and remembers it.
 * SAMPLE is what procfs said of it; TOLD what it published itself, NULL: nothing.
 * Processes come by rising pid.  0 or -ENOMEM.
 */
int ht_pairs_apply(struct ht_pairs *pairs, const struct ht_sample *sample,
    const struct ht_sample *told, const struct ht_frame *frame, struct ht_process *process);

/* Ends the tick: forgets the processes that were not there. */
void ht_pairs_end(struct ht_pairs *pairs);

#endif
