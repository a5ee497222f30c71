/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <curses.h>

#include "frames.h"
#include "tui/layout.h"
#include "views/registry.h"

/* Keys that are no character, in a string of keys. */
#define F1 "\x81"
#define F2 "\x82"
#define F6 "\x86"

/* The digit of a view's tab, wherever that stands. */
#define MAPS "\x90"

static int
key_of(char c)
{
	for (int i = 0; c == MAPS[0] && ht_views_get((size_t)i) != NULL; i++)
		if (ht_views_get((size_t)i) == &ht_view_maps)
			return '1' + i;
	return c >= F1[0] && c < F1[0] + 12 ? KEY_F(c - F1[0] + 1) : c;
}

/* SCREEN as text. */
static char *
text_of(struct ht_screen *screen, int width, int height)
{
	struct ht_text text;
	struct ht_grid *grid = ht_layout_draw(screen, width, height);
	ht_text_init(&text);
	assert_non_null(grid);
	for (int row = 0; row < height; row++) {
		ht_grid_row_text(grid, row, &text);
		ht_text_add(&text, "\n", 1);
	}
	assert_false(text.failed || grid->failed);
	ht_grid_free(grid);
	return text.bytes;
}

/* The frame of a second: one heap grows, one comes and goes, one process without a heap grows, and one is new. */
static struct ht_frame *
frame_of(unsigned second)
{
	enum { LATE = 60 };
	struct ht_frame *frame = frames_mixed();
	frame->monotonic_ns += second * UINT64_C(1000000000);
	frame->realtime_ns += second * UINT64_C(1000000000);
	for (size_t i = 0; i < frame->process_count; i++) {
		struct ht_process *process = &frame->processes[i];
		uint64_t *live =
		    process->heap != NULL ? &process->heap->values.value[HT_HEAP_LIVE].u : NULL;
		if (process->key.pid == 4242)
			*live += (uint64_t)second * 3000000;
		else if (process->key.pid == 5120)
			*live -= (uint64_t)(second / 5 % 4) * 40000000;
		else if (process->key.pid == 877)
			process->key.start_time_ticks += second > LATE;
		else if (process->key.pid == 1033)
			process->values.value[HT_PROCESS_ANONYMOUS].u += (uint64_t)second << 20;
	}
	return frame;
}

/* A minute and a half, with keys after the first half and at the end. */
static char *
past_picture(const char *first, const char *last, int width, int height, bool ascii)
{
	struct ht_tui_options options = { .only_uid = UINT32_MAX, .sort = ht_sort_default() };
	struct ht_screen screen;
	ht_screen_init(&screen, &options, ascii);
	for (unsigned second = 0; second < 90; second++) {
		ht_screen_set_frame(&screen, frame_of(second));
		ht_grid_free(ht_layout_draw(&screen, width, height));
		for (const char *key = first; second == 45 && *key != '\0'; key++)
			ht_screen_key(&screen, key_of(*key));
	}
	for (; *last != '\0'; last++)
		ht_screen_key(&screen, key_of(*last));
	char *text = text_of(&screen, width, height);
	ht_screen_release(&screen);
	return text;
}

/* A screen on FRAME after the keys in KEYS, as text. */
static char *
picture(struct ht_frame *frame, const char *keys, int width, int height, bool ascii)
{
	struct ht_tui_options options = { .only_uid = UINT32_MAX, .sort = ht_sort_default() };
	struct ht_screen screen;
	ht_screen_init(&screen, &options, ascii);
	if (frame != NULL)
		assert_int_equal(ht_screen_set_frame(&screen, frame), 0);
	ht_grid_free(ht_layout_draw(&screen, width, height));
	for (; *keys != '\0'; keys++)
		ht_screen_key(&screen, key_of(*keys));
	char *text = text_of(&screen, width, height);
	ht_screen_release(&screen);
	return text;
}

/* A screen on a recording without any list after the keys in KEYS, as text. */
static char *
recorded_picture(const char *keys, int width, int height)
{
	static const struct ht_timeline_tick moments[] = { { UINT64_C(5000000000),
	    UINT64_C(1800000000000000000) } };
	const struct ht_timeline timeline = { moments, 1, UINT64_C(1000000000) };
	const struct ht_tui_replay replay = { .timeline = &timeline, .speed = 1 };
	struct ht_tui_options options = {
		.replay = &replay, .only_uid = UINT32_MAX, .sort = ht_sort_default()
	};
	struct ht_screen screen;
	struct ht_frame *frame = frames_many(30, 0);
	frame->monotonic_ns = moments[0].monotonic_ns;
	frame->realtime_ns = moments[0].realtime_ns;
	ht_screen_init(&screen, &options, true);
	ht_playback_advance(&screen.playback, 1);
	assert_int_equal(ht_screen_set_frame(&screen, frame), 0);
	ht_grid_free(ht_layout_draw(&screen, width, height));
	for (; *keys != '\0'; keys++)
		ht_screen_key(&screen, key_of(*keys));
	char *text = text_of(&screen, width, height);
	ht_screen_release(&screen);
	return text;
}

static void
assert_says(char *text, const char *wanted)
{
	if (strstr(text, wanted) == NULL)
		fail_msg("'%s' is not in\n%s", wanted, text);
	free(text);
}

/* Compares with golden/NAME; HT_UPDATE_GOLDEN=1 writes that file instead, to be looked at. */
static void
assert_golden(const char *name, char *text)
{
	char path[1024], wanted[32768];
	snprintf(path, sizeof(path), "%s/tests/unit/tui/golden/%s", getenv("HT_TOP_SRCDIR"), name);
	FILE *file = fopen(path, getenv("HT_UPDATE_GOLDEN") != NULL ? "w+" : "r");
	assert_non_null(file);
	if (getenv("HT_UPDATE_GOLDEN") != NULL) {
		fputs(text, file);
		rewind(file);
	}
	wanted[fread(wanted, 1, sizeof(wanted) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(text, wanted);
	free(text);
}

static void
screens_look_as_they_did(void **state)
{
	(void)state;
	if (getenv("HT_TOP_SRCDIR") == NULL)
		skip();
	assert_golden("processes-80x24", picture(frames_mixed(), "", 80, 24, false));
	assert_golden("processes-80x24-ascii", picture(frames_mixed(), "", 80, 24, true));
	assert_golden("processes-120x40", picture(frames_mixed(), "A", 120, 40, false));
	assert_golden("processes-40x10", picture(frames_mixed(), "", 40, 10, false));
	assert_golden("processes-40x10-ascii", picture(frames_mixed(), "I", 40, 10, true));
	assert_golden("plain-80x24", picture(frames_plain(), "", 80, 24, false));
	assert_golden("hostile-80x24", picture(frames_hostile(), "", 80, 24, false));
	assert_golden("threads-80x24", picture(frames_mixed(), "j\r\t", 80, 24, false));
	assert_golden("threads-120x40", picture(frames_mixed(), "j\r\tP", 120, 40, false));
	assert_golden("threads-40x10", picture(frames_mixed(), "j\r\t", 40, 10, false));
	assert_golden("threads-plain-80x24-ascii", picture(frames_plain(), "\r\t", 80, 24, true));
	assert_golden("sizes-80x24", picture(frames_mixed(), "j\r\t\t", 80, 24, false));
	assert_golden("sizes-120x40-ascii", picture(frames_mixed(), "j\r\t\tA", 120, 40, true));
	assert_golden("sizes-200x60", picture(frames_mixed(), "j\r\t\tj", 200, 60, false));
	assert_golden("sizes-40x10", picture(frames_mixed(), "j\r\t\t", 40, 10, false));
	assert_golden("events-80x24", picture(frames_mixed(), "j\r\t\t\t", 80, 24, false));
	assert_golden("events-120x40-ascii", picture(frames_mixed(), "j\r\t\t\t", 120, 40, true));
	assert_golden("events-200x60", picture(frames_mixed(), "j\r\t\t\tjjj", 200, 60, false));
	assert_golden("events-40x10", picture(frames_mixed(), "j\r\t\t\t", 40, 10, false));
	assert_golden("maps-80x24", picture(frames_mixed(), "j\r" MAPS, 80, 24, false));
	assert_golden("maps-120x40-ascii", picture(frames_mixed(), "j\r" MAPS, 120, 40, true));
	assert_golden("maps-200x60", picture(frames_mixed(), "j\r" MAPS "jj>", 200, 60, false));
	assert_golden("maps-40x10", picture(frames_mixed(), "j\r" MAPS, 40, 10, false));
	assert_golden("maps-denied-80x24", picture(frames_mixed(), "jj\r" MAPS, 80, 24, false));
	assert_golden("maps-hostile-80x24", picture(frames_hostile(), "\r" MAPS, 80, 24, false));
	assert_golden("help-80x24", picture(frames_mixed(), "?", 80, 24, false));
	assert_golden("help-end-40x10", picture(frames_mixed(), "?G", 40, 10, true));
	assert_golden("delay-80x24", picture(frames_mixed(), "d0.5", 80, 24, false));
	assert_golden("bad-delay-40x10", picture(frames_mixed(), "dx\r", 40, 10, false));
	assert_golden("sort-80x24", picture(frames_mixed(), F6, 80, 24, false));
	assert_golden("sort-typed-40x10", picture(frames_mixed(), F6 "alloc_b", 40, 10, true));
	assert_golden("settings-80x24", picture(frames_mixed(), F2 "jjj ", 80, 24, false));
	assert_golden("settings-end-40x10", picture(frames_mixed(), F2 "G", 40, 10, true));
	assert_golden("first-look-80x24", picture(NULL, "", 80, 24, false));
}

static void
what_people_do_with_rows_looks_as_it_did(void **state)
{
	(void)state;
	assert_golden("search-80x24", picture(frames_mixed(), "/sql", 80, 24, false));
	assert_golden("search-nothing-40x10", picture(frames_mixed(), "/xyz", 40, 10, true));
	assert_golden("filter-80x24", picture(frames_mixed(), "\\live>100M\r", 80, 24, false));
	assert_golden("filter-wrong-80x24", picture(frames_mixed(), "\\liv>1\r", 80, 24, false));
	assert_golden("filter-40x10", picture(frames_mixed(), "\\sql\r", 40, 10, true));
	assert_golden("users-80x24", picture(frames_mixed(), "u", 80, 24, false));
	assert_golden("follow-80x24", picture(frames_mixed(), "jFM", 80, 24, false));
	assert_golden("units-80x24", picture(frames_mixed(), "eEE", 80, 24, false));
	assert_golden("units-bytes-120x40", picture(frames_mixed(), "eeee", 120, 40, false));
	assert_golden("tree-80x24", picture(frames_tree(), "t", 80, 24, false));
	assert_golden("tree-folded-80x24-ascii", picture(frames_tree(), "t*M", 80, 24, true));
	assert_golden("tree-40x10", picture(frames_tree(), "tG", 40, 10, false));
	assert_golden("thread-rows-80x24", picture(frames_mixed(), "H", 80, 24, false));
	assert_golden("kernel-80x24", picture(frames_mixed(), "K", 80, 24, false));
}

static void
the_past_looks_as_it_did(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	assert_golden("trend-100x24", past_picture("", "", 100, 24, false));
	assert_golden("trend-80x24-ascii", past_picture("", "", 80, 24, true));
	assert_golden("trend-plain-80x24", past_picture("", "jjjj", 80, 24, false));
	assert_golden("marked-120x40", past_picture("r", "j", 120, 40, false));
	assert_golden("marked-80x24-ascii", past_picture("r", "j", 80, 24, true));
	assert_golden("marked-40x10", past_picture("r", "j", 40, 10, false));
	assert_golden("marked-threads-80x24", past_picture("j3r", "x", 80, 24, false));
	assert_golden("paused-80x24", past_picture(" ", "j", 80, 24, false));
	assert_golden("paused-back-120x40", past_picture("r", "{]]", 120, 40, false));
	assert_golden("paused-40x10", past_picture(" ", "j", 40, 10, true));
	assert_golden("jump-80x24", past_picture("", "T14:0", 80, 24, false));
	assert_golden("write-80x24", past_picture("", "w", 80, 24, false));
	assert_golden("write-40x10", past_picture("", "w", 40, 10, false));
	assert_golden("write-recording-40x10", past_picture("", "w\x15now.htrec", 40, 10, true));
}

static void
every_size_can_be_drawn(void **state)
{
	(void)state;
	static const char *const keys[] = { "", "\r", "?", "d1", "G", "?G", F6, F6 "fre", F2 "jj",
		"/w", "/\xc3\xa4xyz", "j\r\t", "j\r\t\t", "j\r", "j\rS" };
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		for (int height = 1; height < 30; height++)
			for (int width = 1; width < 110; width += 1 + width / 12)
				free(picture(frames_mixed(), keys[i], width, height, i % 2 != 0));
	free(picture(frames_many(300, 0), "G", 200, 200, false));
}

static void
a_question_is_seen_on_a_low_screen(void **state)
{
	(void)state;
	for (int height = 1; height < 6; height++) {
		char *text = picture(frames_mixed(), "d", 60, height, false);
		assert_non_null(strstr(text, "Seconds between looks"));
		free(text);
	}
}

/* That it wasn't recorded had been all, and nothing at all on a small screen. */
static void
regress_what_was_not_recorded_says_how_to_have_it(void **state)
{
	(void)state;
	assert_says(recorded_picture("\r" MAPS, 80, 24),
	    "Its mappings were not recorded: heaptop record -p NAME --detail maps does.");
	assert_says(recorded_picture("\r" MAPS, 40, 10), "Its mappings were not recorded: heaptop");
	assert_says(recorded_picture("\r\t", 80, 24),
	    "Its threads were not recorded: heaptop record -p NAME does.");
	assert_says(recorded_picture("\r\t", 40, 10), "Its threads were not recorded: heaptop");
	assert_says(recorded_picture("\r\t\t", 40, 10), "Its sizes were not recorded:");
	assert_says(recorded_picture("\r\t\t\t", 40, 10), "Its events were not recorded:");
	assert_says(recorded_picture("\r", 80, 24),
	    "resident memory by use: not recorded: heaptop record -p NAME does");
	assert_says(recorded_picture("\r", 40, 24), "resident memory by use: not recorded");
}

/* However little room there is. */
static void
regress_a_small_screen_says_why_a_table_is_empty(void **state)
{
	(void)state;
	assert_says(picture(frames_mixed(), "jj\r" MAPS, 40, 10, false),
	    "Its mappings can't be shown: not\npermitted.");
	assert_says(picture(frames_plain(), "\r\t\t", 40, 10, false), "No heap to be seen here:");
	for (int height = 1; height < 10; height++)
		free(picture(frames_plain(), "\r\t\t", 40, height, false));
	for (int height = 1; height < 10; height++)
		free(picture(frames_mixed(), "jj\r" MAPS, 40, height, false));
}

int
main(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	setenv("TZ", "UTC0", 1);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(screens_look_as_they_did),
		cmocka_unit_test(what_people_do_with_rows_looks_as_it_did),
		cmocka_unit_test(the_past_looks_as_it_did),
		cmocka_unit_test(every_size_can_be_drawn),
		cmocka_unit_test(a_question_is_seen_on_a_low_screen),
		cmocka_unit_test(regress_what_was_not_recorded_says_how_to_have_it),
		cmocka_unit_test(regress_a_small_screen_says_why_a_table_is_empty),
	};
	return cmocka_run_group_tests_name("tui/layout", tests, NULL, NULL);
}
