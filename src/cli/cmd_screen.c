/* SPDX-License-Identifier: MIT */
/* `heaptop` alone: the screen. */
#include "config.h"

#include <stdlib.h>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/screen.h"
#include "cli/targets.h"
#include "core/sampler.h"

/* Pids for -p, where names need a look at what runs. */
static int
resolve(const struct ht_options *options, struct ht_targets *targets, struct ht_error *error)
{
	const struct ht_sampler_options unsmoothed = { 0 };
	struct ht_sampler *sampler;
	if (options->targets.length == 0)
		return 0;
	int status = ht_sampler_new(&unsmoothed, &sampler, error);
	if (status != 0)
		return status;
	status = ht_targets_resolve(
	    ht_text_string(&options->targets), sampler, options->dead, targets, error);
	ht_sampler_free(sampler);
	return status;
}

static int
run_screen(const struct ht_options *options, char **operands)
{
	struct ht_targets targets = { 0 };
	struct ht_error error = { 0 };
	(void)operands;
	if (resolve(options, &targets, &error) != 0)
		return ht_output_error(&error);
	struct ht_tui_options screen = ht_screen_options(options);
	if (targets.count == 1)
		screen.pid = targets.pids[0];
	else
		screen.only = ht_targets_list(&targets);
	int status = ht_screen_show(options, &screen);
	ht_targets_release(&targets);
	return status;
}

const struct ht_subcommand ht_command_screen = {
	.arguments = "[OPTIONS]",
	.summary = "A top for heaps.  Alone, it is the screen: every process, instrumented ones "
		   "with their heap.",
	.help = "Without a terminal on standard output it prints what 'heaptop snapshot' prints.\n"
		"\n"
		"Examples:\n"
		"  heaptop                      every process\n"
		"  heaptop -p redis-server      that one\n"
		"  heaptop -u www --sort res    a user's, the largest first\n",
	.bit = HT_FOR_SCREEN,
	.run = run_screen,
};
