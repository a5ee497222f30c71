/* SPDX-License-Identifier: MIT */
/* Checks of realloc and reallocarray. */
#include "config.h"

#include "allocator_check.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

void
ht_check_realloc_null(void)
{
	for (size_t size = 1; size < 300000; size = size * 3 / 2 + 1) {
		void *block = realloc(NULL, size);
		HT_REQUIRE(block != NULL);
		HT_REQUIRE(malloc_usable_size(block) >= size);
		ht_pattern_fill(block, size, 1);
		free(block);
	}
	void *nothing = realloc(NULL, 0);
	ht_check_observe("realloc(NULL, 0) gives a block", nothing != NULL);
	free(nothing);
}

/* What isn't freed would add up to 2 GB. */
void
ht_check_realloc_zero(void)
{
	enum { ROUNDS = 20000, SIZE = 100000, MOST_GROWTH = 100 << 20 };
	size_t blocks = 0;
	size_t before = ht_address_space_bytes();

	for (int i = 0; i < ROUNDS; i++) {
		void *block = malloc(SIZE);
		HT_REQUIRE(block != NULL);
		errno = ERANGE;
		block = realloc(block, 0);
		HT_REQUIRE(errno == ERANGE);
		blocks += block != NULL;
		free(block);
	}
	ht_check_observe("realloc(p, 0) gives a block", blocks > 0);
	HT_REQUIRE(ht_address_space_bytes() < before + MOST_GROWTH);
}

static size_t
smaller(size_t one, size_t two)
{
	return one < two ? one : two;
}

/* Through SIZES, with a block behind it so that it can't always grow in place. */
static void
walk(const size_t *sizes, size_t count)
{
	void *block = malloc(sizes[0]);

	HT_REQUIRE(block != NULL);
	ht_pattern_fill(block, sizes[0], 0);
	for (unsigned i = 1; i < count; i++) {
		void *neighbour = malloc(24);
		block = realloc(block, sizes[i]);
		HT_REQUIRE(block != NULL);
		HT_REQUIRE(malloc_usable_size(block) >= sizes[i]);
		HT_REQUIRE(ht_pattern_holds(block, smaller(sizes[i - 1], sizes[i]), i - 1));
		ht_pattern_fill(block, sizes[i], i);
		free(neighbour);
	}
	free(block);
}

void
ht_check_realloc_keeps_content(void)
{
	static const size_t small[] = { 1, 24, 25, 40, 500, 1032, 1033, 600, 32, 1, 4096, 16 };
	static const size_t large[] = { 100, 70000, 200000, 1 << 20, 5 << 20, 3 << 20, 200000,
		130000, 70000, 12, 1 << 24, 8 };
	size_t steps[200];

	walk(small, sizeof(small) / sizeof(small[0]));
	walk(large, sizeof(large) / sizeof(large[0]));
	for (size_t i = 0; i < 200; i++)
		steps[i] = 1 + i * 37;
	walk(steps, 200);
}

void
ht_check_realloc_random_walk(void)
{
	enum { COUNT = 1000, ROUNDS = 20000 };
	static void *blocks[COUNT];
	static size_t sizes[COUNT];
	uint32_t random = 99;

	for (unsigned round = 0; round < ROUNDS; round++) {
		size_t i = ht_random(&random) % COUNT;
		size_t size = ht_random(&random) % (round % 50 == 0 ? 300000 : 900) + 1;
		blocks[i] = realloc(blocks[i], size);
		HT_REQUIRE(blocks[i] != NULL);
		HT_REQUIRE(ht_pattern_holds(blocks[i], smaller(size, sizes[i]), (unsigned)i));
		ht_pattern_fill(blocks[i], size, (unsigned)i);
		sizes[i] = size;
	}
	for (size_t i = 0; i < COUNT; i++) {
		HT_REQUIRE(ht_pattern_holds(blocks[i], sizes[i], (unsigned)i));
		free(blocks[i]);
	}
}

void
ht_check_realloc_aligned(void)
{
	for (size_t alignment = 16; alignment <= 65536; alignment *= 2) {
		void *block = memalign(alignment, 3000);
		HT_REQUIRE(block != NULL);
		ht_pattern_fill(block, 3000, 5);
		block = realloc(block, 200000);
		HT_REQUIRE(block != NULL && ht_pattern_holds(block, 3000, 5));
		block = realloc(block, 100);
		HT_REQUIRE(block != NULL && ht_pattern_holds(block, 100, 5));
		free(block);
	}
}

/* The block must still be ours: no request may get its memory, and we may free it. */
static void
failed_realloc_keeps(size_t size, size_t request)
{
	enum { OTHERS = 64 };
	void *others[OTHERS];
	void *block = malloc(size);

	HT_REQUIRE(block != NULL);
	ht_pattern_fill(block, size, 9);
	errno = 0;
	void *moved = realloc(block, request);
	HT_REQUIRE(moved == NULL);
	HT_REQUIRE(errno == ENOMEM);
	for (int i = 0; i < OTHERS; i++) {
		others[i] = malloc(size);
		HT_REQUIRE(others[i] != NULL && others[i] != block);
		memset(others[i], 0x5a, size);
	}
	HT_REQUIRE(ht_pattern_holds(block, size, 9));
	for (int i = 0; i < OTHERS; i++)
		free(others[i]);
	free(block);
}

void
ht_check_realloc_failure(void)
{
	static const size_t sizes[] = { 24, 1000, 5000, 200000 };
	const struct rlimit limit = { (rlim_t)1 << 30, (rlim_t)1 << 30 };

	for (int i = 0; i < 4; i++) {
		failed_realloc_keeps(sizes[i], SIZE_MAX);
		failed_realloc_keeps(sizes[i], (size_t)PTRDIFF_MAX + 1);
	}
	HT_REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
	for (int i = 0; i < 4; i++)
		failed_realloc_keeps(sizes[i], (size_t)8 << 30);
}

void
ht_check_reallocarray(void)
{
	static const size_t wrong[][2] = { { SIZE_MAX / 2 + 9, 2 }, { 2, SIZE_MAX / 2 + 9 },
		{ SIZE_MAX, SIZE_MAX }, { (size_t)PTRDIFF_MAX, 2 } };
	char *block = reallocarray(NULL, 10, 100);

	HT_REQUIRE(block != NULL);
	ht_pattern_fill(block, 1000, 3);
	block = reallocarray(block, 70, 1000);
	HT_REQUIRE(block != NULL && malloc_usable_size(block) >= 70000);
	HT_REQUIRE(ht_pattern_holds(block, 1000, 3));
	for (int i = 0; i < 4; i++) {
		errno = 0;
		HT_REQUIRE(reallocarray(block, wrong[i][0], wrong[i][1]) == NULL);
		HT_REQUIRE(errno == ENOMEM);
		HT_REQUIRE(ht_pattern_holds(block, 1000, 3));
	}
	free(block);
}
