/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/tui.h"

#include <errno.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/worker.h"
#include "sources/replay.h"
#include "tui/loop.h"

static bool
is_ascii_locale(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

/* A Linux console, or a multiplexer that says what it is on. */
static bool
is_console(void)
{
	const char *name = getenv("TERM");
	return name != NULL && (strcmp(name, "linux") == 0 || strncmp(name, "linux-", 6) == 0 ||
				   strcmp(name, "screen.linux") == 0);
}

static void
close_replay(const struct ht_tui_replay *replay)
{
	if (replay == NULL)
		return;
	ht_replay_close(replay->shown);
	ht_replay_close(replay->learned);
}

/* A sampler for the screen, of REPLAY, which is its own, where that isn't NULL. */
static int
make_sampler(const struct ht_loop *loop, struct ht_replay *replay, struct ht_sampler **out,
    struct ht_error *error)
{
	const struct ht_sampler_options sampling = {
		.smoothing_ns = loop->screen.settings.smoothing_ns, .replay = replay
	};
	return ht_sampler_new(&sampling, out, error);
}

/* What runs now. */
static int
start_watching(struct ht_loop *loop, struct ht_error *error)
{
	struct ht_sampler *sampler;
	int code = make_sampler(loop, NULL, &sampler, error);
	return code != 0 ? code
			 : ht_worker_start(sampler, &loop->wanted.request,
			       loop->screen.header.delay_ns, &loop->worker, error);
}

/* Two of a recording: one for the ticks that are looked at, one that goes through all of it for the graphs. */
static int
start_replay(struct ht_loop *loop, const struct ht_tui_replay *replay, struct ht_error *error)
{
	/* What graphs show are figures of processes and heaps. */
	struct ht_request without_lists = loop->wanted.request;
	struct ht_sampler *sampler;
	without_lists.detail = 0;
	loop->sought = replay->first;
	int code = make_sampler(loop, replay->shown, &sampler, error);
	if (code == 0)
		code = ht_worker_start_at(
		    sampler, &loop->wanted.request, replay->first, &loop->worker, error);
	if (code != 0) {
		ht_replay_close(replay->learned);
		return code;
	}
	code = make_sampler(loop, replay->learned, &sampler, error);
	return code != 0 ? code
			 : ht_worker_start(sampler, &without_lists, HT_WORKER_WHEN_ASKED,
			       &loop->learner, error);
}

/* What ticks from now on: its first tick runs while the terminal is opened. */
static int
start_workers(struct ht_loop *loop, const struct ht_tui_options *options, struct ht_error *error)
{
	const struct ht_tui_replay *replay = options->replay;
	if (ht_screen_request_update(&loop->wanted, &loop->screen) < 0) {
		ht_error_set(error, HT_ERROR_RUNTIME, "out of memory");
		close_replay(replay);
		return -ENOMEM;
	}
	if (replay != NULL)
		return start_replay(loop, replay, error);
	return start_watching(loop, error);
}

int
ht_tui_run(const struct ht_tui_options *options, struct ht_error *error)
{
	struct ht_loop loop = { .worker = NULL };
	int code = ht_term_check(error);
	if (code != 0) {
		close_replay(options->replay);
		return code;
	}
	ht_screen_init(&loop.screen, options, options->ascii || is_ascii_locale());
	loop.screen.console = is_console();
	ht_screen_request_init(&loop.wanted);
	code = start_workers(&loop, options, error);
	if (code != 0)
		goto out_worker;
	/* Before signals are taken: what waits in the background can be ended. */
	ht_signals_await_foreground(STDIN_FILENO);
	code = ht_signals_take(&loop.signals);
	if (code != 0) {
		ht_error_set(
		    error, HT_ERROR_RUNTIME, "signals can't be handled: %s", strerror(-code));
		goto out_worker;
	}
	code = ht_term_open(&loop.term, error);
	if (code != 0)
		goto out_signals;
	ht_theme_init(&loop.theme, loop.screen.settings.theme, options->no_color);
	code = ht_loop_run(&loop, error);
	ht_term_close(&loop.term);
out_signals:
	ht_signals_give_back(&loop.signals);
out_worker:
	ht_worker_stop(loop.learner);
	ht_worker_stop(loop.worker);
	ht_screen_request_release(&loop.wanted);
	ht_screen_release(&loop.screen);
	return code;
}
