/* SPDX-License-Identifier: MIT */
/* Checks of requests that can't be met, and of errno. */
#include "config.h"

#include "allocator_check.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/resource.h>

static void
refused(void *block)
{
	HT_REQUIRE(block == NULL);
	HT_REQUIRE(errno == ENOMEM);
	errno = 0;
}

void
ht_check_oversize_refused(void)
{
	static const size_t requests[] = { (size_t)PTRDIFF_MAX + 1, SIZE_MAX, SIZE_MAX - 8,
		SIZE_MAX - 4095 };

	errno = 0;
	for (int i = 0; i < 4; i++) {
		refused(malloc(requests[i]));
		refused(calloc(requests[i], 1));
		refused(calloc(1, requests[i]));
		refused(realloc(NULL, requests[i]));
		refused(memalign(64, requests[i]));
		refused(aligned_alloc(4096, requests[i]));
		refused(valloc(requests[i]));
		refused(pvalloc(requests[i]));
	}
}

/* (SIZE_MAX / 2 + 9) * 2 is 16 after the overflow: a product that looks harmless. */
void
ht_check_calloc_overflow(void)
{
	static const size_t pairs[][2] = { { SIZE_MAX / 2 + 9, 2 }, { 2, SIZE_MAX / 2 + 9 },
		{ SIZE_MAX, SIZE_MAX }, { SIZE_MAX / 16 + 2, 16 },
		{ (size_t)1 << 32, (size_t)1 << 32 } };

	errno = 0;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		refused(calloc(pairs[i][0], pairs[i][1]));
}

/* How many blocks of SIZE there are until the limit; frees them all. */
static size_t
fill_up(size_t size)
{
	void *chain = NULL;
	size_t count = 0;

	errno = 0;
	for (;;) {
		void **block = malloc(size);
		if (block == NULL)
			break;
		*block = chain;
		chain = block;
		count++;
		HT_REQUIRE(count < 1000000);
	}
	HT_REQUIRE(errno == ENOMEM);
	while (chain != NULL) {
		void *next = *(void **)chain;
		free(chain);
		chain = next;
	}
	return count;
}

void
ht_check_exhaustion(void)
{
	rlim_t bytes = ht_address_space_bytes() + (64 << 20);
	const struct rlimit limit = { bytes, bytes };

	HT_REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
	HT_REQUIRE(fill_up(1 << 20) > 10);
	HT_REQUIRE(fill_up(1 << 20) > 10);
	HT_REQUIRE(fill_up(1000) > 10000);
	free(malloc(1000));
}

void
ht_check_errno_kept_by_free(void)
{
	static const size_t sizes[] = { 1, 100, 5000, 200000, 1 << 26 };

	for (int i = 0; i < 5; i++) {
		void *blocks[] = { malloc(sizes[i]), calloc(1, sizes[i]),
			memalign(4096, sizes[i]) };
		for (int k = 0; k < 3; k++) {
			HT_REQUIRE(blocks[k] != NULL);
			errno = ERANGE;
			free(blocks[k]);
			HT_REQUIRE(errno == ERANGE);
		}
	}
	free(NULL);
	HT_REQUIRE(errno == ERANGE);
}

static void *
keeps(void *block)
{
	HT_REQUIRE(block != NULL);
	HT_REQUIRE(errno == ERANGE);
	return block;
}

void
ht_check_errno_kept_by_success(void)
{
	void *block = NULL;

	errno = ERANGE;
	for (size_t size = 1; size < (1 << 24); size = size * 3 + 1) {
		free(keeps(malloc(size)));
		free(keeps(calloc(size, 2)));
		free(keeps(keeps(realloc(keeps(malloc(1)), size))));
		free(keeps(reallocarray(NULL, 3, size)));
		free(keeps(memalign(256, size)));
		free(keeps(aligned_alloc(16, 16 * size)));
		free(keeps(valloc(size)));
		free(keeps(pvalloc(size)));
		HT_REQUIRE(posix_memalign(&block, 64, size) == 0);
		HT_REQUIRE(malloc_usable_size(keeps(block)) >= size);
		free(keeps(block));
	}
}
