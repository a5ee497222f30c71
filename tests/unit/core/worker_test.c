/* SPDX-License-Identifier: MIT */
/* The thread that ticks, on this machine's own processes. */
#include "config.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/worker.h"

enum { GENEROUS_MS = 30000 };

#define NEVER_NS (UINT64_C(3600) * 1000000000u)

static struct ht_worker *
start(uint64_t delay_ns, int32_t pid)
{
	const struct ht_sampler_options options = { 0 };
	const struct ht_request request = { .only = { &pid, 1 }, .only_uid = UINT32_MAX };
	struct ht_sampler *sampler;
	struct ht_worker *worker;
	assert_int_equal(ht_sampler_new(&options, &sampler, NULL), 0);
	assert_int_equal(ht_worker_start(sampler, &request, delay_ns, &worker, NULL), 0);
	return worker;
}

/* The next frame, which the caller frees. */
static struct ht_frame *
wait_for_frame(struct ht_worker *worker)
{
	struct pollfd ready = { .fd = ht_worker_fd(worker), .events = POLLIN };
	assert_int_equal(poll(&ready, 1, GENEROUS_MS), 1);
	struct ht_frame *frame = ht_worker_take(worker, NULL);
	assert_non_null(frame);
	return frame;
}

static void
hands_over_each_frame_once(void **state)
{
	(void)state;
	struct ht_worker *worker = start(NEVER_NS, (int32_t)getpid());
	struct ht_frame *frame = wait_for_frame(worker);
	assert_int_equal(frame->process_count, 1);
	assert_int_equal(frame->processes[0].key.pid, getpid());
	assert_int_equal(frame->interval_ns, 0);
	ht_frame_free(frame);
	assert_null(ht_worker_take(worker, NULL));
	struct pollfd ready = { .fd = ht_worker_fd(worker), .events = POLLIN };
	assert_int_equal(poll(&ready, 1, 0), 0);
	ht_worker_stop(worker);
}

static void
a_wake_ticks_at_once_by_the_newest_request(void **state)
{
	(void)state;
	const int32_t nobody = 0x3fffffff;
	const struct ht_request request = { .only = { &nobody, 1 }, .only_uid = UINT32_MAX };
	struct ht_worker *worker = start(NEVER_NS, (int32_t)getpid());
	ht_frame_free(wait_for_frame(worker));
	assert_int_equal(ht_worker_request(worker, &request), 0);
	ht_worker_wake(worker);
	struct ht_frame *frame = wait_for_frame(worker);
	assert_int_equal(frame->process_count, 0);
	assert_true(frame->interval_ns > 0);
	ht_frame_free(frame);
	ht_worker_stop(worker);
}

static void
a_shorter_delay_holds_from_now_on(void **state)
{
	(void)state;
	struct ht_worker *worker = start(NEVER_NS, (int32_t)getpid());
	ht_frame_free(wait_for_frame(worker));
	ht_worker_set_delay(worker, 1000000);
	ht_worker_set_smoothing(worker, 0);
	ht_frame_free(wait_for_frame(worker));
	ht_frame_free(wait_for_frame(worker));
	ht_worker_stop(worker);
	ht_worker_stop(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_over_each_frame_once),
		cmocka_unit_test(a_wake_ticks_at_once_by_the_newest_request),
		cmocka_unit_test(a_shorter_delay_holds_from_now_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
