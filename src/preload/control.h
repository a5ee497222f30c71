/* SPDX-License-Identifier: MIT */
/*
 * What a thread needs to count: one pointer to its control, and in it the slot
 * and the marks at which counting takes the slow way.
 *
 * Controls lie in memory that the kernel wipes in a forked child
 * (MADV_WIPEONFORK), however it was forked: there the slot reads NULL, the hot
 * path takes the slow way, and nothing is ever written to the parent's segment.
 */
#ifndef HT_PRELOAD_CONTROL_H
#define HT_PRELOAD_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "heaptop/segment.h"
#include "preload/export.h"

struct ht_control {
	struct heaptop_thread_slot
	    *fast;               /* slot where the hot path may count; NULL: the slow way */
	uint64_t allocated_mark; /* slow way when fast->allocated_bytes reaches it */
	uint64_t freed_mark;     /* the same for fast->freed_bytes */
	struct heaptop_thread_slot *slot; /* that the thread owns; NULL: none */
	int64_t published_net; /* the part of allocated less freed that the peak knows of */
	int32_t index;         /* of the slot in the segment; -1: the private first slot */
	uint32_t exit_rounds;  /* of thread-specific destructors that we let pass */
	uint32_t alive;        /* in the first control: 1, or 0 when the kernel wiped it */
	uint32_t alone;        /* 1: the only thread, whose peak is kept the exact way */
	uint64_t beat_mark;    /* of allocated bytes: the next heartbeat is due */
};

_Static_assert(sizeof(struct ht_control) == 64, "a control is a cache line");

/*
 * SLOT is what CONTROL's thread counts into, by the hot path where the allocator is glibc's.  A
 * signal handler between the two stores counts into one or the other: both are right.
 */
static inline void
ht_control_use(struct ht_control *control, struct heaptop_thread_slot *slot, bool is_glibc)
{
	__atomic_store_n(&control->slot, slot, __ATOMIC_RELAXED);
	__atomic_store_n(&control->fast, is_glibc ? slot : NULL, __ATOMIC_RELAXED);
}

/* Initial-exec: one load from %fs.  Both fit the reserve that dlopen keeps for such blocks. */
#define HT_THREAD_LOCAL __thread __attribute__((tls_model("initial-exec")))

HT_HIDDEN extern HT_THREAD_LOCAL struct ht_control *ht_self; /* never NULL */
HT_HIDDEN extern HT_THREAD_LOCAL bool ht_guarded;            /* this thread is on the slow way */

/* The controls of threads without a slot: not yet, and not any more. */
HT_HIDDEN extern struct ht_control ht_control_new;
HT_HIDDEN extern struct ht_control ht_control_shared;

#endif
