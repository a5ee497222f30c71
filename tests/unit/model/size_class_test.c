/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/size_class.h"

/* As glibc makes them, usable sizes are 8 above a multiple of 16: all small classes are as far from their bound. */
static void
classes_add_up_to_the_live_heap(void **state)
{
	(void)state;
	struct ht_size_class classes[] = { { .size_bytes = 32, .allocated_blocks = 10 },
		{ .size_bytes = 48, .allocated_blocks = 30, .freed_blocks = 10 },
		{ .size_bytes = 64, .allocated_blocks = 5, .freed_blocks = 5 } };
	struct ht_heap heap = { .size_classes = classes, .size_class_count = 3 };
	HT_SET_U(&heap.values, HT_HEAP_LIVE, 10 * 24 + 20 * 40);
	ht_size_classes_estimate(&heap);
	assert_int_equal(classes[0].live_blocks, 10);
	assert_int_equal(classes[0].live_bytes_estimate, 240);
	assert_int_equal(classes[1].live_blocks, 20);
	assert_int_equal(classes[1].live_bytes_estimate, 800);
	assert_int_equal(classes[2].live_bytes_estimate, 0);
}

static void
what_can_not_be_told_is_unknown(void **state)
{
	(void)state;
	struct ht_size_class classes[] = {
		{ .size_bytes = 32, .allocated_blocks = 10, .freed_blocks = 11 },
		{ .size_bytes = UINT64_MAX, .allocated_blocks = 2 }
	};
	struct ht_heap heap = { .size_classes = classes, .size_class_count = 2 };
	HT_SET_U(&heap.values, HT_HEAP_LIVE, 1 << 20);
	ht_size_classes_estimate(&heap);
	assert_true(classes[0].live_blocks == UINT64_MAX);
	assert_true(classes[0].live_bytes_estimate == UINT64_MAX);
	classes[0].freed_blocks = 0;
	ht_size_classes_estimate(&heap);
	assert_in_range(classes[0].live_bytes_estimate, 170, 320);
	assert_true(classes[1].live_bytes_estimate == UINT64_MAX);
}

/* A segment may say anything. */
static void
regress_more_than_there_can_be_is_not_nothing(void **state)
{
	(void)state;
	struct ht_size_class classes[] = { { .size_bytes = UINT64_C(1) << 40,
	    .allocated_blocks = UINT64_C(1) << 62 } };
	struct ht_heap heap = { .size_classes = classes, .size_class_count = 1 };
	ht_size_classes_estimate(&heap);
	assert_true(classes[0].live_bytes_estimate == UINT64_C(1) << 63);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_add_up_to_the_live_heap),
		cmocka_unit_test(what_can_not_be_told_is_unknown),
		cmocka_unit_test(regress_more_than_there_can_be_is_not_nothing),
	};
	return cmocka_run_group_tests_name("model/size_class", tests, NULL, NULL);
}
