/* SPDX-License-Identifier: MIT */
/* heaptop: finds the command, reads the options, runs it. */
#include "config.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "cli/command.h"
#include "cli/output.h"

enum { MOST_COMMANDS = 32 };

static int
print_help(const struct ht_subcommand *command)
{
	const char *name = command->name != NULL ? command->name : "";
	printf("Usage: heaptop %s%s%s\n%s\n", name, name[0] != '\0' ? " " : "", command->arguments,
	    command->summary);
	if (command->name == NULL) {
		size_t count;
		const struct ht_subcommand *const *commands = ht_commands(&count);
		printf("\nCommands ('heaptop COMMAND --help' tells more):\n");
		for (size_t i = 0; i < count; i++)
			printf("  heaptop %-10s %-28s %s\n", commands[i]->name,
			    commands[i]->arguments, commands[i]->summary);
	}
	printf("\nOptions:\n");
	ht_options_help(stdout, command->bit);
	printf(
	    "\n%s\nThe manual: man heaptop%s%s\n", command->help, name[0] != '\0' ? "-" : "", name);
	return 0;
}

static int
print_version(void)
{
	printf("heaptop %s\n", PACKAGE_VERSION);
	return 0;
}

/* Standard output may be a full disk. */
static int
finish_output(int status)
{
	struct ht_error error;
	if (fflush(stdout) == 0)
		return status;
	ht_error_set(
	    &error, HT_ERROR_RUNTIME, "cannot write to standard output: %s", strerror(errno));
	return ht_output_error(&error);
}

/* COMMAND is NULL where none was named. */
static int
usage_error(const struct ht_subcommand *command, const struct ht_error *error)
{
	int status = ht_output_error(error);
	fprintf(stderr, "Try 'heaptop %s%s--help'.\n", command != NULL ? command->name : "",
	    command != NULL ? " " : "");
	if (command == &ht_command_run)
		return HT_EXIT_OWN_FAILURE;
	return status;
}

static const struct ht_subcommand *
find_command(const char *word, struct ht_error *error)
{
	size_t count;
	const struct ht_subcommand *const *commands = ht_commands(&count);
	const char *names[MOST_COMMANDS];
	for (size_t i = 0; i < count && i < MOST_COMMANDS; i++) {
		names[i] = commands[i]->name;
		if (strcmp(word, names[i]) == 0)
			return commands[i];
	}
	const char *nearest = ht_nearest(word, names, count);
	if (nearest != NULL)
		ht_error_set(error, HT_ERROR_USAGE, "unknown command '%s': did you mean '%s'?",
		    word, nearest);
	else
		ht_error_set(error, HT_ERROR_USAGE,
		    "unknown command '%s' (-p looks at a process, run starts a program)", word);
	return NULL;
}

/* What `heaptop` without a command does. */
static const struct ht_subcommand *
default_command(const struct ht_options *options)
{
	bool screen = !options->batch && isatty(STDOUT_FILENO);
	return screen || options->help ? &ht_command_screen : &ht_command_snapshot;
}

/* Refuses options and operands that COMMAND doesn't take. */
static int
check(const struct ht_subcommand *command, bool named, const struct ht_options *options,
    char **operands, struct ht_error *error)
{
	/* Without a name, what is printed depends on where it goes, and so must not be what is allowed. */
	unsigned bits = command->bit;
	if (!named && command->bit == HT_FOR_SNAPSHOT)
		bits |= HT_FOR_SCREEN;
	const char *foreign = ht_options_foreign(options, bits);
	if (foreign != NULL) {
		ht_error_set(error, HT_ERROR_USAGE, "--%s is no option of 'heaptop%s%s'", foreign,
		    named ? " " : "", named ? command->name : "");
		return -1;
	}
	if (operands[0] != NULL && !command->takes_operands && !command->takes_words) {
		ht_error_set(error, HT_ERROR_USAGE, "unexpected argument '%s'", operands[0]);
		return -1;
	}
	return 0;
}

/* Options in front of the command, the command's name, options behind it. */
static int
parse(int argc, char **argv, struct ht_options *options, const struct ht_subcommand **command,
    char ***operands, struct ht_error *error)
{
	*command = NULL;
	int first = ht_options_parse(options, argc, argv, true, error);
	if (first < 0)
		return first;
	bool named = first < argc;
	if (named) {
		*command = find_command(argv[first], error);
		if (*command == NULL)
			return -1;
		argc -= first;
		argv += first;
		first = ht_options_parse(options, argc, argv, (*command)->takes_operands, error);
		if (first < 0)
			return first;
	} else {
		*command = default_command(options);
	}
	*operands = argv + first;
	if (options->help || options->version)
		return 0;
	int status = check(*command, named, options, *operands, error);
	if (status != 0 && !named)
		*command = NULL;
	return status;
}

int
main(int argc, char **argv)
{
	struct ht_options options;
	struct ht_error error = { 0 };
	const struct ht_subcommand *command;
	char **operands;
	int status;
	ht_output_reserve();
	/* Figures are written the same everywhere: only characters follow the locale. */
	setlocale(LC_CTYPE, "");
	ht_options_init(&options);
	if (parse(argc, argv, &options, &command, &operands, &error) < 0)
		status = usage_error(command, &error);
	else if (options.help)
		status = finish_output(print_help(command));
	else if (options.version)
		status = finish_output(print_version());
	else
		status = command->run(&options, operands);
	ht_options_release(&options);
	return status;
}
