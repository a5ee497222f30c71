/* SPDX-License-Identifier: MIT */
/*
 * The allocator below us: the next one in the program's search order, which may
 * be glibc's, jemalloc's or another interposer's.  Until it is found (dlsym may
 * allocate), requests are served from a small arena of our own.
 */
#ifndef HT_PRELOAD_REAL_H
#define HT_PRELOAD_REAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "preload/export.h"

struct ht_real {
	void *(*malloc)(size_t);
	void (*free)(void *);
	void *(*calloc)(size_t, size_t);
	void *(*realloc)(void *, size_t);
	void *(*memalign)(size_t, size_t);
	void *(*aligned_alloc)(size_t, size_t);
	int (*posix_memalign)(void **, size_t, size_t);
	void *(*valloc)(size_t);
	void *(*pvalloc)(size_t);
	size_t (*malloc_usable_size)(void *);
	int (*malloc_trim)(size_t);
};

/* Callable at any time: before the allocator is found its members find it first. */
HT_HIDDEN extern struct ht_real ht_real;

/*
 * The allocator is glibc's own and its blocks carry their size in the word before them (malloc/malloc.c,
 * struct malloc_chunk: size of the chunk, a multiple of 16, with three flags in the low bits).  Then a
 * small block's usable size is that of its chunk less 8, without a call.  x86-64 and other 64-bit only.
 */
HT_HIDDEN extern bool ht_real_is_glibc;

/*
 * The allocator below has no malloc_usable_size of its own (glibc's libmemusage): asking for the size
 * of its blocks would read what is not there.  Blocks are counted, bytes are unknown.
 */
HT_HIDDEN extern bool ht_real_hides_sizes;

/*
 * An allocator inside the executable stands before ours in search order: its blocks never come by, and
 * what we would count is nothing.  (One in a library preloaded before us calls us.)
 * Looked up with the allocator.
 */
bool ht_real_is_bypassed(void);

/*
 * Finds the allocator now.  Harmless when it was found already.  To be called before a fork: dlsym takes
 * the dynamic linker's lock, which in a child may be held by a thread that the child does not have.
 */
void ht_real_find(void);

/* The arena that served before the allocator was found. */
HT_HIDDEN extern unsigned char ht_boot_arena[64 * 1024];

/* True when BLOCK came from that arena. */
static inline bool
ht_boot_owns(const void *block)
{
	return (uintptr_t)block - (uintptr_t)ht_boot_arena < sizeof(ht_boot_arena);
}

/* The size that was asked for when BLOCK of that arena was given out. */
size_t ht_boot_size(const void *block);

#endif
