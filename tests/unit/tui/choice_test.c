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

enum { THREADS = 2, ESCAPE = '\033' };

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

static size_t
rows(void)
{
	return screen.states[screen.current].row_count;
}

/* The line of the tabs. */
static const char *
tabs(int width)
{
	static char line[512];
	struct ht_text text;
	ht_text_init(&text);
	struct ht_grid *grid = ht_layout_draw(&screen, width, 24);
	ht_grid_row_text(grid, 1, &text);
	snprintf(line, sizeof(line), "%s", ht_text_string(&text));
	ht_text_release(&text);
	ht_grid_free(grid);
	return line;
}

static void
only_what_the_filter_holds_for_is_shown(void **state)
{
	(void)state;
	assert_int_equal(rows(), 5);
	type("\\live > 100M\r");
	assert_false(screen.prompt.open);
	assert_int_equal(rows(), 2);
	assert_non_null(strstr(tabs(80), "2/5 filter live > 100M"));
	ht_screen_set_frame(&screen, frames_mixed());
	assert_int_equal(rows(), 2);
}

static void
the_filter_works_while_it_is_typed(void **state)
{
	(void)state;
	type("\\sql");
	assert_int_equal(rows(), 2);
	type("ite");
	assert_int_equal(rows(), 1);
	type("\b\b\b");
	assert_int_equal(rows(), 2);
	type(" and (live > 1M");
	assert_int_equal(rows(), 2); /* not whole yet: as it was understood last */
	type(")");
	assert_int_equal(rows(), 1);
}

static void
escape_puts_the_filter_back_and_then_clears_it(void **state)
{
	(void)state;
	type("\\sql\r");
	assert_int_equal(rows(), 2);
	type("\\");
	assert_string_equal(screen.prompt.typed, "sql");
	type("ite");
	ht_screen_key(&screen, ESCAPE);
	assert_int_equal(rows(), 2);
	assert_int_equal(ht_screen_key(&screen, ESCAPE), HT_WISH_DRAW);
	assert_int_equal(rows(), 5);
	assert_null(strstr(tabs(80), "filter"));
	assert_int_equal(ht_screen_key(&screen, ESCAPE), HT_WISH_NOTHING);
}

static void
an_emptied_filter_is_none(void **state)
{
	(void)state;
	type("\\sql\r");
	ht_screen_key(&screen, KEY_F(4));
	type("\x15\r");
	assert_int_equal(rows(), 5);
	assert_null(screen.states[0].filter);
}

static void
a_wrong_filter_is_named_and_stays_to_be_mended(void **state)
{
	(void)state;
	type("\\live > > 3\r");
	assert_true(screen.prompt.open);
	assert_non_null(strstr(screen.message, "'> 3'"));
	assert_string_equal(screen.prompt.typed, "live > > 3");
	type("\b\b\b3\r");
	assert_false(screen.prompt.open);
	assert_int_equal(rows(), 4);
}

static void
threads_are_filtered_by_themselves(void **state)
{
	(void)state;
	type("\\imgd\r\r\t");
	assert_int_equal(screen.current, THREADS);
	assert_int_equal(rows(), 4);
	type("\\resize and alloc_rate > 12M\r");
	assert_int_equal(rows(), 1);
	ht_screen_key(&screen, ESCAPE);
	assert_int_equal(rows(), 4);
	assert_int_equal(screen.current, THREADS);
	ht_screen_key(&screen, ESCAPE);
	assert_int_equal(screen.current, 0);
	assert_int_equal(rows(), 1);
}

static void
an_option_sets_the_first_filter(void **state)
{
	(void)state;
	struct ht_screen_request wanted;
	ht_screen_release(&screen);
	options.filter = "user = www";
	ht_screen_init(&screen, &options, false);
	ht_screen_request_init(&wanted);
	ht_screen_request_update(&wanted, &screen);
	assert_true(wanted.request.all_costly);
	ht_screen_set_frame(&screen, frames_mixed());
	assert_int_equal(rows(), 1);
	ht_screen_request_update(&wanted, &screen);
	assert_false(wanted.request.all_costly);
	assert_int_equal(wanted.request.costly_for.count, 6);
	ht_screen_request_release(&wanted);
}

static void
a_user_is_chosen_from_those_present(void **state)
{
	(void)state;
	type("u");
	assert_int_equal(screen.picker.count, 5); /* all, and four */
	assert_string_equal(screen.picker.items[0].name, "all");
	type("me\r");
	assert_int_equal(rows(), 2); /* one of which has the number alone */
	assert_non_null(strstr(tabs(80), "2/5 user me"));
	type("u");
	assert_string_equal(screen.picker.items[screen.picker.index].name, "me");
	ht_screen_set_frame(&screen, frames_mixed());
	assert_string_equal(screen.picker.items[screen.picker.index].name, "me");
	type("all\r");
	assert_int_equal(rows(), 5);
}

static void
another_user_than_that_of_the_option_can_be_chosen(void **state)
{
	(void)state;
	struct ht_screen_request wanted;
	ht_screen_request_init(&wanted);
	options.only_uid = 33;
	ht_screen_request_update(&wanted, &screen);
	assert_int_equal(wanted.request.only_uid, 33);
	type("u");
	assert_int_equal(ht_screen_request_update(&wanted, &screen), 1);
	assert_true(wanted.request.only_uid == UINT32_MAX);
	ht_screen_key(&screen, ESCAPE);
	ht_screen_set_frame(&screen, frames_mixed());
	assert_int_equal(rows(), 1);
	type("uroot\r");
	assert_int_equal(rows(), 1);
	ht_screen_request_release(&wanted);
}

static void
kernel_threads_are_hidden_until_asked_for(void **state)
{
	(void)state;
	assert_int_equal(rows(), 5);
	type("K");
	assert_int_equal(rows(), 6);
	assert_string_equal(screen.message, "1 kernel thread shown");
	type("K");
	assert_int_equal(rows(), 5);
	struct ht_frame *frame = frames_mixed();
	for (size_t i = 0; i < frame->process_count; i++) {
		frame->processes[i].parent_pid = 2;
		HT_SET_U(&frame->processes[i].values, HT_PROCESS_VIRTUAL, 4096);
	}
	ht_screen_set_frame(&screen, frame);
	assert_int_equal(rows(), 6); /* in a container, 2 may be anything */
}

static void
tabs_make_room_for_what_is_shown(void **state)
{
	(void)state;
	type("\\live > 100M and user = www or name ~ sqlite\r");
	assert_non_null(strstr(tabs(70), "2/5 filter live > 100M and us"));
	for (int width = 1; width < 100; width++)
		tabs(width);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(only_what_the_filter_holds_for_is_shown),
		TEST(the_filter_works_while_it_is_typed),
		TEST(escape_puts_the_filter_back_and_then_clears_it),
		TEST(an_emptied_filter_is_none),
		TEST(a_wrong_filter_is_named_and_stays_to_be_mended),
		TEST(threads_are_filtered_by_themselves),
		TEST(an_option_sets_the_first_filter),
		TEST(a_user_is_chosen_from_those_present),
		TEST(another_user_than_that_of_the_option_can_be_chosen),
		TEST(kernel_threads_are_hidden_until_asked_for),
		TEST(tabs_make_room_for_what_is_shown),
	};
#undef TEST
	return cmocka_run_group_tests_name("tui/choice", tests, NULL, NULL);
}
