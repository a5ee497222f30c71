/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
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

enum { OVERVIEW = 1, THREADS = 2, ESCAPE = '\033' };

static struct ht_tui_options options;
static struct ht_screen screen;

static void
draw(void)
{
	ht_grid_free(ht_layout_draw(&screen, 80, 12));
}

static int
begin(void **state)
{
	(void)state;
	options = (struct ht_tui_options){ .only_uid = UINT32_MAX, .sort = ht_sort_default() };
	ht_screen_init(&screen, &options, false);
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
		ht_screen_key(&screen, *keys);
}

static void
q_goes_back_and_then_quits(void **state)
{
	(void)state;
	ht_screen_set_frame(&screen, frames_mixed());
	assert_int_equal(ht_screen_key(&screen, '\r'), HT_WISH_DRAW);
	assert_int_equal(screen.current, OVERVIEW);
	assert_int_equal(screen.chosen.pid, 5120);
	assert_int_equal(ht_screen_key(&screen, 'q'), HT_WISH_DRAW);
	assert_int_equal(screen.current, 0);
	assert_int_equal(ht_screen_key(&screen, 'q'), HT_WISH_QUIT);
}

static void
escape_goes_back_but_never_quits(void **state)
{
	(void)state;
	ht_screen_set_frame(&screen, frames_mixed());
	type("3");
	assert_int_equal(screen.current, THREADS);
	assert_int_equal(ht_screen_key(&screen, ESCAPE), HT_WISH_DRAW);
	assert_int_equal(ht_screen_key(&screen, ESCAPE), HT_WISH_NOTHING);
}

static void
quitting_keys_quit_from_everywhere(void **state)
{
	(void)state;
	static const int keys[] = { 'Q', 'C' - '@', KEY_F(10) };
	static const char *const places[] = { "", "\r", "?" };
	ht_screen_set_frame(&screen, frames_mixed());
	for (size_t i = 0; i < 3; i++) {
		for (size_t j = 0; j < 3; j++) {
			type(places[j]);
			assert_int_equal(ht_screen_key(&screen, keys[i]), HT_WISH_QUIT);
			screen.help = false;
			screen.current = 0;
		}
	}
}

static void
views_go_round_with_tab(void **state)
{
	(void)state;
	ht_screen_set_frame(&screen, frames_mixed());
	for (size_t i = 1; i <= 2 * ht_views_count(); i++) {
		ht_screen_key(&screen, '\t');
		assert_int_equal(screen.current, i % ht_views_count());
	}
	ht_screen_key(&screen, KEY_BTAB);
	assert_int_equal(screen.current, ht_views_count() - 1);
	assert_int_equal(ht_screen_key(&screen, '9'), HT_WISH_NOTHING);
}

static void
keys_are_answered_before_the_first_frame(void **state)
{
	(void)state;
	for (int code = 1; code < KEY_MAX; code++) {
		enum ht_screen_wish wish = ht_screen_key(&screen, code);
		screen.prompt.open = screen.help = false;
		ht_picker_close(&screen.picker);
		assert_true(wish <= HT_WISH_QUIT);
		assert_int_equal(screen.current, 0);
	}
	draw();
}

static void
a_delay_is_asked_for_and_taken(void **state)
{
	(void)state;
	ht_screen_set_frame(&screen, frames_mixed());
	type("d250msx");
	ht_screen_key(&screen, KEY_BACKSPACE);
	assert_int_equal(ht_screen_key(&screen, '\r'), HT_WISH_SETTINGS);
	assert_int_equal(screen.header.delay_ns, 250000000);
	assert_false(screen.prompt.open);
}

static void
a_bad_delay_is_refused_with_a_message(void **state)
{
	(void)state;
	static const char *const bad[] = { "dx\r", "d-1\r", "d0\r", "d1e9\r", "dnan\r", "d0.01\r" };
	ht_screen_set_frame(&screen, frames_mixed());
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		type(bad[i]);
		assert_true(screen.message[0] != '\0');
		assert_int_equal(screen.header.delay_ns, 1000000000);
		type("j");
		assert_true(screen.message[0] == '\0');
	}
}

static void
every_metric_can_be_sorted_by(void **state)
{
	(void)state;
	ht_screen_set_frame(&screen, frames_mixed());
	ht_screen_key(&screen, KEY_F(6));
	assert_true(screen.picker.open);
	assert_true(screen.picker.count >= HT_PROCESS_METRICS + HT_HEAP_METRICS + 3);
	assert_string_equal(screen.picker.items[screen.picker.index].name, "live");
	draw();
	type("pea\r");
	assert_false(screen.picker.open);
	assert_ptr_equal(screen.states[0].sort.metric, ht_metric_find(HT_SCOPE_HEAP, "peak"));
	ht_screen_key(&screen, KEY_F(6));
	assert_string_equal(screen.picker.items[screen.picker.index].name, "peak");
	type("Q");
	assert_true(screen.picker.open);
	ht_screen_key(&screen, ESCAPE);
	assert_ptr_equal(screen.states[0].sort.metric, ht_metric_find(HT_SCOPE_HEAP, "peak"));
	type("\r\t");
	ht_screen_key(&screen, KEY_F(6));
	type("fre\r");
	assert_int_equal(screen.states[THREADS].sort.metric->scope, HT_SCOPE_THREAD);
}

static void
what_is_picked_again_keeps_its_direction(void **state)
{
	(void)state;
	ht_screen_set_frame(&screen, frames_mixed());
	type("I");
	ht_screen_key(&screen, KEY_F(6));
	type("\r");
	assert_true(screen.states[0].sort.reversed);
	ht_screen_key(&screen, KEY_F(6));
	type("j\r");
	assert_false(screen.states[0].sort.reversed);
}

static void
letters_in_a_question_are_text(void **state)
{
	(void)state;
	ht_screen_set_frame(&screen, frames_mixed());
	type("dqQ?");
	assert_string_equal(screen.prompt.typed, "qQ?");
	for (int i = 0; i < 500; i++)
		ht_screen_key(&screen, 'x');
	assert_true(screen.prompt.length < HT_PROMPT_BYTES);
	ht_screen_key(&screen, 'U' - '@');
	assert_int_equal(screen.prompt.length, 0);
	assert_int_equal(ht_screen_key(&screen, 'C' - '@'), HT_WISH_QUIT);
	ht_screen_key(&screen, ESCAPE);
	assert_false(screen.prompt.open);
}

static void
opens_on_the_process_that_was_asked_for(void **state)
{
	(void)state;
	options.pid = 4242;
	assert_int_equal(ht_screen_set_frame(&screen, frames_mixed()), 0);
	assert_int_equal(screen.current, OVERVIEW);
	type("\t");
	assert_int_equal(screen.states[THREADS].row_count, 4);
	assert_int_equal(ht_screen_set_frame(&screen, frames_plain()), 0);
	assert_int_equal(screen.states[THREADS].row_count, 0);
	draw();
}

static void
a_missing_process_is_an_error_at_the_first_frame(void **state)
{
	(void)state;
	options.pid = 99;
	assert_int_equal(ht_screen_set_frame(&screen, frames_mixed()), -ESRCH);
}

static void
another_process_with_the_same_number_is_not_shown(void **state)
{
	(void)state;
	options.pid = 4242;
	ht_screen_set_frame(&screen, frames_mixed());
	struct ht_frame *frame = frames_mixed();
	for (size_t i = 0; i < frame->process_count; i++)
		frame->processes[i].key.start_time_ticks++;
	ht_screen_set_frame(&screen, frame);
	assert_null(ht_screen_input(&screen).process);
}

static void
the_rows_in_sight_are_asked_for(void **state)
{
	(void)state;
	struct ht_screen_request wanted;
	ht_screen_request_init(&wanted);
	ht_screen_set_frame(&screen, frames_many(300, 0));
	draw();
	assert_int_equal(ht_screen_request_update(&wanted, &screen), 1);
	assert_int_equal(wanted.request.costly_for.count, screen.states[0].page);
	assert_int_equal(
	    wanted.request.costly_for.pids[0], (int32_t)screen.states[0].rows[0].key.id);
	assert_int_equal(ht_screen_request_update(&wanted, &screen), 0);
	assert_int_equal(wanted.request.detail, 0);
	assert_false(wanted.request.all_costly);
	type("G");
	draw();
	assert_int_equal(ht_screen_request_update(&wanted, &screen), 1);
	type("\r\t");
	draw();
	assert_int_equal(ht_screen_request_update(&wanted, &screen), 1);
	assert_int_equal(wanted.request.detail, HT_DETAIL_THREADS);
	assert_int_equal(wanted.request.detail_for.count, 1);
	assert_int_equal(wanted.request.detail_for.pids[0], screen.chosen.pid);
	ht_screen_request_release(&wanted);
}

static void
regress_threads_in_sight_are_asked_for_after_those_of_one_process(void **state)
{
	(void)state;
	struct ht_screen_request wanted;
	ht_screen_request_init(&wanted);
	screen.settings.threads = true;
	ht_screen_set_frame(&screen, frames_many(1, 0));
	draw();
	assert_int_equal(ht_screen_request_update(&wanted, &screen), 1);
	assert_int_equal(wanted.request.detail_for.count, 1);
	assert_int_equal(ht_screen_request_update(&wanted, &screen), 0);
	/* As a view of the threads of another process leaves it. */
	wanted.chosen = wanted.sight[0] + 1;
	wanted.request.detail_for.pids = &wanted.chosen;
	assert_int_equal(ht_screen_request_update(&wanted, &screen), 1);
	ht_screen_request_release(&wanted);
}

/* FRAME with all that rows in sight are asked for; kernel threads have no command line. */
static struct ht_frame *
completed(struct ht_frame *frame)
{
	for (size_t i = 0; i < frame->process_count; i++)
		frame->processes[i].user = "root";
	return frame;
}

static void
the_first_picture_is_hurried_and_completed(void **state)
{
	(void)state;
	struct ht_screen_request wanted;
	ht_screen_request_init(&wanted);
	assert_int_equal(ht_screen_request_update(&wanted, &screen), 1);
	assert_true(wanted.request.is_hurried);
	struct ht_frame *bare = frames_many(300, 0);
	for (size_t i = 0; i < bare->process_count; i++) {
		bare->processes[i].user = NULL;
		bare->processes[i].command = NULL;
	}
	ht_screen_set_frame(&screen, bare);
	draw();
	assert_int_equal(ht_screen_request_update(&wanted, &screen), 1);
	assert_false(wanted.request.is_hurried);
	assert_true(ht_screen_is_lacking(&screen));
	ht_screen_set_frame(&screen, completed(frames_many(300, 1)));
	draw();
	assert_false(ht_screen_is_lacking(&screen));
	ht_screen_request_release(&wanted);
}

static void
an_order_by_a_costly_column_asks_for_all(void **state)
{
	(void)state;
	struct ht_screen_request wanted;
	ht_screen_request_init(&wanted);
	ht_screen_set_frame(&screen, frames_many(300, 0));
	type(">>");
	draw();
	assert_int_equal(ht_screen_request_update(&wanted, &screen), 1);
	assert_true(wanted.request.all_costly);
	type("P");
	draw();
	ht_screen_request_update(&wanted, &screen);
	assert_false(wanted.request.all_costly);
	ht_screen_request_release(&wanted);
}

static void
a_filter_asks_for_what_it_looks_at(void **state)
{
	(void)state;
	struct ht_screen_request wanted;
	ht_screen_request_init(&wanted);
	ht_screen_set_frame(&screen, frames_many(300, 0));
	type("\\user = root\r");
	draw();
	ht_screen_request_update(&wanted, &screen);
	/* The dearest figures aren't read for names. */
	assert_false(wanted.request.all_costly);
	assert_int_equal(wanted.request.costly_for.count, 300);
	type("\033\\pss > 10M\r");
	draw();
	ht_screen_request_update(&wanted, &screen);
	assert_true(wanted.request.all_costly);
	ht_screen_request_release(&wanted);
}

static void
the_first_request_knows_the_options(void **state)
{
	(void)state;
	struct ht_screen_request wanted;
	ht_screen_request_init(&wanted);
	options.pid = 7;
	options.only_uid = 33;
	options.dead = true;
	ht_screen_request_update(&wanted, &screen);
	assert_true(wanted.request.is_hurried);
	assert_int_equal(wanted.request.only_uid, 33);
	assert_true(wanted.request.dead);
	assert_int_equal(
	    wanted.request.detail, HT_DETAIL_THREADS | HT_DETAIL_EVENTS | HT_DETAIL_ALLOCATOR);
	assert_int_equal(wanted.request.detail_for.pids[0], 7);
	ht_screen_request_release(&wanted);
}

static void
a_signal_is_for_the_process_that_was_selected(void **state)
{
	(void)state;
	ht_screen_set_frame(&screen, frames_many(300, 0));
	draw();
	int32_t pid = ht_screen_process(&screen)->key.pid;
	ht_screen_key(&screen, KEY_F(9));
	draw();
	assert_true(screen.picker.open);
	assert_int_equal(screen.signal.key.pid, pid);
	/* The first row is another process now. */
	ht_screen_set_frame(&screen, frames_many(300, 7));
	draw();
	assert_int_not_equal(ht_screen_process(&screen)->key.pid, pid);
	type("hup\r");
	assert_true(screen.prompt.open);
	assert_non_null(strstr(screen.prompt.question, "SIGHUP to "));
	assert_int_equal(screen.signal.key.pid, pid);
	type("no\r");
	assert_string_equal(screen.message, "nothing sent");
	/* These are no real processes: whoever has the number began at another time. */
	ht_screen_key(&screen, KEY_F(9));
	type("\r\r");
	assert_non_null(strstr(screen.message, "has ended"));
	ht_screen_key(&screen, KEY_F(9));
	type("\r");
	ht_screen_key(&screen, ESCAPE);
	assert_false(screen.prompt.open || screen.picker.open);
	assert_string_equal(screen.message, "");
}

static struct ht_settings saved;

static int
save(const struct ht_settings *settings, struct ht_error *said)
{
	saved = *settings;
	ht_error_set(said, HT_OK, "saved in %s", "a place");
	return 0;
}

static void
settings_take_effect_at_once_and_are_saved(void **state)
{
	(void)state;
	options.save_settings = save;
	ht_screen_set_frame(&screen, frames_mixed());
	ht_screen_key(&screen, KEY_F(2));
	draw();
	assert_int_equal(ht_screen_key(&screen, ' '), HT_WISH_SETTINGS);
	assert_int_equal(screen.header.delay_ns, UINT64_C(2000000000));
	assert_int_equal(ht_screen_key(&screen, '-'), HT_WISH_SETTINGS);
	assert_int_equal(screen.header.delay_ns, 1000000000);
	for (int i = 0; i < HT_SETTINGS; i++) {
		if (i == HT_SETTING_SORT)
			type(" ");
		assert_int_equal(ht_screen_key(&screen, 'j'), HT_WISH_DRAW);
		draw();
	}
	type("W");
	assert_string_equal(screen.message, "saved in a place");
	assert_string_equal(saved.sort.metric->short_name, "alloc_rate");
	assert_true(screen.settings_dialog.open);
	assert_int_equal(ht_screen_key(&screen, 'q'), HT_WISH_DRAW);
	assert_false(screen.settings_dialog.open);
	assert_string_equal(screen.states[0].sort.metric->short_name, "alloc_rate");
}

static void
what_was_chosen_by_keys_is_saved(void **state)
{
	(void)state;
	options.save_settings = save;
	ht_screen_set_frame(&screen, frames_mixed());
	type("MId3\rW");
	assert_string_equal(saved.sort.metric->short_name, "res");
	assert_true(saved.sort.reversed);
	assert_int_equal(saved.delay_ns, UINT64_C(3000000000));
}

static void
settings_are_begun_with(void **state)
{
	(void)state;
	struct ht_settings settings;
	ht_settings_init(&settings);
	settings.delay_ns = 200000000;
	options.settings = &settings;
	options.notice = "line 3 is nonsense";
	ht_screen_release(&screen);
	ht_screen_init(&screen, &options, false);
	assert_int_equal(screen.header.delay_ns, 200000000);
	assert_string_equal(screen.message, "line 3 is nonsense");
	options.delay_ns = 300000000;
	ht_screen_release(&screen);
	ht_screen_init(&screen, &options, false);
	assert_int_equal(screen.settings.delay_ns, 300000000);
}

/* What the picture has no room for isn't read: threads and mappings are dear. */
static void
only_what_the_overview_shows_is_asked_for(void **state)
{
	(void)state;
	struct ht_screen_request wanted;
	ht_screen_request_init(&wanted);
	ht_screen_set_frame(&screen, frames_mixed());
	type("j\r");
	ht_grid_free(ht_layout_draw(&screen, 40, 10));
	ht_screen_request_update(&wanted, &screen);
	assert_int_equal(wanted.request.detail, 0);
	ht_grid_free(ht_layout_draw(&screen, 120, 40));
	ht_screen_request_update(&wanted, &screen);
	assert_int_equal(
	    wanted.request.detail, HT_DETAIL_THREADS | HT_DETAIL_EVENTS | HT_DETAIL_ALLOCATOR);
	type("S");
	ht_grid_free(ht_layout_draw(&screen, 120, 40));
	ht_screen_request_update(&wanted, &screen);
	assert_int_equal(wanted.request.detail, HT_DETAIL_EVENTS | HT_DETAIL_ALLOCATOR);
	ht_screen_request_release(&wanted);
}

static void
graphs_have_keys_of_their_own(void **state)
{
	(void)state;
	struct ht_view_state *overview = &screen.states[OVERVIEW];
	ht_screen_set_frame(&screen, frames_mixed());
	assert_int_equal(ht_screen_key(&screen, 'o'), HT_WISH_NOTHING);
	assert_int_equal(ht_screen_key(&screen, 'S'), HT_WISH_NOTHING);
	type("\r");
	draw();
	assert_int_equal(overview->shown_span_ns, UINT64_C(60000000000));
	type("oo");
	draw();
	assert_int_equal(overview->shown_span_ns, UINT64_C(300000000000));
	type("o");
	draw();
	type("iiii");
	for (int i = 0; i < 40; i++)
		type("i");
	assert_int_equal(overview->span_ns, UINT64_C(30000000000));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(q_goes_back_and_then_quits),
		TEST(escape_goes_back_but_never_quits),
		TEST(quitting_keys_quit_from_everywhere),
		TEST(views_go_round_with_tab),
		TEST(keys_are_answered_before_the_first_frame),
		TEST(a_delay_is_asked_for_and_taken),
		TEST(a_bad_delay_is_refused_with_a_message),
		TEST(every_metric_can_be_sorted_by),
		TEST(what_is_picked_again_keeps_its_direction),
		TEST(letters_in_a_question_are_text),
		TEST(opens_on_the_process_that_was_asked_for),
		TEST(a_missing_process_is_an_error_at_the_first_frame),
		TEST(another_process_with_the_same_number_is_not_shown),
		TEST(the_rows_in_sight_are_asked_for),
		TEST(regress_threads_in_sight_are_asked_for_after_those_of_one_process),
		TEST(the_first_picture_is_hurried_and_completed),
		TEST(an_order_by_a_costly_column_asks_for_all),
		TEST(a_filter_asks_for_what_it_looks_at),
		TEST(the_first_request_knows_the_options),
		TEST(only_what_the_overview_shows_is_asked_for),
		TEST(graphs_have_keys_of_their_own),
		TEST(a_signal_is_for_the_process_that_was_selected),
		TEST(settings_take_effect_at_once_and_are_saved),
		TEST(what_was_chosen_by_keys_is_saved),
		TEST(settings_are_begun_with),
	};
#undef TEST
	return cmocka_run_group_tests_name("tui/screen", tests, NULL, NULL);
}
