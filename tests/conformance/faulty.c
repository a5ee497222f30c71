/* SPDX-License-Identifier: MIT */
/*
 * Hooks with one planted fault, FAULT, to prove that the allocator checks find
 * it.  0 is none: it passes everything through.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifndef FAULT
#error "define FAULT: 0 for none, 1 to 11 for one of those below"
#endif

enum fault {
	FAULT_CALLOC_DIRTY = 1,
	FAULT_REALLOC_ZERO_KEEPS = 2,
	FAULT_FREE_LOSES_ERRNO = 3,
	FAULT_USABLE_SIZE_TOO_LARGE = 4,
	FAULT_ALIGNMENT_IGNORED = 5,
	FAULT_EINVAL_MISSING = 6,
	FAULT_OVERSIZE_ACCEPTED = 7,
	FAULT_ENOMEM_MISSING = 8,
	FAULT_FAILED_REALLOC_FREES = 9,
	FAULT_CALLOC_OVERFLOW = 10,
	FAULT_LOCK_OVER_FORK = 11,
};

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t members, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

void *memalign(size_t alignment, size_t size);
size_t malloc_usable_size(void *block);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void
enter(void)
{
	if (FAULT == FAULT_LOCK_OVER_FORK)
		pthread_mutex_lock(&lock);
}

static void *
leave(void *block)
{
	if (FAULT == FAULT_LOCK_OVER_FORK)
		pthread_mutex_unlock(&lock);
	if (FAULT == FAULT_ENOMEM_MISSING && block == NULL)
		errno = 0;
	return block;
}

static size_t
granted(size_t size)
{
	return FAULT == FAULT_OVERSIZE_ACCEPTED && size > PTRDIFF_MAX ? 4096 : size;
}

void *
malloc(size_t size)
{
	enter();
	return leave(__libc_malloc(granted(size)));
}

void *
calloc(size_t members, size_t size)
{
	enter();
	if (FAULT == FAULT_CALLOC_OVERFLOW) {
		void *block = __libc_malloc(members * size);
		return leave(block == NULL ? NULL : memset(block, 0, members * size));
	}
	if (FAULT == FAULT_CALLOC_DIRTY && (members == 0 || size <= PTRDIFF_MAX / members))
		return leave(__libc_malloc(members * size));
	return leave(__libc_calloc(members, size));
}

void *
realloc(void *block, size_t size)
{
	enter();
	if (FAULT == FAULT_REALLOC_ZERO_KEEPS && block != NULL && size == 0)
		return leave(NULL);
	void *moved = __libc_realloc(block, granted(size));
	if (FAULT == FAULT_FAILED_REALLOC_FREES && moved == NULL && size != 0)
		__libc_free(block);
	return leave(moved);
}

void
free(void *block)
{
	enter();
	__libc_free(block);
	leave(block);
	if (FAULT == FAULT_FREE_LOSES_ERRNO)
		errno = 0;
}

void *
memalign(size_t alignment, size_t size)
{
	enter();
	if (FAULT == FAULT_ALIGNMENT_IGNORED)
		return leave(__libc_malloc(size));
	return leave(__libc_memalign(alignment, granted(size)));
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

int
posix_memalign(void **out, size_t alignment, size_t size)
{
	int kept = errno;

	if (FAULT == FAULT_EINVAL_MISSING && alignment < sizeof(void *))
		alignment = sizeof(void *);
	if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0)
		return EINVAL;
	void *block = memalign(alignment, size);
	errno = kept;
	if (block == NULL)
		return ENOMEM;
	*out = block;
	return 0;
}

size_t
malloc_usable_size(void *block)
{
	static size_t (*below)(void *);

	if (below == NULL)
		*(void **)&below = dlsym(RTLD_NEXT, "malloc_usable_size");
	return below(block) + (FAULT == FAULT_USABLE_SIZE_TOO_LARGE && block != NULL ? 8 : 0);
}
