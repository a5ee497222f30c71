/* SPDX-License-Identifier: MIT */
/*
 * A frame -> the samples that core would make it of again: so the past that is remembered as frames becomes a recording.
 * A frame says less than its samples did.  Processor time of processes and the size of their private memory aren't in it: they
 * come out as unknown, and with them the shares and the events that core makes of them; the events that it
 * made are in the frame, and pass for the program's own.  No I/O.
 */
#ifndef HT_EXPORT_RECORDING_FRAME_H
#define HT_EXPORT_RECORDING_FRAME_H

#include "base/arena.h"
#include "model/frame.h"
#include "model/tick.h"

/*
 * The samples of FRAME, whose living processes come by rising pid.  Lists may be FRAME's own, the rest is in ARENA: OUT is
 * good as long as both.  Rates and shares of processor time are left out: a replay makes them between the
 * ticks that it has.  Of a reading of mappings without its list, the groups stand in for it; a row
 * without a user's name gets the one that another row has with the same uid.  0 or -ENOMEM.
 */
int ht_recording_tick_of_frame(
    const struct ht_frame *frame, struct ht_arena *arena, struct ht_tick *out);

#endif
