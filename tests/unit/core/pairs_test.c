/* SPDX-License-Identifier: MIT */
/* What passes from one tick to the next: rates, and a peak that never falls. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/pairs.h"

#define SECOND UINT64_C(1000000000)

/* One tick of one process that tells ALLOCATED and PEAK at NOW_NS; its heap's values afterwards. */
static struct ht_heap_values
tick(struct ht_pairs *pairs, uint32_t exec_generation, uint64_t allocated, uint64_t peak,
    uint64_t now_ns)
{
	struct ht_heap_sample heap_sample = { .exec_generation = exec_generation };
	struct ht_sample told = { .key = { 42, 7 }, .heap = &heap_sample, .monotonic_ns = now_ns };
	struct ht_sample sample = { .key = { 42, 7 }, .cpu_time_ns = UINT64_MAX };
	struct ht_frame frame = { .monotonic_ns = now_ns, .realtime_ns = now_ns };
	struct ht_heap heap = { 0 };
	struct ht_process process = { .key = { 42, 7 }, .name = "", .heap = &heap };
	HT_SET_U(&heap.values, HT_HEAP_ALLOCATED, allocated);
	HT_SET_U(&heap.values, HT_HEAP_PEAK, peak);
	assert_int_equal(ht_pairs_begin(pairs, 1), 0);
	assert_int_equal(ht_pairs_apply(pairs, &sample, &told, &frame, &process), 0);
	ht_pairs_end(pairs);
	return heap.values;
}

static void
rate_is_the_growth_over_the_time(void **state)
{
	(void)state;
	struct ht_pairs *pairs = ht_pairs_new(0);
	struct ht_heap_values first = tick(pairs, 0, 1000, 0, SECOND);
	assert_false(HT_HAS(&first, HT_HEAP_ALLOC_RATE));
	struct ht_heap_values second = tick(pairs, 0, 5000, 0, 3 * SECOND);
	assert_true(HT_HAS(&second, HT_HEAP_ALLOC_RATE));
	assert_true(second.value[HT_HEAP_ALLOC_RATE].f == 2000);
	ht_pairs_free(pairs);
}

static void
exec_begins_anew(void **state)
{
	(void)state;
	struct ht_pairs *pairs = ht_pairs_new(0);
	tick(pairs, 0, 1000, 900, SECOND);
	struct ht_heap_values after = tick(pairs, 1, 5000, 300, 2 * SECOND);
	assert_false(HT_HAS(&after, HT_HEAP_ALLOC_RATE));
	assert_int_equal(after.value[HT_HEAP_PEAK].u, 300);
	ht_pairs_free(pairs);
}

/* With threads, what is told may be less than what was told before, within its error. */
static void
regress_peak_does_not_fall(void **state)
{
	(void)state;
	struct ht_pairs *pairs = ht_pairs_new(0);
	tick(pairs, 0, 1000, 900, SECOND);
	struct ht_heap_values lower = tick(pairs, 0, 1000, 700, 2 * SECOND);
	assert_int_equal(lower.value[HT_HEAP_PEAK].u, 900);
	struct ht_heap_values higher = tick(pairs, 0, 2000, 1200, 3 * SECOND);
	assert_int_equal(higher.value[HT_HEAP_PEAK].u, 1200);
	ht_pairs_free(pairs);
}

static void
smoothing_can_be_changed_between_ticks(void **state)
{
	(void)state;
	struct ht_pairs *pairs = ht_pairs_new(1000 * SECOND);
	tick(pairs, 0, 0, 0, SECOND);
	tick(pairs, 0, 1000, 0, 2 * SECOND);
	struct ht_heap_values slow = tick(pairs, 0, 101000, 0, 3 * SECOND);
	/* The mean of both seconds there were. */
	assert_true(slow.value[HT_HEAP_ALLOC_RATE].f > 50000);
	assert_true(slow.value[HT_HEAP_ALLOC_RATE].f < 51000);
	ht_pairs_set_smoothing(pairs, 0);
	struct ht_heap_values at_once = tick(pairs, 0, 201000, 0, 4 * SECOND);
	assert_true(at_once.value[HT_HEAP_ALLOC_RATE].f == 100000);
	ht_pairs_free(pairs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rate_is_the_growth_over_the_time),
		cmocka_unit_test(exec_begins_anew),
		cmocka_unit_test(regress_peak_does_not_fall),
		cmocka_unit_test(smoothing_can_be_changed_between_ticks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
