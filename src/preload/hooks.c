/* SPDX-License-Identifier: MIT */
/*
 * The allocator's functions, as the program sees them.  Each asks the allocator
 * below and counts: a malloc changes three numbers in memory by an instruction each, a free four.
 *
 * A block counts by its usable size, read before it is freed: after that another
 * thread may own the address.  A realloc of a live block is one free and one
 * allocation, moved or not; one that fails changes nothing.
 */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/single_threaded.h>

#include "preload/control.h"
#include "preload/export.h"
#include "preload/real.h"
#include "preload/slow.h"
#include "preload/threads.h"
#include "publish/counter.h"

#define LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/*
 * glibc's small blocks: the word before one is the size of its chunk with three flags below, and all but a word of
 * the chunk is usable.  Chunk sizes are multiples of 16, and so are the bounds of our small classes: the chunk's size
 * is also the offset of its class in the slot.  One load gives both; larger blocks, which may be mmapped ones with
 * another rule, take the slow way, where they cost enough not to notice.
 */
enum {
	CHUNK_FLAGS = 15,
	CHUNK_OVERHEAD = sizeof(size_t),
	LARGEST_SMALL_CHUNK = HEAPTOP_SMALL_CLASS_MOST_BYTES,
};

_Static_assert(sizeof(struct heaptop_size_class) == 16, "a class is as wide as a chunk's step");

static inline size_t
chunk_bytes(const void *block)
{
	return ((const size_t *)block)[-1] & ~(size_t)CHUNK_FLAGS;
}

static inline struct heaptop_size_class *
class_of_chunk(struct heaptop_thread_slot *slot, size_t chunk)
{
	return (struct heaptop_size_class *)(void *)((unsigned char *)slot->size_classes + chunk);
}

/*
 * The slow ways are functions of their own that the hot path jumps to at its end: so it keeps nothing over a
 * call, and saves no registers for what hardly ever happens.
 */
static __attribute__((noinline)) void *
allocated_slowly(void *block)
{
	ht_slow_allocated(block);
	return block;
}

static __attribute__((noinline)) void *
allocated_above(void *block, size_t bytes)
{
	ht_slow_allocated_above(bytes);
	return block;
}

static __attribute__((noinline)) void *
refused(const char *function, size_t bytes)
{
	ht_slow_failed(function, bytes);
	return NULL;
}

static __attribute__((noinline)) void
free_slowly(void *block)
{
	if (ht_slow_freed(block))
		ht_real.free(block);
}

/* Counts BLOCK and gives it back. */
static inline __attribute__((always_inline)) void *
count_allocated(void *block)
{
	struct heaptop_thread_slot *slot = ht_self.fast;
	size_t chunk;
	if (UNLIKELY(slot == NULL) || UNLIKELY((chunk = chunk_bytes(block)) > LARGEST_SMALL_CHUNK))
		return allocated_slowly(block);
	size_t bytes = chunk - CHUNK_OVERHEAD;
	if (UNLIKELY(ht_counter_take(&ht_self.control->room, bytes)))
		return allocated_above(block, bytes);
	ht_counter_add(&class_of_chunk(slot, chunk)->allocated_blocks, 1);
	ht_counter_add(&slot->allocated_bytes, bytes);
	return block;
}

static inline __attribute__((always_inline)) void
count_freed(size_t chunk)
{
	struct ht_control *control = ht_self.control;
	size_t bytes = chunk - CHUNK_OVERHEAD;
	if (UNLIKELY(ht_counter_take(&control->frees_left, bytes))) {
		ht_slow_freed_above(bytes);
		return;
	}
	/* Who has a budget has a slot: the real free may have changed it, but not to none. */
	struct heaptop_thread_slot *slot = ht_self.fast;
	ht_counter_add(&control->room, bytes);
	ht_counter_add(&class_of_chunk(slot, chunk)->freed_blocks, 1);
	ht_counter_add(&slot->freed_bytes, bytes);
}

/* BLOCK, counted, or the failure to get BYTES by FUNCTION. */
static inline __attribute__((always_inline)) void *
counted(void *block, const char *function, size_t bytes)
{
	if (UNLIKELY(block == NULL))
		return refused(function, bytes);
	return count_allocated(block);
}

HT_EXPORT void *
malloc(size_t size)
{
	void *block = ht_real.malloc(size);
	return counted(block, "malloc", size);
}

/*
 * A small block of glibc's is counted when it has been freed, by the size that was read before.  The word
 * with the size is often not in the cache; a store to the counter that it selects, standing before the
 * allocator's own loads, would hold them up (2 ns of the 5 that a pair then cost).
 */
HT_EXPORT void
free(void *block)
{
	if (UNLIKELY(block == NULL))
		return;
	size_t chunk;
	if (UNLIKELY(!ht_real_is_glibc) ||
	    UNLIKELY((chunk = chunk_bytes(block)) > LARGEST_SMALL_CHUNK)) {
		free_slowly(block);
		return;
	}
	ht_real.free(block);
	count_freed(chunk);
}

/* Gone from the C library since 2.26; old programs still ask for it. */
HT_EXPORT void cfree(void *block);
void
cfree(void *block)
{
	free(block);
}

/* C23: the sizes are hints for allocators that use them; none below us does. */
HT_EXPORT void free_sized(void *block, size_t size);
void
free_sized(void *block, size_t size)
{
	(void)size;
	free(block);
}

HT_EXPORT void free_aligned_sized(void *block, size_t alignment, size_t size);
void
free_aligned_sized(void *block, size_t alignment, size_t size)
{
	(void)alignment;
	(void)size;
	free(block);
}

HT_EXPORT void *
calloc(size_t count, size_t size)
{
	void *block = ht_real.calloc(count, size);
	size_t bytes;
	/*
	 * Threads that the C library starts by itself (thrd_create, timer_create) come by no function of ours, but
	 * their first block by calloc, when it has told already that there will be two.
	 */
	if (UNLIKELY(ht_self.control->index < 0) && UNLIKELY(!__libc_single_threaded))
		ht_threads_expect();
	if (__builtin_mul_overflow(count, size, &bytes))
		bytes = SIZE_MAX;
	return counted(block, "calloc", bytes);
}

/* A block of the boot arena moves to the allocator; it was never counted. */
static void *
move_from_boot(void *block, size_t size)
{
	void *moved = malloc(size);
	if (moved != NULL) {
		size_t old = ht_boot_size(block);
		memcpy(moved, block, old < size ? old : size);
	}
	return moved;
}

HT_EXPORT void *
realloc(void *block, size_t size)
{
	if (block == NULL) {
		void *fresh = ht_real.realloc(NULL, size);
		return counted(fresh, "realloc", size);
	}
	if (UNLIKELY(ht_boot_owns(block)))
		return move_from_boot(block, size);

	/* Read before: afterwards it is gone.  Counted after: it may fail and leave the block as it is. */
	uint64_t old_bytes = ht_slow_usable(block);
	void *moved = ht_real.realloc(block, size);
	if (LIKELY(moved != NULL)) {
		ht_slow_freed_bytes(old_bytes);
		count_allocated(moved);
	} else if (size == 0) {
		ht_slow_freed_bytes(old_bytes);
	} else {
		ht_slow_failed("realloc", size);
	}
	return moved;
}

/* The C library's own calls realloc by name, which would come back to us: so it is done here. */
HT_EXPORT void *
reallocarray(void *block, size_t count, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes)) {
		ht_slow_failed("reallocarray", SIZE_MAX);
		errno = ENOMEM;
		return NULL;
	}
	return realloc(block, bytes);
}

/* A NULL for a bad alignment is a mistake of the caller's, not a want of memory. */
static inline void *
counted_aligned(void *block, const char *function, size_t bytes)
{
	if (block == NULL && errno != ENOMEM)
		return NULL;
	return counted(block, function, bytes);
}

HT_EXPORT void *
memalign(size_t alignment, size_t size)
{
	void *block = ht_real.memalign(alignment, size);
	return counted_aligned(block, "memalign", size);
}

HT_EXPORT void *
aligned_alloc(size_t alignment, size_t size)
{
	void *block = ht_real.aligned_alloc(alignment, size);
	return counted_aligned(block, "aligned_alloc", size);
}

HT_EXPORT int
posix_memalign(void **out, size_t alignment, size_t size)
{
	int result = ht_real.posix_memalign(out, alignment, size);
	if (LIKELY(result == 0)) {
		if (*out != NULL)
			count_allocated(*out);
	} else if (result == ENOMEM) {
		ht_slow_failed("posix_memalign", size);
	}
	return result;
}

HT_EXPORT void *
valloc(size_t size)
{
	void *block = ht_real.valloc(size);
	return counted(block, "valloc", size);
}

HT_EXPORT void *
pvalloc(size_t size)
{
	void *block = ht_real.pvalloc(size);
	return counted(block, "pvalloc", size);
}

HT_EXPORT size_t
malloc_usable_size(void *block)
{
	if (UNLIKELY(block != NULL && ht_boot_owns(block)))
		return ht_boot_size(block);
	return ht_real.malloc_usable_size(block);
}
