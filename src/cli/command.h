/* SPDX-License-Identifier: MIT */
/*
 * A command: each is one file cmd_*.c that ends in one entry of this kind, and
 * one line in main.c's table.
 */
#ifndef HT_CLI_COMMAND_H
#define HT_CLI_COMMAND_H

#include <stdbool.h>

#include "cli/options.h"

struct ht_subcommand {
	const char *name;      /* NULL: what `heaptop` alone does */
	const char *arguments; /* behind the name, in the line of usage */
	const char *summary;   /* one line, for the list of commands */
	const char *help;      /* what stands below the options: an example at least */
	unsigned bit;          /* enum ht_command_bit */
	bool takes_operands;   /* all behind the first operand is its own */
	bool takes_words;      /* operands that options may stand between */

	/* OPERANDS ends in NULL.  Returns the exit status, having said on stderr what went wrong. */
	int (*run)(const struct ht_options *options, char **operands);
};

extern const struct ht_subcommand ht_command_screen;
extern const struct ht_subcommand ht_command_snapshot;
extern const struct ht_subcommand ht_command_run;
extern const struct ht_subcommand ht_command_demo;
extern const struct ht_subcommand ht_command_check;

#endif
