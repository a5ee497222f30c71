/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "views/moment.h"

#define SECOND UINT64_C(1000000000)

static void
an_age_of_less_than_a_second_is_now(void **state)
{
	(void)state;
	char text[HT_MOMENT_TEXT_BYTES];
	ht_moment_format_age(0, text);
	assert_string_equal(text, "just now");
	ht_moment_format_age(SECOND - 1, text);
	assert_string_equal(text, "just now");
	ht_moment_format_age(2 * SECOND + SECOND / 2, text);
	assert_string_equal(text, "2.5s ago");
	ht_moment_format_age(UINT64_MAX, text);
	assert_string_not_equal(text, "just now");
}

static void
another_day_has_its_date(void **state)
{
	(void)state;
	char text[HT_MOMENT_TEXT_BYTES];
	setenv("TZ", "UTC", 1);
	tzset();
	ht_moment_format(10 * SECOND, 20 * SECOND, text);
	assert_string_equal(text, "00:00:10");
	ht_moment_format(10 * SECOND, 100000 * SECOND, text);
	assert_string_equal(text, "Jan  1 00:00");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_age_of_less_than_a_second_is_now),
		cmocka_unit_test(another_day_has_its_date),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
