/* SPDX-License-Identifier: MIT */
/*
 * The highest live heap, found without a look at every block.
 *
 * Alone: while the process has one thread its live heap is that thread's net, allocated
 * less freed.  The thread's ceiling is the peak, and it looks when it passes that: the
 * peak is exact.
 *
 * Shared: each thread tells the others of its net change in steps of Q, when that has
 * risen by Q or when it has freed so much.  The peak is within 2 Q a thread.
 *
 * Async-signal-safe.  The calling thread is guarded (ht_guarded) except for ht_peak_share.
 */
#ifndef HT_PRELOAD_PEAK_H
#define HT_PRELOAD_PEAK_H

#include <stdbool.h>
#include <stdint.h>

#include "preload/control.h"

/*
 * The short way while a program is at or near its peak: notes a new one, or when to look again.  False: more is due;
 * then look.
 */
bool ht_peak_rise(struct ht_control *control);

/* Looks at the net of CONTROL, which is the calling thread's, and sets its budgets anew. */
void ht_peak_look(struct ht_control *control);

/* The same, and tells all of the thread's change: it ends, or its counts were moved. */
void ht_peak_settle(struct ht_control *control);

/* The private first slot became a slot of the segment: the peak so far goes along. */
void ht_peak_carry(void);

/*
 * The live heap changed by CHANGE bytes: adds it to what the threads told.  Counts of the overflow slot are
 * told one by one, as no thread has them.  Any thread; the process is attached.
 */
void ht_peak_tell(int64_t change);

/* There will be a second thread.  Called by the only one, or by the second one itself. */
void ht_peak_share(void);

#endif
