/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static void
appending_grows_and_clearing_keeps(void **state)
{
	(void)state;
	struct ht_text text;
	ht_text_init(&text);
	assert_string_equal(ht_text_string(&text), "");
	for (int i = 0; i < 1000; i++)
		ht_text_add_format(&text, "%d,", i % 10);
	assert_int_equal(text.length, 2000);
	assert_int_equal(strlen(ht_text_string(&text)), 2000);
	ht_text_clear(&text);
	assert_string_equal(ht_text_string(&text), "");
	ht_text_add(&text, "ab\0c", 4);
	assert_int_equal(text.length, 4);
	assert_false(text.failed);
	ht_text_release(&text);
}

static void
formats_of_any_length_are_appended(void **state)
{
	(void)state;
	struct ht_text text;
	ht_text_init(&text);
	for (int length = 0; length < 300; length++) {
		ht_text_clear(&text);
		ht_text_add_format(&text, "%*s", length, "");
		ht_text_add_format(&text, "%s|", "");
		assert_int_equal(text.length, length + 1);
		assert_int_equal(strlen(ht_text_string(&text)), length + 1);
		assert_int_equal(ht_text_string(&text)[length], '|');
		ht_text_release(&text);
	}
}

static void
numbers_and_blanks_are_appended(void **state)
{
	(void)state;
	struct ht_text text;
	ht_text_init(&text);
	ht_text_add_unsigned(&text, 0);
	ht_text_add_blanks(&text, 3);
	ht_text_add_unsigned(&text, 1234567890);
	ht_text_add_blanks(&text, 0);
	ht_text_add_unsigned(&text, UINT64_MAX);
	assert_string_equal(ht_text_string(&text), "0   123456789018446744073709551615");
	ht_text_release(&text);
}

static void
a_lost_append_is_remembered(void **state)
{
	(void)state;
	struct ht_text text;
	ht_text_init(&text);
	ht_text_add_string(&text, "kept");
	ht_text_add(&text, "x", SIZE_MAX - 2);
	ht_text_add_blanks(&text, SIZE_MAX - 2);
	assert_true(text.failed);
	assert_string_equal(ht_text_string(&text), "kept");
	ht_text_release(&text);
}

static void
assert_printable(const char *raw, bool ascii_only, const char *safe)
{
	struct ht_text text;
	ht_text_init(&text);
	ht_text_add_printable(&text, raw, ascii_only);
	assert_string_equal(ht_text_string(&text), safe);
	ht_text_release(&text);
}

static void
nothing_reaches_the_terminal_but_letters(void **state)
{
	(void)state;
	assert_printable("a) S 1\n(b", false, "a) S 1?(b");
	assert_printable("\033[31mred\007\177", false, "?[31mred??");
	assert_printable("caf\xc3\xa9", false, "caf\xc3\xa9");
	assert_printable("caf\xc3\xa9", true, "caf?");
	assert_printable("\xc2\x9b"
			 "31m",
	    false, "?31m"); /* C1: CSI */
	assert_printable("\x9b"
			 "31m",
	    false, "?31m"); /* the same as a lone byte */
	assert_printable("a\xe2\x80\xae"
			 "b",
	    false, "a?b");                              /* right-to-left override */
	assert_printable("\xed\xa0\x80", false, "???"); /* a surrogate */
	assert_printable("\xc0\xaf", false, "??");      /* an overlong slash */
	assert_printable("\xf0\x9f\x98", false, "???"); /* cut short */
	assert_printable("\xef\xbf\xbd", false, "?");   /* what others show for it */
}

static void
utf8_is_decoded_strictly(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t length;
		size_t taken;
		unsigned code;
	} cases[] = {
		{ "A", 1, 1, 'A' },
		{ "\xc2\x80", 2, 2, 0x80 },
		{ "\xdf\xbf", 2, 2, 0x7ff },
		{ "\xe0\xa0\x80", 3, 3, 0x800 },
		{ "\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff },
		{ "\xf4\x90\x80\x80", 4, 1, 0xfffd },
		{ "\xe0\x9f\xbf", 3, 1, 0xfffd },
		{ "\xf0\x8f\xbf\xbf", 4, 1, 0xfffd },
		{ "\x80", 1, 1, 0xfffd },
		{ "\xe2\x82\xac", 2, 1, 0xfffd },
		{ "\xff", 1, 1, 0xfffd },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned code;
		assert_int_equal(
		    ht_utf8_decode(cases[i].bytes, cases[i].length, &code), cases[i].taken);
		assert_int_equal(code, cases[i].code);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appending_grows_and_clearing_keeps),
		cmocka_unit_test(formats_of_any_length_are_appended),
		cmocka_unit_test(numbers_and_blanks_are_appended),
		cmocka_unit_test(a_lost_append_is_remembered),
		cmocka_unit_test(nothing_reaches_the_terminal_but_letters),
		cmocka_unit_test(utf8_is_decoded_strictly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
