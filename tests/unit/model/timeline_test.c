/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/timeline.h"

static const struct ht_timeline_tick ticks[] = { { 100, 1000 }, { 200, 1100 }, { 500, 1400 },
	{ 501, 900 }, { 900, 1300 } };
static const struct ht_timeline timeline = { ticks, sizeof(ticks) / sizeof(ticks[0]), 0 };

static void
finds_the_tick_at_or_before_a_time(void **state)
{
	(void)state;
	assert_int_equal(ht_timeline_find(&timeline, 0), 0);
	assert_int_equal(ht_timeline_find(&timeline, 100), 0);
	assert_int_equal(ht_timeline_find(&timeline, 199), 0);
	assert_int_equal(ht_timeline_find(&timeline, 200), 1);
	assert_int_equal(ht_timeline_find(&timeline, 500), 2);
	assert_int_equal(ht_timeline_find(&timeline, 501), 3);
	assert_int_equal(ht_timeline_find(&timeline, 899), 3);
	assert_int_equal(ht_timeline_find(&timeline, UINT64_MAX), 4);
}

static void
takes_the_last_one_where_the_clock_was_set_back(void **state)
{
	(void)state;
	assert_int_equal(ht_timeline_find_realtime(&timeline, 1200), 3);
	assert_int_equal(ht_timeline_find_realtime(&timeline, 1300), 4);
	assert_int_equal(ht_timeline_find_realtime(&timeline, 2000), 4);
	assert_int_equal(ht_timeline_find_realtime(&timeline, 899), 0);
}

static void
is_as_long_as_from_its_first_tick_to_its_last(void **state)
{
	(void)state;
	const struct ht_timeline one = { ticks, 1, 0 };
	assert_int_equal(ht_timeline_span_ns(&timeline), 800);
	assert_int_equal(ht_timeline_span_ns(&one), 0);
	assert_int_equal(ht_timeline_find(&one, 5000), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_tick_at_or_before_a_time),
		cmocka_unit_test(takes_the_last_one_where_the_clock_was_set_back),
		cmocka_unit_test(is_as_long_as_from_its_first_tick_to_its_last),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
