/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "example_frame.h"
#include "export/table.h"

static void
assert_table(bool lists, struct ht_table_options options, const char *expected)
{
	struct ht_frame *frame = example_frame_new();
	if (!lists)
		frame->processes[EXAMPLE_WORKERS].detail = 0;
	struct ht_text text;
	ht_text_init(&text);
	assert_int_equal(ht_table_write(frame, &options, &text), 0);
	assert_string_equal(ht_text_string(&text), expected);
	ht_text_release(&text);
	ht_frame_free(frame);
}

static void
rows_are_aligned_and_printable(void **state)
{
	(void)state;
	assert_table(false, (struct ht_table_options){ 0 },
	    " PID USER  RES HEAP PEAK +RATE/s BLOCKS THR CPU% SRC     COMMAND\n"
	    "4242 www  512K 1.0K 2.0K    1.5K     10   2    - segment ./workers --threads 2\n"
	    "   7 1000    -    -    -       -      -   -    - -       /bin/p ?? ?\"\\ "
	    "\xf0\x9f\x98\x80\n"
	    "  99 -       -    -    -       -      -   -    - dead    dead\n");
}

static void
lines_are_cut_to_the_terminal(void **state)
{
	(void)state;
	assert_table(false, (struct ht_table_options){ .width = 12, .ascii_only = true },
	    " PID USER  R\n4242 www  51\n   7 1000   \n  99 -      \n");
}

static void
lists_stand_below_their_process(void **state)
{
	(void)state;
	assert_table(true, (struct ht_table_options){ .ascii_only = true },
	    " PID USER  RES HEAP PEAK +RATE/s BLOCKS THR CPU% SRC     COMMAND\n"
	    "4242 www  512K 1.0K 2.0K    1.5K     10   2    - segment ./workers --threads 2\n"
	    "   TID S CPU% +RATE/s ALLOC FREED ALLOCS FREES THREAD\n"
	    "  4242 S    -       -     0     -      -     - workers\n"
	    "  4243 R 12.2       -  4.0K     -      -     - a ?[31mb\n"
	    "     - -    -       -    30    20      3     2 (3 exited threads)\n"
	    "    SIZE ALLOCS FREES BLOCKS\n"
	    "      16     12     3      9\n"
	    "  larger      1     2      -\n"
	    "  TIME         EVENT  TID TOOK BEFORE AFTER ASKED LABEL\n"
	    "  09:00:00.000 oom   4243    -      -     -  1.0M malloc 1048576\n"
	    "\n"
	    "PID USER RES HEAP PEAK +RATE/s BLOCKS THR CPU% SRC COMMAND\n"
	    "  7 1000   -    -    -       -      -   -    - -   /bin/p ?? ?\"\\ ?\n"
	    "\n"
	    "PID USER RES HEAP PEAK +RATE/s BLOCKS THR CPU% SRC  COMMAND\n"
	    " 99 -      -    -    -       -      -   -    - dead dead\n");
}

static void
no_cell_but_the_last_has_blanks(void **state)
{
	(void)state;
	struct ht_frame *frame = example_frame_new();
	frame->process_count = 1;
	frame->instrumented_count = 1;
	frame->processes[0].detail = 0;
	frame->processes[0].user = "two words";
	struct ht_text text;
	ht_text_init(&text);
	assert_int_equal(ht_table_write(frame, &(struct ht_table_options){ 0 }, &text), 0);
	assert_non_null(strstr(ht_text_string(&text), "\n4242 two_words "));
	ht_text_release(&text);
	ht_frame_free(frame);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_aligned_and_printable),
		cmocka_unit_test(lines_are_cut_to_the_terminal),
		cmocka_unit_test(lists_stand_below_their_process),
		cmocka_unit_test(no_cell_but_the_last_has_blanks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
