/* SPDX-License-Identifier: MIT */
/*
 * What Go's runtime.MemStats says of a program, said of a C program: the fields that are one
 * number, in Go's order and under Go's names.  Plain data, no I/O.
 *
 * Fields about mappings are known where maps or allocator were asked for (HT_DETAIL_...), those
 * about pauses where events were.
 */
#ifndef HT_MODEL_MEMSTATS_H
#define HT_MODEL_MEMSTATS_H

#include <stddef.h>
#include <stdint.h>

#include "model/frame.h"

enum ht_memstat {
	HT_MEMSTAT_ALLOC,
	HT_MEMSTAT_TOTAL_ALLOC,
	HT_MEMSTAT_SYS,
	HT_MEMSTAT_LOOKUPS,
	HT_MEMSTAT_MALLOCS,
	HT_MEMSTAT_FREES,
	HT_MEMSTAT_HEAP_ALLOC,
	HT_MEMSTAT_HEAP_SYS,
	HT_MEMSTAT_HEAP_IDLE,
	HT_MEMSTAT_HEAP_INUSE,
	HT_MEMSTAT_HEAP_RELEASED,
	HT_MEMSTAT_HEAP_OBJECTS,
	HT_MEMSTAT_STACK_INUSE,
	HT_MEMSTAT_STACK_SYS,
	HT_MEMSTAT_MSPAN_INUSE,
	HT_MEMSTAT_MSPAN_SYS,
	HT_MEMSTAT_MCACHE_INUSE,
	HT_MEMSTAT_MCACHE_SYS,
	HT_MEMSTAT_BUCK_HASH_SYS,
	HT_MEMSTAT_GC_SYS,
	HT_MEMSTAT_OTHER_SYS,
	HT_MEMSTAT_NEXT_GC,
	HT_MEMSTAT_LAST_GC,
	HT_MEMSTAT_PAUSE_TOTAL_NS,
	HT_MEMSTAT_NUM_GC,
	HT_MEMSTAT_NUM_FORCED_GC,
	HT_MEMSTATS
};

/* The field's name as Go has it; static. */
const char *ht_memstat_name(enum ht_memstat field);

/* Its value for PROCESS; UINT64_MAX: unknown. */
uint64_t ht_memstat_value(const struct ht_process *process, enum ht_memstat field);

enum { HT_MEMSTAT_PAUSES = 256 };

/*
 * Fills NS and END (since 1970) as Go's PauseNs and PauseEnd: circular, the newest at
 * (NumGC + 255) % 256.  UINT64_MAX: a pause that nobody remembers; 0: there was none.
 */
void ht_memstat_pauses(const struct ht_process *process, uint64_t ns[HT_MEMSTAT_PAUSES],
    uint64_t end[HT_MEMSTAT_PAUSES]);

#endif
