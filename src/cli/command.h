/* SPDX-License-Identifier: MIT */
/*
 * A command: each is one file cmd_*.c that ends in one entry of this kind, and
 * one line in commands.def.
 */
#ifndef HT_CLI_COMMAND_H
#define HT_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/options.h"

struct ht_subcommand {
	const char *name;      /* NULL: what `heaptop` alone does */
	const char *arguments; /* behind the name, in the line of usage */
	const char *summary;   /* one line, for the list of commands */
	const char *help;      /* what stands below the options: an example at least */
	unsigned bit;          /* enum ht_command_bit */
	bool takes_operands;   /* all behind the first operand is its own */
	bool takes_words;      /* operands that options may stand between */
	bool takes_file;       /* which is one: it is completed */

	/* OPERANDS ends in NULL.  Returns the exit status, having said on stderr what went wrong. */
	int (*run)(const struct ht_options *options, char **operands);
};

extern const struct ht_subcommand ht_command_screen; /* what `heaptop` alone does */
#define HT_COMMAND(name) extern const struct ht_subcommand ht_command_##name;
#include "cli/commands.def"
#undef HT_COMMAND

/* Every command that has a name. */
const struct ht_subcommand *const *ht_commands(size_t *count);

#endif
