/* SPDX-License-Identifier: MIT */
/* The Overview as a whole: recorded frames with a past, drawn at several sizes and compared with golden/. */
#include "config.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frames.h"
#include "tui/layout.h"

enum { TICKS = 60, TICK_SECONDS = 10 };

static struct ht_tui_options options;
static struct ht_screen screen;

/* FRAME as of tick I: the program's heap went up and down, and grew. */
static struct ht_frame *
at_tick(struct ht_frame *frame, int i)
{
	uint64_t back_ns = (uint64_t)(TICKS - 1 - i) * TICK_SECONDS * UINT64_C(1000000000);
	double mebibyte = 1048576, wave = sin(i / 5.0);
	struct ht_process *process = &frame->processes[frame->process_count > 3 ? 1 : 0];
	frame->monotonic_ns -= back_ns;
	frame->realtime_ns -= back_ns;
	uint64_t live = (uint64_t)((200 + 2 * i + 60 * wave) * mebibyte);
	HT_SET_U(&process->values, HT_PROCESS_RESIDENT, (uint64_t)((330 + 3 * i) * mebibyte));
	HT_SET_U(&process->values, HT_PROCESS_ANONYMOUS, live);
	if (process->heap == NULL)
		return frame;
	HT_SET_U(&process->heap->values, HT_HEAP_LIVE, live);
	HT_SET_F(&process->heap->values, HT_HEAP_ALLOC_RATE, (30 + 12 * wave) * mebibyte);
	HT_SET_F(&process->heap->values, HT_HEAP_FREE_RATE, (28 - 12 * wave) * mebibyte);
	HT_SET_U(&process->heap->values, HT_HEAP_PEAK, (uint64_t)(402 * mebibyte));
	return frame;
}

/* A screen that has seen ten minutes of what MAKE makes, after KEYS. */
static void
begin(struct ht_frame *(*make)(void), const char *keys, bool ascii)
{
	options = (struct ht_tui_options){ .only_uid = UINT32_MAX, .sort = ht_sort_default() };
	ht_screen_init(&screen, &options, ascii);
	for (int i = 0; i < TICKS; i++)
		assert_int_equal(ht_screen_set_frame(&screen, at_tick(make(), i)), 0);
	ht_grid_free(ht_layout_draw(&screen, 80, 24));
	for (; *keys != '\0'; keys++)
		ht_screen_key(&screen, *keys);
}

static void
add_text(const struct ht_grid *grid, struct ht_text *text)
{
	for (int row = 0; row < grid->height; row++) {
		ht_grid_row_text(grid, row, text);
		ht_text_add(text, "\n", 1);
	}
}

/* A letter for each column: the role that stands there decides its colours and attributes. */
static void
add_roles(const struct ht_grid *grid, struct ht_text *text)
{
	for (int row = 0; row < grid->height; row++) {
		int column = 0;
		for (size_t i = 0; i < grid->rows[row].count; i++) {
			const struct ht_cell *cell = &grid->rows[row].cells[i];
			char letter = (char)((cell->role < 26 ? 'a' : 'A' - 26) + (int)cell->role);
			for (; column < cell->column; column++)
				ht_text_add(text, " ", 1);
			for (; column < cell->column + cell->width; column++)
				ht_text_add(text, &letter, 1);
		}
		ht_text_add(text, "\n", 1);
	}
}

/* Compares with golden/NAME; HT_UPDATE_GOLDEN=1 writes that file instead, to be looked at. */
static void
assert_golden(const char *name, int width, int height,
    void (*add)(const struct ht_grid *grid, struct ht_text *text))
{
	char path[1024], wanted[32768];
	struct ht_text text;
	ht_text_init(&text);
	struct ht_grid *grid = ht_layout_draw(&screen, width, height);
	add(grid, &text);
	assert_false(grid->failed || text.failed);
	ht_grid_free(grid);
	ht_screen_release(&screen);
	snprintf(path, sizeof(path), "%s/tests/unit/tui/golden/%s", getenv("HT_TOP_SRCDIR"), name);
	FILE *file = fopen(path, getenv("HT_UPDATE_GOLDEN") != NULL ? "w+" : "r");
	assert_non_null(file);
	if (getenv("HT_UPDATE_GOLDEN") != NULL) {
		fputs(text.bytes, file);
		rewind(file);
	}
	wanted[fread(wanted, 1, sizeof(wanted) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(text.bytes, wanted);
	ht_text_release(&text);
}

static void
screens_look_as_they_did(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		struct ht_frame *(*make)(void);
		const char *keys;
		int width, height;
		bool ascii, roles;
	} screens[] = {
		{ "overview-80x24", frames_mixed, "j\r", 80, 24, false, false },
		{ "overview-80x24-ascii", frames_mixed, "j\r", 80, 24, true, false },
		{ "overview-80x24-roles", frames_mixed, "j\r", 80, 24, false, true },
		{ "overview-120x40", frames_mixed, "j\r", 120, 40, false, false },
		{ "overview-200x60", frames_mixed, "j\r", 200, 60, false, false },
		{ "overview-40x10", frames_mixed, "j\r", 40, 10, false, false },
		{ "overview-40x10-ascii", frames_mixed, "j\r", 40, 10, true, false },
		{ "overview-statistics-80x24", frames_mixed, "j\rS", 80, 24, false, false },
		{ "overview-units-80x24", frames_mixed, "j\re", 80, 24, false, false },
		{ "overview-units-200x60", frames_mixed, "j\reeee", 200, 60, false, false },
		{ "overview-mark-120x40", frames_mixed, "j[[[[[[r]]]]]]\rii", 120, 40, false,
		    false },
		{ "overview-plain-80x24", frames_plain, "\r", 80, 24, false, false },
		{ "overview-plain-40x10", frames_plain, "\r", 40, 10, false, false },
	};
	if (getenv("HT_TOP_SRCDIR") == NULL)
		return;
	for (size_t i = 0; i < sizeof(screens) / sizeof(screens[0]); i++) {
		begin(screens[i].make, screens[i].keys, screens[i].ascii);
		assert_golden(screens[i].name, screens[i].width, screens[i].height,
		    screens[i].roles ? add_roles : add_text);
	}
}

static bool
shows(const char *wanted, int width, int height)
{
	struct ht_text text;
	ht_text_init(&text);
	struct ht_grid *grid = ht_layout_draw(&screen, width, height);
	add_text(grid, &text);
	bool found = strstr(ht_text_string(&text), wanted) != NULL;
	ht_grid_free(grid);
	ht_text_release(&text);
	return found;
}

/* Fonts of consoles have neither braille nor eighths of blocks. */
static void
a_console_gets_half_blocks(void **state)
{
	(void)state;
	static const char *const missing[] = { "\xe2\xa0", "\xe2\xa1", "\xe2\xa2", "\xe2\xa3", "▁",
		"▂", "▃", "▅", "▆", "▇", "╌", "✗", "●", "◆" };
	begin(frames_mixed, "j[[[[[[r]]]]]]\r", false);
	assert_true(shows(missing[3], 120, 40));
	screen.console = true;
	for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++)
		assert_false(shows(missing[i], 120, 40));
	assert_true(shows("█▄", 120, 40) || shows("▄█", 120, 40) || shows("▄▄", 120, 40));
	assert_int_equal(ht_setting_set(&screen.settings, HT_SETTING_GRAPHS, "braille"), 0);
	assert_true(shows(missing[3], 120, 40));
	assert_int_equal(ht_setting_set(&screen.settings, HT_SETTING_GRAPHS, "ascii"), 0);
	assert_true(shows(":::::::", 120, 40));
	ht_screen_release(&screen);
}

static void
what_ended_keeps_its_last_picture(void **state)
{
	(void)state;
	begin(frames_mixed, "j\r", false);
	assert_false(shows("ended", 80, 24));
	for (int i = 0; i < 3; i++) {
		struct ht_frame *frame = frames_plain();
		frame->monotonic_ns += (uint64_t)(i + 1) * UINT64_C(5000000000);
		ht_screen_set_frame(&screen, frame);
	}
	assert_true(shows("imgd 4242 www", 80, 24));
	assert_true(shows("ended 15.0s ago", 80, 24));
	assert_true(shows("ended 15.0s ago", 40, 10));
	assert_true(shows("allocating", 80, 24));
	ht_screen_release(&screen);
}

static void
regress_what_is_to_come_is_no_last_picture(void **state)
{
	(void)state;
	options = (struct ht_tui_options){ .only_uid = UINT32_MAX, .sort = ht_sort_default() };
	ht_screen_init(&screen, &options, false);
	struct ht_frame *before = frames_plain();
	before->monotonic_ns -= UINT64_C(5000000000);
	ht_screen_set_frame(&screen, before);
	ht_screen_set_frame(&screen, frames_mixed());
	ht_grid_free(ht_layout_draw(&screen, 80, 24));
	ht_screen_key(&screen, 'j');
	ht_screen_key(&screen, '\r');
	assert_true(shows("allocating", 80, 24));
	ht_screen_key(&screen, '[');
	assert_ptr_not_equal(screen.past.live, NULL);
	assert_false(shows("allocating", 80, 24));
	ht_screen_release(&screen);
}

static void
regress_bytes_that_nobody_knows_are_not_0(void **state)
{
	(void)state;
	options = (struct ht_tui_options){ .only_uid = UINT32_MAX, .sort = ht_sort_default() };
	ht_screen_init(&screen, &options, false);
	struct ht_frame *frame = frames_mixed();
	for (size_t i = 0; i < frame->process_count; i++) {
		struct ht_heap *heap = frame->processes[i].heap;
		if (heap == NULL)
			continue;
		heap->bytes_unknown = true;
		heap->exited.allocated_bytes = heap->exited.freed_bytes = 0;
	}
	ht_screen_set_frame(&screen, frame);
	ht_grid_free(ht_layout_draw(&screen, 120, 40));
	ht_screen_key(&screen, 'j');
	ht_screen_key(&screen, '3');
	assert_true(shows("7 exited                      -       -    6.7m       -", 120, 40));
	ht_screen_release(&screen);
}

static void
every_size_can_be_drawn(void **state)
{
	(void)state;
	static const char *const keys[] = { "j\r", "j\rS", "\r", "jjj\r", "jjjjj\r" };
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		begin(frames_mixed, keys[i], i % 2 != 0);
		for (int height = 1; height < 64; height += 1 + height / 16)
			for (int width = 1; width < 210; width += 1 + width / 8)
				assert_false(shows("nothing like this", width, height));
		ht_screen_release(&screen);
	}
}

int
main(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	setenv("TZ", "UTC0", 1);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(screens_look_as_they_did),
		cmocka_unit_test(a_console_gets_half_blocks),
		cmocka_unit_test(what_ended_keeps_its_last_picture),
		cmocka_unit_test(regress_what_is_to_come_is_no_last_picture),
		cmocka_unit_test(regress_bytes_that_nobody_knows_are_not_0),
		cmocka_unit_test(every_size_can_be_drawn),
	};
	return cmocka_run_group_tests_name("tui/overview", tests, NULL, NULL);
}
