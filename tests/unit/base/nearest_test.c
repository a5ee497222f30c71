/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/nearest.h"

static const char *const words[] = { "json", "ndjson", "table", "snapshot", "run" };

static const char *
nearest(const char *word)
{
	return ht_nearest(word, words, sizeof(words) / sizeof(words[0]));
}

static void
slips_of_the_finger_are_found(void **state)
{
	(void)state;
	assert_string_equal(nearest("jsn"), "json");
	assert_string_equal(nearest("josn"), "json");
	assert_string_equal(nearest("tabel"), "table");
	assert_string_equal(nearest("snapsho"), "snapshot");
	assert_string_equal(nearest("snpashots"), "snapshot");
	assert_string_equal(nearest("rn"), "run");
}

static void
what_is_far_is_not_guessed(void **state)
{
	(void)state;
	assert_null(nearest("frobnicate"));
	assert_null(nearest("xml"));
	assert_null(nearest(""));
	assert_null(nearest("a-word-that-is-longer-than-any-option-could-ever-be"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slips_of_the_finger_are_found),
		cmocka_unit_test(what_is_far_is_not_guessed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
