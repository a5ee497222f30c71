/* SPDX-License-Identifier: MIT */
/*
 * The mappings of a process at one reading of /proc/PID/smaps, and where its
 * resident memory is.  Plain data, no I/O.
 *
 * A reading costs the kernel a walk through all pages, so it is kept and shown with its
 * age: monotonic_ns says when it was made, and the heap's figures in it are of that moment too.
 */
#ifndef HT_MODEL_MAPS_H
#define HT_MODEL_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct ht_heap_sample;

/* What a mapping is.  Where the kernel doesn't say, its neighbours and its shape tell. */
enum ht_map_kind {
	HT_MAP_HEAP,      /* the program break: [heap] */
	HT_MAP_ARENA,     /* further arenas of the allocator, with the room they keep for growth */
	HT_MAP_ANONYMOUS, /* large blocks, and whatever else is backed by no file */
	HT_MAP_STACK,     /* of the main thread */
	HT_MAP_THREAD_STACK, /* of the other threads, guard pages included */
	HT_MAP_FILE_TEXT,    /* code of the program and its libraries */
	HT_MAP_FILE_DATA,    /* the rest of them, and other files that are mapped */
	HT_MAP_SHARED,       /* shared memory */
	HT_MAP_SEGMENT,      /* what heaptop's library publishes */
	HT_MAP_RESERVED,     /* address space without access */
	HT_MAP_KERNEL,       /* [vdso] and the like */
	HT_MAP_KINDS
};

/* A kind as the word that views and JSON have. */
const char *ht_map_kind_name(enum ht_map_kind kind);

/* A kind in one phrase without a full stop. */
const char *ht_map_kind_help(enum ht_map_kind kind);

/* Bytes of a mapping, or of several; UINT64_MAX: unknown. */
struct ht_map_figures {
	uint64_t size;          /* address space */
	uint64_t resident;      /* in physical memory */
	uint64_t proportional;  /* resident, each shared page divided among its users */
	uint64_t private_dirty; /* resident, written, nobody else's */
	uint64_t anonymous;     /* resident, backed by no file */
	uint64_t swap;          /* swapped out */
};

/* Adds ADDED to SUM; a sum with an unknown part is unknown. */
void ht_map_figures_add(struct ht_map_figures *sum, const struct ht_map_figures *added);

struct ht_map {
	uint64_t start; /* address; a row that stands for several has 0 here and in end */
	uint64_t end;
	enum ht_map_kind kind;
	size_t
	    count; /* mappings in this row: 1, or what a reading too long to keep has of this kind */
	char flags[5]; /* "rw-p"; "" for several */
	const char
	    *name; /* raw bytes as the kernel writes them, not safe to print; "" where none */
	struct ht_map_figures figures;
};

/* The allocator whose blocks they are, as far as its cost a block must be known. */
enum ht_allocator { HT_ALLOCATOR_UNKNOWN, HT_ALLOCATOR_GLIBC };

/*
 * Where resident memory is.  LIVE, OVERHEAD and FREE divide the allocator's memory
 * where the live heap is known; HEAP stands for all of it where it isn't.
 */
enum ht_resident_part {
	HT_RESIDENT_LIVE,
	HT_RESIDENT_OVERHEAD,
	HT_RESIDENT_FREE,
	HT_RESIDENT_HEAP,
	HT_RESIDENT_STACKS,
	HT_RESIDENT_FILES,
	HT_RESIDENT_REST,
	HT_RESIDENT_PARTS
};

/* A part as people read it: "live", "free in heap", ... */
const char *ht_resident_part_name(enum ht_resident_part part);

/* A part as machines read it: "live_bytes", "free_bytes", ... */
const char *ht_resident_part_key(enum ht_resident_part part);

/* What a part is, and why it is an estimate where it is one; no full stop. */
const char *ht_resident_part_help(enum ht_resident_part part);

/* Invariant: the present parts add up to total_bytes.  A part that isn't present is unknown. */
struct ht_resident {
	uint64_t total_bytes;              /* resident bytes of the same reading */
	uint32_t present;                  /* a bit for each part that is known */
	uint32_t estimated;                /* of these, what isn't exact */
	uint64_t bytes[HT_RESIDENT_PARTS]; /* valid where present */
};

struct ht_maps {
	uint64_t monotonic_ns; /* when it was read; 0: it never could be */
	const char *reason;    /* why there is nothing, or nothing new; NULL: none; static */
	size_t mapping_count;  /* how many mappings the process has */
	struct ht_map_figures total;
	struct ht_map_figures kinds[HT_MAP_KINDS];
	size_t kind_counts[HT_MAP_KINDS];
	struct ht_map
	    *maps; /* by address, those for several last; NULL: the list wasn't asked for */
	size_t count;
	struct ht_map *groups; /* the list put together by kind, files and shared memory by name */
	size_t group_count;
	enum ht_allocator allocator;
	bool has_thread_stacks;      /* some were told by their shape */
	struct ht_resident resident; /* present 0: nothing was read */
};

/* True when MAPS holds a reading. */
bool ht_maps_were_read(const struct ht_maps *maps);

/* Fills MAPS->resident from its sums and HEAP as of the same moment; NULL: the heap isn't known. */
void ht_maps_divide(struct ht_maps *maps, const struct ht_heap_sample *heap);

/* Fills MAPS->groups, in ARENA, from its list.  0 or -ENOMEM. */
int ht_maps_group(struct ht_maps *maps, struct ht_arena *arena);

/* For ht_assert_slow: the sums agree with each other. */
bool ht_maps_are_valid(const struct ht_maps *maps);

#endif
