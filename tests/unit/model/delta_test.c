/* SPDX-License-Identifier: MIT */
/* Rates of counters: when they are known, and how they are smoothed. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/delta.h"

#define SECOND UINT64_C(1000000000)

static void
the_first_step_knows_no_rate(void **state)
{
	(void)state;
	struct ht_delta delta = { 0 };
	ht_delta_step(&delta, 1000, SECOND, 0);
	assert_false(delta.is_known);
	ht_delta_step(&delta, 1500, SECOND, 0);
	assert_true(delta.is_known);
	assert_true(delta.per_second == 500.0);
}

static void
no_time_between_gives_no_rate(void **state)
{
	(void)state;
	struct ht_delta delta = { 0 };
	ht_delta_step(&delta, 1000, 0, 0);
	ht_delta_step(&delta, 2000, 0, 0);
	assert_false(delta.is_known);
	ht_delta_step(&delta, 3000, SECOND / 2, 0);
	assert_true(delta.is_known);
	assert_true(delta.per_second == 2000.0);
}

static void
a_counter_that_goes_backwards_starts_anew(void **state)
{
	(void)state;
	struct ht_delta delta = { 0 };
	ht_delta_step(&delta, 5000, SECOND, 0);
	ht_delta_step(&delta, 10, SECOND, 0);
	assert_false(delta.is_known);
	ht_delta_step(&delta, 30, SECOND, 0);
	assert_true(delta.is_known);
	assert_true(delta.per_second == 20.0);
}

static void
smoothing_follows_time_not_steps(void **state)
{
	(void)state;
	struct ht_delta fast = { 0 }, slow = { 0 };
	uint64_t counter = 0;
	ht_delta_step(&fast, 0, 0, 5 * SECOND);
	ht_delta_step(&slow, 0, 0, 5 * SECOND);
	ht_delta_step(&fast, counter, SECOND, 5 * SECOND);
	ht_delta_step(&slow, counter, SECOND, 5 * SECOND);
	for (int i = 0; i < 10; i++) {
		counter += 100;
		ht_delta_step(&fast, counter, SECOND / 10, 5 * SECOND);
	}
	ht_delta_step(&slow, counter, SECOND, 5 * SECOND);
	double difference = fast.per_second - slow.per_second;
	/* As far as a float goes. */
	assert_true(difference < 1e-3 && difference > -1e-3);
	assert_true(slow.per_second > 0.0 && slow.per_second < 1000.0);
}

static void
regress_a_short_first_step_counts_for_little(void **state)
{
	(void)state;
	struct ht_delta delta = { 0 };
	uint64_t counter = 0;
	ht_delta_step(&delta, counter, 0, 5 * SECOND);
	/* Two milliseconds in which nothing happened, by chance; then 1,000 a second. */
	ht_delta_step(&delta, counter, SECOND / 500, 5 * SECOND);
	assert_false(delta.is_known);
	for (int i = 0; i < 3; i++) {
		counter += 1000;
		ht_delta_step(&delta, counter, SECOND, 5 * SECOND);
		assert_true(delta.is_known);
		assert_true(delta.per_second > 990 && delta.per_second < 1001);
	}
	/* A counter that starts anew has nothing to remember. */
	ht_delta_step(&delta, 0, SECOND, 5 * SECOND);
	ht_delta_step(&delta, 7, SECOND, 5 * SECOND);
	assert_true(delta.per_second == 7);
}

static void
before_there_is_enough_a_mean_is_of_what_there_was(void **state)
{
	(void)state;
	struct ht_delta delta = { 0 };
	ht_delta_step(&delta, 0, 0, 1000 * SECOND);
	ht_delta_step(&delta, 100, SECOND, 1000 * SECOND);
	ht_delta_step(&delta, 400, SECOND, 1000 * SECOND);
	ht_delta_step(&delta, 400, 2 * SECOND, 1000 * SECOND);
	assert_true(delta.per_second > 99.5 && delta.per_second < 100.5);
}

static void
a_mean_has_the_precision_of_a_float_and_comes_to_an_end(void **state)
{
	(void)state;
	struct ht_delta delta = { 0 };
	int ticks = 0;
	ht_delta_step(&delta, 0, 0, 5 * SECOND);
	ht_delta_step(&delta, 1000000007, SECOND, 5 * SECOND);
	for (; delta.per_second > 0 && ticks < 300; ticks++) {
		ht_delta_step(&delta, 1000000007, SECOND, 5 * SECOND);
		assert_true(delta.per_second == (double)(float)delta.per_second);
	}
	assert_true(delta.is_known);
	assert_in_range(ticks, 50, 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_step_knows_no_rate),
		cmocka_unit_test(no_time_between_gives_no_rate),
		cmocka_unit_test(a_counter_that_goes_backwards_starts_anew),
		cmocka_unit_test(smoothing_follows_time_not_steps),
		cmocka_unit_test(regress_a_short_first_step_counts_for_little),
		cmocka_unit_test(before_there_is_enough_a_mean_is_of_what_there_was),
		cmocka_unit_test(a_mean_has_the_precision_of_a_float_and_comes_to_an_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
