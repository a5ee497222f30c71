/* SPDX-License-Identifier: MIT */
/* Checks of alignment: memalign, aligned_alloc, posix_memalign, valloc, pvalloc. */
#include "config.h"

#include "allocator_check.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

static const size_t sizes[] = { 1, 7, 24, 100, 1000, 4096, 5000, 70000, 300000 };

enum { SIZE_COUNT = sizeof(sizes) / sizeof(sizes[0]) };

static void
use_and_free(void *block, size_t size, size_t alignment)
{
	HT_REQUIRE(block != NULL);
	HT_REQUIRE(ht_is_aligned(block, alignment));
	HT_REQUIRE(malloc_usable_size(block) >= size);
	ht_pattern_fill(block, size, (unsigned)alignment);
	HT_REQUIRE(ht_pattern_holds(block, size, (unsigned)alignment));
	free(block);
}

void
ht_check_natural_alignment(void)
{
	for (size_t size = 1; size < 2000; size++) {
		use_and_free(malloc(size), size, _Alignof(max_align_t));
		use_and_free(calloc(1, size), size, _Alignof(max_align_t));
		use_and_free(realloc(malloc(3), size), size, _Alignof(max_align_t));
	}
}

/* A block before each keeps chance from aligning it. */
void
ht_check_memalign_alignment(void)
{
	for (size_t alignment = 8; alignment <= (size_t)1 << 20; alignment *= 2) {
		for (int i = 0; i < SIZE_COUNT; i++) {
			void *spacer = malloc(40);
			size_t multiple = (sizes[i] + alignment - 1) / alignment * alignment;
			use_and_free(memalign(alignment, sizes[i]), sizes[i], alignment);
			use_and_free(aligned_alloc(alignment, multiple), multiple, alignment);
			free(spacer);
		}
	}
}

void
ht_check_posix_memalign_alignment(void)
{
	for (size_t alignment = sizeof(void *); alignment <= (size_t)1 << 20; alignment *= 2) {
		for (int i = 0; i < SIZE_COUNT; i++) {
			void *spacer = malloc(40);
			void *block = NULL;
			HT_REQUIRE(posix_memalign(&block, alignment, sizes[i]) == 0);
			use_and_free(block, sizes[i], alignment);
			free(spacer);
		}
	}
}

void
ht_check_posix_memalign_invalid(void)
{
	static const size_t wrong[] = { 0, 1, 2, 3, 4, 7, 12, 24, 100, 4095, SIZE_MAX };
	int mark;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		void *block = &mark;
		errno = ERANGE;
		HT_REQUIRE(posix_memalign(&block, wrong[i], 64) == EINVAL);
		HT_REQUIRE(block == &mark);
		HT_REQUIRE(errno == ERANGE);
	}
}

/* Whether errno says it too is left open: glibc's changes it, hooks that keep it are right too. */
void
ht_check_posix_memalign_failure(void)
{
	static const size_t requests[] = { SIZE_MAX, SIZE_MAX - 64, (size_t)PTRDIFF_MAX + 1 };
	int mark;

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		for (size_t alignment = sizeof(void *); alignment <= 4096; alignment *= 2) {
			void *block = &mark;
			errno = ERANGE;
			HT_REQUIRE(posix_memalign(&block, alignment, requests[i]) == ENOMEM);
			HT_REQUIRE(block == &mark);
			HT_REQUIRE(errno == ERANGE || errno == ENOMEM);
		}
	}
}

void
ht_check_page_alignment(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (int i = 0; i < SIZE_COUNT; i++) {
		void *spacer = malloc(40);
		use_and_free(valloc(sizes[i]), sizes[i], page);
		use_and_free(pvalloc(sizes[i]), (sizes[i] + page - 1) / page * page, page);
		free(spacer);
	}
}
