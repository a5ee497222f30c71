/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/settings.h"

static struct ht_settings settings;
static struct ht_error fault;

static int
begin(void **state)
{
	(void)state;
	ht_settings_init(&settings);
	fault = (struct ht_error){ 0 };
	return 0;
}

static size_t
parse(const char *text)
{
	return ht_settings_parse(&settings, text, strlen(text), &fault);
}

static void
assert_value(enum ht_setting_id id, const char *wanted)
{
	char value[HT_SETTING_TEXT_BYTES];
	ht_setting_get(&settings, id, value);
	assert_string_equal(value, wanted);
}

static void
assert_rewritten(const char *text, const char *wanted)
{
	struct ht_text out;
	ht_text_init(&out);
	ht_settings_rewrite(&settings, text, strlen(text), &out);
	assert_string_equal(ht_text_string(&out), wanted);
	ht_text_release(&out);
}

static void
every_setting_is_as_its_line_says(void **state)
{
	(void)state;
	for (unsigned id = 0; id < HT_SETTINGS; id++)
		assert_value((enum ht_setting_id)id, ht_setting((enum ht_setting_id)id)->initial);
	assert_int_equal(settings.delay_ns, 1000000000);
	assert_int_equal(settings.history_bytes, 16 << 20);
	assert_true(settings.mouse);
}

static void
lines_are_read(void **state)
{
	(void)state;
	assert_int_equal(parse("# mine\n\ndelay = 500ms\r\n\ttheme=safe  \nunits =M\nsort= -res\n"
			       "tree = on\nmouse = no\nhistory_bytes = 0.5g\nsmoothing = 0"),
	    0);
	assert_int_equal(settings.delay_ns, 500000000);
	assert_int_equal(settings.theme, HT_THEME_SAFE);
	assert_int_equal(settings.units, HT_UNITS_M);
	assert_true(settings.sort.reversed);
	assert_value(HT_SETTING_SORT, "-res");
	assert_true(settings.tree);
	assert_false(settings.mouse);
	assert_value(HT_SETTING_HISTORY_BYTES, "512M");
	assert_int_equal(settings.smoothing_ns, 0);
}

static void
what_is_not_known_is_left_alone(void **state)
{
	(void)state;
	struct ht_settings before = settings;
	assert_int_equal(
	    parse("colour = red\n= 3\n===\ndelay\nDelay = 5\n#delay = 5\n[tree]\n"), 0);
	assert_memory_equal(&settings, &before, sizeof(settings));
}

static void
bad_values_change_nothing_and_are_named(void **state)
{
	(void)state;
	assert_int_equal(parse("tree = on\ntheme = pur\033ple\ndelay = 1ms\nsort =\n"), 3);
	assert_non_null(strstr(fault.text, "line 2: theme can't be 'pur?ple': auto full basic"));
	assert_int_equal(settings.theme, HT_THEME_AUTO);
	assert_int_equal(settings.delay_ns, 1000000000);
	assert_true(settings.tree);
	assert_int_equal(parse("delay = 2h"), 1);
	assert_non_null(strstr(fault.text, "line 1: delay can't be '2h': from 100ms to 1h"));
	assert_int_equal(ht_settings_parse(&settings, "tree = on\0", 10, &fault), 1);
}

static void
the_last_of_two_lines_counts(void **state)
{
	(void)state;
	parse("delay = 2\ndelay = 3\n");
	assert_value(HT_SETTING_DELAY, "3s");
}

static void
what_was_not_understood_is_written_back(void **state)
{
	(void)state;
	static const char text[] = "# mine\n\nfuture = yes \ndelay = 2\nnonsense\ndelay = 9\n";
	parse(text);
	settings.theme = HT_THEME_MONO;
	assert_rewritten(text, "# mine\n\nfuture = yes \ndelay = 9s\nnonsense\ntheme = mono\n");
}

static void
nothing_is_written_that_nobody_chose(void **state)
{
	(void)state;
	assert_rewritten("", "");
	ht_setting_set(&settings, HT_SETTING_TREE, "on");
	assert_rewritten("x", "x\ntree = on\n");
}

static void
what_is_written_is_read_the_same(void **state)
{
	(void)state;
	struct ht_settings before;
	struct ht_text out;
	ht_text_init(&out);
	for (unsigned id = 0; id < HT_SETTINGS; id++)
		ht_setting_step(&settings, (enum ht_setting_id)id, true, true);
	before = settings;
	ht_settings_rewrite(&settings, "", 0, &out);
	ht_settings_init(&settings);
	assert_int_equal(parse(ht_text_string(&out)), 0);
	assert_memory_equal(&settings, &before, sizeof(settings));
	ht_text_release(&out);
}

static void
steps_go_through_all_values_and_around(void **state)
{
	(void)state;
	static const char *const themes[] = { "full", "basic", "safe", "mono", "auto" };
	for (size_t i = 0; i < sizeof(themes) / sizeof(themes[0]); i++) {
		ht_setting_step(&settings, HT_SETTING_THEME, true, true);
		assert_value(HT_SETTING_THEME, themes[i]);
	}
	ht_setting_step(&settings, HT_SETTING_THEME, false, false);
	assert_value(HT_SETTING_THEME, "auto");
	ht_setting_step(&settings, HT_SETTING_THEME, false, true);
	assert_value(HT_SETTING_THEME, "mono");
	ht_setting_step(&settings, HT_SETTING_THEME, true, false);
	assert_value(HT_SETTING_THEME, "mono");
	ht_setting_step(&settings, HT_SETTING_TREE, true, true);
	assert_true(settings.tree);
}

static void
a_step_leads_past_a_value_between(void **state)
{
	(void)state;
	settings.delay_ns = 1500000000;
	assert_value(HT_SETTING_DELAY, "1500ms");
	ht_setting_step(&settings, HT_SETTING_DELAY, true, false);
	assert_value(HT_SETTING_DELAY, "2s");
	settings.delay_ns = 1500000000;
	ht_setting_step(&settings, HT_SETTING_DELAY, false, false);
	assert_value(HT_SETTING_DELAY, "1s");
	for (int i = 0; i < 20; i++)
		ht_setting_step(&settings, HT_SETTING_DELAY, false, false);
	assert_value(HT_SETTING_DELAY, "100ms");
	ht_setting_set(&settings, HT_SETTING_SORT, "-failed");
	ht_setting_step(&settings, HT_SETTING_SORT, true, true);
	assert_value(HT_SETTING_SORT, "live");
}

static void
every_setting_has_help_and_steps_that_it_takes(void **state)
{
	(void)state;
	for (unsigned id = 0; id < HT_SETTINGS; id++) {
		char first[HT_SETTING_TEXT_BYTES], value[HT_SETTING_TEXT_BYTES];
		int steps = 0;
		assert_true(ht_setting((enum ht_setting_id)id)->help[0] != '\0');
		ht_setting_get(&settings, (enum ht_setting_id)id, first);
		do {
			ht_setting_step(&settings, (enum ht_setting_id)id, true, true);
			ht_setting_get(&settings, (enum ht_setting_id)id, value);
			assert_true(steps++ < 100);
		} while (strcmp(first, value) != 0);
		assert_true(steps > 1);
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, begin)
	const struct CMUnitTest tests[] = {
		TEST(every_setting_is_as_its_line_says),
		TEST(lines_are_read),
		TEST(what_is_not_known_is_left_alone),
		TEST(bad_values_change_nothing_and_are_named),
		TEST(the_last_of_two_lines_counts),
		TEST(what_was_not_understood_is_written_back),
		TEST(nothing_is_written_that_nobody_chose),
		TEST(what_is_written_is_read_the_same),
		TEST(steps_go_through_all_values_and_around),
		TEST(a_step_leads_past_a_value_between),
		TEST(every_setting_has_help_and_steps_that_it_takes),
	};
#undef TEST
	return cmocka_run_group_tests_name("model/settings", tests, NULL, NULL);
}
