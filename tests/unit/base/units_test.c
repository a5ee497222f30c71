/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/units.h"

static void
bytes_fit_five_characters(void **state)
{
	(void)state;
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{ 0, "0" },
		{ 999, "999" },
		{ 1000, "1.0K" },
		{ 1024, "1.0K" },
		{ 1023 * 1024, "1.0M" },
		{ UINT64_C(38) << 20, "38.0M" },
		{ UINT64_C(512) << 20, "512M" },
		{ UINT64_MAX, "16.0E" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[HT_UNITS_TEXT_BYTES];
		ht_units_bytes(cases[i].bytes, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void
durations_are_read_with_their_units(void **state)
{
	(void)state;
	uint64_t ns;
	assert_int_equal(ht_units_parse_duration("2", &ns), 0);
	assert_int_equal(ns, 2000000000);
	assert_int_equal(ht_units_parse_duration("0.5", &ns), 0);
	assert_int_equal(ns, 500000000);
	assert_int_equal(ht_units_parse_duration("500ms", &ns), 0);
	assert_int_equal(ns, 500000000);
	assert_int_equal(ht_units_parse_duration("", &ns), -EINVAL);
	assert_int_equal(ht_units_parse_duration("-1", &ns), -EINVAL);
	assert_int_equal(ht_units_parse_duration("inf", &ns), -EINVAL);
	assert_int_equal(ht_units_parse_duration("0x10", &ns), -EINVAL);
	assert_int_equal(ht_units_parse_duration("1 s", &ns), -EINVAL);
}

static void
bytes_are_read_with_their_units(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t bytes;
	} good[] = { { "0", 0 }, { "4096", 4096 }, { "16M", 16 << 20 }, { "1.5k", 1536 },
		{ "2GB", UINT64_C(2) << 30 }, { "1t", UINT64_C(1) << 40 }, { "7B", 7 },
		{ ".5K", 512 } };
	static const char *const bad[] = { "", "-1", "K", "1 K", "1KK", "1e3", "inf", "0x10",
		"1.2.3", "9000P", "." };
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		uint64_t bytes = 1;
		assert_int_equal(ht_units_parse_bytes(good[i].text, &bytes), 0);
		assert_int_equal(bytes, good[i].bytes);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t bytes = 1;
		assert_int_equal(ht_units_parse_bytes(bad[i], &bytes), -EINVAL);
	}
}

static void
reals_become_whole_numbers_that_fit(void **state)
{
	(void)state;
	assert_true(ht_units_whole(-1) == 0);
	assert_true(ht_units_whole(NAN) == 0);
	assert_true(ht_units_whole(1.9) == 1);
	assert_true(ht_units_whole(0x1p62) == UINT64_C(1) << 62);
	assert_true(ht_units_whole(0x1p64) == UINT64_C(1) << 63);
	assert_true(ht_units_whole(INFINITY) == UINT64_C(1) << 63);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_fit_five_characters),
		cmocka_unit_test(durations_are_read_with_their_units),
		cmocka_unit_test(bytes_are_read_with_their_units),
		cmocka_unit_test(reals_become_whole_numbers_that_fit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
