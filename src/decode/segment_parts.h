/* SPDX-License-Identifier: MIT */
/* What the parts of the segment decoder hand to each other.  Inside decode/ only. */
#ifndef HT_DECODE_SEGMENT_PARTS_H
#define HT_DECODE_SEGMENT_PARTS_H

#include "decode/segment_layout.h"

/* Counters of a slot, or their sum over slots. */
struct ht_segment_counts {
	uint64_t allocated_bytes;
	uint64_t freed_bytes;
	uint64_t allocated_blocks;
	uint64_t freed_blocks;
	uint64_t failed_requests;
};

/* One decoding under way. */
struct ht_segment_decoding {
	const struct ht_segment_copy *copy;
	const struct ht_segment_want *want;
	struct ht_arena *arena;
	struct ht_segment_layout layout;
	struct ht_segment_identity identity;
	struct ht_heap_sample *heap; /* in the arena; what is being made */
	struct ht_segment_counts total;
	struct heaptop_size_class *classes; /* in the arena; sums over all slots */
	size_t class_count;
	bool owner_torn; /* some thread could not be told from its successor */
	bool gc_torn;
};

/*
 * The bounds of the size classes, and room for their sums.  0, or -EBADMSG: they
 * don't rise, or the slots have no room for them; -ENOMEM.
 */
int ht_segment_classes_prepare(struct ht_segment_decoding *decoding);

/* Lists the classes that were used, from their sums.  0 or -ENOMEM. */
int ht_segment_classes_list(struct ht_segment_decoding *decoding);

/*
 * Sums all slots, lists the living threads where they are wanted, and gives the rest to
 * exited threads.  0, -ENOMEM, or -EBADMSG for counters that cannot be.
 */
int ht_segment_threads_decode(struct ht_segment_decoding *decoding);

/* Merges the event rings by time.  0 or -ENOMEM. */
int ht_segment_events_decode(struct ht_segment_decoding *decoding);

/* Events of all rings that are in none of them any more: overwritten, or never written.  Saturates. */
uint64_t ht_segment_events_lost(const struct ht_segment_decoding *decoding);

#endif
