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

/* A worker that ticks from now on: its first tick runs while the terminal is opened. */
static int
start_worker(struct ht_loop *loop, struct ht_error *error)
{
	struct ht_sampler_options sampling = { .smoothing_ns = loop->screen.settings.smoothing_ns };
	struct ht_sampler *sampler;
	int code = ht_sampler_new(&sampling, &sampler, error);
	if (code != 0)
		return code;
	if (ht_screen_request_update(&loop->wanted, &loop->screen) < 0) {
		ht_sampler_free(sampler);
		ht_error_set(error, HT_ERROR_RUNTIME, "out of memory");
		return -ENOMEM;
	}
	return ht_worker_start(
	    sampler, &loop->wanted.request, loop->screen.header.delay_ns, &loop->worker, error);
}

int
ht_tui_run(const struct ht_tui_options *options, struct ht_error *error)
{
	struct ht_loop loop = { .worker = NULL };
	int code = ht_term_check(error);
	if (code != 0)
		return code;
	ht_screen_init(&loop.screen, options, options->ascii || is_ascii_locale());
	loop.screen.console = is_console();
	ht_screen_request_init(&loop.wanted);
	code = start_worker(&loop, error);
	if (code != 0)
		goto out_screen;
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
	ht_worker_stop(loop.worker);
out_screen:
	ht_screen_request_release(&loop.wanted);
	ht_screen_release(&loop.screen);
	return code;
}
