/* SPDX-License-Identifier: MIT */
/* `heaptop run`: starts a program instrumented. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/inspect.h"
#include "cli/launch.h"
#include "cli/output.h"
#include "cli/summary.h"
#include "cli/supervise.h"
#include "cli/watch.h"

static int
own_failure(const struct ht_error *error)
{
	ht_output_error(error);
	return HT_EXIT_OWN_FAILURE;
}

/* Names what keeps NAME from being counted, and what to do; it is started all the same. */
static void
warn_of_obstacle(const char *name, const struct ht_inspection *inspection)
{
	if (inspection->what == NULL)
		return;
	bool itself = strcmp(name, inspection->path) == 0;
	ht_output_warn(
	    "%s%s%s%s cannot be interposed: %s; it starts %s, and its heap is not counted. "
	    "Instead, %s",
	    name, itself ? "" : " (", itself ? "" : inspection->path, itself ? "" : ")",
	    inspection->what, inspection->refuses ? "without heaptop's library" : "all the same",
	    inspection->instead);
}

static int
become(const struct ht_launch *launch, char **operands)
{
	struct ht_error error = { 0 };
	int status = ht_launch_failure(ht_launch_exec(launch, operands), operands[0], &error);
	ht_output_error(&error);
	return status;
}

static int
run_with_summary(const struct ht_launch *launch, char **operands)
{
	struct ht_error error = { 0 };
	struct ht_child child;
	int status = ht_child_start(&child, launch, operands, &error);
	if (status != 0) {
		ht_output_error(&error);
		return status;
	}
	status = ht_child_wait(&child);
	ht_summary_print(stderr, operands[0], child.pid, child.start_time_ticks);
	return status;
}

/* Without a terminal there can't be a screen, and CMD isn't started. */
static int
run_watched(const struct ht_options *options, struct ht_launch *launch, char **operands)
{
	struct ht_error error = { 0 };
	struct ht_child child;
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		ht_error_set(&error, HT_ERROR_USAGE,
		    "--watch needs a terminal: standard input and output have to be one");
		return own_failure(&error);
	}
	int status = ht_watch(options, launch, operands, &child);
	if (options->summary && child.pid != 0)
		ht_summary_print(stderr, operands[0], child.pid, child.start_time_ticks);
	return status;
}

static int
run_program(const struct ht_options *options, char **operands)
{
	struct ht_launch launch = { .follow = !options->no_follow, .keep = options->summary };
	struct ht_inspection inspection;
	struct ht_error error = { 0 };
	if (operands[0] == NULL) {
		ht_error_set(
		    &error, HT_ERROR_USAGE, "no program to run: heaptop run [OPTIONS] [--] CMD");
		return own_failure(&error);
	}
	if (ht_launch_find_library(launch.library, &error) != 0)
		return own_failure(&error);
	ht_inspect(operands[0], &inspection);
	warn_of_obstacle(operands[0], &inspection);
	if (inspection.refuses)
		launch.library[0] = '\0';
	if (options->watch)
		return run_watched(options, &launch, operands);
	/* Nothing is left to do once it runs: then there is no process of ours in between. */
	return options->summary ? run_with_summary(&launch, operands) : become(&launch, operands);
}

const struct ht_subcommand ht_command_run = {
	.name = "run",
	.arguments = "[OPTIONS] [--] CMD [ARG...]",
	.summary = "start a program instrumented",
	.help = "The exit status is CMD's; 125: heaptop failed, 126: CMD is not executable, 127: "
		"CMD was not\n"
		"found, 128+N: CMD was ended by signal N.\n"
		"\n"
		"Examples:\n"
		"  heaptop run -- redis-server redis.conf\n"
		"  heaptop run --summary sqlite3 big.db 'select count(*) from t'\n"
		"  heaptop run --watch make test\n",
	.bit = HT_FOR_RUN,
	.takes_operands = true,
	.run = run_program,
};
