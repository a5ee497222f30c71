/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "heaptop/segment.h"
#include "model/memstats.h"

enum { EVENTS = 600 };

/* A heap that was trimmed COUNT times, of which the REMEMBERED last are among its events. */
static struct ht_process
process_of(struct ht_heap *heap, struct ht_event *events, uint64_t count, uint64_t remembered)
{
	*heap = (struct ht_heap){ .events = events, .event_count = 2 * (size_t)remembered };
	HT_SET_U(&heap->values, HT_HEAP_GC_EVENTS, count);
	for (size_t i = 0; i < heap->event_count; i++)
		events[i] = (struct ht_event){
			.kind = i % 2 == 0 ? HEAPTOP_EVENT_TRIM : HEAPTOP_EVENT_FORK,
			.duration_ns = 1000 + count - remembered + i / 2,
			.realtime_ns = 5000 + count - remembered + i / 2,
		};
	return (struct ht_process){ .heap = heap };
}

static void
pauses_stand_where_go_has_them(void **state)
{
	(void)state;
	static const struct {
		uint64_t count, remembered;
	} cases[] = { { 0, 0 }, { 3, 3 }, { 3, 1 }, { 256, 256 }, { 300, 300 }, { 300, 10 } };
	static struct ht_event events[2 * EVENTS];
	uint64_t ns[HT_MEMSTAT_PAUSES], end[HT_MEMSTAT_PAUSES];
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct ht_heap heap;
		const uint64_t count = cases[c].count;
		struct ht_process process = process_of(&heap, events, count, cases[c].remembered);
		ht_memstat_pauses(&process, ns, end);
		for (uint64_t i = 0; i < HT_MEMSTAT_PAUSES; i++) {
			/* The latest pause, counted from 0, whose place this is. */
			bool was = i < count;
			uint64_t which = was ? i + (count - 1 - i) / 256 * 256 : 0;
			bool known = was && which >= count - cases[c].remembered;
			uint64_t wanted = !was ? 0 : known ? 1000 + which : UINT64_MAX;
			assert_true(ns[i] == wanted);
			assert_true(end[i] == (known ? 5000 + which : wanted));
		}
	}
}

static void
the_latest_is_known_where_it_is_remembered(void **state)
{
	(void)state;
	static struct ht_event events[2 * EVENTS];
	struct ht_heap heap;
	struct ht_process process = process_of(&heap, events, 3, 2);
	assert_int_equal(ht_memstat_value(&process, HT_MEMSTAT_LAST_GC), 5002);
	assert_true(ht_memstat_value(&process, HT_MEMSTAT_NUM_FORCED_GC) == UINT64_MAX);
	process = process_of(&heap, events, 3, 0);
	assert_true(ht_memstat_value(&process, HT_MEMSTAT_LAST_GC) == UINT64_MAX);
	process = process_of(&heap, events, 0, 0);
	assert_int_equal(ht_memstat_value(&process, HT_MEMSTAT_LAST_GC), 0);
	assert_int_equal(ht_memstat_value(&process, HT_MEMSTAT_NUM_FORCED_GC), 0);
}

static void
a_plain_process_has_nothing(void **state)
{
	(void)state;
	const struct ht_process process = { 0 };
	for (int i = 0; i < HT_MEMSTATS; i++) {
		if (i == HT_MEMSTAT_LOOKUPS || i == HT_MEMSTAT_BUCK_HASH_SYS)
			continue;
		assert_non_null(ht_memstat_name((enum ht_memstat)i));
		if (ht_memstat_value(&process, (enum ht_memstat)i) != UINT64_MAX)
			fail_msg("%s", ht_memstat_name((enum ht_memstat)i));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pauses_stand_where_go_has_them),
		cmocka_unit_test(the_latest_is_known_where_it_is_remembered),
		cmocka_unit_test(a_plain_process_has_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
