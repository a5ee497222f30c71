/* SPDX-License-Identifier: MIT */
/* A sampler over a recording: whichever way one gets to a tick, it is the same. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/sampler.h"
#include "core/worker.h"
#include "export/json.h"
#include "recording_builder.h"
#include "sources/replay.h"

enum { GENEROUS_MS = 30000, TICKS = HT_BUILT_TICKS };

static char path[] = "/tmp/heaptop-replay-test.XXXXXX";
static char *pictures[TICKS]; /* of each tick, gone through from the first to the last */

static const struct ht_request request = {
	.only_uid = UINT32_MAX,
	.dead = true,
	.detail = HT_DETAIL_THREADS | HT_DETAIL_SIZE_CLASSES,
	.all_costly = true,
};

static struct ht_sampler *
open_sampler(void)
{
	struct ht_sampler_options options = { 0 };
	struct ht_sampler *sampler;
	assert_int_equal(ht_replay_open(path, &options.replay, NULL), 0);
	assert_int_equal(ht_sampler_new(&options, &sampler, NULL), 0);
	return sampler;
}

/* All that FRAME says, to be freed. */
static char *
picture_of(struct ht_frame *frame)
{
	struct ht_text text;
	ht_text_init(&text);
	assert_int_equal(ht_json_write(frame, false, &text), 0);
	ht_frame_free(frame);
	return text.bytes;
}

static void
assert_next_is(struct ht_sampler *sampler, size_t index)
{
	struct ht_frame *frame;
	assert_int_equal(ht_sampler_tick(sampler, &request, &frame), 0);
	char *picture = picture_of(frame);
	assert_string_equal(picture, pictures[index]);
	free(picture);
}

static int
set_up(void **state)
{
	(void)state;
	struct ht_text bytes;
	struct ht_frame *frame;
	ht_text_init(&bytes);
	ht_build_recording(TICKS, &bytes);
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.bytes, bytes.length), bytes.length);
	close(fd);
	ht_text_release(&bytes);
	struct ht_sampler *sampler = open_sampler();
	for (size_t i = 0; i < TICKS; i++) {
		assert_int_equal(ht_sampler_tick(sampler, &request, &frame), 0);
		pictures[i] = picture_of(frame);
	}
	assert_int_equal(ht_sampler_tick(sampler, &request, &frame), -ENODATA);
	ht_sampler_free(sampler);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < TICKS; i++)
		free(pictures[i]);
	return unlink(path);
}

static void
its_timeline_has_every_tick(void **state)
{
	(void)state;
	struct ht_replay *replay;
	assert_int_equal(ht_replay_open(path, &replay, NULL), 0);
	const struct ht_timeline *timeline = ht_replay_timeline(replay);
	assert_int_equal(timeline->count, TICKS);
	for (size_t i = 0; i < TICKS; i++) {
		char time[64];
		snprintf(time, sizeof(time), "\"monotonic_ns\": %llu,",
		    (unsigned long long)timeline->ticks[i].monotonic_ns);
		assert_non_null(strstr(pictures[i], time));
	}
	ht_replay_close(replay);
}

static void
a_sought_tick_is_as_it_was_on_the_way(void **state)
{
	(void)state;
	static const size_t places[] = { 149, 0, 1, 70, 69, 68, 148, 120, 121, 123, 60, 59, 119,
		149 };
	struct ht_sampler *sampler = open_sampler();
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		assert_int_equal(ht_sampler_seek(sampler, &request, places[i]), 0);
		assert_next_is(sampler, places[i]);
	}
	assert_int_equal(ht_sampler_seek(sampler, &request, 30), 0);
	for (size_t i = 30; i < TICKS; i++)
		assert_next_is(sampler, i);
	ht_sampler_free(sampler);
}

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
assert_worker_shows(struct ht_worker *worker, size_t index)
{
	char *picture = picture_of(wait_for_frame(worker));
	assert_string_equal(picture, pictures[index]);
	free(picture);
}

static void
a_worker_ticks_when_it_is_asked_to(void **state)
{
	(void)state;
	struct ht_worker *worker;
	struct ht_error error;
	assert_int_equal(
	    ht_worker_start(open_sampler(), &request, HT_WORKER_WHEN_ASKED, &worker, &error), 0);
	assert_worker_shows(worker, 0);
	ht_worker_wake(worker);
	assert_worker_shows(worker, 1);
	ht_worker_seek(worker, 100, false);
	assert_worker_shows(worker, 100);
	ht_worker_wake(worker);
	assert_worker_shows(worker, 101);
	ht_worker_seek(worker, 7, false);
	assert_worker_shows(worker, 7);
	/* Behind the last one there is nothing, which is told once, and it is no end. */
	ht_worker_seek(worker, 149, false);
	assert_worker_shows(worker, 149);
	ht_worker_wake(worker);
	struct pollfd ready = { .fd = ht_worker_fd(worker), .events = POLLIN };
	struct ht_worker_answer answer;
	assert_int_equal(poll(&ready, 1, GENEROUS_MS), 1);
	assert_null(ht_worker_take(worker, &answer));
	assert_int_equal(answer.failure, -ENODATA);
	assert_null(ht_worker_take(worker, &answer));
	assert_int_equal(answer.failure, 0);
	ht_worker_seek(worker, 3, false);
	assert_worker_shows(worker, 3);
	ht_worker_stop(worker);
}

static void
regress_a_seek_before_the_first_tick_is_one_tick(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++) {
		struct ht_worker *worker;
		struct ht_error error;
		assert_int_equal(ht_worker_start(open_sampler(), &request, HT_WORKER_WHEN_ASKED,
				     &worker, &error),
		    0);
		/* Where the thread was faster, the first tick comes before it. */
		ht_worker_seek(worker, TICKS - 1, false);
		for (;;) {
			struct pollfd ready = { .fd = ht_worker_fd(worker), .events = POLLIN };
			struct ht_worker_answer answer;
			assert_int_equal(poll(&ready, 1, GENEROUS_MS), 1);
			struct ht_frame *frame = ht_worker_take(worker, &answer);
			assert_int_equal(answer.failure, 0);
			if (frame == NULL)
				continue;
			char *picture = picture_of(frame);
			bool is_last = strcmp(picture, pictures[TICKS - 1]) == 0;
			free(picture);
			if (is_last)
				break;
		}
		/* Nothing else was asked for: the next thing to come is what is. */
		ht_worker_seek(worker, 5, false);
		assert_worker_shows(worker, 5);
		ht_worker_stop(worker);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_timeline_has_every_tick),
		cmocka_unit_test(a_sought_tick_is_as_it_was_on_the_way),
		cmocka_unit_test(a_worker_ticks_when_it_is_asked_to),
		cmocka_unit_test(regress_a_seek_before_the_first_tick_is_one_tick),
	};
	return cmocka_run_group_tests_name("core/replay", tests, set_up, tear_down);
}
