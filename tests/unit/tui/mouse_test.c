/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frames.h"
#include "tui/layout.h"
#include "tui/mouse.h"

static struct ht_tui_options options;
static struct ht_screen screen;

static void
draw(void)
{
	ht_grid_free(ht_layout_draw(&screen, 80, 24));
}

static int
begin(void **state)
{
	(void)state;
	options = (struct ht_tui_options){ .only_uid = UINT32_MAX, .sort = ht_sort_default() };
	ht_screen_init(&screen, &options, false);
	ht_screen_set_frame(&screen, frames_mixed());
	draw();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ht_screen_release(&screen);
	return 0;
}

static enum ht_screen_wish
click(int row, int column)
{
	enum ht_screen_wish wish = ht_mouse_answer(&screen, HT_MOUSE_CLICK, row, column);
	draw();
	return wish;
}

/* The middle of the first target of KIND with INDEX. */
static enum ht_screen_wish
click_target(enum ht_target_kind kind, size_t index)
{
	for (size_t i = 0; i < screen.target_count; i++) {
		const struct ht_target *target = &screen.targets[i];
		if (target->kind == kind && target->index == index)
			return click(target->row, target->column + target->width / 2);
	}
	fail();
	return HT_WISH_NOTHING;
}

static void
a_click_selects_and_a_second_one_opens(void **state)
{
	(void)state;
	assert_int_equal(click(4, 20), HT_WISH_DRAW);
	assert_int_equal(screen.states[0].index, 1);
	click(5, 20);
	assert_int_equal(screen.states[0].index, 2);
	assert_int_equal(screen.current, 0);
	click(5, 70);
	assert_int_not_equal(screen.current, 0);
	assert_int_equal(screen.chosen.pid, 877);
}

static void
the_first_click_on_the_row_selected_from_the_start_opens_nothing(void **state)
{
	(void)state;
	click(3, 20);
	assert_int_equal(screen.current, 0);
	assert_true(screen.states[0].anchored);
	ht_screen_key(&screen, 'j');
	click(3, 20);
	assert_int_equal(screen.current, 0);
	click(3, 20);
	assert_int_not_equal(screen.current, 0);
}

static void
a_heading_sorts_and_then_reverses(void **state)
{
	(void)state;
	click(2, 8);
	assert_int_equal(screen.states[0].sort.field, HT_SORT_PID);
	assert_false(screen.states[0].sort.reversed);
	click(2, 8);
	assert_true(screen.states[0].sort.reversed);
	click(2, 0);
	assert_int_equal(screen.states[0].sort.field, HT_SORT_PID);
	ht_screen_key(&screen, 'P');
	draw();
	click_target(HT_TARGET_HEADING, SIZE_MAX);
	assert_true(screen.states[0].sort.reversed);
}

static void
a_tab_goes_to_its_view(void **state)
{
	(void)state;
	click_target(HT_TARGET_TAB, 1);
	assert_int_equal(screen.current, 1);
	click_target(HT_TARGET_TAB, 0);
	assert_int_equal(screen.current, 0);
}

static void
words_of_the_footer_are_keys(void **state)
{
	(void)state;
	click_target(HT_TARGET_KEY, '/');
	assert_true(screen.prompt.open);
	assert_int_equal(click(4, 20), HT_WISH_NOTHING);
	ht_screen_key(&screen, '\033');
	draw();
	click_target(HT_TARGET_KEY, '?');
	assert_true(screen.help);
	draw();
	ht_mouse_answer(&screen, HT_MOUSE_WHEEL_DOWN, 5, 5);
	assert_int_equal(screen.help_first, 3);
}

/* What is typed behind a key that doesn't ask is taken for keys. */
static void
the_footer_has_no_keys_that_do_nothing(void **state)
{
	(void)state;
	ht_screen_key(&screen, '4');
	struct ht_text text;
	struct ht_grid *grid = ht_layout_draw(&screen, 120, 24);
	ht_text_init(&text);
	ht_grid_row_text(grid, 23, &text);
	assert_non_null(strstr(text.bytes, "F6 Sort"));
	assert_null(strstr(text.bytes, "Filter"));
	assert_null(strstr(text.bytes, "Search"));
	assert_null(strstr(text.bytes, "Tree"));
	ht_text_release(&text);
	ht_grid_free(grid);
}

static void
the_wheel_moves(void **state)
{
	(void)state;
	ht_mouse_answer(&screen, HT_MOUSE_WHEEL_DOWN, 5, 5);
	assert_int_equal(screen.states[0].index, 3);
	ht_mouse_answer(&screen, HT_MOUSE_WHEEL_UP, 5, 5);
	assert_int_equal(screen.states[0].index, 0);
}

static void
a_list_is_chosen_from_by_clicks(void **state)
{
	(void)state;
	ht_screen_key(&screen, 'u');
	draw();
	click(5, 3);
	assert_int_equal(screen.picker.index, 2);
	assert_true(screen.picker.open);
	click(5, 3);
	assert_false(screen.picker.open);
	assert_int_equal(screen.states[0].uid, 33);
}

static void
any_place_can_be_clicked_at_any_time(void **state)
{
	(void)state;
	unsigned random = 5;
	for (int i = 0; i < 3000; i++) {
		random = random * 1103515245u + 12345u;
		int row = (int)(random >> 16) % 30 - 3, column = (int)(random >> 8) % 100 - 10;
		ht_mouse_answer(&screen, (enum ht_mouse_action)(random % 3), row, column);
		if (i % 7 == 0)
			ht_screen_set_frame(&screen, frames_many(random % 50, (unsigned)i));
		if (i % 3 == 0)
			draw();
		screen.prompt.open = false;
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_click_selects_and_a_second_one_opens),
		TEST(the_first_click_on_the_row_selected_from_the_start_opens_nothing),
		TEST(a_heading_sorts_and_then_reverses),
		TEST(a_tab_goes_to_its_view),
		TEST(words_of_the_footer_are_keys),
		TEST(the_footer_has_no_keys_that_do_nothing),
		TEST(the_wheel_moves),
		TEST(a_list_is_chosen_from_by_clicks),
		TEST(any_place_can_be_clicked_at_any_time),
	};
#undef TEST
	return cmocka_run_group_tests_name("tui/mouse", tests, NULL, NULL);
}
