/* SPDX-License-Identifier: MIT */
/*
 * The slow way of counting: what the hot path does not do itself.  Preserves
 * errno; async-signal-safe; never fails.
 */
#ifndef HT_PRELOAD_SLOW_H
#define HT_PRELOAD_SLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "preload/control.h"

/* BLOCK was allocated: for any block, thread and allocator. */
void ht_slow_allocated(void *block);

/* BLOCK is about to be freed.  False: it is of the boot arena and must not be. */
bool ht_slow_freed(void *block);

/* A block of usable size BYTES was freed. */
void ht_slow_freed_bytes(uint64_t bytes);

/*
 * The same for a small block of the hot path's, whose bytes its budget had no room for.  They were taken from it, but
 * not counted.
 */
void ht_slow_allocated_above(uint64_t bytes);
void ht_slow_freed_above(uint64_t bytes);

/* FUNCTION could not get BYTES. */
void ht_slow_failed(const char *function, uint64_t bytes);

/* Usable size of BLOCK; 0 where the allocator hides sizes. */
uint64_t ht_slow_usable(void *block);

#endif
