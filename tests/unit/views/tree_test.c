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
#include "views/tree.h"

static struct ht_settings settings;
static struct ht_view_state view_state;
static struct ht_frame *frame;
static struct ht_text text;

static void
arrange(void)
{
	struct ht_view_input input = { .frame = frame, .chosen_name = "", .settings = &settings };
	assert_int_equal(ht_view_arrange(&ht_view_processes, &input, &view_state), 0);
}

static void
show(struct ht_frame *next)
{
	ht_frame_free(frame);
	frame = next;
	arrange();
}

static int
begin(void **state)
{
	(void)state;
	ht_settings_init(&settings);
	settings.tree = true;
	ht_view_state_init(&view_state, &ht_view_processes);
	ht_text_init(&text);
	frame = NULL;
	show(frames_tree());
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ht_view_state_release(&view_state);
	ht_frame_free(frame);
	ht_text_release(&text);
	return 0;
}

/* The view as text, valid until the next call. */
static const char *
drawn(bool ascii)
{
	struct ht_view_input input = { .frame = frame, .chosen_name = "", .settings = &settings };
	struct ht_grid *grid = ht_grid_new(90, 20, ascii);
	ht_view_processes.draw(&input, &view_state, grid, 0, 20);
	ht_text_clear(&text);
	for (int row = 0; row < 20; row++) {
		ht_grid_row_text(grid, row, &text);
		ht_text_add(&text, "\n", 1);
	}
	ht_grid_free(grid);
	return ht_text_string(&text);
}

static void
assert_order(const int32_t *pids, size_t count)
{
	assert_int_equal(view_state.row_count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(view_state.rows[i].key.id, pids[i]);
}

static void
select_pid(int32_t pid)
{
	for (size_t i = 0; i < view_state.row_count; i++)
		if ((int32_t)view_state.rows[i].key.id == pid)
			ht_view_state_select(&view_state, i);
}

static const struct ht_row_item *
row_of(int32_t pid)
{
	for (size_t i = 0; i < view_state.row_count; i++)
		if ((int32_t)view_state.rows[i].key.id == pid)
			return &view_state.rows[i];
	return NULL;
}

static void
siblings_are_in_order_below_their_parent(void **state)
{
	(void)state;
	static const int32_t by_live[] = { 1, 11, 10, 21, 30, 20, 50, 41, 40 };
	assert_order(by_live, 9);
	assert_non_null(strstr(drawn(true), "`- shell"));
	assert_non_null(strstr(drawn(true), "  |- editor"));
	assert_non_null(strstr(drawn(true), "  | `- linter"));
	assert_non_null(strstr(drawn(false), "  \xe2\x94\x94\xe2\x94\x80 make"));
	view_state.sort = (struct ht_sort){ .field = HT_SORT_PID };
	static const int32_t by_pid[] = { 1, 10, 20, 21, 30, 11, 41, 40, 50 };
	arrange();
	assert_int_equal(view_state.rows[1].key.id, by_pid[1]);
	assert_int_equal(view_state.rows[5].key.id, by_pid[5]);
}

static void
circles_and_orphans_are_shown_once(void **state)
{
	(void)state;
	assert_int_equal(view_state.row_count, 9);
	assert_non_null(row_of(40));
	assert_non_null(row_of(41));
	assert_string_equal(row_of(50)->branch, "");
	for (size_t i = 0; i < frame->process_count; i++)
		frame->processes[i].parent_pid = frame->processes[i].key.pid;
	arrange();
	assert_int_equal(view_state.row_count, 9);
	for (size_t i = 0; i < frame->process_count; i++)
		frame->processes[i].parent_pid = frame->processes[(i + 1) % 9].key.pid;
	arrange();
	assert_int_equal(view_state.row_count, 9);
}

static void
a_folded_row_has_the_sums_of_what_is_below(void **state)
{
	(void)state;
	select_pid(10);
	assert_int_equal(ht_tree_fold(&view_state), 0);
	arrange();
	assert_int_equal(view_state.row_count, 6);
	const struct ht_process *sum = row_of(10)->item;
	assert_int_equal(sum->values.value[HT_PROCESS_RESIDENT].u, UINT64_C(95) << 20);
	assert_int_equal(sum->heap->values.value[HT_HEAP_LIVE].u, UINT64_C(39) << 20);
	assert_int_equal(sum->values.value[HT_PROCESS_THREAD_COUNT].u, 4);
	assert_true(sum->values.value[HT_PROCESS_CPU].f == 6.0);
	/* What may be shared is marked as at most so much; what is each one's own isn't. */
	assert_non_null(strstr(drawn(true), "~95.0M   39.0M"));
	assert_non_null(strstr(drawn(true), "+3 shell"));
	assert_int_equal(row_of(10)->process->heap->values.value[HT_HEAP_LIVE].u, 2 << 20);
	ht_tree_unfold(&view_state);
	arrange();
	assert_int_equal(view_state.row_count, 9);
}

static void
a_sum_of_what_is_read_for_few_is_unknown_unless_known_of_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < frame->process_count; i++)
		if (frame->processes[i].key.pid == 30)
			HT_UNSET(&frame->processes[i].values, HT_PROCESS_THREAD_COUNT);
	select_pid(10);
	ht_tree_fold(&view_state);
	arrange();
	const struct ht_process *sum = row_of(10)->item;
	assert_false(HT_HAS(&sum->values, HT_PROCESS_THREAD_COUNT));
	assert_true(HT_HAS(&sum->values, HT_PROCESS_RESIDENT));
}

static void
folding_a_leaf_folds_what_it_is_below(void **state)
{
	(void)state;
	select_pid(30);
	ht_tree_fold(&view_state);
	arrange();
	assert_int_equal(ht_view_selected(&view_state)->key.id, 21);
	assert_null(row_of(30));
	ht_tree_fold(&view_state);
	arrange();
	assert_int_equal(ht_view_selected(&view_state)->key.id, 10);
	assert_int_equal(row_of(10)->below, 3);
	show(frames_tree());
	assert_int_equal(row_of(10)->below, 3);
}

static void
all_folds_below_the_first_level_and_unfolds(void **state)
{
	(void)state;
	static const int32_t folded[] = { 1, 11, 10, 50, 41, 40 };
	ht_tree_fold_all(&view_state);
	arrange();
	assert_order(folded, 6);
	ht_tree_fold_all(&view_state);
	arrange();
	assert_int_equal(view_state.row_count, 9);
	ht_tree_fold_all(&view_state);
	show(frames_plain());
	assert_int_equal(view_state.folded_count, 0);
}

static void
a_parent_that_is_left_out_leaves_its_children_to_its_own(void **state)
{
	(void)state;
	struct ht_error error;
	ht_filter_parse("not name ~ editor", &view_state.filter, &error);
	arrange();
	assert_int_equal(view_state.row_count, 8);
	assert_int_equal(strlen(row_of(30)->branch), 2);
}

static void
threads_stand_below_their_process(void **state)
{
	(void)state;
	settings.tree = false;
	settings.threads = true;
	show(frames_mixed());
	assert_int_equal(view_state.row_count, 5 + 4);
	static const int32_t rows[] = { 5120, 4242, 4244, 4243, 4242, 4245, 877 };
	view_state.sort = (struct ht_sort){ .field = HT_SORT_METRIC,
		.metric = ht_metric_find(HT_SCOPE_HEAP, "alloc_rate") };
	arrange();
	assert_int_equal(view_state.rows[0].key.id, 4242);
	assert_false(view_state.rows[0].is_thread);
	for (size_t i = 1; i < 5; i++) {
		assert_true(view_state.rows[i].is_thread);
		assert_int_equal(view_state.rows[i].key.id, rows[i + 1]);
		assert_ptr_equal(view_state.rows[i].process, view_state.rows[0].process);
	}
	assert_non_null(strstr(drawn(true), "   4244 "));
	assert_non_null(strstr(drawn(true), "  - resize-2"));
}

static void
every_shape_of_tree_can_be_drawn(void **state)
{
	(void)state;
	unsigned random = 3;
	settings.threads = true;
	for (int i = 0; i < 200; i++) {
		struct ht_frame *many = frames_many(40, (unsigned)i);
		for (size_t j = 0; j < many->process_count; j++) {
			random = random * 1103515245u + 12345u;
			many->processes[j].parent_pid = (int32_t)(90 + (random >> 16) % 60);
		}
		show(many);
		drawn(i % 2 != 0);
		select_pid((int32_t)(100 + (random >> 8) % 40));
		random % 3 == 0 ? ht_tree_fold_all(&view_state) : ht_tree_fold(&view_state);
		arrange();
		size_t shown = 0;
		for (size_t j = 0; j < view_state.row_count; j++)
			shown += 1 + view_state.rows[j].below;
		assert_int_equal(shown, 40);
	}
}

int
main(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(siblings_are_in_order_below_their_parent),
		TEST(circles_and_orphans_are_shown_once),
		TEST(a_folded_row_has_the_sums_of_what_is_below),
		TEST(a_sum_of_what_is_read_for_few_is_unknown_unless_known_of_all),
		TEST(folding_a_leaf_folds_what_it_is_below),
		TEST(all_folds_below_the_first_level_and_unfolds),
		TEST(a_parent_that_is_left_out_leaves_its_children_to_its_own),
		TEST(threads_stand_below_their_process),
		TEST(every_shape_of_tree_can_be_drawn),
	};
#undef TEST
	return cmocka_run_group_tests_name("views/tree", tests, NULL, NULL);
}
