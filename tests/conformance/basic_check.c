/* SPDX-License-Identifier: MIT */
/* Checks of malloc, calloc, free and malloc_usable_size. */
#include "config.h"

#include "allocator_check.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static const size_t edge_sizes[] = { 1, 8, 16, 17, 24, 25, 40, 1000, 1024, 1025, 4095, 4096, 4097,
	65536, 131071, 131072, 135168, 1 << 20, (1 << 25) + 1 };

enum { EDGE_COUNT = sizeof(edge_sizes) / sizeof(edge_sizes[0]) };

static void
write_and_free(size_t size)
{
	void *block = malloc(size);

	HT_REQUIRE(block != NULL);
	ht_pattern_fill(block, size, (unsigned)size);
	HT_REQUIRE(ht_pattern_holds(block, size, (unsigned)size));
	free(block);
}

void
ht_check_malloc_is_writable(void)
{
	for (size_t size = 1; size <= 4200; size++)
		write_and_free(size);
	for (size_t i = 0; i < EDGE_COUNT; i++)
		write_and_free(edge_sizes[i]);
}

void
ht_check_malloc_zero(void)
{
	void *one = malloc(0);
	void *two = malloc(0);

	ht_check_observe("malloc(0) gives a block", one != NULL);
	HT_REQUIRE((one != NULL) == (two != NULL));
	HT_REQUIRE(one == NULL || one != two);
	free(one);
	free(two);
}

/* Blocks of all sizes, mixed with frees, so that memory is used again. */
void
ht_check_blocks_do_not_overlap(void)
{
	enum { COUNT = 1000, ROUNDS = 20000 };
	static struct {
		void *memory;
		size_t size;
		unsigned seed;
	} blocks[COUNT];
	uint32_t random = 12345;

	for (unsigned round = 0; round < ROUNDS; round++) {
		size_t i = ht_random(&random) % COUNT;
		HT_REQUIRE(ht_pattern_holds(blocks[i].memory, blocks[i].size, blocks[i].seed));
		free(blocks[i].memory);
		blocks[i].size = ht_random(&random) % (round % 100 == 0 ? 200000 : 700) + 1;
		blocks[i].memory = malloc(blocks[i].size);
		blocks[i].seed = round;
		HT_REQUIRE(blocks[i].memory != NULL);
		ht_pattern_fill(blocks[i].memory, blocks[i].size, blocks[i].seed);
	}
	for (size_t i = 0; i < COUNT; i++) {
		HT_REQUIRE(ht_pattern_holds(blocks[i].memory, blocks[i].size, blocks[i].seed));
		free(blocks[i].memory);
	}
}

/* Several at once, so that some come from bins and some from fresh memory. */
static void
dirty_then_calloc(size_t members, size_t size)
{
	enum { COUNT = 12 };
	void *blocks[COUNT];

	for (int i = 0; i < COUNT; i++) {
		blocks[i] = malloc(members * size);
		HT_REQUIRE(blocks[i] != NULL);
		memset(blocks[i], 0xa5, members * size);
	}
	for (int i = 0; i < COUNT; i++)
		free(blocks[i]);
	for (int i = 0; i < COUNT; i++) {
		blocks[i] = calloc(members, size);
		HT_REQUIRE(blocks[i] != NULL);
		HT_REQUIRE(ht_memory_is_zero(blocks[i], members * size));
		memset(blocks[i], 0xa5, members * size);
	}
	for (int i = 0; i < COUNT; i++)
		free(blocks[i]);
}

void
ht_check_calloc_zeroes(void)
{
	for (size_t size = 1; size <= 1100; size++)
		dirty_then_calloc(1, size);
	for (size_t i = 0; i < EDGE_COUNT - 1; i++) {
		dirty_then_calloc(1, edge_sizes[i]);
		dirty_then_calloc(edge_sizes[i], 3);
	}
}

void
ht_check_calloc_zero_members(void)
{
	static const size_t pairs[][2] = { { 0, 0 }, { 0, 8 }, { 8, 0 }, { 0, SIZE_MAX },
		{ SIZE_MAX, 0 } };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		void *block = calloc(pairs[i][0], pairs[i][1]);
		ht_check_observe("calloc of nothing gives a block", block != NULL);
		free(block);
	}
}

/* Not in every C library, so found by name. */
static struct {
	void (*cfree)(void *);
	void (*free_sized)(void *, size_t);
	void (*free_aligned_sized)(void *, size_t, size_t);
} optional;

static void
find_optional(void)
{
	*(void **)&optional.cfree = dlsym(RTLD_DEFAULT, "cfree");
	*(void **)&optional.free_sized = dlsym(RTLD_DEFAULT, "free_sized");
	*(void **)&optional.free_aligned_sized = dlsym(RTLD_DEFAULT, "free_aligned_sized");
}

void
ht_check_free_null(void)
{
	find_optional();
	free(NULL);
	if (optional.cfree != NULL)
		optional.cfree(NULL);
	if (optional.free_sized != NULL)
		optional.free_sized(NULL, 0);
	if (optional.free_aligned_sized != NULL)
		optional.free_aligned_sized(NULL, 16, 0);
}

/* 30,000 blocks of 100 KB would show if one of them didn't free. */
void
ht_check_free_variants(void)
{
	enum { ROUNDS = 10000, SIZE = 100000, MOST_GROWTH = 100 << 20 };

	find_optional();
	size_t before = ht_address_space_bytes();
	for (int i = 0; i < ROUNDS; i++) {
		if (optional.cfree != NULL)
			optional.cfree(malloc(SIZE));
		if (optional.free_sized != NULL)
			optional.free_sized(calloc(1, SIZE), SIZE);
		if (optional.free_aligned_sized != NULL)
			optional.free_aligned_sized(aligned_alloc(64, 64 * 1563), 64, 64 * 1563);
	}
	HT_REQUIRE(ht_address_space_bytes() < before + MOST_GROWTH);
}

void
ht_check_huge_blocks(void)
{
	const size_t gib = (size_t)1 << 30;
	char *block = malloc(gib);

	HT_REQUIRE(block != NULL);
	HT_REQUIRE(malloc_usable_size(block) >= gib);
	block[0] = 'a';
	block[gib - 1] = 'b';
	block = realloc(block, 2 * gib);
	HT_REQUIRE(block != NULL && block[0] == 'a' && block[gib - 1] == 'b');
	block[2 * gib - 1] = 'c';
	block = realloc(block, gib / 2);
	HT_REQUIRE(block != NULL && block[0] == 'a');
	free(block);

	block = calloc(gib, 1);
	HT_REQUIRE(block != NULL && block[0] == 0 && block[gib - 1] == 0);
	free(block);
	HT_REQUIRE(ht_address_space_bytes() < gib);
}

/*
 * Every block is filled up to its usable size before any is looked at: a size
 * that reaches into a neighbour breaks its pattern, or the allocator's own
 * data, which the frees then meet.
 */
void
ht_check_usable_size(void)
{
	enum { COUNT = 3000 };
	static void *blocks[COUNT];
	static size_t usable[COUNT];
	size_t sum = 0;

	HT_REQUIRE(malloc_usable_size(NULL) == 0);
	for (size_t i = 0; i < COUNT; i++) {
		size_t size = i < 2900 ? i : i * 64;
		blocks[i] = i % 7 == 3 ? memalign(64, size) : malloc(size);
		HT_REQUIRE(blocks[i] != NULL);
		usable[i] = malloc_usable_size(blocks[i]);
		HT_REQUIRE(usable[i] >= size);
		sum += usable[i];
	}
	for (size_t i = 0; i < COUNT; i++)
		ht_pattern_fill(blocks[i], usable[i], (unsigned)i);
	for (size_t i = 0; i < COUNT; i++) {
		HT_REQUIRE(malloc_usable_size(blocks[i]) == usable[i]);
		HT_REQUIRE(ht_pattern_holds(blocks[i], usable[i], (unsigned)i));
	}
	for (size_t i = 0; i < COUNT; i++)
		free(blocks[(i * 7) % COUNT]);
	ht_check_observe("usable bytes of 3,000 blocks", sum);
}
