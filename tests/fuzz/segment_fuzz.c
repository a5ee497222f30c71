/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target of the segment decoder.  An input is a segment's file.  The second copy is
 * the first, and then the first with one word changed at a place that the input itself
 * decides, as if the program had worked in between.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "segment_check.h"

/* A place in the input; the same for the same input. */
static size_t
place_of(const uint8_t *data, size_t size)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ data[i]) * UINT64_C(1099511628211);
	return (size_t)(hash % size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ht_arena *arena = ht_arena_new();
	uint8_t *second = malloc(size);
	if (arena == NULL || (second == NULL && size != 0))
		abort();
	segment_check(data, data, size, size, arena);
	if (size != 0) {
		memcpy(second, data, size);
		second[place_of(data, size)] ^= 0x11;
		segment_check(data, second, size, size, arena);
	}
	free(second);
	ht_arena_free(arena);
	return 0;
}
