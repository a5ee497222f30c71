/* SPDX-License-Identifier: MIT */
/*
 * What a thread needs to count: a pointer to its slot, and one to its control,
 * whose two budgets say when counting takes the slow way.
 *
 * Controls lie in memory that the kernel wipes in a forked child
 * (MADV_WIPEONFORK), however it was forked: there a budget reads 0, falls below
 * it before anything is counted, the hot path takes the slow way, and nothing is
 * ever written to the parent's segment.
 */
#ifndef HT_PRELOAD_CONTROL_H
#define HT_PRELOAD_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "heaptop/segment.h"
#include "preload/export.h"
#include "publish/counter.h"

/*
 * An allocation takes its bytes from ROOM, a free adds its own, by one instruction each, and ceiling and room
 * else change by the same amount.  So ceiling less room is always what the control's threads have allocated
 * less what they freed, its net, and a room below 0 says that the net has passed the ceiling.
 */
struct ht_control {
	uint64_t room;                    /* signed: below 0, the slow way is due */
	uint64_t frees_left;              /* bytes to be freed until it is due; signed as well */
	uint64_t ceiling;                 /* the net that uses up the room */
	struct heaptop_thread_slot *slot; /* that the thread owns; NULL: none */
	int64_t published_net;            /* the part of the net that the peak knows of */
	int32_t index;        /* of the slot in the segment; -1: the private first slot */
	uint32_t exit_rounds; /* of thread-specific destructors that we let pass */
	uint32_t alive;       /* in the first control: 1, or 0 when the kernel wiped it */
	uint32_t alone;       /* 1: the only thread, whose peak is kept the exact way */
	uint64_t beat_mark;   /* of allocated bytes: the next heartbeat is due */
};

/* A budget far below 0, where it stays. */
#define HT_NO_BUDGET (UINT64_C(3) << 62)

_Static_assert(sizeof(struct ht_control) == 64, "a control is a cache line");

/* Initial-exec: one load from %fs.  All fits the reserve that dlopen keeps for such blocks. */
#define HT_THREAD_LOCAL __thread __attribute__((tls_model("initial-exec")))

/* Together, so that one look into the table of offsets finds both (two cost 0.3 ns a pair). */
struct ht_self {
	struct ht_control *control; /* never NULL */
	struct heaptop_thread_slot
	    *fast; /* where the hot path may count while the budgets last; NULL: nowhere */
};

HT_HIDDEN extern HT_THREAD_LOCAL struct ht_self ht_self;
HT_HIDDEN extern HT_THREAD_LOCAL bool ht_guarded; /* this thread is on the slow way */

/* The controls of threads without a slot: not yet, and not any more.  They have no budgets. */
HT_HIDDEN extern struct ht_control ht_control_new;
HT_HIDDEN extern struct ht_control ht_control_shared;

/*
 * The calling thread counts by CONTROL into SLOT, by the hot path where the allocator is glibc's.  A signal
 * handler between the stores counts into the former slot, or takes the slow way: both are right.
 */
static inline void
ht_control_use(struct ht_control *control, struct heaptop_thread_slot *slot, bool is_glibc)
{
	__atomic_store_n(&control->slot, slot, __ATOMIC_RELAXED);
	__atomic_store_n(&ht_self.control, control, __ATOMIC_RELAXED);
	__atomic_store_n(&ht_self.fast, is_glibc ? slot : NULL, __ATOMIC_RELAXED);
}

/* The calling thread has no slot of its own any more. */
static inline void
ht_control_share(void)
{
	__atomic_store_n(&ht_self.fast, NULL, __ATOMIC_RELAXED);
	__atomic_store_n(&ht_self.control, &ht_control_shared, __ATOMIC_RELAXED);
}

static inline int64_t
ht_control_net(const struct ht_control *control)
{
	return (int64_t)(ht_counter_read(&control->ceiling) - ht_counter_read(&control->room));
}

/* Where the kernel wiped CONTROL meanwhile (a signal handler forked, and returned in the child), it stays wiped. */
static inline void
ht_control_keep_wiped(struct ht_control *control)
{
	if (__atomic_load_n(&control->slot, __ATOMIC_RELAXED) != NULL)
		return;
	__atomic_store_n(&control->room, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&control->frees_left, 0, __ATOMIC_RELAXED);
}

/* The slow way is due when CONTROL's net passes CEILING. */
static inline void
ht_control_set_ceiling(struct ht_control *control, int64_t ceiling)
{
	uint64_t more = (uint64_t)ceiling - ht_counter_read(&control->ceiling);
	ht_counter_add(&control->ceiling, more);
	ht_counter_add(&control->room, more);
	ht_control_keep_wiped(control);
}

/* The same, and when FREES bytes were freed. */
static inline void
ht_control_set(struct ht_control *control, int64_t ceiling, uint64_t frees)
{
	__atomic_store_n(&control->frees_left, frees, __ATOMIC_RELAXED);
	ht_control_set_ceiling(control, ceiling);
}

/* The slow way is due at the next operation of the calling thread, whose CONTROL it is. */
static inline void
ht_control_make_due(struct ht_control *control)
{
	ht_control_set(control, ht_control_net(control) - 1, (uint64_t)-1);
}

/*
 * The slow way is due at another thread's next free.  It may go on without noticing, when it was about to store
 * the budget: then its next look comes in its own time.
 */
static inline void
ht_control_poke(struct ht_control *control)
{
	__atomic_store_n(&control->frees_left, (uint64_t)-1, __ATOMIC_RELAXED);
}

/* The net of FROM becomes a part of that of TO, by which its thread counts now. */
static inline void
ht_control_move(struct ht_control *from, struct ht_control *to)
{
	uint64_t net = (uint64_t)ht_control_net(from);
	ht_counter_add(&from->ceiling, -net);
	ht_counter_add(&to->room, -net);
}

#endif
