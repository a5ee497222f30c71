/* SPDX-License-Identifier: MIT */
/*
 * Thread slots: one owner each, reused by the next thread, counters never reset.
 * Any thread may call these at any time; nothing waits.  Async-signal-safe.
 */
#ifndef HT_PUBLISH_SLOTS_H
#define HT_PUBLISH_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "publish/segment.h"

/* Totals of all slots and the overflow slot. */
struct ht_totals {
	uint64_t allocated_bytes;
	uint64_t allocated_blocks;
	uint64_t freed_bytes;
	uint64_t freed_blocks;
	uint64_t failed_requests;
};

/* The owner that a slot gets. */
struct ht_owner {
	uint32_t tid;          /* 0: unknown */
	uint64_t monotonic_ns; /* now */
	char name[16];
};

/*
 * Takes a free slot for OWNER, growing the segment where needed.  Its index; -EAGAIN while another
 * thread grows the segment; -ENOSPC when there will be none.  REAP_PID, where it is not 0, allows to look
 * for threads of that process that died without a word (by tgkill with signal 0).
 */
int ht_slots_claim(struct ht_segment *segment, const struct ht_owner *owner, uint32_t reap_pid);

/* Gives slot INDEX back.  Its counts stay. */
void ht_slots_release(struct ht_segment *segment, uint32_t index);

/* The owner of slot INDEX is called NAME now.  Only the owner calls this. */
void ht_slots_rename(struct ht_segment *segment, uint32_t index, const char name[16]);

/* Blocks allocated (or freed) in all classes of SLOT. */
uint64_t ht_slot_allocated_blocks(const struct heaptop_thread_slot *slot);
uint64_t ht_slot_freed_blocks(const struct heaptop_thread_slot *slot);

/* Adds the counters of SLOT to TOTALS. */
void ht_totals_add_slot(struct ht_totals *totals, const struct heaptop_thread_slot *slot);

/* The sum over all slots of SEGMENT. */
void ht_slots_total(const struct ht_segment *segment, struct ht_totals *totals);

/*
 * Moves the counters of FROM, which nobody writes any more, to TO, which the calling thread owns.  FROM
 * is zero afterwards.
 */
void ht_slot_move(struct heaptop_thread_slot *from, struct heaptop_thread_slot *to);

/* The same to a slot that any thread may write; both may be written meanwhile.  Returns the net bytes. */
int64_t ht_slot_move_shared(struct heaptop_thread_slot *from, struct heaptop_thread_slot *to);

/* Counts a block of BYTES into a slot that any thread may write. */
void ht_slot_allocated_shared(struct heaptop_thread_slot *slot, uint64_t bytes);
void ht_slot_freed_shared(struct heaptop_thread_slot *slot, uint64_t bytes);

#endif
