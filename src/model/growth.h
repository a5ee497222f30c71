/* SPDX-License-Identifier: MIT */
/*
 * By how much figures grew: what the expressions of a watch remember of the ticks before.
 * Processes are told apart by pid and start time; what ended is forgotten.  Plain data, no I/O.
 */
#ifndef HT_MODEL_GROWTH_H
#define HT_MODEL_GROWTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/filter.h"
#include "model/frame.h"

enum { HT_GROWTHS_MOST = 16 };

struct ht_growth;

/* Watches COUNT (at most HT_GROWTHS_MOST) GROWTHS, which are copied.  NULL for lack of memory. */
struct ht_growth *ht_growth_new(const struct ht_filter_growth *growths, size_t count);

/* NULL is allowed. */
void ht_growth_free(struct ht_growth *growth);

/* Takes in a tick: FRAME as core made it, living processes by rising pid.  0 or -ENOMEM. */
int ht_growth_add(struct ht_growth *growth, const struct ht_frame *frame);

/*
 * The `growth` of struct ht_filter_subject with a struct ht_growth as CONTEXT, at the tick that was added
 * last.  A growth within a time is unknown until the watch has lasted so long, and is then within that time and
 * 1 % of it.
 */
bool ht_growth_of(void *context, const struct ht_process *process, const struct ht_metric *metric,
    uint64_t window_ns, double *out);

#endif
