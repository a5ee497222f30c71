/* SPDX-License-Identifier: MIT */
/*
 * Reads a segment, mostly the calling process's own, straight from heaptop/segment.h: for
 * checks that compare what the publisher counted with what the process did.
 * Allocates nothing, so reading changes no count.
 */
#ifndef HT_CONFORMANCE_SEGMENT_TOTALS_H
#define HT_CONFORMANCE_SEGMENT_TOTALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "heaptop/segment.h"

/* What was counted, or what should have been.  Sizes are usable sizes. */
struct ht_totals {
	uint64_t allocated_bytes;
	uint64_t allocated_blocks;
	uint64_t freed_bytes;
	uint64_t freed_blocks;
	uint64_t failed_requests;
	struct heaptop_size_class size_classes[HEAPTOP_SIZE_CLASSES];
};

/* The segment at one moment. */
struct ht_segment_picture {
	struct heaptop_segment_header header;
	struct heaptop_globals globals;
	struct ht_totals totals;   /* over all slots and the overflow slot */
	struct ht_totals overflow; /* of the overflow slot alone */
	uint32_t backed_slots;
	uint32_t live_slots;
	uint32_t slots_ever_used; /* with a generation that isn't 0 */
};

/* The path of the segment that a process with this id would have in HEAPTOP_DIR. */
void ht_segment_path(int pid, char *path, size_t size);

/* Whether this process publishes. */
bool ht_segment_exists(void);

/* Fills *PICTURE from the file at PATH; the check fails if that isn't a segment. */
void ht_segment_read_file(const char *path, struct ht_segment_picture *picture);

/* The same from this process's own; the check fails if there is none. */
void ht_segment_read(struct ht_segment_picture *picture);

/* Whether an event of KIND has a label that begins with PREFIX; stores the latest such in *EVENT. */
bool ht_segment_event(uint32_t kind, const char *prefix, struct heaptop_event *event);

/* Fails the check unless AFTER less BEFORE is DONE, to the byte and block and in each size class. */
void ht_totals_require(
    const struct ht_totals *before, const struct ht_totals *after, const struct ht_totals *done);

/* Adds a block of USABLE bytes to the allocated, or to the freed. */
void ht_totals_allocated(struct ht_totals *totals, size_t usable);
void ht_totals_freed(struct ht_totals *totals, size_t usable);

/* Adds all of MORE to *SUM. */
void ht_totals_add(struct ht_totals *sum, const struct ht_totals *more);

#endif
