/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "views/sparkline.h"

enum { MOST = 16 };

/* Buckets of VALUES, below 0: unknown. */
static const struct ht_history_bucket *
buckets_of(const double *values, size_t count)
{
	static struct ht_history_bucket buckets[MOST];
	memset(buckets, 0, sizeof(buckets));
	for (size_t i = 0; i < count; i++)
		if (values[i] >= 0)
			buckets[i] =
			    (struct ht_history_bucket){ true, values[i], values[i], values[i] };
	return buckets;
}

static void
rises_from_the_lowest_to_the_highest(void **state)
{
	(void)state;
	static const double values[] = { 100, 200, 300, 400, 500, 600, 700, 800 };
	char out[64];
	ht_graph_sparkline(buckets_of(values, 8), 8, false, out, sizeof(out));
	assert_string_equal(out, "\xe2\x96\x81\xe2\x96\x82\xe2\x96\x83\xe2\x96\x84\xe2\x96\x85\xe2"
				 "\x96\x86\xe2\x96\x87\xe2\x96\x88");
	ht_graph_sparkline(buckets_of(values, 8), 8, true, out, sizeof(out));
	assert_string_equal(out, "_.-=+*%#");
}

static void
unknown_is_a_gap_and_zero_is_not(void **state)
{
	(void)state;
	static const double values[] = { 0, -1, 70, -1, -1 };
	char out[64];
	ht_graph_sparkline(buckets_of(values, 5), 5, true, out, sizeof(out));
	assert_string_equal(out, "_ #  ");
	static const double nothing[] = { -1, -1 };
	ht_graph_sparkline(buckets_of(nothing, 2), 2, false, out, sizeof(out));
	assert_string_equal(out, "  ");
}

static void
a_steady_figure_stands_in_the_middle(void **state)
{
	(void)state;
	static const double steady[] = { 5e9, 5e9, 5e9 };
	static const double nearly[] = { 5e9, 5.01e9, 5e9 };
	static const double zero[] = { 0, 0, 0 };
	char out[64];
	ht_graph_sparkline(buckets_of(steady, 3), 3, true, out, sizeof(out));
	assert_string_equal(out, "===");
	ht_graph_sparkline(buckets_of(nearly, 3), 3, true, out, sizeof(out));
	assert_string_equal(out, "===");
	ht_graph_sparkline(buckets_of(zero, 3), 3, true, out, sizeof(out));
	assert_string_equal(out, "===");
}

static void
rates_stand_on_zero(void **state)
{
	(void)state;
	static const double values[] = { 350, 700, 0 };
	static const double zero[] = { 0, 0 };
	char out[64];
	ht_graph_sparkline_from_zero(buckets_of(values, 3), 3, true, out, sizeof(out));
	assert_string_equal(out, "+#_");
	ht_graph_sparkline_from_zero(buckets_of(zero, 2), 2, true, out, sizeof(out));
	assert_string_equal(out, "__");
}

static void
never_ends_within_a_character(void **state)
{
	(void)state;
	static const double values[] = { 1, 1, 1, 1 };
	char out[64];
	for (size_t size = 1; size < 16; size++) {
		memset(out, 'x', sizeof(out));
		ht_graph_sparkline(buckets_of(values, 4), 4, false, out, size);
		assert_int_equal(strlen(out) % HT_SPARKLINE_CHARACTER_BYTES, 0);
		assert_true(strlen(out) < size);
		assert_true(out[size] == 'x');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rises_from_the_lowest_to_the_highest),
		cmocka_unit_test(unknown_is_a_gap_and_zero_is_not),
		cmocka_unit_test(a_steady_figure_stands_in_the_middle),
		cmocka_unit_test(rates_stand_on_zero),
		cmocka_unit_test(never_ends_within_a_character),
	};
	return cmocka_run_group_tests_name("views/sparkline", tests, NULL, NULL);
}
