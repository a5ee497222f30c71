/* SPDX-License-Identifier: MIT */
/* Ticks for tests of recordings: every column in use, rows that come, change and go; always the same. */
#ifndef HT_TESTS_RECORDING_BUILDER_H
#define HT_TESTS_RECORDING_BUILDER_H

#include "base/arena.h"
#include "base/text.h"
#include "model/tick.h"

enum { HT_BUILT_TICKS = 150 };

/* Tick INDEX, in ARENA. */
struct ht_tick ht_build_tick(struct ht_arena *arena, unsigned index);

/* A recording of the first COUNT ticks, appended to OUT. */
void ht_build_recording(unsigned count, struct ht_text *out);

#endif
