/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frames.h"
#include "views/registry.h"
#include "views/table.h"

static struct ht_settings scene_settings;

/* A view of a frame, drawn. */
struct scene {
	const struct ht_view *view;
	struct ht_view_state state;
	struct ht_frame *frame;
	struct ht_view_input input;
	struct ht_text text;
};

static void
set_frame(struct scene *scene, struct ht_frame *frame)
{
	ht_frame_free(scene->frame);
	scene->frame = frame;
	scene->input.frame = frame;
	scene->input.process = NULL;
	if (scene->input.chosen.pid != 0)
		scene->input.process = ht_frame_find(frame, scene->input.chosen.pid);
	assert_int_equal(ht_view_arrange(scene->view, &scene->input, &scene->state), 0);
}

static void
begin(struct scene *scene, const struct ht_view *view, struct ht_frame *frame, int32_t pid)
{
	ht_settings_init(&scene_settings);
	scene_settings.kernel_threads = true;
	*scene = (struct scene){ .view = view,
		.input = { .chosen_name = "imgd", .settings = &scene_settings } };
	scene->input.chosen.pid = pid;
	ht_view_state_init(&scene->state, view);
	ht_text_init(&scene->text);
	set_frame(scene, frame);
}

static void
end(struct scene *scene)
{
	ht_text_release(&scene->text);
	ht_view_state_release(&scene->state);
	ht_frame_free(scene->frame);
}

/* The view as text, valid until the next call. */
static const char *
drawn(struct scene *scene, int width, int height)
{
	struct ht_grid *grid = ht_grid_new(width, height, false);
	assert_int_equal(ht_view_arrange(scene->view, &scene->input, &scene->state), 0);
	scene->view->draw(&scene->input, &scene->state, grid, 0, height);
	ht_text_clear(&scene->text);
	for (int row = 0; row < height; row++) {
		ht_grid_row_text(grid, row, &scene->text);
		ht_text_add(&scene->text, "\n", 1);
	}
	assert_false(grid->failed);
	ht_grid_free(grid);
	return ht_text_string(&scene->text);
}

static int32_t
selected_pid(const struct scene *scene)
{
	const struct ht_row_item *row = ht_view_selected(&scene->state);
	return row == NULL ? -1 : (int32_t)row->key.id;
}

static void
processes_come_by_live_heap_then_by_resident_memory(void **state)
{
	(void)state;
	static const int32_t wanted[] = { 5120, 4242, 877, 6001, 1033, 2 };
	struct scene scene;
	begin(&scene, &ht_view_processes, frames_mixed(), 0);
	assert_int_equal(scene.state.row_count, 6);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(scene.state.rows[i].key.id, wanted[i]);
	end(&scene);
}

static void
an_unknown_heap_is_never_a_figure_of_the_heap(void **state)
{
	(void)state;
	struct scene scene;
	begin(&scene, &ht_view_processes, frames_mixed(), 0);
	const char *text = drawn(&scene, 80, 8);
	assert_non_null(strstr(text, "   1033   204M  (102M)        -"));
	assert_non_null(strstr(text, "      2      -       -        -"));
	end(&scene);
}

static void
columns_leave_by_importance(void **state)
{
	(void)state;
	struct scene scene;
	begin(&scene, &ht_view_processes, frames_mixed(), 0);
	const char *text = drawn(&scene, 40, 3);
	static const char *const stay[] = { "PID", "HEAP", "+RATE/s", "COMMAND" };
	for (size_t i = 0; i < 4; i++)
		assert_non_null(strstr(text, stay[i]));
	assert_null(strstr(text, "USER"));
	assert_null(strstr(text, "THR"));
	for (int width = 1; width < 120; width++)
		drawn(&scene, width, 5);
	end(&scene);
}

static void
the_selection_stays_on_its_process(void **state)
{
	(void)state;
	struct scene scene;
	begin(&scene, &ht_view_processes, frames_many(200, 0), 0);
	drawn(&scene, 80, 20);
	for (int i = 0; i < 5; i++)
		assert_int_equal(scene.view->key(&scene.state, HT_COMMAND_DOWN), HT_ANSWER_DONE);
	int32_t pid = selected_pid(&scene);
	for (unsigned step = 1; step < 60; step++) {
		set_frame(&scene, frames_many(200, step));
		drawn(&scene, 80, 20);
		assert_int_equal(selected_pid(&scene), pid);
		assert_true(scene.state.index >= scene.state.top &&
			    scene.state.index < scene.state.top + scene.state.page);
	}
	end(&scene);
}

static void
an_untouched_selection_stays_on_the_first_row(void **state)
{
	(void)state;
	struct scene scene;
	begin(&scene, &ht_view_processes, frames_many(50, 0), 0);
	for (unsigned step = 1; step < 20; step++) {
		set_frame(&scene, frames_many(50, step));
		drawn(&scene, 80, 10);
		assert_int_equal(scene.state.index, 0);
		assert_int_equal(scene.state.top, 0);
	}
	end(&scene);
}

static void
the_selection_survives_the_end_of_its_process(void **state)
{
	(void)state;
	struct scene scene;
	begin(&scene, &ht_view_processes, frames_many(30, 0), 0);
	drawn(&scene, 80, 10);
	scene.view->key(&scene.state, HT_COMMAND_LAST);
	assert_int_equal(scene.state.index, 29);
	set_frame(&scene, frames_many(4, 0));
	assert_int_equal(scene.state.index, 3);
	set_frame(&scene, frames_many(0, 0));
	drawn(&scene, 80, 10);
	assert_null(ht_view_selected(&scene.state));
	assert_int_equal(scene.view->key(&scene.state, HT_COMMAND_OPEN), HT_ANSWER_IGNORED);
	set_frame(&scene, frames_many(4, 0));
	assert_non_null(ht_view_selected(&scene.state));
	end(&scene);
}

static void
every_move_stays_within_the_rows(void **state)
{
	(void)state;
	struct scene scene;
	begin(&scene, &ht_view_processes, frames_many(37, 0), 0);
	unsigned random = 1;
	for (int i = 0; i < 2000; i++) {
		random = random * 1103515245u + 12345u;
		enum ht_command command = (enum ht_command)(random >> 16) % HT_COMMAND_VIEW;
		scene.view->key(&scene.state, command);
		if (i % 7 == 0)
			set_frame(&scene, frames_many(random % 40, random % 9));
		drawn(&scene, 1 + (int)(random >> 8) % 100, 1 + (int)(random >> 20) % 30);
		assert_true(
		    scene.state.row_count == 0 || scene.state.index < scene.state.row_count);
	}
	end(&scene);
}

static void
sorting_moves_from_column_to_column_and_shows_what_it_sorts_by(void **state)
{
	(void)state;
	struct scene scene;
	begin(&scene, &ht_view_processes, frames_mixed(), 0);
	assert_non_null(strstr(drawn(&scene, 80, 3), "HEAP\xe2\x96\xbc"));
	scene.view->key(&scene.state, HT_COMMAND_SORT_RIGHT);
	assert_non_null(strstr(drawn(&scene, 80, 3), "+RATE/s\xe2\x96\xbc"));
	assert_int_equal(scene.state.rows[0].key.id, 4242);
	scene.view->key(&scene.state, HT_COMMAND_REVERSE);
	assert_non_null(strstr(drawn(&scene, 80, 3), "+RATE/s\xe2\x96\xb2"));
	assert_int_equal(scene.state.rows[0].key.id, 6001);
	scene.view->key(&scene.state, HT_COMMAND_SORT_CPU);
	assert_non_null(strstr(drawn(&scene, 80, 3), "CPU%\xe2\x96\xbc"));
	for (int i = 0; i < 20; i++)
		scene.view->key(&scene.state, HT_COMMAND_SORT_LEFT);
	assert_non_null(strstr(drawn(&scene, 80, 3), "PID\xe2\x96\xbc"));
	end(&scene);
}

static void
another_order_moves_the_selection_unless_it_is_followed(void **state)
{
	(void)state;
	struct scene scene;
	begin(&scene, &ht_view_processes, frames_mixed(), 0);
	scene.view->key(&scene.state, HT_COMMAND_DOWN);
	assert_int_equal(selected_pid(&scene), 4242);
	scene.view->key(&scene.state, HT_COMMAND_SORT_RESIDENT);
	drawn(&scene, 80, 8);
	scene.view->key(&scene.state, HT_COMMAND_REVERSE);
	drawn(&scene, 80, 8);
	assert_int_equal(scene.state.index, 1); /* the place in the order stays */
	assert_int_equal(selected_pid(&scene), 6001);
	scene.state.followed = true;
	scene.view->key(&scene.state, HT_COMMAND_REVERSE);
	drawn(&scene, 80, 8);
	assert_int_equal(selected_pid(&scene), 6001);
	set_frame(&scene, frames_mixed());
	assert_true(scene.state.followed);
	scene.view->key(&scene.state, HT_COMMAND_DOWN);
	assert_false(scene.state.followed);
	scene.state.followed = true;
	set_frame(&scene, frames_plain());
	assert_false(scene.state.followed);
	end(&scene);
}

static void
long_text_is_scrolled(void **state)
{
	(void)state;
	struct scene scene;
	begin(&scene, &ht_view_processes, frames_mixed(), 0);
	assert_non_null(strstr(drawn(&scene, 80, 8), "imgd --workers 16"));
	scene.view->key(&scene.state, HT_COMMAND_SCROLL_RIGHT);
	assert_null(strstr(drawn(&scene, 80, 8), "imgd"));
	assert_non_null(strstr(drawn(&scene, 80, 8), "orkers 16"));
	for (int i = 0; i < 2000; i++)
		scene.view->key(&scene.state, HT_COMMAND_SCROLL_RIGHT);
	drawn(&scene, 80, 8);
	for (int i = 0; i < 2000; i++)
		scene.view->key(&scene.state, HT_COMMAND_SCROLL_LEFT);
	assert_non_null(strstr(drawn(&scene, 80, 8), "imgd --workers 16"));
	end(&scene);
}

static void
bytes_are_written_in_the_units_asked_for(void **state)
{
	(void)state;
	static const struct {
		uint64_t bytes;
		enum ht_units units;
		const char *text;
	} cases[] = { { 0, HT_UNITS_M, "0M" }, { 1, HT_UNITS_M, "<0.1M" },
		{ 1536, HT_UNITS_K, "1.5K" }, { 1180694528, HT_UNITS_AUTO, "1.1G" },
		{ 1180694528, HT_UNITS_K, "1153022K" }, { 1180694528, HT_UNITS_M, "1126M" },
		{ 1180694528, HT_UNITS_G, "1.1G" }, { 1180694528, HT_UNITS_BYTES, "1180694528" },
		{ UINT64_MAX, HT_UNITS_BYTES, "18446744073709551615" } };
	char text[HT_TABLE_CELL_BYTES];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ht_table_bytes(cases[i].bytes, cases[i].units, text);
		assert_string_equal(text, cases[i].text);
	}
	struct scene scene;
	begin(&scene, &ht_view_processes, frames_mixed(), 0);
	scene_settings.units = HT_UNITS_BYTES;
	assert_non_null(strstr(drawn(&scene, 100, 8), "   1180696576       736100352"));
	assert_non_null(strstr(drawn(&scene, 100, 8), "(106954752)"));
	end(&scene);
}

static void
a_narrow_table_keeps_the_column_that_sorts(void **state)
{
	(void)state;
	struct scene scene;
	begin(&scene, &ht_view_processes, frames_mixed(), 0);
	scene.view->key(&scene.state, HT_COMMAND_SORT_RESIDENT);
	assert_non_null(strstr(drawn(&scene, 40, 3), "RES\xe2\x96\xbc"));
	end(&scene);
}

static void
a_newcomer_is_told_how_to_begin(void **state)
{
	(void)state;
	struct scene scene;
	begin(&scene, &ht_view_processes, frames_plain(), 0);
	const char *text = drawn(&scene, 80, 19);
	assert_non_null(strstr(text, "heaptop run CMD"));
	assert_non_null(strstr(text, "heaptop demo"));
	assert_non_null(strstr(drawn(&scene, 40, 8), "heaptop run CMD"));
	assert_non_null(strstr(text, "mysqld"));
	end(&scene);
}

static void
threads_and_exited_ones_add_up_to_the_total(void **state)
{
	(void)state;
	struct scene scene;
	begin(&scene, &ht_view_threads, frames_mixed(), 4242);
	const char *text = drawn(&scene, 100, 12);
	assert_non_null(strstr(text, "imgd 4242 www  heap 318M"));
	assert_non_null(strstr(text, "7 exited"));
	assert_non_null(strstr(text, "total"));
	const struct ht_process *process = scene.input.process;
	uint64_t sum = process->heap->exited.allocated_bytes;
	for (size_t i = 0; i < process->thread_count; i++)
		sum += process->threads[i].values.value[HT_THREAD_ALLOCATED].u;
	assert_int_equal(sum, process->heap->values.value[HT_HEAP_ALLOCATED].u);
	assert_int_equal(scene.state.rows[0].key.id, 4243);
	scene.view->key(&scene.state, HT_COMMAND_SORT_RATE);
	drawn(&scene, 100, 12);
	assert_int_equal(scene.state.rows[0].key.id, 4244);
	end(&scene);
}

static void
threads_of_one_name_are_merged(void **state)
{
	(void)state;
	struct scene scene;
	begin(&scene, &ht_view_threads, frames_mixed(), 4242);
	scene_settings.merge_threads = true;
	const char *text = drawn(&scene, 100, 14);
	assert_int_equal(scene.state.row_count, 3);
	assert_non_null(strstr(text, "2 of resize-*        running "));
	const struct ht_thread *merged = scene.state.rows[0].item;
	assert_int_equal(merged->values.value[HT_THREAD_ALLOCATED].u, UINT64_C(2300) << 20);
	assert_true(merged->values.value[HT_THREAD_ALLOC_RATE].f == 24.5e6);
	struct ht_text said;
	ht_text_init(&said);
	scene.view->describe(&scene.input, &scene.state, &said);
	assert_non_null(strstr(ht_text_string(&said), "Sum over 2 threads, exact"));
	struct ht_process *process = &((struct ht_frame *)scene.input.frame)->processes[0];
	while (process->key.pid != 4242)
		process++;
	for (size_t i = 0; i < process->thread_count; i++)
		if (process->threads[i].tid == 4243)
			HT_UNSET(&process->threads[i].values, HT_THREAD_ALLOCATED);
	drawn(&scene, 100, 14);
	ht_view_arrange(scene.view, &scene.input, &scene.state);
	ht_view_state_select(&scene.state, 0);
	while (((const struct ht_thread *)ht_view_selected(&scene.state)->item)->tid >= 0)
		ht_view_state_select(&scene.state, scene.state.index + 1);
	ht_text_clear(&said);
	scene.view->describe(&scene.input, &scene.state, &said);
	assert_non_null(strstr(
	    ht_text_string(&said), "Sum over 1 thread, not the 1 of which it is unknown, exact"));
	ht_text_release(&said);
	set_frame(&scene, frames_mixed());
	scene.view->key(&scene.state, HT_COMMAND_DOWN);
	scene.view->key(&scene.state, HT_COMMAND_UP);
	struct ht_row_key key = scene.state.selected;
	set_frame(&scene, frames_mixed());
	assert_int_equal(scene.state.rows[scene.state.index].key.id, key.id);
	struct ht_error error;
	ht_filter_parse("name = resize-1", &scene.state.filter, &error);
	drawn(&scene, 100, 14);
	assert_int_equal(scene.state.row_count, 1);
	assert_int_equal(scene.state.rows[0].key.id, 4243);
	end(&scene);
}

static void
threads_of_a_plain_process_are_shown_with_the_reason(void **state)
{
	(void)state;
	struct scene scene;
	begin(&scene, &ht_view_threads, frames_plain(), 1033);
	const char *text = drawn(&scene, 80, 12);
	assert_non_null(strstr(text, "No heap to be seen here: not instrumented."));
	assert_non_null(strstr(text, "   1033 mysqld          sleeping    0.3       -       -"));
	assert_null(strstr(text, "total"));
	end(&scene);
}

static void
a_process_that_ended_is_said_to_have(void **state)
{
	(void)state;
	struct scene scene;
	begin(&scene, &ht_view_threads, frames_mixed(), 99);
	assert_non_null(strstr(drawn(&scene, 80, 12), "Process 99 (imgd) has ended."));
	end(&scene);
}

static void
hostile_names_leave_every_row_aligned(void **state)
{
	(void)state;
	struct scene scene;
	begin(&scene, &ht_view_processes, frames_hostile(), 0);
	for (int width = 1; width < 100; width++)
		for (const char *c = drawn(&scene, width, 12); *c != '\0'; c++)
			assert_true((unsigned char)*c >= 0x20 || *c == '\n');
	end(&scene);
}

static void
describes_meaning_source_and_age(void **state)
{
	(void)state;
	struct scene scene;
	struct ht_text text;
	ht_text_init(&text);
	begin(&scene, &ht_view_processes, frames_mixed(), 0);
	scene.view->describe(&scene.input, &scene.state, &text);
	assert_string_equal(ht_text_string(&text),
	    "HEAP: bytes the program allocated and has not freed. exact (segment)");
	for (int i = 0; i < 3; i++)
		scene.view->key(&scene.state, HT_COMMAND_DOWN);
	ht_text_clear(&text);
	scene.view->describe(&scene.input, &scene.state, &text);
	assert_string_equal(ht_text_string(&text),
	    "HEAP: bytes the program allocated and has not freed. last good figures: the process "
	    "is stopped, 12.0s ago");
	ht_text_release(&text);
	end(&scene);
}

int
main(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(processes_come_by_live_heap_then_by_resident_memory),
		cmocka_unit_test(an_unknown_heap_is_never_a_figure_of_the_heap),
		cmocka_unit_test(columns_leave_by_importance),
		cmocka_unit_test(the_selection_stays_on_its_process),
		cmocka_unit_test(an_untouched_selection_stays_on_the_first_row),
		cmocka_unit_test(the_selection_survives_the_end_of_its_process),
		cmocka_unit_test(every_move_stays_within_the_rows),
		cmocka_unit_test(sorting_moves_from_column_to_column_and_shows_what_it_sorts_by),
		cmocka_unit_test(another_order_moves_the_selection_unless_it_is_followed),
		cmocka_unit_test(long_text_is_scrolled),
		cmocka_unit_test(bytes_are_written_in_the_units_asked_for),
		cmocka_unit_test(a_narrow_table_keeps_the_column_that_sorts),
		cmocka_unit_test(a_newcomer_is_told_how_to_begin),
		cmocka_unit_test(threads_and_exited_ones_add_up_to_the_total),
		cmocka_unit_test(threads_of_one_name_are_merged),
		cmocka_unit_test(threads_of_a_plain_process_are_shown_with_the_reason),
		cmocka_unit_test(a_process_that_ended_is_said_to_have),
		cmocka_unit_test(hostile_names_leave_every_row_aligned),
		cmocka_unit_test(describes_meaning_source_and_age),
	};
	return cmocka_run_group_tests_name("views/table", tests, NULL, NULL);
}
