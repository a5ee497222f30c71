/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/units.h"
#include "model/filter.h"
#include "model/frame.h"
#include "model/metric.h"
#include "tui/tui.h"

#define LEAST_DELAY_NS 1000000u

/* What an option does: its index is its bit in ht_options.given. */
enum option_id {
#define HT_OPTION(id, ...) OPTION_##id,
#include "cli/options.def"
#undef HT_OPTION
	OPTION_COUNT_OF_ALL
};

_Static_assert(OPTION_COUNT_OF_ALL <= 64, "each option has a bit in ht_options.given");

enum {
	HT_SHOW = HT_FOR_SCREEN | HT_FOR_SNAPSHOT,
	HT_EVERYWHERE = ~0,
	LONG_ONLY = 256, /* getopt's value of an option without a letter: this and its id */
};

static const struct ht_option table[OPTION_COUNT_OF_ALL] = {
#define HT_OPTION(id, letter, name, argument, values, flag, commands, help)                        \
	{ letter, name, argument, HT_VALUES_##values, offsetof(struct ht_options, flag),           \
		(unsigned)(commands), help },
#include "cli/options.def"
#undef HT_OPTION
};

static const char *const formats[] = {
	[HT_FORMAT_TABLE] = "table",
	[HT_FORMAT_JSON] = "json",
	[HT_FORMAT_NDJSON] = "ndjson",
	[HT_FORMAT_CSV] = "csv",
	[HT_FORMAT_PROMETHEUS] = "prometheus",
	[HT_FORMAT_MEMSTATS] = "memstats",
};

static const struct {
	const char *name;
	uint32_t bits;
} details[] = {
	{ "none", 0 },
	{ "threads", HT_DETAIL_THREADS },
	{ "size_classes", HT_DETAIL_SIZE_CLASSES },
	{ "events", HT_DETAIL_EVENTS },
	{ "allocator", HT_DETAIL_ALLOCATOR },
	{ "maps", HT_DETAIL_MAPS },
};

enum {
	FORMATS = sizeof(formats) / sizeof(formats[0]),
	DETAILS = sizeof(details) / sizeof(details[0]),
};

void
ht_options_init(struct ht_options *options)
{
	*options = (struct ht_options){
		.uid = UINT32_MAX,
		.count = -1,
		.detail = -1,
		.sort = ht_sort_default(),
	};
	ht_text_init(&options->targets);
}

void
ht_options_release(struct ht_options *options)
{
	ht_text_release(&options->targets);
}

/* -EINVAL: WORD is no WHAT; names the one that was probably meant. */
static int
unknown_word(struct ht_error *error, const char *what, const char *word, const char *nearest)
{
	if (nearest != NULL)
		ht_error_set(error, HT_ERROR_USAGE, "unknown %s '%s': did you mean '%s'?", what,
		    word, nearest);
	else
		ht_error_set(error, HT_ERROR_USAGE, "unknown %s '%s'", what, word);
	return -EINVAL;
}

static int
parse_user(const char *name, uint32_t *uid, struct ht_error *error)
{
	int64_t number;
	const struct passwd *entry = getpwnam(name);
	if (entry != NULL) {
		*uid = entry->pw_uid;
		return 0;
	}
	if (ht_units_parse_integer(name, 0, UINT32_MAX - 1, &number) == 0) {
		*uid = (uint32_t)number;
		return 0;
	}
	ht_error_set(error, HT_ERROR_USAGE, "there is no user '%s'", name);
	return -EINVAL;
}

static int
parse_time(const char *what, const char *text, uint64_t *delay_ns, struct ht_error *error)
{
	uint64_t delay;
	if (ht_units_parse_duration(text, &delay) != 0 || delay < LEAST_DELAY_NS) {
		ht_error_set(error, HT_ERROR_USAGE,
		    "'%s' is no %s: a time such as 2, 0.5 or 500ms, at least 1ms", text, what);
		return -EINVAL;
	}
	*delay_ns = delay;
	return 0;
}

static int
parse_number(const char *what, const char *text, int64_t least, int64_t most, int64_t *value,
    struct ht_error *error)
{
	if (ht_units_parse_integer(text, least, most, value) == 0)
		return 0;
	ht_error_set(error, HT_ERROR_USAGE, "'%s' is no %s: a whole number from %lld to %lld", text,
	    what, (long long)least, (long long)most);
	return -EINVAL;
}

static int
parse_speed(const char *text, double *speed, struct ht_error *error)
{
	char *end;
	*speed = strtod(text, &end);
	bool is_number = end != text && (*end == '\0' || strcmp(end, "x") == 0);
	if (is_number && *speed >= HT_TUI_SLOWEST && *speed <= HT_TUI_FASTEST)
		return 0;
	ht_error_set(error, HT_ERROR_USAGE, "'%s' is no speed: a number from %g to %g", text,
	    HT_TUI_SLOWEST, HT_TUI_FASTEST);
	return -EINVAL;
}

static int
parse_format(const char *text, enum ht_format *format, struct ht_error *error)
{
	for (int i = 0; i < FORMATS; i++) {
		if (strcmp(text, formats[i]) == 0) {
			*format = (enum ht_format)i;
			return 0;
		}
	}
	return unknown_word(error, "format", text, ht_nearest(text, formats, FORMATS));
}

static int
parse_one_detail(const char *word, int64_t *bits, struct ht_error *error)
{
	const char *names[DETAILS];
	for (int i = 0; i < DETAILS; i++) {
		names[i] = details[i].name;
		if (strcmp(word, names[i]) == 0) {
			*bits |= details[i].bits;
			return 0;
		}
	}
	return unknown_word(error, "detail", word, ht_nearest(word, names, DETAILS));
}

static int
parse_detail(const char *text, int64_t *detail, struct ht_error *error)
{
	char word[32];
	*detail = 0;
	for (const char *end; *text != '\0'; text = *end != '\0' ? end + 1 : end) {
		end = strchrnul(text, ',');
		snprintf(word, sizeof(word), "%.*s", (int)(end - text), text);
		int status = parse_one_detail(word, detail, error);
		if (status != 0)
			return status;
	}
	return 0;
}

static int
parse_sort(const char *text, struct ht_sort *sort, struct ht_error *error)
{
	const char *names[3 + HT_PROCESS_METRICS + HT_HEAP_METRICS] = { "pid", "user", "name" };
	size_t names_count = 3, count;
	if (ht_sort_parse(text, sort) == 0)
		return 0;
	const struct ht_metric *metrics = ht_metric_table(HT_SCOPE_PROCESS, &count);
	for (size_t i = 0; i < count; i++)
		names[names_count++] = metrics[i].short_name;
	metrics = ht_metric_table(HT_SCOPE_HEAP, &count);
	for (size_t i = 0; i < count; i++)
		names[names_count++] = metrics[i].short_name;
	const char *word = text + (text[0] == '-' || text[0] == '+');
	return unknown_word(error, "sort name", text, ht_nearest(word, names, names_count));
}

static int
check_filter(struct ht_options *options, const char *text, struct ht_error *error)
{
	struct ht_filter *filter;
	int status = ht_filter_parse(text, &filter, error);
	if (status != 0)
		return status;
	ht_filter_free(filter);
	options->filter = text;
	return 0;
}

static int
add_targets(const char *list, struct ht_text *targets, struct ht_error *error)
{
	/* A script's empty variable must not stand for every process. */
	if (list[0] == '\0') {
		ht_error_set(error, HT_ERROR_USAGE, "'' is neither a pid nor a program's name");
		return -EINVAL;
	}
	if (targets->length > 0)
		ht_text_add(targets, ",", 1);
	ht_text_add_string(targets, list);
	if (!targets->failed)
		return 0;
	ht_error_set(error, HT_ERROR_RUNTIME, "not enough memory");
	return -ENOMEM;
}

static int
apply_argument(struct ht_options *options, int id, const char *argument, struct ht_error *error)
{
	switch (id) {
	case OPTION_TARGETS:
		return add_targets(argument, &options->targets, error);
	case OPTION_USER:
		return parse_user(argument, &options->uid, error);
	case OPTION_DELAY:
		return parse_time("delay", argument, &options->delay_ns, error);
	case OPTION_COUNT:
		return parse_number("count", argument, 0, INT64_MAX, &options->count, error);
	case OPTION_FORMAT:
		return parse_format(argument, &options->format, error);
	case OPTION_FIELDS:
		return ht_fields_parse(argument, &options->fields, error);
	case OPTION_OUTPUT:
		options->output = argument;
		return 0;
	case OPTION_REPLAY:
		options->replay = argument;
		return 0;
	case OPTION_AT:
		options->at = argument;
		return 0;
	case OPTION_SPEED:
		return parse_speed(argument, &options->speed, error);
	case OPTION_DETAIL:
		return parse_detail(argument, &options->detail, error);
	case OPTION_FILTER:
		return check_filter(options, argument, error);
	case OPTION_SORT:
		return parse_sort(argument, &options->sort, error);
	case OPTION_WORKERS:
		return parse_number(
		    "number of workers", argument, 1, 256, &options->workers, error);
	case OPTION_SECONDS:
		return parse_number(
		    "number of seconds", argument, 1, 86400, &options->seconds, error);
	case OPTION_FOR:
		return parse_time("time to watch", argument, &options->for_ns, error);
	default: /* the rest take no argument: flags */
		return -EINVAL;
	}
}

static int
apply(struct ht_options *options, int id, const char *argument, struct ht_error *error)
{
	options->given |= UINT64_C(1) << id;
	if (argument != NULL)
		return apply_argument(options, id, argument, error);
	*(bool *)((char *)options + table[id].flag) = true;
	return 0;
}

/* getopt's two forms of the table. */
struct getopt_tables {
	char letters[2 * OPTION_COUNT_OF_ALL + 3];
	struct option options[OPTION_COUNT_OF_ALL + 1];
};

static void
make_tables(struct getopt_tables *tables, bool stop_at_operand)
{
	char *letter = tables->letters;
	*tables = (struct getopt_tables){ 0 };
	if (stop_at_operand)
		*letter++ = '+';
	*letter++ = ':'; /* tell a missing argument from an unknown option */
	for (int i = 0; i < OPTION_COUNT_OF_ALL; i++) {
		bool takes = table[i].argument != NULL;
		tables->options[i] = (struct option){ table[i].name,
			takes ? required_argument : no_argument, NULL, LONG_ONLY + i };
		if (table[i].letter == 0)
			continue;
		*letter++ = table[i].letter;
		if (takes)
			*letter++ = ':';
	}
}

static int
id_of(int value)
{
	if (value >= LONG_ONLY)
		return value - LONG_ONLY;
	int id = 0;
	while (id < OPTION_COUNT_OF_ALL && table[id].letter != value)
		id++;
	return id;
}

/* -EINVAL: says what was wrong with WORD, for which getopt gave '?' or ':'. */
static int
bad_option(int value, const char *word, struct ht_error *error)
{
	const char *names[OPTION_COUNT_OF_ALL];
	char name[64];
	if (value == ':') {
		ht_error_set(error, HT_ERROR_USAGE, "option '%s' needs an argument", word);
		return -EINVAL;
	}
	if (optopt >= LONG_ONLY) {
		ht_error_set(error, HT_ERROR_USAGE, "option '--%s' takes no argument",
		    table[optopt - LONG_ONLY].name);
		return -EINVAL;
	}
	if (optopt != 0) {
		ht_error_set(error, HT_ERROR_USAGE, "unknown option '-%c'", optopt);
		return -EINVAL;
	}
	for (int i = 0; i < OPTION_COUNT_OF_ALL; i++)
		names[i] = table[i].name;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	const char *nearest = ht_nearest(name, names, OPTION_COUNT_OF_ALL);
	if (nearest != NULL)
		ht_error_set(error, HT_ERROR_USAGE, "unknown option '--%s': did you mean '--%s'?",
		    name, nearest);
	else
		ht_error_set(error, HT_ERROR_USAGE, "unknown option '--%s'", name);
	return -EINVAL;
}

int
ht_options_parse(
    struct ht_options *options, int argc, char **argv, bool stop_at_operand, struct ht_error *error)
{
	struct getopt_tables tables;
	int value;
	make_tables(&tables, stop_at_operand);
	optind = 0; /* glibc: begin anew */
	opterr = 0;
	for (;;) {
		optopt = 0;
		value = getopt_long(argc, argv, tables.letters, tables.options, NULL);
		if (value == -1)
			return optind;
		if (value == '?' || value == ':')
			return bad_option(value, argv[optind - 1], error);
		int status = apply(options, id_of(value), optarg, error);
		if (status != 0)
			return status;
	}
}

bool
ht_options_have_sort(const struct ht_options *options)
{
	return (options->given >> OPTION_SORT & 1u) != 0;
}

const char *
ht_options_foreign(const struct ht_options *options, unsigned bits)
{
	for (int i = 0; i < OPTION_COUNT_OF_ALL; i++)
		if (((options->given >> i) & 1u) && (table[i].commands & bits) == 0)
			return table[i].name;
	return NULL;
}

const struct ht_option *
ht_options_table(size_t *count)
{
	*count = OPTION_COUNT_OF_ALL;
	return table;
}

/* The short name of the metric number INDEX of processes, then of heaps, or NULL. */
static const char *
metric_name(size_t index)
{
	static const enum ht_metric_scope scopes[] = { HT_SCOPE_PROCESS, HT_SCOPE_HEAP };
	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
		size_t count;
		const struct ht_metric *metrics = ht_metric_table(scopes[i], &count);
		if (index < count)
			return metrics[index].short_name;
		index -= count;
	}
	return NULL;
}

/* The name of the field number INDEX that a person types, or NULL. */
static const char *
field_name(size_t index)
{
	struct ht_fields all;
	ht_fields_all(&all);
	if (index >= all.count)
		return index == all.count ? "all" : NULL;
	const struct ht_field *field = &all.fields[index];
	return field->metric != NULL ? field->metric->short_name : ht_field_name(field);
}

const char *
ht_options_value(enum ht_option_values values, size_t index)
{
	static const char *const words[] = { "pid", "user", "name" };
	enum { WORDS = sizeof(words) / sizeof(words[0]) };
	switch (values) {
	case HT_VALUES_FORMATS:
		return index < FORMATS ? formats[index] : NULL;
	case HT_VALUES_DETAILS:
		return index < DETAILS ? details[index].name : NULL;
	case HT_VALUES_SORTS:
		return index < WORDS ? words[index] : metric_name(index - WORDS);
	case HT_VALUES_FIELDS:
		return field_name(index);
	case HT_VALUES_NONE:
	case HT_VALUES_PROCESSES:
	case HT_VALUES_USERS:
	case HT_VALUES_FILE:
		break;
	}
	return NULL;
}

void
ht_options_help(FILE *out, unsigned bits)
{
	for (int i = 0; i < OPTION_COUNT_OF_ALL; i++) {
		char left[64];
		if ((table[i].commands & bits) == 0)
			continue;
		int length = 0;
		if (table[i].letter != 0)
			length = snprintf(left, sizeof(left), "-%c, ", table[i].letter);
		snprintf(left + length, sizeof(left) - (size_t)length, "--%s%s%s", table[i].name,
		    table[i].argument != NULL ? " " : "",
		    table[i].argument != NULL ? table[i].argument : "");
		fprintf(out, "  %-28s  %s\n", left, table[i].help);
	}
}
