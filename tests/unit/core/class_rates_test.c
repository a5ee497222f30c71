/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/class_rates.h"

#define SECOND UINT64_C(1000000000)

static void
rates_pair_classes_by_their_size(void **state)
{
	(void)state;
	struct ht_class_rates *rates = NULL;
	struct ht_size_class first[] = { { .size_bytes = 32, .allocated_blocks = 100 } };
	struct ht_size_class second[] = { { .size_bytes = 16, .allocated_blocks = 7 },
		{ .size_bytes = 32, .allocated_blocks = 150 } };
	struct ht_heap heap = { .size_classes = first, .size_class_count = 1 };
	assert_int_equal(ht_class_rates_apply(&rates, &heap, SECOND, false, 0), 0);
	assert_false(first[0].has_rate);
	heap = (struct ht_heap){ .size_classes = second, .size_class_count = 2 };
	assert_int_equal(ht_class_rates_apply(&rates, &heap, 3 * SECOND, true, 0), 0);
	assert_true(second[0].has_rate && second[0].allocated_blocks_per_second == 3.5);
	assert_true(second[1].has_rate && second[1].allocated_blocks_per_second == 25);
	assert_int_equal(ht_class_rates_apply(&rates, &heap, 3 * SECOND, true, 0), 0);
	assert_false(second[0].has_rate || second[1].has_rate);
	ht_class_rates_free(rates);
}

static void
another_run_of_the_program_starts_anew(void **state)
{
	(void)state;
	struct ht_class_rates *rates = NULL;
	struct ht_size_class classes[] = { { .size_bytes = 32, .allocated_blocks = 100 } };
	struct ht_heap heap = { .size_classes = classes, .size_class_count = 1 };
	ht_class_rates_apply(&rates, &heap, SECOND, false, 0);
	ht_class_rates_apply(&rates, &heap, 2 * SECOND, false, 0);
	assert_false(classes[0].has_rate);
	ht_class_rates_free(rates);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_pair_classes_by_their_size),
		cmocka_unit_test(another_run_of_the_program_starts_anew),
	};
	return cmocka_run_group_tests_name("core/class_rates", tests, NULL, NULL);
}
