/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/growth.h"

#define SECOND UINT64_C(1000000000)

struct watch {
	struct ht_filter *filter;
	struct ht_growth *growth;
	struct ht_process processes[2];
	struct ht_frame frame;
};

static void
begin(struct watch *watch, const char *text)
{
	struct ht_filter_growth growths[HT_GROWTHS_MOST];
	struct ht_error error;
	*watch = (struct watch){ 0 };
	assert_int_equal(ht_filter_parse(text, &watch->filter, &error), 0);
	size_t count = ht_filter_growths(watch->filter, growths, HT_GROWTHS_MOST);
	watch->growth = ht_growth_new(growths, count);
	watch->frame.processes = watch->processes;
	watch->frame.process_count = 1;
	for (int i = 0; i < 2; i++)
		watch->processes[i] = (struct ht_process){ .name = "", .key = { i + 1, 10 } };
}

/* The tick at SECOND with that much resident in the first process. */
static enum ht_truth
tick(struct watch *watch, uint64_t second, uint64_t resident)
{
	HT_SET_U(&watch->processes[0].values, HT_PROCESS_RESIDENT, resident);
	HT_SET_U(&watch->frame.host, HT_HOST_SWAP_USED, resident);
	watch->frame.monotonic_ns = second * SECOND;
	assert_int_equal(ht_growth_add(watch->growth, &watch->frame), 0);
	struct ht_filter_subject subject = { .process = &watch->processes[0],
		.host = &watch->frame.host,
		.growth = ht_growth_of,
		.context = watch->growth };
	return ht_filter_evaluate(watch->filter, &subject);
}

static void
end(struct watch *watch)
{
	ht_growth_free(watch->growth);
	ht_filter_free(watch->filter);
}

static void
counts_from_the_first_tick(void **state)
{
	(void)state;
	struct watch watch;
	begin(&watch, "growth(res) = 50 and growth(swap_used) = 50");
	assert_int_equal(tick(&watch, 1, 100), HT_FALSE);
	assert_int_equal(tick(&watch, 2, 300), HT_FALSE);
	assert_int_equal(tick(&watch, 3, 150), HT_TRUE);
	end(&watch);
}

static void
a_window_has_to_pass_first(void **state)
{
	(void)state;
	struct watch watch;
	begin(&watch, "growth(res, 10s) = 10");
	for (uint64_t second = 0; second < 10; second++)
		assert_int_equal(tick(&watch, second, second), HT_UNKNOWN);
	/* Far more ticks than points are kept. */
	for (uint64_t second = 10; second < 1000; second++)
		assert_int_equal(tick(&watch, second, second), HT_TRUE);
	assert_int_equal(tick(&watch, 1000, 5000), HT_FALSE);
	end(&watch);
}

static void
a_long_window_is_kept_in_few_points(void **state)
{
	(void)state;
	struct watch watch;
	begin(&watch, "growth(res, 1000s) >= 1000 and growth(res, 1000s) <= 1010");
	for (uint64_t second = 0; second < 4000; second++) {
		enum ht_truth truth = tick(&watch, second, second);
		assert_int_equal(truth, second < 1000 ? HT_UNKNOWN : HT_TRUE);
	}
	end(&watch);
}

static void
another_process_of_the_same_pid_begins_anew(void **state)
{
	(void)state;
	struct watch watch;
	begin(&watch, "growth(res) = 0");
	tick(&watch, 1, 100);
	assert_int_equal(tick(&watch, 2, 200), HT_FALSE);
	watch.processes[0].key.start_time_ticks = 11;
	assert_int_equal(tick(&watch, 3, 700), HT_TRUE);
	end(&watch);
}

static void
what_comes_and_goes_is_told_apart(void **state)
{
	(void)state;
	struct watch watch;
	begin(&watch, "growth(res) = 0");
	watch.frame.process_count = 2;
	tick(&watch, 1, 100);
	watch.frame.process_count = 1;
	tick(&watch, 2, 100);
	watch.frame.process_count = 2;
	tick(&watch, 3, 100);
	assert_int_equal(tick(&watch, 4, 101), HT_FALSE);
	end(&watch);
}

static void
unknown_now_is_unknown(void **state)
{
	(void)state;
	struct watch watch;
	begin(&watch, "growth(res) = 0 or growth(live) = 0");
	tick(&watch, 1, 100);
	tick(&watch, 2, 200);
	HT_UNSET(&watch.processes[0].values, HT_PROCESS_RESIDENT);
	watch.frame.monotonic_ns = 3 * SECOND;
	assert_int_equal(ht_growth_add(watch.growth, &watch.frame), 0);
	struct ht_filter_subject subject = {
		.process = &watch.processes[0], .growth = ht_growth_of, .context = watch.growth
	};
	assert_int_equal(ht_filter_evaluate(watch.filter, &subject), HT_UNKNOWN);
	end(&watch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_from_the_first_tick),
		cmocka_unit_test(a_window_has_to_pass_first),
		cmocka_unit_test(a_long_window_is_kept_in_few_points),
		cmocka_unit_test(another_process_of_the_same_pid_begins_anew),
		cmocka_unit_test(what_comes_and_goes_is_told_apart),
		cmocka_unit_test(unknown_now_is_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
