/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "export/json_writer.h"

static void
assert_string(const char *string, const char *expected)
{
	struct ht_text text;
	struct ht_json_writer json;
	ht_text_init(&text);
	ht_json_begin(&json, &text, false);
	ht_json_string(&json, NULL, string);
	assert_string_equal(ht_text_string(&text), expected);
	ht_text_release(&text);
}

static void
assert_real(double value, const char *expected)
{
	struct ht_text text;
	struct ht_json_writer json;
	ht_text_init(&text);
	ht_json_begin(&json, &text, false);
	ht_json_real(&json, NULL, value);
	assert_string_equal(ht_text_string(&text), expected);
	ht_text_release(&text);
}

static void
strings_are_escaped(void **state)
{
	(void)state;
	assert_string(NULL, "null");
	assert_string("", "\"\"");
	assert_string("a\"b\\c/", "\"a\\\"b\\\\c/\"");
	assert_string("\n\t\x1b\x7f", "\"\\u000a\\u0009\\u001b\\u007f\"");
	assert_string(
	    "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80", "\"gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80\"");
}

static void
strings_hold_no_terminal_control(void **state)
{
	(void)state;
	assert_string("\xc2\x9b", "\"\\u009b\"");                /* C1 */
	assert_string("\xe2\x80\xae", "\"\\u202e\"");            /* turns the text around */
	assert_string("\xf3\xa0\x80\x81", "\"\\udb40\\udc01\""); /* a tag, beyond the first plane */
}

static void
bytes_that_are_no_utf8_are_replaced(void **state)
{
	(void)state;
	assert_string("\xff", "\"\\ufffd\"");
	assert_string("a\xc3", "\"a\\ufffd\"");
	assert_string("\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""); /* a surrogate */
}

static void
reals_have_three_decimals_at_most(void **state)
{
	(void)state;
	assert_real(0, "0");
	assert_real(-0.0001, "0");
	assert_real(12.25, "12.250");
	assert_real(0.9996, "1");
	assert_real(-1.5, "-1.500");
	assert_real(1e15, "1000000000000000");
	assert_real(1e20, "100000000000000000000");
	assert_real(NAN, "null");
	assert_real(INFINITY, "null");
}

static void
nesting_is_indented_or_not(void **state)
{
	(void)state;
	static const char *const expected[] = { "{\"a\": [1, {}], \"b\": []}",
		"{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}" };
	for (int indented = 0; indented < 2; indented++) {
		struct ht_text text;
		struct ht_json_writer json;
		ht_text_init(&text);
		ht_json_begin(&json, &text, indented);
		ht_json_open_object(&json, NULL);
		ht_json_open_array(&json, "a");
		ht_json_unsigned(&json, NULL, 1);
		ht_json_open_object(&json, NULL);
		ht_json_close_object(&json);
		ht_json_close_array(&json);
		ht_json_open_array(&json, "b");
		ht_json_close_array(&json);
		ht_json_close_object(&json);
		assert_string_equal(ht_text_string(&text), expected[indented]);
		ht_text_release(&text);
	}
}

static void
times_are_utc_with_milliseconds(void **state)
{
	(void)state;
	struct ht_text text;
	struct ht_json_writer json;
	ht_text_init(&text);
	ht_json_begin(&json, &text, false);
	ht_json_open_array(&json, NULL);
	ht_json_time(&json, NULL, UINT64_C(1795338000123999999));
	ht_json_time(&json, NULL, 0);
	ht_json_close_array(&json);
	assert_string_equal(
	    ht_text_string(&text), "[\"2026-11-22T09:00:00.123Z\", \"1970-01-01T00:00:00.000Z\"]");
	ht_text_release(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_are_escaped),
		cmocka_unit_test(strings_hold_no_terminal_control),
		cmocka_unit_test(bytes_that_are_no_utf8_are_replaced),
		cmocka_unit_test(reals_have_three_decimals_at_most),
		cmocka_unit_test(nesting_is_indented_or_not),
		cmocka_unit_test(times_are_utc_with_milliseconds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
