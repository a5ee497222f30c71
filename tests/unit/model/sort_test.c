/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/sort.h"

enum { ROWS = 5 };

struct rows {
	struct ht_process processes[ROWS];
	struct ht_heap heaps[2];
};

/* Pids 1 to 5: two heaps of 10 and 20 bytes, two plain ones with 7 and 9 resident, one unknown. */
static void
make_rows(struct rows *rows)
{
	static const char *const names[ROWS] = { "d", "a", "", "b", "c" };
	*rows = (struct rows){ 0 };
	for (int i = 0; i < ROWS; i++) {
		rows->processes[i].key.pid = i + 1;
		rows->processes[i].name = names[i];
	}
	HT_SET_U(&rows->heaps[0].values, HT_HEAP_LIVE, 10);
	HT_SET_F(&rows->heaps[0].values, HT_HEAP_ALLOC_RATE, 2.5);
	HT_SET_U(&rows->heaps[1].values, HT_HEAP_LIVE, 20);
	HT_SET_F(&rows->heaps[1].values, HT_HEAP_ALLOC_RATE, 0.5);
	rows->processes[0].heap = &rows->heaps[0];
	rows->processes[1].heap = &rows->heaps[1];
	HT_SET_U(&rows->processes[3].values, HT_PROCESS_RESIDENT, 7);
	HT_SET_U(&rows->processes[4].values, HT_PROCESS_RESIDENT, 9);
}

static void
assert_order(const char *text, const int32_t expected[ROWS])
{
	struct rows rows;
	struct ht_sort sort;
	make_rows(&rows);
	assert_int_equal(ht_sort_parse(text, &sort), 0);
	ht_sort_processes(&sort, rows.processes, ROWS);
	for (int i = 0; i < ROWS; i++)
		assert_int_equal(rows.processes[i].key.pid, expected[i]);
}

static void
numbers_fall_and_unknown_is_last(void **state)
{
	(void)state;
	assert_order("live", (const int32_t[]){ 2, 1, 5, 4, 3 });
	assert_order("+live", (const int32_t[]){ 2, 1, 5, 4, 3 });
	assert_order("alloc_rate", (const int32_t[]){ 1, 2, 5, 4, 3 });
}

static void
minus_reverses_but_unknown_stays_last(void **state)
{
	(void)state;
	assert_order("-live", (const int32_t[]){ 1, 2, 5, 4, 3 });
	assert_order("-res", (const int32_t[]){ 4, 5, 1, 2, 3 });
}

static void
words_and_pids_rise(void **state)
{
	(void)state;
	assert_order("name", (const int32_t[]){ 2, 4, 5, 1, 3 });
	assert_order("pid", (const int32_t[]){ 1, 2, 3, 4, 5 });
	assert_order("-pid", (const int32_t[]){ 5, 4, 3, 2, 1 });
}

static void
default_is_live_heap(void **state)
{
	(void)state;
	struct ht_sort sort = ht_sort_default();
	assert_string_equal(sort.metric->short_name, "live");
	assert_false(sort.reversed);
}

static void
rejects_what_is_no_column(void **state)
{
	(void)state;
	struct ht_sort sort;
	assert_int_equal(ht_sort_parse("", &sort), -EINVAL);
	assert_int_equal(ht_sort_parse("-", &sort), -EINVAL);
	assert_int_equal(ht_sort_parse("live ", &sort), -EINVAL);
	assert_int_equal(ht_sort_parse("mem_total", &sort), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_fall_and_unknown_is_last),
		cmocka_unit_test(minus_reverses_but_unknown_stays_last),
		cmocka_unit_test(words_and_pids_rise),
		cmocka_unit_test(default_is_live_heap),
		cmocka_unit_test(rejects_what_is_no_column),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
