/* SPDX-License-Identifier: MIT */
/* The counting allocator: addresses only ever grow. */
#include "oracle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

enum { HEADER_BYTES = 16, REGION_BYTES_LOG2 = 36 };

/* Just below each block. */
struct header {
	size_t usable;
	size_t padding;
};

_Static_assert(sizeof(struct header) == HEADER_BYTES, "the header keeps blocks aligned");

static _Atomic(uintptr_t) next;
static struct oracle_totals own_totals;
static struct oracle_totals *totals = &own_totals;

EXPORT struct oracle_totals oracle_read(void);
EXPORT void *memalign(size_t alignment, size_t size);
EXPORT void *valloc(size_t size);
EXPORT void *pvalloc(size_t size);
EXPORT size_t malloc_usable_size(void *block);

static void
add(uint64_t *counter, uint64_t amount)
{
	__atomic_fetch_add(counter, amount, __ATOMIC_SEQ_CST);
}

EXPORT struct oracle_totals
oracle_read(void)
{
	return *totals;
}

static __attribute__((constructor)) void
share_totals(void)
{
	const char *path = getenv("ORACLE_FILE");
	const char *pid = getenv("ORACLE_PID");

	if (path == NULL || pid == NULL || atoi(pid) != getpid())
		return;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, sizeof(own_totals)) != 0)
		abort();
	void *shared = mmap(NULL, sizeof(own_totals), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (shared == MAP_FAILED)
		abort();
	close(fd);
	memcpy(shared, &own_totals, sizeof(own_totals));
	totals = shared;
}

/* Whoever comes first maps the region; who maps it in vain gives it back. */
static void
region_start(void)
{
	size_t size = (size_t)1 << REGION_BYTES_LOG2;
	uintptr_t none = 0;
	void *region = mmap(
	    NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (region == MAP_FAILED)
		abort();
	if (!atomic_compare_exchange_strong(&next, &none, (uintptr_t)region))
		munmap(region, size);
}

static struct header *
header_of(void *block)
{
	return (struct header *)((char *)block - HEADER_BYTES);
}

/* Fresh memory is zero, so this serves calloc too. */
static void *
allocate(size_t alignment, size_t size)
{
	size_t usable = (size + 15) & ~(size_t)15;

	if (size > (size_t)1 << (REGION_BYTES_LOG2 - 4) || alignment > (size_t)1 << 24) {
		errno = ENOMEM;
		return NULL;
	}
	if (alignment < 16)
		alignment = 16;
	if (atomic_load(&next) == 0)
		region_start();
	uintptr_t start = atomic_fetch_add(&next, HEADER_BYTES + alignment + usable);
	uintptr_t block = (start + HEADER_BYTES + alignment - 1) & ~(alignment - 1);
	header_of((void *)block)->usable = usable;
	add(&totals->allocated_bytes, usable);
	add(&totals->allocated_blocks, 1);
	return (void *)block;
}

EXPORT void *
malloc(size_t size)
{
	return allocate(16, size);
}

EXPORT void *
calloc(size_t members, size_t size)
{
	size_t product;

	if (__builtin_mul_overflow(members, size, &product)) {
		errno = ENOMEM;
		return NULL;
	}
	return allocate(16, product);
}

static void
release(void *block)
{
	add(&totals->freed_bytes, header_of(block)->usable);
	add(&totals->freed_blocks, 1);
}

EXPORT void
free(void *block)
{
	if (block != NULL)
		release(block);
}

EXPORT void *
realloc(void *block, size_t size)
{
	if (block != NULL && size == 0) {
		release(block); /* free would be that of the hooks */
		return NULL;
	}
	void *moved = allocate(16, size);
	if (moved == NULL || block == NULL)
		return moved;
	size_t usable = header_of(block)->usable;
	memcpy(moved, block, usable < size ? usable : size);
	release(block);
	return moved;
}

EXPORT void *
memalign(size_t alignment, size_t size)
{
	return allocate(alignment, size);
}

EXPORT void *
aligned_alloc(size_t alignment, size_t size)
{
	return allocate(alignment, size);
}

EXPORT void *
valloc(size_t size)
{
	return allocate(4096, size);
}

EXPORT void *
pvalloc(size_t size)
{
	return allocate(4096, size > SIZE_MAX - 4095 ? size : (size + 4095) & ~(size_t)4095);
}

EXPORT int
posix_memalign(void **out, size_t alignment, size_t size)
{
	int kept = errno;

	if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0)
		return EINVAL;
	void *block = allocate(alignment, size);
	errno = kept;
	if (block == NULL)
		return ENOMEM;
	*out = block;
	return 0;
}

EXPORT size_t
malloc_usable_size(void *block)
{
	return block == NULL ? 0 : header_of(block)->usable;
}
