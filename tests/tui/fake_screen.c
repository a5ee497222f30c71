/* SPDX-License-Identifier: MIT */
/*
 * The real screen over a worker that makes up its frames: the same picture every time.
 *
 *	fake_screen [-p PID] [-d DELAY] [-t THEME] [-a] [-m] [-H] FRAMES
 *
 * FRAMES: mixed, plain, hostile, tree, many (they change from tick to tick), none (the first tick never ends) or hang (all but
 * the first never end).  -a: ASCII, -m: no colours, -H: open on threads.
 */
#include "config.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/units.h"
#include "core/worker.h"
#include "frames.h"
#include "sources/replay.h"
#include "tui/tui.h"

static const char *scene;

struct ht_worker {
	int timer;
	unsigned step;
	uint64_t begun_ns;
};

int
ht_sampler_new(
    const struct ht_sampler_options *options, struct ht_sampler **out, struct ht_error *error)
{
	(void)options;
	(void)error;
	*out = NULL;
	return 0;
}

void
ht_sampler_free(struct ht_sampler *sampler)
{
	(void)sampler;
}

static void
set_timer(int timer, uint64_t first_ns, uint64_t delay_ns)
{
	struct itimerspec spec = { 0 };
	spec.it_value.tv_sec = (time_t)(first_ns / 1000000000);
	spec.it_value.tv_nsec = (long)(first_ns % 1000000000);
	spec.it_interval.tv_sec = (time_t)(delay_ns / 1000000000);
	spec.it_interval.tv_nsec = (long)(delay_ns % 1000000000);
	timerfd_settime(timer, 0, &spec, NULL);
}

int
ht_worker_start(struct ht_sampler *sampler, const struct ht_request *request, uint64_t delay_ns,
    struct ht_worker **out, struct ht_error *error)
{
	(void)sampler;
	(void)request;
	(void)error;
	struct ht_worker *worker = calloc(1, sizeof(*worker));
	if (worker == NULL)
		return -ENOMEM;
	worker->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	worker->begun_ns = ht_clock_monotonic_ns();
	if (strcmp(scene, "none") != 0)
		set_timer(worker->timer, 1, strcmp(scene, "hang") == 0 ? 0 : delay_ns);
	*out = worker;
	return 0;
}

/* Nothing is replayed here. */
int
ht_worker_start_at(struct ht_sampler *sampler, const struct ht_request *request, size_t index,
    struct ht_worker **out, struct ht_error *error)
{
	(void)sampler;
	(void)request;
	(void)index;
	(void)out;
	(void)error;
	return -ENOSYS;
}

void
ht_worker_stop(struct ht_worker *worker)
{
	if (worker == NULL)
		return;
	close(worker->timer);
	free(worker);
}

int
ht_worker_fd(const struct ht_worker *worker)
{
	return worker->timer;
}

struct ht_frame *
ht_worker_take(struct ht_worker *worker, struct ht_worker_answer *answer)
{
	uint64_t ticks;
	*answer = (struct ht_worker_answer){ 0, SIZE_MAX };
	if (read(worker->timer, &ticks, sizeof(ticks)) != sizeof(ticks))
		return NULL;
	worker->step++;
	worker->begun_ns = ht_clock_monotonic_ns();
	if (strcmp(scene, "plain") == 0)
		return frames_plain();
	if (strcmp(scene, "hostile") == 0)
		return frames_hostile();
	if (strcmp(scene, "tree") == 0)
		return frames_tree();
	if (strcmp(scene, "many") == 0) {
		struct ht_frame *frame = frames_many(300, worker->step);
		frame->monotonic_ns += worker->step * UINT64_C(1000000000);
		frame->realtime_ns += worker->step * UINT64_C(1000000000);
		return frame;
	}
	return frames_mixed();
}

int
ht_worker_request(struct ht_worker *worker, const struct ht_request *request)
{
	(void)worker;
	(void)request;
	return 0;
}

void
ht_worker_set_delay(struct ht_worker *worker, uint64_t delay_ns)
{
	set_timer(worker->timer, delay_ns, delay_ns);
}

void
ht_worker_set_smoothing(struct ht_worker *worker, uint64_t smoothing_ns)
{
	(void)worker;
	(void)smoothing_ns;
}

void
ht_worker_wake(struct ht_worker *worker)
{
	(void)worker;
}

void
ht_worker_seek(struct ht_worker *worker, size_t index, bool is_back)
{
	(void)worker;
	(void)index;
	(void)is_back;
}

void
ht_replay_close(struct ht_replay *replay)
{
	(void)replay;
}

uint64_t
ht_worker_busy_ns(const struct ht_worker *worker)
{
	bool hangs = strcmp(scene, "hang") == 0 || strcmp(scene, "none") == 0;
	return hangs ? ht_clock_monotonic_ns() - worker->begun_ns : 0;
}

int
main(int argc, char **argv)
{
	struct ht_tui_options options = { .only_uid = UINT32_MAX, .sort = ht_sort_default() };
	struct ht_settings settings;
	struct ht_error error = { 0 };
	int option;
	setlocale(LC_CTYPE, "");
	ht_settings_init(&settings);
	options.settings = &settings;
	while ((option = getopt(argc, argv, "p:d:t:amH")) != -1) {
		if (option == 'p')
			options.pid = atoi(optarg);
		else if (option == 'd' && ht_units_parse_duration(optarg, &options.delay_ns) != 0)
			return 2;
		else if (option == 't' && ht_setting_set(&settings, HT_SETTING_THEME, optarg) != 0)
			return 2;
		options.ascii |= option == 'a';
		options.no_color |= option == 'm';
		options.threads |= option == 'H';
	}
	if (optind >= argc)
		return 2;
	scene = argv[optind];
	int status = ht_tui_run(&options, &error);
	if (status < 0) {
		fprintf(stderr, "fake_screen: %s\n", error.text);
		return (int)error.code;
	}
	return status > 0 ? 128 + status : 0;
}
