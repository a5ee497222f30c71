/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "cli/completion.h"

#include <errno.h>
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"

/* A command as completion sees it: `heaptop` alone among the others, first. */
struct commands {
	const struct ht_subcommand *const *named;
	size_t count;
};

static const struct ht_subcommand *
command_at(const struct commands *commands, size_t index)
{
	return index == 0 ? &ht_command_screen : commands->named[index - 1];
}

/* `heaptop` alone prints a snapshot where there is no terminal, and then takes its options. */
static bool
takes(const struct ht_subcommand *command, const struct ht_option *option)
{
	unsigned bits = command->bit;
	if (command == &ht_command_screen)
		bits |= HT_FOR_SNAPSHOT;
	return (option->commands & bits) != 0;
}

/* STRING between single quotes of a shell; zsh's descriptions also need [ ] : escaped. */
static void
add_quoted(struct ht_text *out, const char *string, const char *escaped)
{
	for (; *string != '\0'; string++) {
		if (*string == '\'')
			ht_text_add_string(out, "'\\''");
		else if (strchr(escaped, *string) != NULL)
			ht_text_add_format(out, "\\%c", *string);
		else
			ht_text_add(out, string, 1);
	}
}

/* All values that can be listed, between SEPARATORs. */
static void
add_values(struct ht_text *out, enum ht_option_values values, const char *separator)
{
	const char *value;
	for (size_t i = 0; (value = ht_options_value(values, i)) != NULL; i++) {
		ht_text_add_string(out, i != 0 ? separator : "");
		ht_text_add_string(out, value);
	}
}

static bool
is_list(enum ht_option_values values)
{
	return values == HT_VALUES_DETAILS || values == HT_VALUES_FIELDS ||
	       values == HT_VALUES_PROCESSES;
}

/* --- bash --- */

static const char bash_head[] =
    "# bash completion for heaptop(1)\n"
    "\n"
    "# One of the words $1, also behind those that stand before the last comma where $2 is a "
    "comma.\n"
    "_heaptop_words() {\n"
    "\tlocal before=\n"
    "\t[[ $2 != , || $cur != *,* ]] || before=${cur%,*},\n"
    "\tmapfile -t COMPREPLY < <(compgen -P \"$before\" -W \"$1\" -- \"${cur#\"$before\"}\")\n"
    "}\n"
    "\n"
    "_heaptop() {\n"
    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command= i\n"
    "\tCOMPREPLY=()\n"
    "\t# --option=value comes in three words.\n"
    "\tif [[ $cur == = ]]; then\n"
    "\t\tcur=\n"
    "\telif [[ $prev == = ]]; then\n"
    "\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "\tfi\n"
    "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
    "\t\tcase ${COMP_WORDS[i]} in\n";

static const char bash_tail[] =
    "\tesac\n"
    "\tcase $cur in\n"
    "\t-*) mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\") ;;\n"
    "\t*)\n"
    "\t\tif [[ -n $files ]]; then\n"
    "\t\t\tcompopt -o filenames\n"
    "\t\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "\t\telif [[ -z $command ]]; then\n"
    "\t\t\tmapfile -t COMPREPLY < <(compgen -W \"$commands\" -- \"$cur\")\n"
    "\t\tfi ;;\n"
    "\tesac\n"
    "}\n"
    "complete -F _heaptop heaptop\n";

/* "-p|--pid", as a pattern. */
static void
bash_pattern(struct ht_text *out, const struct ht_option *option)
{
	if (option->letter != 0)
		ht_text_add_format(out, "-%c | ", option->letter);
	ht_text_add_format(out, "--%s", option->name);
}

static void
bash_skip_arguments(struct ht_text *out)
{
	size_t count, shown = 0;
	const struct ht_option *options = ht_options_table(&count);
	ht_text_add_string(out, "\t\t");
	for (size_t i = 0; i < count; i++) {
		if (options[i].argument == NULL)
			continue;
		ht_text_add_string(out, shown++ != 0 ? " | " : "");
		bash_pattern(out, &options[i]);
	}
	ht_text_add_string(out, ")\n\t\t\t[[ ${COMP_WORDS[++i]} != = ]] || ((i++)) ;;\n");
}

static void
bash_value(struct ht_text *out, const struct ht_option *option)
{
	ht_text_add_string(out, "\t");
	bash_pattern(out, option);
	ht_text_add_string(out, ")\n\t\t");
	switch (option->values) {
	case HT_VALUES_PROCESSES:
		ht_text_add_string(out,
		    "# A name is anybody's, and compgen would expand it.\n"
		    "\t\t_heaptop_words \"$(ps -eo pid=,comm= | tr -cd '[:alnum:]._+\\n -')\" ,\n");
		break;
	case HT_VALUES_USERS:
		ht_text_add_string(out, "mapfile -t COMPREPLY < <(compgen -u -- \"$cur\")\n");
		break;
	case HT_VALUES_FILE:
		ht_text_add_string(out, "compopt -o filenames\n"
					"\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n");
		break;
	case HT_VALUES_FORMATS:
	case HT_VALUES_SORTS:
	case HT_VALUES_DETAILS:
	case HT_VALUES_FIELDS:
		ht_text_add_string(out, "_heaptop_words \"");
		add_values(out, option->values, " ");
		ht_text_add_format(out, "\"%s\n", is_list(option->values) ? " ," : "");
		break;
	case HT_VALUES_NONE:
		ht_text_add_string(out, ":\n");
		break;
	}
	ht_text_add_string(out, "\t\treturn ;;\n");
}

static void
bash_options(struct ht_text *out, const struct ht_subcommand *command)
{
	size_t count;
	const struct ht_option *options = ht_options_table(&count);
	ht_text_add_format(out, "\t%s) options='", command->name != NULL ? command->name : "''");
	for (size_t i = 0, shown = 0; i < count; i++)
		if (takes(command, &options[i]))
			ht_text_add_format(out, "%s--%s", shown++ != 0 ? " " : "", options[i].name);
	ht_text_add_format(out, "'%s ;;\n", command->takes_file ? " files=1" : "");
}

static void
write_bash(const struct commands *commands, struct ht_text *out)
{
	size_t count;
	const struct ht_option *options = ht_options_table(&count);
	ht_text_add_string(out, bash_head);
	bash_skip_arguments(out);
	ht_text_add_string(out, "\t\t-*) ;;\n\t\t*) command=${COMP_WORDS[i]} && break ;;\n"
				"\t\tesac\n\tdone\n"
				"\t# What run starts is completed as if it stood alone.\n"
				"\tif [[ $command == run ]]; then\n"
				"\t\tfor ((i++; i < COMP_CWORD; i++)); do\n"
				"\t\t\t[[ ${COMP_WORDS[i]} == -* ]] || break\n"
				"\t\tdone\n"
				"\t\tif ((i < COMP_CWORD)); then\n"
				"\t\t\tcompopt -o filenames\n"
				"\t\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
				"\t\t\treturn\n"
				"\t\telif [[ $cur != -* ]]; then\n"
				"\t\t\tmapfile -t COMPREPLY < <(compgen -c -- \"$cur\")\n"
				"\t\t\treturn\n"
				"\t\tfi\n"
				"\tfi\n"
				"\tcase $prev in\n");
	for (size_t i = 0; i < count; i++)
		if (options[i].argument != NULL)
			bash_value(out, &options[i]);
	ht_text_add_string(out, "\tesac\n\tlocal options= files= commands='");
	for (size_t i = 0; i < commands->count; i++)
		ht_text_add_format(out, "%s%s", i != 0 ? " " : "", commands->named[i]->name);
	ht_text_add_string(out, "'\n\tcase $command in\n");
	for (size_t i = 0; i <= commands->count; i++)
		bash_options(out, command_at(commands, i));
	ht_text_add_string(out, bash_tail);
}

/* --- zsh --- */

/* What completes the argument of OPTION, as _arguments wants it. */
static void
zsh_action(struct ht_text *out, const struct ht_option *option)
{
	ht_text_add_string(out, ":");
	add_quoted(out, option->argument, "[]:");
	ht_text_add_string(out, ":");
	switch (option->values) {
	case HT_VALUES_PROCESSES:
		ht_text_add_string(out, "_heaptop_processes");
		break;
	case HT_VALUES_USERS:
		ht_text_add_string(out, "_users");
		break;
	case HT_VALUES_FILE:
		ht_text_add_string(out, "_files");
		break;
	case HT_VALUES_FORMATS:
	case HT_VALUES_SORTS:
		ht_text_add_string(out, "(");
		add_values(out, option->values, " ");
		ht_text_add_string(out, ")");
		break;
	case HT_VALUES_DETAILS:
	case HT_VALUES_FIELDS:
		ht_text_add_string(out, "_sequence compadd - ");
		add_values(out, option->values, " ");
		break;
	case HT_VALUES_NONE:
		ht_text_add_string(out, " ");
		break;
	}
}

/* '(-p --pid)'{-p+,--pid=}'[only these processes]:PID:...' */
static void
zsh_option(struct ht_text *out, const struct ht_option *option)
{
	bool argument = option->argument != NULL;
	ht_text_add_string(out, "\t\t");
	if (option->letter != 0)
		ht_text_add_format(out, "'(-%c --%s)'{-%c%s,--%s%s}'", option->letter, option->name,
		    option->letter, argument ? "+" : "", option->name, argument ? "=" : "");
	else
		ht_text_add_format(out, "'--%s%s", option->name, argument ? "=" : "");
	ht_text_add_string(out, "[");
	add_quoted(out, option->help, "[]:");
	ht_text_add_string(out, "]");
	if (argument)
		zsh_action(out, option);
	ht_text_add_string(out, "'\n");
}

static void
zsh_options(struct ht_text *out, const struct ht_subcommand *command)
{
	size_t count;
	const struct ht_option *options = ht_options_table(&count);
	ht_text_add_format(out, "\t%s) options=(\n", command->name != NULL ? command->name : "''");
	for (size_t i = 0; i < count; i++)
		if (takes(command, &options[i]))
			zsh_option(out, &options[i]);
	if (command->takes_operands)
		ht_text_add_string(out, "\t\t'*::command:_normal'\n");
	if (command->takes_file)
		ht_text_add_string(out, "\t\t':file:_files'\n");
	ht_text_add_string(out, "\t\t) ;;\n");
}

static void
write_zsh(const struct commands *commands, struct ht_text *out)
{
	ht_text_add_string(out,
	    "#compdef heaptop\n"
	    "\n"
	    "_heaptop_processes() {\n"
	    "\t_sequence compadd - ${(f)\"$(ps -eo pid=)\"// /} ${(fu)\"$(ps -eo comm=)\"}\n"
	    "}\n"
	    "\n"
	    "_heaptop_options() {\n"
	    "\tcase $1 in\n");
	for (size_t i = 0; i <= commands->count; i++)
		zsh_options(out, command_at(commands, i));
	ht_text_add_string(out, "\tesac\n"
				"}\n"
				"\n"
				"_heaptop() {\n"
				"\tlocal -a options commands\n"
				"\tlocal curcontext=$curcontext state line\n"
				"\ttypeset -A opt_args\n"
				"\t_heaptop_options ''\n"
				"\t_arguments -C -S $options '1: :->command' '*:: :->rest'\n"
				"\tcase $state in\n"
				"\tcommand)\n"
				"\t\tcommands=(\n");
	for (size_t i = 0; i < commands->count; i++) {
		ht_text_add_format(out, "\t\t\t'%s:", commands->named[i]->name);
		add_quoted(out, commands->named[i]->summary, ":");
		ht_text_add_string(out, "'\n");
	}
	ht_text_add_string(out, "\t\t)\n"
				"\t\t_describe command commands ;;\n"
				"\trest)\n"
				"\t\t_heaptop_options $line[1]\n"
				"\t\t_arguments -S $options ;;\n"
				"\tesac\n"
				"}\n"
				"\n"
				"_heaptop \"$@\"\n");
}

/* --- fish --- */

static void
fish_option(struct ht_text *out, const struct ht_option *option, const char *condition)
{
	ht_text_add_format(out, "complete -c heaptop -n '%s'", condition);
	if (option->letter != 0)
		ht_text_add_format(out, " -s %c", option->letter);
	ht_text_add_format(out, " -l %s", option->name);
	switch (option->values) {
	case HT_VALUES_PROCESSES:
		ht_text_add_string(out,
		    " -x -a '(__fish_complete_list , \"ps -eo pid=,comm= | string trim | string "
		    "replace -r \\\" +\\\" \\\\n\")'");
		break;
	case HT_VALUES_USERS:
		ht_text_add_string(out, " -x -a '(__fish_complete_users)'");
		break;
	case HT_VALUES_FILE:
		ht_text_add_string(out, " -r -F");
		break;
	case HT_VALUES_FORMATS:
	case HT_VALUES_SORTS:
		ht_text_add_string(out, " -x -a '");
		add_values(out, option->values, " ");
		ht_text_add_string(out, "'");
		break;
	case HT_VALUES_DETAILS:
	case HT_VALUES_FIELDS:
		ht_text_add_string(
		    out, " -x -a '(__fish_complete_list , \"string split \\\" \\\" \\\"");
		add_values(out, option->values, " ");
		ht_text_add_string(out, "\\\"\")'");
		break;
	case HT_VALUES_NONE:
		ht_text_add_string(out, option->argument != NULL ? " -x" : "");
		break;
	}
	ht_text_add_string(out, " -d '");
	add_quoted(out, option->help, "");
	ht_text_add_string(out, "'\n");
}

static void
fish_command(struct ht_text *out, const struct ht_subcommand *command)
{
	size_t count;
	const struct ht_option *options = ht_options_table(&count);
	struct ht_text condition;
	ht_text_init(&condition);
	if (command->name == NULL) {
		ht_text_add_string(&condition, "__fish_use_subcommand");
	} else {
		ht_text_add_format(&condition, "__fish_seen_subcommand_from %s", command->name);
		ht_text_add_format(
		    out, "complete -c heaptop -n __fish_use_subcommand -a %s -d '", command->name);
		add_quoted(out, command->summary, "");
		ht_text_add_string(out, "'\n");
	}
	if (command->takes_operands)
		ht_text_add_format(out,
		    "complete -c heaptop -n '%s' -a '(__fish_complete_subcommand --fcs-skip=2)'\n",
		    ht_text_string(&condition));
	if (command->takes_file)
		ht_text_add_format(
		    out, "complete -c heaptop -n '%s' -F\n", ht_text_string(&condition));
	for (size_t i = 0; i < count; i++)
		if (takes(command, &options[i]))
			fish_option(out, &options[i], ht_text_string(&condition));
	out->failed = out->failed || condition.failed;
	ht_text_release(&condition);
}

static void
write_fish(const struct commands *commands, struct ht_text *out)
{
	ht_text_add_string(out, "# fish completion for heaptop(1)\n\ncomplete -c heaptop -f\n");
	for (size_t i = 0; i <= commands->count; i++)
		fish_command(out, command_at(commands, i));
}

int
ht_completion_write(const char *shell, struct ht_text *out)
{
	static const struct {
		const char *shell;
		void (*write)(const struct commands *commands, struct ht_text *out);
	} shells[] = { { "bash", write_bash }, { "zsh", write_zsh }, { "fish", write_fish } };
	struct commands commands;
	commands.named = ht_commands(&commands.count);
	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (strcmp(shell, shells[i].shell) != 0)
			continue;
		shells[i].write(&commands, out);
		return out->failed ? -ENOMEM : 0;
	}
	return -EINVAL;
}
