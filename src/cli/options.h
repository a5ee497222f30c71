/* SPDX-License-Identifier: MIT */
/*
 * The command line: every option once, in options.def, which feeds parsing, --help and the check of
 * which command takes it.  Options may stand before and behind the command's name.
 */
#ifndef HT_CLI_OPTIONS_H
#define HT_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "base/text.h"
#include "model/fields.h"
#include "model/sort.h"

/* Who takes an option: bits. */
enum ht_command_bit {
	HT_FOR_SCREEN = 1 << 0,
	HT_FOR_SNAPSHOT = 1 << 1,
	HT_FOR_RUN = 1 << 2,
	HT_FOR_DEMO = 1 << 3,
	HT_FOR_CHECK = 1 << 4,
	HT_FOR_RECORD = 1 << 5,
	HT_FOR_REPLAY = 1 << 6,
};

enum ht_format {
	HT_FORMAT_TABLE,
	HT_FORMAT_JSON,
	HT_FORMAT_NDJSON,
	HT_FORMAT_CSV,
	HT_FORMAT_PROMETHEUS,
	HT_FORMAT_MEMSTATS
};

/* What the argument of an option can be. */
enum ht_option_values {
	HT_VALUES_NONE,      /* nothing that could be listed */
	HT_VALUES_PROCESSES, /* pids and programs' names, between commas */
	HT_VALUES_USERS,
	HT_VALUES_FILE,
	HT_VALUES_FORMATS,
	HT_VALUES_SORTS,
	HT_VALUES_DETAILS, /* between commas */
	HT_VALUES_FIELDS,  /* between commas */
};

/* One line of options.def. */
struct ht_option {
	char letter; /* 0: none */
	const char *name;
	const char *argument; /* NULL: takes none */
	enum ht_option_values values;
	size_t flag; /* where it takes none: offset in struct ht_options of the bool that it sets */
	unsigned commands; /* HT_FOR_... */
	const char *help;
};

/* What was typed.  Released by ht_options_release. */
struct ht_options {
	uint64_t given;         /* a bit for each line of the option table that was used */
	struct ht_text targets; /* -p: pids and names between commas; owned */
	uint32_t uid;           /* -u; UINT32_MAX: any */
	uint64_t delay_ns;      /* -d; 0: not given */
	int64_t count;          /* -n; -1: not given; 0: without end */
	enum ht_format format;
	struct ht_sort sort;
	const char *filter; /* --filter, known to be right; NULL: not given; borrowed from ARGV */
	struct ht_fields fields; /* --fields; empty: not given */
	const char *output;      /* -o; NULL: standard output */
	const char *replay;      /* --replay; NULL: what runs now */
	const char *at;          /* --at; NULL: not given */
	double speed;            /* --speed; 0: not given */
	int64_t detail;          /* HT_DETAIL_... bits; -1: not given */
	bool threads;            /* -H */
	bool dead;
	bool batch;
	bool no_color;
	bool ascii;
	bool summary;
	bool watch;
	bool no_follow;
	bool leak, churn, bloat, imbalance;
	int64_t workers; /* 0: not given */
	int64_t seconds; /* 0: not given */
	uint64_t for_ns; /* --for; 0: not given */
	bool help;
	bool version;
};

void ht_options_init(struct ht_options *options);
void ht_options_release(struct ht_options *options);

/*
 * Reads the options in ARGV[1] and on.  With STOP_AT_OPERAND it ends at the first word that is none;
 * else it looks behind operands too, and moves these to the end of ARGV.  Returns the index
 * of the first operand (ARGC: none), or -EINVAL with ERROR filled.
 */
int ht_options_parse(struct ht_options *options, int argc, char **argv, bool stop_at_operand,
    struct ht_error *error);

/* Whether --sort was given. */
bool ht_options_have_sort(const struct ht_options *options);

/* The name of an option that was given but is not for the commands in BITS, or NULL. */
const char *ht_options_foreign(const struct ht_options *options, unsigned bits);

/* All options, in options.def's order. */
const struct ht_option *ht_options_table(size_t *count);

/* Value number INDEX of those that can be listed, or NULL. */
const char *ht_options_value(enum ht_option_values values, size_t index);

/* Prints a line or two for each option of the commands in BITS. */
void ht_options_help(FILE *out, unsigned bits);

#endif
