/* SPDX-License-Identifier: MIT */
/*
 * A segment as its writer has it: created, mapped, grown, left.  The mapping
 * spans the whole cap and is inaccessible where it is not backed; no descriptor
 * stays open, because hosts close what they do not know and reuse the number.
 *
 * Tower A: allocates nothing, takes no lock, preserves errno, never fails its
 * host.  Who may call: one thread at a time, except where a function says otherwise.
 */
#ifndef HT_PUBLISH_SEGMENT_H
#define HT_PUBLISH_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "heaptop/segment.h"

enum { HT_SEGMENT_PATH_BYTES = 256 };
enum { HT_RING_EVENTS = 63 }; /* that each event ring keeps */

struct ht_segment {
	unsigned char *base; /* the mapping; NULL: there is none */
	uint64_t reserved_bytes;
	uint64_t backed_bytes; /* of them, from the start, accessible */
	struct heaptop_segment_header *header;
	struct heaptop_globals *globals;
	struct heaptop_thread_slot *overflow;
	struct heaptop_event_ring *rings[2]; /* important events, comings and goings of threads */
	struct heaptop_section *threads;     /* entry of the table of contents */
	struct heaptop_thread_slot *slots;
	uint32_t slots_limit; /* that the reservation has room for */
	uint32_t free_hint;   /* where a free slot was last seen */
	bool growing;         /* one thread grows at a time; others use the overflow slot */
	bool growth_failed;   /* no space, or a kernel without MADV_POPULATE_WRITE */
	bool published;       /* a file that others can read; else private memory */
	char path[HT_SEGMENT_PATH_BYTES];
};

/* Who the process is, as the segment's name and header say it. */
struct ht_identity {
	uint32_t pid;
	uint32_t uid;
	uint64_t pid_namespace;    /* 0: unknown */
	uint64_t start_time_ticks; /* 0: unknown */
	const char *name;          /* program name */
	uint32_t flags;            /* HEAPTOP_FLAG_... to begin with */
	uint64_t inherited_live_bytes;
	uint64_t inherited_live_blocks;
};

/*
 * Makes the segment of the process that IDENTITY names, in state building.  DIRECTORY overrides the
 * place; NULL is the usual one.  RUNTIME_DIRECTORY is $XDG_RUNTIME_DIR or NULL.  When nothing can be
 * published the segment is private memory, so that the process can still ask for its own statistics.
 * Returns false when not even that could be had.  *FORMER gets the name of the program that an exec
 * replaced, or "".
 */
bool ht_segment_create(struct ht_segment *segment, const struct ht_identity *identity,
    const char *directory, const char *runtime_directory, char former[64]);

/* Everything is in place: others may read.  Any thread. */
void ht_segment_set_state(struct ht_segment *segment, enum heaptop_segment_state state);

/* Backs more thread slots.  True when there are more than before.  Any thread. */
bool ht_segment_grow(struct ht_segment *segment);

/*
 * Unmaps what is reserved for growth; there will be none.  False when there is nothing to release, or
 * another thread is growing the segment.  Any thread.
 */
bool ht_segment_release_reserve(struct ht_segment *segment);

/*
 * In a forked child, which has no part in its parent's segment: puts empty private memory in its place.  A
 * signal handler that forked may return, in the child too, to a count that it interrupted halfway.
 */
void ht_segment_abandon(struct ht_segment *segment);

/* Removes the file's name, if there is a file.  Any thread. */
void ht_segment_unlink(struct ht_segment *segment);

/* Slots that are backed.  Any thread. */
static inline uint32_t
ht_segment_slot_count(const struct ht_segment *segment)
{
	/* Acquire: the slots were backed before the count was raised. */
	return __atomic_load_n(&segment->threads->count, __ATOMIC_ACQUIRE);
}

#endif
