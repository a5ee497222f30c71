/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/targets.h"
#include "model/frame.h"

/* In place of core's sampler: always the same four processes. */
static const char *const names[] = { "redis-server", "worker", "worker", "fifteen-bytes-o" };

static int ticks;

int
ht_sampler_tick(
    struct ht_sampler *sampler, const struct ht_request *request, struct ht_frame **frame)
{
	(void)sampler;
	(void)request;
	ticks++;
	*frame = ht_frame_new();
	assert_non_null(*frame);
	(*frame)->process_count = 4;
	(*frame)->processes = ht_arena_array((*frame)->arena, 4, sizeof(*(*frame)->processes));
	assert_non_null((*frame)->processes);
	for (int i = 0; i < 4; i++) {
		(*frame)->processes[i].key.pid = 10 + i;
		(*frame)->processes[i].name = names[i];
	}
	return 0;
}

static void
assert_resolves(const char *list, size_t count, const int32_t *pids)
{
	struct ht_targets targets;
	struct ht_error error = { 0 };
	assert_int_equal(ht_targets_resolve(list, NULL, false, &targets, &error), 0);
	assert_int_equal(targets.count, count);
	assert_memory_equal(targets.pids, pids, count * sizeof(*pids));
	ht_targets_release(&targets);
}

static void
pids_are_taken_as_they_are(void **state)
{
	(void)state;
	ticks = 0;
	assert_resolves("7,3,7", 2, (const int32_t[]){ 3, 7 });
	assert_int_equal(ticks, 0);
}

static void
names_stand_for_all_that_have_them(void **state)
{
	(void)state;
	ticks = 0;
	assert_resolves("worker,redis-server", 3, (const int32_t[]){ 10, 11, 12 });
	assert_int_equal(ticks, 1);
	assert_resolves("11,worker", 2, (const int32_t[]){ 11, 12 });
}

static void
names_that_the_kernel_cut_are_found(void **state)
{
	(void)state;
	assert_resolves("fifteen-bytes-or-more", 1, (const int32_t[]){ 13 });
	assert_resolves("fifteen-bytes-o", 1, (const int32_t[]){ 13 });
}

static void
mistakes_have_their_status(void **state)
{
	(void)state;
	static const struct {
		const char *list;
		int status;
		enum ht_error_code code;
	} cases[] = {
		{ "", -EINVAL, HT_ERROR_USAGE },
		{ "1,", -EINVAL, HT_ERROR_USAGE },
		{ "-1", -EINVAL, HT_ERROR_USAGE },
		{ "0", -ESRCH, HT_ERROR_NO_TARGET },
		{ "99999999999", -ESRCH, HT_ERROR_NO_TARGET },
		{ "nothing", -ESRCH, HT_ERROR_NO_TARGET },
		{ "work", -ESRCH, HT_ERROR_NO_TARGET },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ht_targets targets;
		struct ht_error error = { 0 };
		assert_int_equal(ht_targets_resolve(cases[i].list, NULL, false, &targets, &error),
		    cases[i].status);
		assert_int_equal(error.code, cases[i].code);
	}
}

static int32_t missing_pid;

static void
note_missing(int32_t pid)
{
	missing_pid = pid;
}

static void
those_that_ended_are_taken_out(void **state)
{
	(void)state;
	struct ht_targets targets;
	struct ht_error error = { 0 };
	struct ht_frame *frame;
	assert_int_equal(ht_sampler_tick(NULL, NULL, &frame), 0);
	assert_int_equal(ht_targets_resolve("9,12", NULL, false, &targets, &error), 0);
	ht_targets_keep_present(&targets, frame, note_missing);
	assert_int_equal(missing_pid, 9);
	assert_int_equal(targets.count, 1);
	assert_int_equal(targets.pids[0], 12);
	ht_targets_release(&targets);
	ht_frame_free(frame);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pids_are_taken_as_they_are),
		cmocka_unit_test(names_stand_for_all_that_have_them),
		cmocka_unit_test(names_that_the_kernel_cut_are_found),
		cmocka_unit_test(mistakes_have_their_status),
		cmocka_unit_test(those_that_ended_are_taken_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
