/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
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
static const uint64_t start_ns = 5 * SECOND;

static struct ht_tui_options options;
static struct ht_screen screen;
static unsigned ticks;

/* The next look, a second later. */
static void
tick(void)
{
	struct ht_frame *frame = frames_many(30, ticks);
	frame->monotonic_ns = start_ns + ticks * SECOND;
	frame->realtime_ns += ticks * SECOND;
	ticks++;
	assert_int_equal(ht_screen_set_frame(&screen, frame), 0);
}

static int
begin(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	options = (struct ht_tui_options){ .only_uid = UINT32_MAX, .sort = ht_sort_default() };
	ht_screen_init(&screen, &options, false);
	ticks = 0;
	while (ticks < 200)
		tick();
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

/* The tick that is shown. */
static unsigned
shown(void)
{
	return (unsigned)((screen.frame->monotonic_ns - start_ns) / SECOND);
}

static char *
first_line(void)
{
	struct ht_text text;
	struct ht_grid *grid = ht_layout_draw(&screen, 120, 24);
	ht_text_init(&text);
	ht_grid_row_text(grid, 0, &text);
	ht_grid_free(grid);
	return text.bytes;
}

static void
assert_first_line(const char *part, bool has)
{
	char *line = first_line();
	assert_int_equal(strstr(line, part) != NULL, has);
	free(line);
}

static void
pause_holds_the_picture_while_looking_goes_on(void **state)
{
	(void)state;
	assert_int_equal(ht_screen_key(&screen, ' '), HT_WISH_DRAW);
	assert_first_line("PAUSED 13:09:59", false);
	assert_first_line("PAUSED", true);
	for (int i = 0; i < 75; i++)
		tick();
	assert_int_equal(shown(), 199);
	assert_first_line("1m15s ago", true);
	assert_int_equal(ht_history_count(screen.past.history), 275);
	type("Z");
	assert_int_equal(shown(), 274);
	assert_first_line("PAUSED", false);
	tick();
	assert_int_equal(shown(), 275);
}

static void
steps_go_back_and_forth(void **state)
{
	(void)state;
	type("[");
	assert_int_equal(shown(), 198);
	assert_true(screen.past.paused);
	type("[[");
	assert_int_equal(shown(), 196);
	tick();
	type("]");
	assert_int_equal(shown(), 197);
	type("{");
	assert_int_equal(shown(), 137);
	type("}");
	assert_int_equal(shown(), 197);
	type("]]]");
	assert_int_equal(shown(), 200);
	assert_true(screen.past.paused);
	type("]");
	assert_false(screen.past.paused);
	assert_int_equal(shown(), 200);
	type("]");
	assert_true(screen.message[0] != '\0');
}

static void
steps_end_at_the_first_look(void **state)
{
	(void)state;
	type("{{{{{{");
	assert_int_equal(shown(), 0);
	type("[");
	assert_int_equal(shown(), 0);
	assert_non_null(strstr(screen.message, "nothing older"));
	type("}}}}");
	assert_false(screen.past.paused);
	assert_int_equal(shown(), 199);
}

/* What is shown is that tick's, rows and all; choosing and sorting go on working. */
static void
the_past_is_shown_as_it_was(void **state)
{
	(void)state;
	struct ht_frame *then = frames_many(30, 150);
	type(" T-49s\r");
	assert_int_equal(shown(), 150);
	assert_int_equal(screen.frame->process_count, then->process_count);
	for (size_t i = 0; i < then->process_count; i++) {
		const struct ht_process *a = &then->processes[i], *b = &screen.frame->processes[i];
		assert_int_equal(a->key.pid, b->key.pid);
		assert_int_equal(a->heap == NULL, b->heap == NULL);
		if (a->heap != NULL)
			assert_int_equal(a->heap->values.value[HT_HEAP_LIVE].u,
			    b->heap->values.value[HT_HEAP_LIVE].u);
	}
	ht_frame_free(then);
	type("jjA");
	assert_int_equal(screen.states[0].row_count, 30);
	assert_ptr_equal(ht_screen_input(&screen).frame, screen.frame);
	tick();
	assert_int_equal(screen.states[0].row_count, 30);
	ht_grid_free(ht_layout_draw(&screen, 80, 24));
	assert_false(ht_screen_is_lacking(&screen));
}

static void
jumps_to_a_time(void **state)
{
	(void)state;
	char clock[16];
	time_t then = (time_t)(screen.frame->realtime_ns / SECOND) - 90;
	struct tm local;
	localtime_r(&then, &local);
	strftime(clock, sizeof(clock), "T%H:%M:%S\r", &local);
	type(clock);
	assert_int_equal(shown(), 109);
	assert_true(screen.past.paused);
	type("Tnow\r");
	assert_false(screen.past.paused);
	assert_int_equal(shown(), 199);
	type("T-2m\r");
	assert_int_equal(shown(), 79);
	type("T-1h\r");
	assert_int_equal(shown(), 0);
	assert_non_null(strstr(screen.message, "first look"));
}

static void
what_is_no_time_is_said_and_can_be_mended(void **state)
{
	(void)state;
	type("T12:60\r");
	assert_non_null(strstr(screen.message, "'12:60' is no time"));
	assert_true(screen.prompt.open);
	assert_false(screen.past.paused);
	type("\b\b\b\b\b-5s\r");
	assert_false(screen.prompt.open);
	assert_int_equal(shown(), 194);
	type("Tx\r\x1b");
	assert_false(screen.prompt.open);
	assert_int_equal(shown(), 194);
}

static void
a_mark_is_kept_and_set_anew(void **state)
{
	(void)state;
	assert_null(ht_screen_input(&screen).mark);
	type("r");
	assert_non_null(strstr(screen.message, "marked"));
	for (int i = 0; i < 70; i++)
		tick();
	const struct ht_frame *mark = ht_screen_input(&screen).mark;
	assert_non_null(mark);
	assert_int_equal(mark->monotonic_ns, start_ns + 199 * SECOND);
	assert_first_line("mark 1m10s ago", true);
	/* There is no growth since what comes later. */
	type("{{");
	assert_null(ht_screen_input(&screen).mark);
	assert_first_line("mark", false);
	/* A mark in the past is where one stands. */
	type("r");
	assert_int_equal(ht_screen_input(&screen).mark->monotonic_ns, screen.frame->monotonic_ns);
}

/* A look at programs with mappings: LISTED as the Maps view asks for them, else as the Overview does. */
static void
tick_with_maps(bool listed)
{
	struct ht_frame *frame = frames_mixed();
	frame->monotonic_ns = start_ns + ticks * SECOND;
	for (size_t i = 0; i < frame->process_count; i++) {
		struct ht_process *process = &frame->processes[i];
		if (process->maps == NULL || listed)
			continue;
		struct ht_maps *maps = ht_arena_alloc(frame->arena, sizeof(*maps));
		assert_non_null(maps);
		*maps = *process->maps;
		maps->maps = maps->groups = NULL;
		maps->count = maps->group_count = 0;
		process->maps = maps;
		process->detail &= ~(uint32_t)HT_DETAIL_MAPS;
	}
	ticks++;
	assert_int_equal(ht_screen_set_frame(&screen, frame), 0);
}

static void
assert_picture(const char *part, bool has)
{
	struct ht_text text;
	struct ht_grid *grid = ht_layout_draw(&screen, 80, 24);
	ht_text_init(&text);
	for (int row = 0; row < 24; row++)
		ht_grid_row_text(grid, row, &text);
	assert_int_equal(strstr(text.bytes, part) != NULL, has);
	ht_text_release(&text);
	ht_grid_free(grid);
}

static void
past_ticks_have_their_mappings(void **state)
{
	(void)state;
	tick_with_maps(true);
	tick_with_maps(true);
	type("j\r6[");
	assert_picture("libc.so.6", true);
	assert_picture("free in heap", true);
	type("2");
	assert_picture("free in heap", true);
	assert_picture("not read", false);
}

/* What nobody asked for then can't be shown now: that is said. */
static void
mappings_that_were_not_read_are_told(void **state)
{
	(void)state;
	tick_with_maps(false);
	tick_with_maps(true);
	type("j\r6[");
	assert_picture("libc.so.6", false);
	assert_picture("Sums by kind", true);
	assert_picture("thread stack", true);
	type("Zk");
	assert_picture("libc.so.6", true);
	type("q");
	tick();
	type("gg\r6 ");
	assert_picture("not read at this tick", true);
	type("2");
	assert_picture("not read at this tick", true);
}

/* An empty list would look as if there had been nothing. */
static void
lists_that_were_not_read_are_told(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct ht_frame *frame = frames_mixed();
		frame->monotonic_ns = start_ns + ticks++ * SECOND;
		for (size_t j = 0; j < frame->process_count; j++) {
			frame->processes[j].detail = 0;
			frame->processes[j].thread_count = 0;
		}
		assert_int_equal(ht_screen_set_frame(&screen, frame), 0);
	}
	type("j\r[");
	assert_picture("(3: all", false);
	type("3");
	assert_picture("Its threads were not read at this tick", true);
	type("4");
	assert_picture("Its sizes were not read at this tick", true);
	type("5");
	assert_picture("Its events were not read at this tick", true);
	type("Z");
	assert_picture("not read at this tick", false);
}

/* A folded row is a sum: what its own process was at the mark isn't what that grew from. */
static void
regress_a_folded_row_has_not_grown_by_what_is_below(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct ht_frame *frame = frames_tree();
		frame->monotonic_ns = start_ns + ticks++ * SECOND;
		assert_int_equal(ht_screen_set_frame(&screen, frame), 0);
		type(i == 0 ? "r" : "t*M");
	}
	assert_picture("mark", true);
	assert_picture("(+", false);
	assert_picture("     +", false);
}

static void
nothing_is_kept_without_memory_and_nothing_breaks(void **state)
{
	(void)state;
	ht_history_free(screen.past.history);
	screen.past.history = NULL;
	type("[{]}rT-5m\r ");
	tick();
	type("[]");
	ht_grid_free(ht_layout_draw(&screen, 80, 24));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    pause_holds_the_picture_while_looking_goes_on, begin, end),
		cmocka_unit_test_setup_teardown(steps_go_back_and_forth, begin, end),
		cmocka_unit_test_setup_teardown(steps_end_at_the_first_look, begin, end),
		cmocka_unit_test_setup_teardown(the_past_is_shown_as_it_was, begin, end),
		cmocka_unit_test_setup_teardown(jumps_to_a_time, begin, end),
		cmocka_unit_test_setup_teardown(
		    what_is_no_time_is_said_and_can_be_mended, begin, end),
		cmocka_unit_test_setup_teardown(a_mark_is_kept_and_set_anew, begin, end),
		cmocka_unit_test_setup_teardown(past_ticks_have_their_mappings, begin, end),
		cmocka_unit_test_setup_teardown(mappings_that_were_not_read_are_told, begin, end),
		cmocka_unit_test_setup_teardown(lists_that_were_not_read_are_told, begin, end),
		cmocka_unit_test_setup_teardown(
		    regress_a_folded_row_has_not_grown_by_what_is_below, begin, end),
		cmocka_unit_test_setup_teardown(
		    nothing_is_kept_without_memory_and_nothing_breaks, begin, end),
	};
	return cmocka_run_group_tests_name("tui/past", tests, NULL, NULL);
}
