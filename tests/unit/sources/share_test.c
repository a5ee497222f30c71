/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sources/share.h"

enum { MANY = 5003 };

struct tally {
	unsigned visits[MANY];
	size_t by_thread[HT_SHARE_THREADS];
};

static void
visit(void *context, unsigned thread, size_t first, size_t end)
{
	struct tally *tally = context;
	assert_true(thread < HT_SHARE_THREADS && first < end);
	for (size_t i = first; i < end; i++)
		tally->visits[i]++;
	tally->by_thread[thread] += end - first;
}

static void
each_is_worked_on_once(void **state)
{
	(void)state;
	static const size_t counts[] = { 0, 1, 7, 127, 128, 129, MANY };
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct tally tally = { 0 };
		struct ht_share share = { visit, &tally, counts[i], 0 };
		ht_share_run(&share);
		for (size_t k = 0; k < MANY; k++)
			assert_int_equal(tally.visits[k], k < counts[i]);
		assert_int_equal(tally.by_thread[0] + tally.by_thread[1], counts[i]);
	}
}

static void
few_are_worked_on_here(void **state)
{
	(void)state;
	struct tally tally = { 0 };
	struct ht_share share = { visit, &tally, 20, 0 };
	ht_share_run(&share);
	assert_int_equal(tally.by_thread[0], 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_worked_on_once),
		cmocka_unit_test(few_are_worked_on_here),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
