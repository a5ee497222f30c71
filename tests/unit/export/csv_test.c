/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "example_frame.h"
#include "export/csv.h"

static void
assert_csv(struct ht_frame *frame, const char *names, const char *expected)
{
	struct ht_fields fields;
	struct ht_text text;
	ht_text_init(&text);
	assert_int_equal(ht_fields_parse(names, &fields, NULL), 0);
	assert_int_equal(ht_csv_write_head(&fields, &text), 0);
	assert_int_equal(ht_csv_write(frame, &fields, &text), 0);
	assert_string_equal(ht_text_string(&text), expected);
	ht_text_release(&text);
	ht_frame_free(frame);
}

static void
figures_are_plain_and_unknown_is_empty(void **state)
{
	(void)state;
	assert_csv(example_frame_new(), "time,pid,live,allocated,alloc_rate,swap",
	    "time,pid,live_bytes,allocated_bytes_total,allocated_bytes_per_second,swap_bytes\n"
	    "2026-11-22T09:00:00.123Z,4242,1000,18446744073709551000,1536.500,\n"
	    "2026-11-22T09:00:00.123Z,7,,,,\n"
	    "2026-11-22T09:00:00.123Z,99,,,,\n");
}

static void
hostile_words_are_quoted_and_harmless(void **state)
{
	(void)state;
	assert_csv(example_frame_new(), "name,command",
	    "name,command\n"
	    "workers,\"./workers --threads 2\"\n"
	    "\"a) S??]0;x?\",\"/bin/p ?? ?\"\"\\ \xf0\x9f\x98\x80\"\n"
	    "dead,\n");
}

static void
formulas_are_words(void **state)
{
	(void)state;
	static const char *const names[] = { "=1+1", "+x", "-x", "@x,y", "\tx", "x=1" };
	static const char *const cells[] = { "\"'=1+1\"", "\"'+x\"", "\"'-x\"", "\"'@x,y\"",
		"\"'?x\"", "x=1" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct ht_frame *frame = example_frame_new();
		char expected[64] = "name\n";
		frame->process_count = frame->instrumented_count = 1;
		frame->processes[0].name = names[i];
		strcat(strcat(expected, cells[i]), "\n");
		assert_csv(frame, "name", expected);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_plain_and_unknown_is_empty),
		cmocka_unit_test(hostile_words_are_quoted_and_harmless),
		cmocka_unit_test(formulas_are_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
