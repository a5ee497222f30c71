/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/maps.h"
#include "model/sample.h"

#define MIB UINT64_C(1048576)

/* 100 MiB: 40 of heap, 10 of arenas, 20 anonymous, 5 stacks, 15 of files, 10 shared. */
static struct ht_maps
example_maps(void)
{
	struct ht_maps maps = { .monotonic_ns = 1, .allocator = HT_ALLOCATOR_GLIBC };
	maps.kinds[HT_MAP_HEAP].resident = 40 * MIB;
	maps.kinds[HT_MAP_ARENA].resident = 10 * MIB;
	maps.kinds[HT_MAP_ANONYMOUS].resident = 20 * MIB;
	maps.kinds[HT_MAP_STACK].resident = 1 * MIB;
	maps.kinds[HT_MAP_THREAD_STACK].resident = 4 * MIB;
	maps.kinds[HT_MAP_FILE_TEXT].resident = 9 * MIB;
	maps.kinds[HT_MAP_FILE_DATA].resident = 6 * MIB;
	maps.kinds[HT_MAP_SHARED].resident = 10 * MIB;
	maps.total.resident = 100 * MIB;
	maps.has_thread_stacks = true;
	return maps;
}

static struct ht_size_class classes[] = {
	{ .size_bytes = 16, .allocated_blocks = 9, .freed_blocks = 9 },
	{ .size_bytes = 1024, .allocated_blocks = 30000, .freed_blocks = 9360 },
	{ .size_bytes = 16 * MIB, .allocated_blocks = 1, .freed_blocks = 0 },
};

static struct ht_heap_sample
example_heap(uint64_t live_bytes, uint64_t live_blocks)
{
	struct ht_heap_sample heap = { .size_classes = classes, .size_class_count = 3 };
	HT_SET_U(&heap.values, HT_HEAP_LIVE, live_bytes);
	HT_SET_U(&heap.values, HT_HEAP_LIVE_BLOCKS, live_blocks);
	return heap;
}

static bool
knows(const struct ht_maps *maps, enum ht_resident_part part)
{
	return ((maps->resident.present >> part) & 1u) != 0;
}

static bool
estimates(const struct ht_maps *maps, enum ht_resident_part part)
{
	return ((maps->resident.estimated >> part) & 1u) != 0;
}

static void
all_memory_gets_a_name(void **state)
{
	(void)state;
	struct ht_maps maps = example_maps();
	/* 20 MiB in small blocks by the middle of their class, 16 in one that is a mapping of its own. */
	struct ht_heap_sample heap = example_heap(36 * MIB, 40961);
	ht_maps_divide(&maps, &heap);
	assert_true(ht_maps_are_valid(&maps));
	assert_int_equal(maps.resident.total_bytes, 100 * MIB);
	assert_int_equal(maps.resident.bytes[HT_RESIDENT_LIVE], 36 * MIB);
	assert_int_equal(maps.resident.bytes[HT_RESIDENT_OVERHEAD], 40961 * 8);
	/* What no large block can fill of the 20 anonymous MiB isn't the allocator's. */
	uint64_t held = 36 * MIB + 40961 * 8 + maps.resident.bytes[HT_RESIDENT_FREE];
	assert_true(held >= 65 * MIB && held <= 67 * MIB);
	assert_int_equal(maps.resident.bytes[HT_RESIDENT_STACKS], 5 * MIB);
	assert_int_equal(maps.resident.bytes[HT_RESIDENT_FILES], 15 * MIB);
	assert_int_equal(maps.resident.bytes[HT_RESIDENT_REST], 80 * MIB - held);
	assert_false(knows(&maps, HT_RESIDENT_HEAP));
	assert_true(estimates(&maps, HT_RESIDENT_LIVE));
	assert_true(estimates(&maps, HT_RESIDENT_STACKS));
	assert_false(estimates(&maps, HT_RESIDENT_FILES));
}

static void
live_is_not_more_than_resident(void **state)
{
	(void)state;
	struct ht_maps maps = example_maps();
	struct ht_heap_sample heap = example_heap(500 * MIB, 10);
	ht_maps_divide(&maps, &heap);
	assert_true(ht_maps_are_valid(&maps));
	assert_int_equal(maps.resident.bytes[HT_RESIDENT_LIVE], 70 * MIB);
	assert_false(knows(&maps, HT_RESIDENT_FREE));
	assert_int_equal(maps.resident.bytes[HT_RESIDENT_REST], 10 * MIB);
}

static void
another_allocator_has_unknown_costs(void **state)
{
	(void)state;
	struct ht_maps maps = example_maps();
	maps.allocator = HT_ALLOCATOR_UNKNOWN;
	struct ht_heap_sample heap = example_heap(36 * MIB, 40961);
	ht_maps_divide(&maps, &heap);
	assert_true(ht_maps_are_valid(&maps));
	assert_true(knows(&maps, HT_RESIDENT_LIVE));
	assert_false(knows(&maps, HT_RESIDENT_OVERHEAD));
	assert_false(knows(&maps, HT_RESIDENT_FREE));
}

static void
a_heap_that_nobody_tells_of_stays_whole(void **state)
{
	(void)state;
	struct ht_maps maps = example_maps();
	ht_maps_divide(&maps, NULL);
	assert_true(ht_maps_are_valid(&maps));
	assert_false(knows(&maps, HT_RESIDENT_LIVE));
	assert_int_equal(maps.resident.bytes[HT_RESIDENT_HEAP], 50 * MIB);
	assert_int_equal(maps.resident.bytes[HT_RESIDENT_REST], 30 * MIB);
}

static void
blocks_of_unknown_size_divide_nothing(void **state)
{
	(void)state;
	struct ht_maps maps = example_maps();
	struct ht_heap_sample heap = example_heap(0, 10);
	heap.bytes_unknown = true;
	ht_maps_divide(&maps, &heap);
	assert_false(knows(&maps, HT_RESIDENT_LIVE));
	assert_true(knows(&maps, HT_RESIDENT_HEAP));
}

static void
nothing_read_is_nothing_known(void **state)
{
	(void)state;
	struct ht_maps maps = example_maps();
	maps.monotonic_ns = 0;
	ht_maps_divide(&maps, NULL);
	assert_int_equal(maps.resident.present, 0);
	maps = example_maps();
	maps.kinds[HT_MAP_FILE_TEXT].resident = maps.total.resident = UINT64_MAX;
	ht_maps_divide(&maps, NULL);
	assert_int_equal(maps.resident.present, 0);
	assert_true(ht_maps_are_valid(&maps));
}

static void
an_unknown_figure_makes_an_unknown_sum(void **state)
{
	(void)state;
	struct ht_map_figures sum = { .size = 1, .swap = UINT64_MAX - 1 };
	const struct ht_map_figures added = { .size = 2, .resident = UINT64_MAX, .swap = 5 };
	ht_map_figures_add(&sum, &added);
	assert_int_equal(sum.size, 3);
	assert_true(sum.resident == UINT64_MAX);
	assert_true(sum.swap == UINT64_MAX);
	ht_map_figures_add(&sum, &added);
	assert_true(sum.resident == UINT64_MAX);
}

static void
mappings_of_a_file_are_one_group(void **state)
{
	(void)state;
	struct ht_map list[] = {
		{ .kind = HT_MAP_FILE_TEXT,
		    .name = "/lib/b",
		    .count = 1,
		    .figures = { .size = 1 } },
		{ .kind = HT_MAP_FILE_DATA,
		    .name = "/lib/a",
		    .count = 1,
		    .figures = { .size = 2 } },
		{ .kind = HT_MAP_ANONYMOUS,
		    .name = "[anon:x]",
		    .count = 1,
		    .figures = { .size = 4 } },
		{ .kind = HT_MAP_FILE_DATA,
		    .name = "/lib/b",
		    .count = 1,
		    .figures = { .size = 8 } },
		{ .kind = HT_MAP_ANONYMOUS, .name = "", .count = 7, .figures = { .size = 16 } },
	};
	struct ht_maps maps = { .maps = list, .count = 5 };
	struct ht_arena *arena = ht_arena_new();
	assert_non_null(arena);
	assert_int_equal(ht_maps_group(&maps, arena), 0);
	assert_int_equal(maps.group_count, 3);
	assert_int_equal(maps.groups[0].kind, HT_MAP_ANONYMOUS);
	assert_int_equal(maps.groups[0].count, 8);
	assert_int_equal(maps.groups[0].figures.size, 20);
	assert_string_equal(maps.groups[1].name, "/lib/a");
	assert_string_equal(maps.groups[2].name, "/lib/b");
	assert_int_equal(maps.groups[2].figures.size, 9);
	ht_arena_free(arena);
}

static void
every_kind_and_part_has_its_words(void **state)
{
	(void)state;
	for (int i = 0; i < HT_MAP_KINDS; i++) {
		assert_non_null(ht_map_kind_name((enum ht_map_kind)i));
		assert_non_null(ht_map_kind_help((enum ht_map_kind)i));
	}
	for (int i = 0; i < HT_RESIDENT_PARTS; i++) {
		assert_non_null(ht_resident_part_name((enum ht_resident_part)i));
		assert_non_null(ht_resident_part_help((enum ht_resident_part)i));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_memory_gets_a_name),
		cmocka_unit_test(live_is_not_more_than_resident),
		cmocka_unit_test(another_allocator_has_unknown_costs),
		cmocka_unit_test(a_heap_that_nobody_tells_of_stays_whole),
		cmocka_unit_test(blocks_of_unknown_size_divide_nothing),
		cmocka_unit_test(nothing_read_is_nothing_known),
		cmocka_unit_test(an_unknown_figure_makes_an_unknown_sum),
		cmocka_unit_test(mappings_of_a_file_are_one_group),
		cmocka_unit_test(every_kind_and_part_has_its_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
