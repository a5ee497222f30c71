/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/options.h"
#include "model/frame.h"

enum { WORDS_MOST = 16 };

struct line {
	struct ht_options options;
	struct ht_error error;
	char *words[WORDS_MOST];
	char text[256];
	int count;
};

/* Parses TEXT, words between blanks, as what stands behind the program's name. */
static int
parse(struct line *line, const char *text, bool stop_at_operand)
{
	char *rest = line->text;
	*line = (struct line){ .count = 1 };
	line->words[0] = line->text + sizeof(line->text) - 1; /* "" */
	assert_true(strlen(text) < sizeof(line->text) - 1);
	strcpy(line->text, text);
	while (rest != NULL && *rest != '\0' && line->count < WORDS_MOST - 1)
		line->words[line->count++] = strsep(&rest, " ");
	ht_options_init(&line->options);
	return ht_options_parse(
	    &line->options, line->count, line->words, stop_at_operand, &line->error);
}

static void
nothing_typed_is_the_default(void **state)
{
	(void)state;
	struct line line;
	assert_int_equal(parse(&line, "", false), 1);
	assert_int_equal(line.options.given, 0);
	assert_int_equal(line.options.count, -1);
	assert_int_equal(line.options.detail, -1);
	assert_int_equal(line.options.uid, UINT32_MAX);
	assert_int_equal(line.options.format, HT_FORMAT_TABLE);
	assert_string_equal(line.options.sort.metric->short_name, "live");
	ht_options_release(&line.options);
}

static void
values_are_read(void **state)
{
	(void)state;
	struct line line;
	int first = parse(&line,
	    "-p 1,two -p3 -d 500ms -n 7 --format=ndjson --sort -res --detail threads,events --dead",
	    false);
	assert_int_equal(first, line.count);
	assert_string_equal(ht_text_string(&line.options.targets), "1,two,3");
	assert_int_equal(line.options.delay_ns, 500000000);
	assert_int_equal(line.options.count, 7);
	assert_int_equal(line.options.format, HT_FORMAT_NDJSON);
	assert_true(line.options.sort.reversed);
	assert_int_equal(line.options.detail, HT_DETAIL_THREADS | HT_DETAIL_EVENTS);
	assert_true(line.options.dead);
	assert_false(line.options.ascii);
	ht_options_release(&line.options);
}

static void
options_are_found_behind_operands_or_not(void **state)
{
	(void)state;
	struct line line;
	int first = parse(&line, "command --dead", false);
	assert_string_equal(line.words[first], "command");
	assert_true(line.options.dead);
	ht_options_release(&line.options);
	first = parse(&line, "--dead command --summary", true);
	assert_string_equal(line.words[first], "command");
	assert_false(line.options.summary);
	ht_options_release(&line.options);
	first = parse(&line, "-- --summary", true);
	assert_string_equal(line.words[first], "--summary");
	ht_options_release(&line.options);
}

static void
mistakes_are_named(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{ "--formt json", "unknown option '--formt': did you mean '--format'?" },
		{ "--frobnicate", "unknown option '--frobnicate'" },
		{ "-x", "unknown option '-x'" },
		{ "-bx", "unknown option '-x'" },
		{ "--dead=1", "option '--dead' takes no argument" },
		{ "-n", "option '-n' needs an argument" },
		{ "--format", "option '--format' needs an argument" },
		{ "--format jsn", "unknown format 'jsn': did you mean 'json'?" },
		{ "--detail threads,event", "unknown detail 'event': did you mean 'events'?" },
		{ "--detail ,", "unknown detail ''" },
		{ "--sort +live_", "unknown sort name '+live_': did you mean 'live'?" },
		{ "-n 1.5", "'1.5' is no count: a whole number from 0 to 9223372036854775807" },
		{ "-d 0", "'0' is no delay: a time such as 2, 0.5 or 500ms, at least 1ms" },
		{ "-u 4294967295", "there is no user '4294967295'" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct line line;
		assert_true(parse(&line, cases[i].text, false) < 0);
		assert_int_equal(line.error.code, HT_ERROR_USAGE);
		assert_string_equal(line.error.text, cases[i].message);
		ht_options_release(&line.options);
	}
}

static void
options_of_other_commands_are_told_apart(void **state)
{
	(void)state;
	struct line line;
	assert_true(parse(&line, "--summary -h", false) > 0);
	assert_null(ht_options_foreign(&line.options, HT_FOR_RUN));
	assert_string_equal(ht_options_foreign(&line.options, HT_FOR_SNAPSHOT), "summary");
	ht_options_release(&line.options);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_typed_is_the_default),
		cmocka_unit_test(values_are_read),
		cmocka_unit_test(options_are_found_behind_operands_or_not),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(options_of_other_commands_are_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
