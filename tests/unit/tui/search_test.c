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

#include "frames.h"
#include "tui/layout.h"
#include "tui/request.h"

enum { ESCAPE = '\033' };

static struct ht_tui_options options;
static struct ht_screen screen;

static int
begin(void **state)
{
	(void)state;
	options = (struct ht_tui_options){ .only_uid = UINT32_MAX, .sort = ht_sort_default() };
	ht_screen_init(&screen, &options, false);
	ht_screen_set_frame(&screen, frames_mixed());
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ht_screen_release(&screen);
	return 0;
}

static void
type(const char *keys)
{
	for (; *keys != '\0'; keys++)
		ht_screen_key(&screen, (unsigned char)*keys);
}

static int32_t
selected(void)
{
	const struct ht_row_item *row = ht_view_selected(&screen.states[screen.current]);
	return row != NULL ? (int32_t)row->key.id : -1;
}

static void
the_selection_follows_what_is_typed(void **state)
{
	(void)state;
	type("/");
	assert_int_equal(selected(), 5120);
	type("W");
	assert_int_equal(selected(), 4242); /* imgd --workers */
	type("orker");
	assert_int_equal(selected(), 4242);
	ht_screen_key(&screen, KEY_BACKSPACE);
	type("zz");
	assert_int_equal(selected(), 5120);
	assert_non_null(strstr(screen.message, "Workezz"));
	type("\b\b\r");
	assert_int_equal(selected(), 4242);
	assert_false(screen.prompt.open);
}

static void
escape_puts_the_selection_back(void **state)
{
	(void)state;
	type("/mysql");
	assert_int_equal(selected(), 1033);
	ht_screen_key(&screen, ESCAPE);
	assert_int_equal(selected(), 5120);
	assert_false(screen.states[0].anchored);
	type("jj/mysql");
	ht_screen_key(&screen, ESCAPE);
	assert_int_equal(selected(), 877);
}

static void
the_next_and_the_one_before_go_round(void **state)
{
	(void)state;
	static const int32_t rows[] = { 4242, 6001, 4242 };
	type("/work\r");
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(selected(), rows[i]);
		type("n");
	}
	type("g");
	type("N");
	assert_int_equal(selected(), 6001);
	assert_non_null(strstr(screen.message, "bottom"));
	type("N");
	assert_int_equal(selected(), 4242);
	type("/\r");
	assert_int_equal(selected(), 6001);
}

static void
nothing_found_is_said(void **state)
{
	(void)state;
	type("n");
	assert_non_null(strstr(screen.message, "nothing was searched"));
	type("/nowhere\r");
	type("n");
	assert_string_equal(screen.message, "no row here has 'nowhere'");
	assert_int_equal(selected(), 5120);
}

static void
numbers_are_found_from_their_first_digit(void **state)
{
	(void)state;
	type("/42\r");
	assert_int_equal(selected(), 4242);
	type("/033\r");
	assert_non_null(screen.message);
	assert_int_equal(selected(), 4242);
}

static void
threads_are_searched_by_name(void **state)
{
	(void)state;
	type("j");
	ht_screen_key(&screen, '1' + (int)ht_views_index(&ht_view_threads));
	type("/IO\r");
	assert_int_equal(selected(), 4245);
}

static void
a_new_frame_does_not_move_the_origin(void **state)
{
	(void)state;
	type("/mysql");
	ht_screen_set_frame(&screen, frames_mixed());
	assert_int_equal(selected(), 1033);
	ht_screen_key(&screen, ESCAPE);
	assert_int_equal(selected(), 5120);
}

static void
rows_out_of_sight_are_asked_for_their_commands(void **state)
{
	(void)state;
	struct ht_screen_request wanted;
	ht_screen_request_init(&wanted);
	ht_screen_set_frame(&screen, frames_many(300, 0));
	ht_grid_free(ht_layout_draw(&screen, 80, 12));
	ht_screen_request_update(&wanted, &screen);
	assert_in_range(wanted.request.costly_for.count, 1, 12);
	type("/");
	assert_int_equal(ht_screen_request_update(&wanted, &screen), 1);
	assert_int_equal(wanted.request.costly_for.count, 300);
	type("program-299\r");
	assert_int_equal(selected(), 399);
	ht_screen_request_update(&wanted, &screen);
	assert_int_equal(wanted.request.costly_for.count, 300);
	ht_screen_request_release(&wanted);
}

static void
letters_beyond_ascii_are_typed_and_erased_whole(void **state)
{
	(void)state;
	type("/\xc3\xa4\xc3\xb6");
	assert_int_equal(screen.prompt.length, 4);
	ht_screen_key(&screen, KEY_BACKSPACE);
	assert_string_equal(screen.prompt.typed, "\xc3\xa4");
	ht_screen_key(&screen, KEY_BACKSPACE);
	ht_screen_key(&screen, KEY_BACKSPACE);
	assert_int_equal(screen.prompt.length, 0);
}

static void
an_empty_table_can_be_searched(void **state)
{
	(void)state;
	ht_screen_set_frame(&screen, frames_many(0, 0));
	type("/x\rnN");
	assert_int_equal(selected(), -1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(the_selection_follows_what_is_typed),
		TEST(escape_puts_the_selection_back),
		TEST(the_next_and_the_one_before_go_round),
		TEST(nothing_found_is_said),
		TEST(numbers_are_found_from_their_first_digit),
		TEST(threads_are_searched_by_name),
		TEST(a_new_frame_does_not_move_the_origin),
		TEST(rows_out_of_sight_are_asked_for_their_commands),
		TEST(letters_beyond_ascii_are_typed_and_erased_whole),
		TEST(an_empty_table_can_be_searched),
	};
#undef TEST
	return cmocka_run_group_tests_name("tui/search", tests, NULL, NULL);
}
