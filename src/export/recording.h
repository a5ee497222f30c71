/* SPDX-License-Identifier: MIT */
/*
 * Ticks -> the bytes of a recording (heaptop-recording(5)), each tick as its difference from the one before.
 * No I/O: the caller appends what it is given to a file.
 *
 * Threads: a writer belongs to one thread at a time.
 */
#ifndef HT_EXPORT_RECORDING_H
#define HT_EXPORT_RECORDING_H

#include <stdint.h>

#include "base/text.h"
#include "model/tick.h"

struct ht_recording_writer;

/*
 * A writer of one recording, whose ticks are meant to be DELAY_NS apart.  NULL for lack of memory.
 */
struct ht_recording_writer *ht_recording_writer_new(uint64_t delay_ns);

/* NULL is allowed. */
void ht_recording_writer_free(struct ht_recording_writer *writer);

/*
 * Appends to OUT the bytes of TICK, which is later than the one before; the first time behind what a
 * file begins with.  They are whole: a file that ends behind them can be read.  0, -ENOMEM, or -E2BIG: there are more
 * processes or threads than the format holds.  After an error the next tick is a key, and all is well.
 */
int ht_recording_write(
    struct ht_recording_writer *writer, const struct ht_tick *tick, struct ht_text *out);

#endif
