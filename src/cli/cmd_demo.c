/* SPDX-License-Identifier: MIT */
/* `heaptop demo`: a worker pool that allocates, and the screen on it. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/launch.h"
#include "cli/output.h"
#include "cli/screen.h"
#include "cli/supervise.h"

#define POOL "heaptop-demo-pool"

enum { ARGUMENTS_MOST = 16, READY_MOST_SECONDS = 10 };

/* What the pool is started with; numbers are kept beside their arguments. */
struct pool_arguments {
	const char *words[ARGUMENTS_MOST];
	char program[PATH_MAX];
	char workers[24];
	char seconds[24];
};

/* In the build tree or where it was installed. */
static int
find_pool(char out[PATH_MAX], struct ht_error *error)
{
	static const char *const places[] = { "examples", "../libexec/heaptop" };
	char directory[PATH_MAX], candidate[PATH_MAX + 64];
	if (ht_launch_own_directory(directory) == 0) {
		for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
			snprintf(candidate, sizeof(candidate), "%s/%s/" POOL, directory, places[i]);
			if (access(candidate, X_OK) == 0 && realpath(candidate, out) != NULL)
				return 0;
		}
	}
	snprintf(out, PATH_MAX, "%s/" POOL, HT_PKGLIBEXECDIR);
	if (access(out, X_OK) == 0)
		return 0;
	ht_error_set(error, HT_ERROR_RUNTIME, "cannot find %s: install heaptop, or build it", out);
	return -ENOENT;
}

static void
make_arguments(const struct ht_options *options, struct pool_arguments *arguments)
{
	const char **next = arguments->words;
	*next++ = arguments->program;
	if (options->leak)
		*next++ = "--leak";
	if (options->churn)
		*next++ = "--churn";
	if (options->bloat)
		*next++ = "--bloat";
	if (options->imbalance)
		*next++ = "--imbalance";
	if (options->workers != 0) {
		snprintf(arguments->workers, sizeof(arguments->workers), "%lld",
		    (long long)options->workers);
		*next++ = "--workers";
		*next++ = arguments->workers;
	}
	if (options->seconds != 0) {
		snprintf(arguments->seconds, sizeof(arguments->seconds), "%lld",
		    (long long)options->seconds);
		*next++ = "--seconds";
		*next++ = arguments->seconds;
	}
	*next = NULL;
}

/* Waits until the pool has said that its workers run (or has ended: the screen will show that). */
static void
await_first_line(int input)
{
	char byte = '\0';
	ssize_t length;
	do
		length = read(input, &byte, 1);
	while ((length == 1 && byte != '\n') || (length < 0 && errno == EINTR));
}

static int
start_pool(const struct ht_options *options, struct ht_child *child, struct ht_error *error)
{
	struct pool_arguments arguments = { 0 };
	struct ht_launch launch = { .follow = true, .ends_with_us = true };
	int line[2], status;
	if (ht_launch_find_library(launch.library, error) != 0 ||
	    find_pool(arguments.program, error) != 0)
		return HT_ERROR_RUNTIME;
	if (pipe2(line, O_CLOEXEC) != 0) {
		ht_error_set(error, HT_ERROR_RUNTIME, "cannot make a pipe: %s", strerror(errno));
		return HT_ERROR_RUNTIME;
	}
	launch.output = line[1];
	make_arguments(options, &arguments);
	status = ht_child_start(child, &launch, (char **)arguments.words, error);
	close(line[1]);
	if (status == 0) {
		/* The screen has signals of its own to look after. */
		sigprocmask(SIG_SETMASK, &child->before, NULL);
		await_first_line(line[0]);
	}
	close(line[0]);
	return status;
}

static int
show_on_screen(const struct ht_options *options, pid_t pid)
{
	struct ht_tui_options screen = ht_screen_options(options);
	screen.pid = (int32_t)pid;
	return ht_screen_show(options, &screen);
}

static int
print_snapshot(const struct ht_options *options, pid_t pid)
{
	struct ht_options snapshot;
	ht_options_init(&snapshot);
	snapshot.ascii = options->ascii;
	ht_text_add_format(&snapshot.targets, "%d", (int)pid);
	char *no_operands[] = { NULL };
	int status = ht_command_snapshot.run(&snapshot, no_operands);
	ht_options_release(&snapshot);
	return status;
}

static int
run_demo(const struct ht_options *options, char **operands)
{
	struct ht_error error = { 0 };
	struct ht_child pool;
	(void)operands;
	if (start_pool(options, &pool, &error) != 0) {
		ht_output_error(&error);
		return HT_ERROR_RUNTIME;
	}
	bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	int status =
	    terminal ? show_on_screen(options, pool.pid) : print_snapshot(options, pool.pid);
	kill(pool.pid, SIGTERM);
	while (waitpid(pool.pid, NULL, 0) < 0 && errno == EINTR)
		;
	return status;
}

const struct ht_subcommand ht_command_demo = {
	.name = "demo",
	.arguments = "[OPTIONS]",
	.summary = "a demonstration worker pool, and the screen on it",
	.help = "The pool ends when the screen is left.  Without a terminal, one snapshot of it is "
		"printed.\n"
		"\n"
		"Examples:\n"
		"  heaptop demo\n"
		"  heaptop demo --leak --imbalance --workers 8\n",
	.bit = HT_FOR_DEMO,
	.run = run_demo,
};
