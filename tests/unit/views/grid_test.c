/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "views/fit.h"
#include "views/grid.h"

static void
assert_row(const struct ht_grid *grid, int row, const char *wanted)
{
	struct ht_text text;
	ht_text_init(&text);
	ht_grid_row_text(grid, row, &text);
	assert_string_equal(ht_text_string(&text), wanted);
	ht_text_release(&text);
}

static void
cells_are_filled_and_cut_to_their_width(void **state)
{
	(void)state;
	struct ht_grid *grid = ht_grid_new(20, 1, false);
	ht_grid_put(grid, 0, 0, 5, HT_ALIGN_RIGHT, HT_ROLE_NUMBER, "42");
	ht_grid_put(grid, 0, 6, 5, HT_ALIGN_LEFT, HT_ROLE_NAME, "a long name");
	ht_grid_put(grid, 0, 12, 90, HT_ALIGN_LEFT, HT_ROLE_NAME, "end");
	assert_row(grid, 0, "   42 a lo\xe2\x80\xa6 end");
	assert_int_equal(grid->rows[0].cells[2].width, 8);
	ht_grid_free(grid);
}

static void
nothing_is_put_outside_of_the_grid(void **state)
{
	(void)state;
	struct ht_grid *grid = ht_grid_new(4, 2, true);
	ht_grid_put(grid, -1, 0, 2, HT_ALIGN_LEFT, HT_ROLE_PLAIN, "x");
	ht_grid_put(grid, 2, 0, 2, HT_ALIGN_LEFT, HT_ROLE_PLAIN, "x");
	ht_grid_put(grid, 0, 4, 2, HT_ALIGN_LEFT, HT_ROLE_PLAIN, "x");
	ht_grid_put(grid, 0, 0, 0, HT_ALIGN_LEFT, HT_ROLE_PLAIN, "x");
	ht_grid_select(grid, 9);
	ht_grid_set_background(grid, -3, HT_ROLE_HEADING);
	assert_row(grid, 0, "");
	assert_row(grid, 7, "");
	ht_grid_free(grid);
}

static void
wide_and_joined_characters_never_shift_columns(void **state)
{
	(void)state;
	static const char *const names[] = { "plain", "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2",
		"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81", "\xcc\x81", "\xef\xb8\x8f\xef\xb8\x8f",
		"bad\xff", "tab\t\033[2J", "" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		for (int width = 1; width < 9; width++) {
			struct ht_grid *grid = ht_grid_new(10, 1, false);
			ht_grid_put(grid, 0, 0, width, HT_ALIGN_LEFT, HT_ROLE_NAME, names[i]);
			assert_int_equal(ht_fit_width(grid->rows[0].cells[0].text, false), width);
			ht_grid_free(grid);
		}
	}
}

static void
control_bytes_never_get_into_a_cell(void **state)
{
	(void)state;
	for (int ascii = 0; ascii <= 1; ascii++) {
		struct ht_grid *grid = ht_grid_new(8, 255, ascii != 0);
		for (int byte = 1; byte < 256; byte++) {
			char name[] = { 'a', (char)byte, '[', '\0' };
			ht_grid_put(grid, byte - 1, 0, 8, HT_ALIGN_LEFT, HT_ROLE_NAME, name);
			const char *text = grid->rows[byte - 1].cells[0].text;
			for (const char *c = text; *c != '\0'; c++)
				assert_true((unsigned char)*c >= 0x20 && *c != 0x7f &&
					    (unsigned char)*c < 0x80);
		}
		ht_grid_free(grid);
	}
}

static void
ascii_grids_hold_nothing_else(void **state)
{
	(void)state;
	struct ht_grid *grid = ht_grid_new(30, 1, true);
	ht_grid_put(grid, 0, 0, 4, HT_ALIGN_LEFT, HT_ROLE_NAME, "na\xc3\xafve name");
	ht_grid_put_bar(grid, 0, 5, 10, 0.55);
	assert_row(grid, 0, "na?~ #####.....");
	ht_grid_free(grid);
}

static void
bars_are_filled_by_half_columns_within_bounds(void **state)
{
	(void)state;
	struct ht_grid *grid = ht_grid_new(4, 5, false);
	ht_grid_put_bar(grid, 0, 0, 4, 0.375);
	ht_grid_put_bar(grid, 1, 0, 4, 7.0);
	ht_grid_put_bar(grid, 2, 0, 4, -1.0);
	ht_grid_put_bar(grid, 3, 0, 4, 0.0 / 0.0 * 1.0);
	assert_row(grid, 0, "\xe2\x96\x88\xe2\x96\x8c\xc2\xb7\xc2\xb7");
	assert_row(grid, 1, "\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88");
	assert_row(grid, 2, "\xc2\xb7\xc2\xb7\xc2\xb7\xc2\xb7");
	assert_row(grid, 3, "\xc2\xb7\xc2\xb7\xc2\xb7\xc2\xb7");
	ht_grid_free(grid);
}

static void
lines_break_at_blanks(void **state)
{
	(void)state;
	struct ht_grid *grid = ht_grid_new(10, 4, false);
	assert_int_equal(
	    ht_grid_put_lines(grid, 0, 4, HT_ROLE_PLAIN, "one two three abcdefghijklm"), 4);
	assert_row(grid, 0, "one two");
	assert_row(grid, 1, "three");
	assert_row(grid, 2, "abcdefghij");
	assert_row(grid, 3, "klm");
	ht_grid_free(grid);
}

int
main(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_are_filled_and_cut_to_their_width),
		cmocka_unit_test(nothing_is_put_outside_of_the_grid),
		cmocka_unit_test(wide_and_joined_characters_never_shift_columns),
		cmocka_unit_test(control_bytes_never_get_into_a_cell),
		cmocka_unit_test(ascii_grids_hold_nothing_else),
		cmocka_unit_test(bars_are_filled_by_half_columns_within_bounds),
		cmocka_unit_test(lines_break_at_blanks),
	};
	return cmocka_run_group_tests_name("views/grid", tests, NULL, NULL);
}
