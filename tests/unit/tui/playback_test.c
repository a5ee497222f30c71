/* SPDX-License-Identifier: MIT */
/* Which tick of a recording the screen wants, as time goes by and keys are pressed. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <curses.h>

#include "frames.h"
#include "tui/layout.h"
#include "tui/request.h"

#define SECOND UINT64_C(1000000000)
#define MS     UINT64_C(1000000)

enum { TICKS = 300 };

static const uint64_t begin_ns = 5 * SECOND;
static struct ht_timeline_tick moments[TICKS];
static struct ht_timeline timeline;
static struct ht_tui_replay replay;
static struct ht_tui_options options;
static struct ht_screen screen;
static uint64_t now_ns; /* of our clock */

static struct ht_frame *
frame_at(size_t index)
{
	struct ht_frame *frame = frames_many(30, (unsigned)index);
	frame->monotonic_ns = moments[index].monotonic_ns;
	frame->realtime_ns = moments[index].realtime_ns;
	return frame;
}

/* As the loop does: what is wanted after so long, brought to the screen. */
static uint64_t
pass(uint64_t ns)
{
	now_ns += ns;
	uint64_t wait_ns = ht_playback_advance(&screen.playback, now_ns);
	assert_int_equal(ht_screen_set_frame(&screen, frame_at(screen.playback.wanted)), 0);
	return wait_ns;
}

static int
begin(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	for (uint64_t i = 0; i < TICKS; i++)
		moments[i] = (struct ht_timeline_tick){ begin_ns + i * SECOND,
			UINT64_C(1800000000) * SECOND + i * SECOND };
	timeline = (struct ht_timeline){ moments, TICKS, SECOND };
	replay = (struct ht_tui_replay){ .timeline = &timeline, .first = 1, .speed = 1 };
	options = (struct ht_tui_options){
		.replay = &replay, .only_uid = UINT32_MAX, .sort = ht_sort_default()
	};
	ht_screen_init(&screen, &options, false);
	now_ns = 77 * SECOND;
	pass(0);
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
	pass(0);
}

static size_t
wanted(void)
{
	return screen.playback.wanted;
}

static void
assert_row(int row, const char *part, bool has)
{
	struct ht_text text;
	struct ht_grid *grid = ht_layout_draw(&screen, 120, 24);
	ht_text_init(&text);
	ht_grid_row_text(grid, row, &text);
	assert_int_equal(strstr(ht_text_string(&text), part) != NULL, has);
	ht_text_release(&text);
	ht_grid_free(grid);
}

static void
time_goes_by_as_it_did(void **state)
{
	(void)state;
	assert_int_equal(wanted(), 1);
	assert_row(0, "REPLAY 08:00:01 0% 1x", true);
	assert_int_equal(pass(400 * MS), 600 * MS + 1);
	assert_int_equal(wanted(), 1);
	pass(600 * MS + 1);
	assert_int_equal(wanted(), 2);
	/* After a stop nothing is made up for tick by tick. */
	pass(100 * SECOND);
	assert_int_equal(wanted(), 102);
	assert_row(0, "REPLAY 08:01:42 34% 1x", true);
}

static void
it_stops_at_its_end_and_begins_anew(void **state)
{
	(void)state;
	assert_int_equal(pass(3600 * SECOND), UINT64_MAX);
	assert_int_equal(wanted(), TICKS - 1);
	assert_row(0, "END 08:04:59 100% 1x", true);
	assert_int_equal(pass(SECOND), UINT64_MAX);
	type(" ");
	assert_int_equal(wanted(), 0);
	pass(2 * SECOND);
	assert_int_equal(wanted(), 2);
}

static void
a_pause_takes_no_time(void **state)
{
	(void)state;
	pass(5 * SECOND);
	type(" ");
	assert_int_equal(pass(1000 * SECOND), UINT64_MAX);
	assert_int_equal(wanted(), 6);
	assert_row(0, "PAUSED 08:00:06 2% 1x", true);
	type("Z");
	pass(3 * SECOND);
	assert_int_equal(wanted(), 9);
}

static void
steps_hold_the_picture(void **state)
{
	(void)state;
	type("]]]");
	assert_int_equal(wanted(), 4);
	pass(50 * SECOND);
	assert_int_equal(wanted(), 4);
	type("[");
	assert_int_equal(wanted(), 3);
	type("[[[[");
	assert_int_equal(wanted(), 0);
	assert_non_null(strstr(screen.message, "begins"));
	type("Tend\r]");
	assert_int_equal(wanted(), TICKS - 1);
	assert_non_null(strstr(screen.message, "ends"));
}

static void
a_minute_back_and_forth_goes_on_playing(void **state)
{
	(void)state;
	type("}");
	assert_int_equal(wanted(), 61);
	pass(4 * SECOND);
	assert_int_equal(wanted(), 65);
	type("{");
	assert_int_equal(wanted(), 5);
	type("{");
	assert_int_equal(wanted(), 0);
	type("{");
	assert_non_null(strstr(screen.message, "begins"));
	pass(2 * SECOND);
	assert_int_equal(wanted(), 2);
	type("}}}}}}");
	assert_int_equal(wanted(), TICKS - 1);
	assert_false(screen.playback.playing);
}

static void
speed_is_of_time(void **state)
{
	(void)state;
	type("))");
	assert_non_null(strstr(screen.message, "4 times"));
	assert_int_equal(pass(0), 250 * MS + 1);
	pass(10 * SECOND);
	assert_int_equal(wanted(), 41);
	type("((((");
	assert_row(0, "0.25x", true);
	pass(8 * SECOND);
	assert_int_equal(wanted(), 43);
	type("((((((((");
	assert_row(0, "0.0625x", true);
	type("))))");
	assert_non_null(strstr(screen.message, "as it did"));
	type("))))))))))))))");
	assert_row(0, "1024x", true);
	/* However fast, there is time to draw and to answer. */
	type("+0\r");
	assert_true(ht_playback_advance(&screen.playback, now_ns) >= 40 * MS);
}

static void
jumps_to_a_time(void **state)
{
	(void)state;
	type("T08:02:00\r");
	assert_int_equal(wanted(), 120);
	type("T+10s\r");
	assert_int_equal(wanted(), 10);
	type("T-9\r");
	assert_int_equal(wanted(), TICKS - 10);
	type("Tnever\r");
	assert_non_null(strstr(screen.message, "'never' is no time"));
	assert_true(screen.prompt.open);
	type("\x1b");
	assert_int_equal(wanted(), TICKS - 10);
}

static void
graphs_know_what_comes_later(void **state)
{
	(void)state;
	for (size_t i = 0; i < TICKS; i++) {
		ht_screen_learn(&screen, frame_at(i));
		if (i == TICKS / 2)
			assert_row(0, "reading 50%  REPLAY", true);
	}
	assert_int_equal(ht_history_count(screen.past.history), TICKS);
	assert_row(0, "reading", false);
	/* What is shown isn't learned: it would come twice. */
	type("}[");
	assert_int_equal(ht_history_count(screen.past.history), TICKS);
	assert_int_equal(screen.frame->monotonic_ns, moments[60].monotonic_ns);
	type("\r");
	assert_row(23, "Slower", true);
	assert_row(23, "Delay", false);
}

static void
a_mark_is_of_the_tick_that_is_shown(void **state)
{
	(void)state;
	type("}");
	type("r");
	assert_int_equal(ht_screen_input(&screen).mark->monotonic_ns, moments[61].monotonic_ns);
	type("{");
	assert_null(ht_screen_input(&screen).mark);
	type("}}");
	assert_non_null(ht_screen_input(&screen).mark);
	assert_row(0, "mark 1m00s ago", true);
}

static void
nothing_reaches_what_runs_now(void **state)
{
	(void)state;
	struct ht_screen_request request;
	ht_screen_key(&screen, KEY_F(9));
	assert_false(screen.picker.open);
	assert_non_null(strstr(screen.message, "can't be sent a signal"));
	type("d");
	assert_false(screen.prompt.open);
	/* The file has more than what the screen remembers of it. */
	type("w");
	for (int i = 0; i < 64; i++)
		ht_screen_key(&screen, '\b');
	type("copy.htrec\r");
	assert_non_null(strstr(screen.message, "a recording already"));
	assert_null(screen.writing);
	ht_screen_request_init(&request);
	assert_int_equal(ht_screen_request_update(&request, &screen), 1);
	assert_true(request.request.all_costly);
	assert_int_equal(request.request.only_uid, UINT32_MAX);
	/* Whatever is looked at, no other tick is needed for it. */
	type("\r3");
	assert_int_equal(ht_screen_request_update(&request, &screen), 0);
	assert_false(ht_screen_is_lacking(&screen));
	ht_screen_request_release(&request);
}

static void
damage_is_gone_around(void **state)
{
	(void)state;
	struct ht_playback *playback = &screen.playback;
	/* Of ten looks the ninth is the first that can be read. */
	type("]");
	struct ht_frame *frame = frame_at(10);
	assert_int_equal(ht_playback_arrive(playback, frame), 8);
	ht_frame_free(frame);
	assert_int_equal(wanted(), 10);
	type("]");
	assert_int_equal(wanted(), 11);
	assert_false(playback->is_back);
	type("[");
	assert_true(playback->is_back);
	/* Where nothing behind can be read, it doesn't go on playing. */
	type("T+1m\r ");
	assert_true(playback->playing);
	frame = frame_at(50);
	assert_int_equal(ht_playback_arrive(playback, frame), -10);
	assert_false(playback->playing);
	assert_int_equal(wanted(), 50);
	assert_int_equal(ht_screen_set_frame(&screen, frame), 0);
	assert_row(0, "PAUSED 08:00:50 16%", true);
}

static void
a_time_outside_is_told(void **state)
{
	(void)state;
	type("T+1h\r");
	assert_int_equal(wanted(), TICKS - 1);
	assert_non_null(strstr(screen.message, "ends before that"));
	type("T07:59\r");
	assert_int_equal(wanted(), 0);
	assert_non_null(strstr(screen.message, "begins after that"));
}

static void
a_process_that_isnt_there_yet_is_told(void **state)
{
	(void)state;
	struct ht_screen other;
	struct ht_tui_options of_one = options;
	of_one.pid = 4194303;
	ht_screen_init(&other, &of_one, false);
	assert_int_equal(ht_screen_set_frame(&other, frame_at(0)), 0);
	assert_non_null(strstr(other.message, "process 4194303 is not there at this time"));
	ht_screen_release(&other);
}

static void
what_runs_now_has_no_speed(void **state)
{
	(void)state;
	struct ht_screen live;
	struct ht_tui_options of_now = { .only_uid = UINT32_MAX, .sort = ht_sort_default() };
	ht_screen_init(&live, &of_now, false);
	assert_int_equal(ht_screen_set_frame(&live, frame_at(0)), 0);
	ht_screen_key(&live, ')');
	assert_non_null(strstr(live.message, "heaptop replay"));
	assert_int_equal(ht_playback_advance(&live.playback, 1), UINT64_MAX);
	ht_screen_release(&live);
}

/* The first row of a screen of WIDTH is LINE, but for blanks between its parts. */
static void
assert_narrow(int width, const char *line)
{
	struct ht_text text;
	struct ht_grid *grid = ht_layout_draw(&screen, width, 10);
	ht_text_init(&text);
	ht_grid_row_text(grid, 0, &text);
	const char *from = ht_text_string(&text);
	const char *at = strstr(from, "REPLAY");
	assert_string_equal(at != NULL ? at : from, line);
	ht_text_release(&text);
	ht_grid_free(grid);
}

static void
on_a_narrow_screen_the_time_stays(void **state)
{
	(void)state;
	screen.playback.is_learned = true;
	assert_narrow(60, "REPLAY 08:00:01 0% 1x");
	assert_narrow(40, "REPLAY 08:00:01 0%");
	assert_narrow(30, "REPLAY 08:00:01");
	assert_narrow(20, "heaptop");
}

static void
a_recording_of_days_has_dates(void **state)
{
	(void)state;
	moments[TICKS - 1].realtime_ns += 86400 * SECOND;
	assert_row(0, "REPLAY Jan 15 08:00:01 0% 1x", true);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(time_goes_by_as_it_did),
		TEST(it_stops_at_its_end_and_begins_anew),
		TEST(a_pause_takes_no_time),
		TEST(steps_hold_the_picture),
		TEST(a_minute_back_and_forth_goes_on_playing),
		TEST(speed_is_of_time),
		TEST(jumps_to_a_time),
		TEST(graphs_know_what_comes_later),
		TEST(a_mark_is_of_the_tick_that_is_shown),
		TEST(nothing_reaches_what_runs_now),
		TEST(damage_is_gone_around),
		TEST(a_time_outside_is_told),
		TEST(a_process_that_isnt_there_yet_is_told),
		TEST(what_runs_now_has_no_speed),
		TEST(on_a_narrow_screen_the_time_stays),
		TEST(a_recording_of_days_has_dates),
	};
	return cmocka_run_group_tests_name("tui/playback", tests, NULL, NULL);
}
