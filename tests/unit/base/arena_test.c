/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static void
pieces_are_zeroed_aligned_and_apart(void **state)
{
	(void)state;
	struct ht_arena *arena = ht_arena_new();
	assert_non_null(arena);
	unsigned char *before = NULL;
	for (size_t size = 0; size < 3000; size += 7) {
		unsigned char *piece = ht_arena_alloc(arena, size);
		assert_non_null(piece);
		assert_int_equal((uintptr_t)piece % _Alignof(max_align_t), 0);
		assert_ptr_not_equal(piece, before);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(piece[i], 0);
		memset(piece, 0xff, size);
		before = piece;
	}
	ht_arena_free(arena);
}

static void
reset_gives_the_same_memory_zeroed_again(void **state)
{
	(void)state;
	struct ht_arena *arena = ht_arena_new();
	memset(ht_arena_alloc(arena, 1000), 0xff, 1000);
	memset(ht_arena_alloc(arena, 200000), 0xff, 200000);
	size_t held = 0;
	for (int round = 0; round < 10; round++) {
		ht_arena_reset(arena);
		const unsigned char *small = ht_arena_alloc(arena, 1000);
		const unsigned char *large = ht_arena_alloc(arena, 200000);
		assert_int_equal(small[999] + large[0] + large[199999], 0);
		/* The same work needs no more memory, once pieces have found their chunks. */
		if (round >= 2)
			assert_int_equal(ht_arena_held_bytes(arena), held);
		held = ht_arena_held_bytes(arena);
	}
	ht_arena_free(arena);
	ht_arena_free(NULL);
}

static void
sizes_that_overflow_are_refused(void **state)
{
	(void)state;
	struct ht_arena *arena = ht_arena_new();
	assert_null(ht_arena_array(arena, SIZE_MAX / 2 + 9, 2));
	assert_null(ht_arena_alloc(arena, SIZE_MAX));
	assert_null(ht_arena_text(arena, "x", SIZE_MAX));
	assert_non_null(ht_arena_array(arena, 0, 8));
	ht_arena_free(arena);
}

static void
text_is_copied_to_its_length(void **state)
{
	(void)state;
	struct ht_arena *arena = ht_arena_new();
	assert_string_equal(ht_arena_text(arena, "redis-server", 5), "redis");
	assert_string_equal(ht_arena_text(arena, NULL, 0), "");
	ht_arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
		cmocka_unit_test(reset_gives_the_same_memory_zeroed_again),
		cmocka_unit_test(sizes_that_overflow_are_refused),
		cmocka_unit_test(text_is_copied_to_its_length),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
