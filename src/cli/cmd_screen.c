/* SPDX-License-Identifier: MIT */
/* `heaptop` alone: the screen. */
#include "config.h"

#include "cli/command.h"

static int
run_screen(const struct ht_options *options, char **operands)
{
	return ht_command_snapshot.run(options, operands);
}

const struct ht_command ht_command_screen = {
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
