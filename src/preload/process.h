/* SPDX-License-Identifier: MIT */
/*
 * The preload's one state: how far this process is published, and the turns it
 * takes (first allocation, attach, fork, exec, leaving).
 *
 *   NONE      nothing was allocated yet
 *   PRIVATE   the first thread counts into a private slot; no segment yet
 *   ATTACHING one thread makes the segment
 *   ATTACHED  every thread has a slot in the segment, or shares the overflow slot
 *   OFF       nothing is counted: set-user-ID, an allocator that bypasses us, no memory
 *
 * A program that allocates little and has one thread never leaves PRIVATE, which
 * costs it three system calls (mmap, madvise, getpid).
 */
#ifndef HT_PRELOAD_PROCESS_H
#define HT_PRELOAD_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "preload/control.h"
#include "publish/segment.h"
#include "publish/slots.h"

enum ht_phase {
	HT_PHASE_NONE,
	HT_PHASE_PRIVATE,
	HT_PHASE_ATTACHING,
	HT_PHASE_ATTACHED,
	HT_PHASE_OFF
};

/*
 * When a process that `heaptop run` did not start itself is worth a segment: it has allocated so much, or it still
 * allocates at such an age.  Above what a shell's subshell and a small tool do in their short lives
 * (bash's $(...) 4-6 KiB, coreutils 19-28 KiB), for which a segment would cost more than they do.
 */
enum {
	HT_ATTACH_BYTES = 32 * 1024,
	HT_ATTACH_CHILD_BYTES = 8 * 1024, /* in a forked child that does not exec */
	HT_ATTACH_AGE_NS = 50 * 1000 * 1000,
	HT_ATTACH_STEP_BYTES = 1024, /* how often that is asked */
};

struct ht_process {
	uint32_t phase; /* enum ht_phase */
	bool ready;     /* the constructor has read the environment */
	bool sandboxed; /* seccomp is on: no system call but those that malloc makes */
	bool follow_children;
	bool keep; /* the file stays at a clean exit */
	bool inherited_unknown;
	uint32_t pid;          /* whose memory this is; tells a vfork child from its parent */
	uint64_t attach_bytes; /* one of HT_ATTACH_..._BYTES */
	uint64_t begun_ns;     /* CLOCK_MONOTONIC of the first allocation, or of the fork */
	uint64_t inherited_bytes;
	uint64_t inherited_blocks;
	uint32_t sweeps_due;      /* of ht_process_sweep, one at each of the next operations */
	bool has_threads;         /* more than one, once: the peak is kept the shared way */
	uint64_t threads_created; /* since there is a segment; may be those that never allocate */
	struct ht_control *alone; /* of the thread that last was the only one; NULL: none yet */
	int64_t first_peak;       /* highest net change of the private slot */
	struct ht_control
	    *first_mover; /* of the thread whose private counts were moved; NULL: none yet */
	uint64_t high_water_bytes;   /* of the last high_water event */
	struct ht_control *controls; /* [0] for the private slot, then one a slot of the segment */
	struct ht_segment segment;
	struct heaptop_thread_slot first_slot;         /* private, before there is a segment */
	struct heaptop_thread_slot pending;            /* shared, before there is a segment */
	char directory[HT_SEGMENT_PATH_BYTES];         /* HEAPTOP_DIR */
	char runtime_directory[HT_SEGMENT_PATH_BYTES]; /* XDG_RUNTIME_DIR */
};

HT_HIDDEN extern struct ht_process ht_process;

/* Where the process is; notices first when this is a child that nobody told us of. */
enum ht_phase ht_process_phase(void);

/*
 * False in a vfork child, which shares our memory and must neither publish it as its own nor touch what its
 * parent publishes.  Under seccomp nobody may ask: true.
 */
bool ht_process_is_own(void);

/* The calling thread gets a slot, the process its first state.  After it ht_self.control says how to count. */
void ht_process_join(void);

/* Makes the segment if there is none yet; the calling thread's counts move into it. */
void ht_process_attach(void);

/* The private slot's owner asks whether attaching is due, and does it or sets its marks anew. */
void ht_process_consider_attaching(void);

/* The private first slot's owner moves to the segment that another thread has made. */
void ht_process_move_first(void);

/*
 * Moves on what came late to the private slots: the operation that a signal handler interrupted to
 * publish the process, or another thread's, may have had such a slot in hand.  True: do so again at the
 * next operation.  The calling thread owns a slot of the segment and is guarded.
 */
bool ht_process_sweep(void);

/* Moves to the segment, if there is one, what threads without a slot counted before.  Any thread. */
void ht_process_move_pending(void);

/* The slot that threads without one share. */
struct heaptop_thread_slot *ht_process_shared_slot(void);

/* Ends counting for good. */
void ht_process_turn_off(void);

/* The name is removed, the state closed: the program ends in order. */
void ht_process_leave(void);

/* Around an exec: begin before, failed when it came back. */
void ht_process_begin_exec(void);
void ht_process_exec_failed(void);

/*
 * In a child: forget the parent's segment.  INHERITED are the parent's totals where it had one; NULL: the
 * child was forked behind the C library's back, and they are not known.
 */
void ht_process_become_child(const struct ht_totals *inherited);

/* CLOCK_MONOTONIC in ns, or the last one known under seccomp. */
uint64_t ht_process_now_ns(void);

/* The calling thread's id, without a system call where none is allowed; 0: unknown. */
uint32_t ht_process_tid(void);

/* Writes an event of KIND with the time, the thread and LABEL filled in. */
void ht_process_event(struct heaptop_event *event, enum heaptop_event_kind kind, const char *label);

#endif
