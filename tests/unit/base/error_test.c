/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

static void
an_error_is_one_safe_sentence(void **state)
{
	(void)state;
	struct ht_error error;
	ht_error_set(&error, HT_ERROR_NO_TARGET, "%d (%s): no such process", 42, "a\033[2Jb\n");
	assert_int_equal(error.code, HT_ERROR_NO_TARGET);
	assert_string_equal(error.text, "42 (a?[2Jb?): no such process");
}

static void
a_long_error_is_cut(void **state)
{
	(void)state;
	struct ht_error error;
	ht_error_set(&error, HT_ERROR_USAGE, "%0600d", 7);
	assert_int_equal(strlen(error.text), sizeof(error.text) - 1);
	ht_error_set(NULL, HT_ERROR_USAGE, "nobody wants to know");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_is_one_safe_sentence),
		cmocka_unit_test(a_long_error_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
