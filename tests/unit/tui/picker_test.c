/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <curses.h>

#include "tui/picker.h"

enum { ESCAPE = '\033' };

static struct ht_picker picker;

static int
begin(void **state)
{
	(void)state;
	static const char *const names[] = { "pid", "user", "res", "alloc_rate", "allocated",
		"free_rate" };
	assert_int_equal(ht_picker_open(&picker, "Sort by"), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(ht_picker_add(&picker, names[i], "a note", i), 0);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ht_picker_close(&picker);
	return 0;
}

static void
type(const char *keys)
{
	for (; *keys != '\0'; keys++)
		ht_picker_key(&picker, *keys);
}

static void
arrows_and_letters_move_within_the_list(void **state)
{
	(void)state;
	type("jj");
	assert_int_equal(picker.index, 2);
	ht_picker_key(&picker, KEY_UP);
	assert_int_equal(picker.index, 1);
	type("kkkkkkk");
	assert_int_equal(picker.index, 0);
	ht_picker_key(&picker, KEY_END);
	assert_int_equal(picker.index, 5);
	ht_picker_key(&picker, KEY_NPAGE);
	assert_int_equal(picker.index, 5);
}

static void
typing_goes_to_the_first_that_begins_so(void **state)
{
	(void)state;
	type("al");
	assert_int_equal(picker.index, 3);
	type("loCA");
	assert_int_equal(picker.index, 4);
	assert_string_equal(picker.typed, "alloCA");
	ht_picker_key(&picker, KEY_BACKSPACE);
	assert_string_equal(picker.typed, "alloC");
	ht_picker_key(&picker, KEY_DOWN);
	assert_int_equal(picker.index, 5);
	assert_string_equal(picker.typed, "");
}

static void
typing_finds_within_names_and_takes_no_letter_that_leads_nowhere(void **state)
{
	(void)state;
	type("_rate");
	assert_int_equal(picker.index, 3);
	type("z");
	assert_string_equal(picker.typed, "_rate");
	for (int i = 0; i < 100; i++)
		ht_picker_key(&picker, KEY_BACKSPACE);
	assert_string_equal(picker.typed, "");
	type("/");
	assert_string_equal(picker.typed, "");
}

static void
enter_takes_and_escape_leaves(void **state)
{
	(void)state;
	type("us");
	assert_int_equal(ht_picker_key(&picker, '\r'), HT_PICKER_CHOSEN);
	assert_int_equal(picker.items[picker.index].id, 1);
	assert_true(picker.open);
	assert_int_equal(ht_picker_key(&picker, ESCAPE), HT_PICKER_CANCELLED);
	assert_false(picker.open);
	begin(NULL);
	assert_int_equal(ht_picker_key(&picker, 'q'), HT_PICKER_CANCELLED);
}

static void
an_empty_list_gives_nothing_to_take(void **state)
{
	(void)state;
	ht_picker_clear(&picker);
	type("jk");
	assert_int_equal(ht_picker_key(&picker, '\r'), HT_PICKER_GOING_ON);
	for (int height = 0; height < 4; height++) {
		struct ht_grid *grid = ht_grid_new(20, 4, true);
		ht_picker_draw(&picker, grid, 0, height);
		ht_grid_free(grid);
	}
}

static void
the_chosen_one_is_always_in_sight(void **state)
{
	(void)state;
	unsigned random = 7;
	for (int i = 0; i < 500; i++) {
		random = random * 1103515245u + 12345u;
		ht_picker_key(&picker, (int)(random >> 16) % KEY_MAX);
		if (!picker.open)
			begin(NULL);
		struct ht_grid *grid = ht_grid_new(1 + (int)(random >> 8) % 60, 10, false);
		int height = 1 + (int)(random >> 20) % 10;
		ht_picker_draw(&picker, grid, 0, height);
		assert_true(picker.index >= picker.top && picker.index < picker.top + picker.page);
		assert_true(picker.index < picker.count);
		ht_grid_free(grid);
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(arrows_and_letters_move_within_the_list),
		TEST(typing_goes_to_the_first_that_begins_so),
		TEST(typing_finds_within_names_and_takes_no_letter_that_leads_nowhere),
		TEST(enter_takes_and_escape_leaves),
		TEST(an_empty_list_gives_nothing_to_take),
		TEST(the_chosen_one_is_always_in_sight),
	};
#undef TEST
	return cmocka_run_group_tests_name("tui/picker", tests, NULL, NULL);
}
