/* SPDX-License-Identifier: MIT */
/*
 * What was read of a segment last: while its process doesn't run, it is told again instead of being
 * read (a large one has megabytes).
 */
#ifndef HT_SOURCES_SEGMENT_KEPT_H
#define HT_SOURCES_SEGMENT_KEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/sample.h"
#include "sources/look.h"

struct ht_segment_kept;

/*
 * Keeps TOLD, as the decoder made it for DETAIL of PROCESS, procfs's sample, which was brought up to date behind LOOK.
 * NULL: nothing that could be told again (no heap, torn figures), or lack of memory.
 */
struct ht_segment_kept *ht_segment_kept_new(const struct ht_look *look, uint32_t detail,
    const struct ht_sample *told, const struct ht_sample *process);

/* NULL is allowed. */
void ht_segment_kept_free(struct ht_segment_kept *kept);

/*
 * True when KEPT (NULL: nothing is kept) has what a reading for DETAIL at NOW would have.  Then state
 * and thread count of PROCESS are brought up to date, too.
 */
bool ht_segment_kept_holds(const struct ht_segment_kept *kept, const struct ht_look *now,
    uint32_t detail, struct ht_sample *process);

/* The sample as if read at NOW, its lists in ARENA.  0 or -ENOMEM. */
int ht_segment_kept_tell(const struct ht_segment_kept *kept, const struct ht_look *now,
    struct ht_arena *arena, struct ht_sample *told);

#endif
