/* SPDX-License-Identifier: MIT */
/* commands.def as a table. */
#include "config.h"

#include "cli/command.h"

static const struct ht_subcommand *const commands[] = {
#define HT_COMMAND(name) &ht_command_##name,
#include "cli/commands.def"
#undef HT_COMMAND
};

const struct ht_subcommand *const *
ht_commands(size_t *count)
{
	*count = sizeof(commands) / sizeof(commands[0]);
	return commands;
}
