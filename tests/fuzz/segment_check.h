/* SPDX-License-Identifier: MIT */
/*
 * What must hold of the segment decoder whatever bytes it is given.  Used by the
 * fuzz target and by the corruption test; a broken promise aborts.
 */
#ifndef HT_TEST_SEGMENT_CHECK_H
#define HT_TEST_SEGMENT_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* How a pair of copies was taken; -1 is never. */
enum segment_outcome { SEGMENT_READ, SEGMENT_CORRUPT, SEGMENT_TORN };

/*
 * Reads the LENGTH bytes of FIRST and SECOND as a source would: header, extent, then both
 * copies, in the last try too.  Aborts where the decoder breaks a promise.  ARENA is reset.
 */
enum segment_outcome segment_check(const unsigned char *first, const unsigned char *second,
    size_t length, uint64_t file_size, struct ht_arena *arena);

#endif
