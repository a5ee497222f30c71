/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/settings_file.h"

static char home[64];
static struct ht_settings settings;
static struct ht_error said;

static int
begin(void **state)
{
	(void)state;
	strcpy(home, "/tmp/heaptop-test.XXXXXX");
	if (mkdtemp(home) == NULL || chdir(home) != 0)
		return -1;
	setenv("XDG_CONFIG_HOME", home, 1);
	umask(022);
	ht_settings_init(&settings);
	return 0;
}

static int
end(void **state)
{
	char command[128];
	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", home);
	return chdir("/") != 0 || system(command) != 0 ? -1 : 0;
}

static void
put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void
assert_holds(const char *path, const char *wanted)
{
	char text[1024];
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(text, wanted);
}

/* The file is there with another delay; it isn't taken, and REASON is said. */
static void
assert_refused(const char *reason)
{
	ht_settings_file_load(&settings, &said);
	assert_non_null(strstr(said.text, reason));
	assert_int_equal(settings.delay_ns, 1000000000);
	assert_int_not_equal(ht_settings_file_save(&settings, &said), 0);
	assert_non_null(strstr(said.text, reason));
}

static void
nothing_there_is_nothing_to_speak_of(void **state)
{
	(void)state;
	ht_settings_file_load(&settings, &said);
	assert_string_equal(said.text, "");
	assert_int_not_equal(access("heaptop", F_OK), 0);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("HOME");
	ht_settings_file_load(&settings, &said);
	assert_string_equal(said.text, "");
	assert_int_equal(ht_settings_file_save(&settings, &said), -ENOENT);
	assert_non_null(strstr(said.text, "neither XDG_CONFIG_HOME nor HOME"));
}

static void
what_is_saved_is_read_again_and_private(void **state)
{
	(void)state;
	struct stat status;
	char deeper[128];
	snprintf(deeper, sizeof(deeper), "%s/a/b", home);
	setenv("XDG_CONFIG_HOME", deeper, 1);
	settings.tree = true;
	umask(0);
	assert_int_equal(ht_settings_file_save(&settings, &said), 0);
	assert_non_null(strstr(said.text, "/a/b/heaptop/config"));
	assert_int_equal(stat("a/b/heaptop/config", &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(stat("a/b/heaptop", &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	settings.tree = false;
	ht_settings_file_load(&settings, &said);
	assert_string_equal(said.text, "");
	assert_true(settings.tree);
}

static void
home_serves_where_the_variable_is_relative(void **state)
{
	(void)state;
	setenv("XDG_CONFIG_HOME", "heaptop", 1);
	setenv("HOME", home, 1);
	mkdir("heaptop", 0700);
	mkdir("heaptop/heaptop", 0700);
	put("heaptop/heaptop/config", "delay = 9\n");
	ht_settings_file_load(&settings, &said);
	assert_int_equal(settings.delay_ns, 1000000000);
	assert_int_equal(ht_settings_file_save(&settings, &said), 0);
	assert_int_equal(access(".config/heaptop/config", F_OK), 0);
}

static void
lines_of_others_stay(void **state)
{
	(void)state;
	mkdir("heaptop", 0700);
	put("heaptop/config", "# mine\nfuture = 1\ndelay = 2s\n");
	ht_settings_file_load(&settings, &said);
	settings.mouse = false;
	assert_int_equal(ht_settings_file_save(&settings, &said), 0);
	assert_holds("heaptop/config", "# mine\nfuture = 1\ndelay = 2s\nmouse = off\n");
}

static void
bad_values_are_named_with_the_file(void **state)
{
	(void)state;
	mkdir("heaptop", 0700);
	put("heaptop/config", "delay = 2s\ntheme = x\ntree = y\n");
	ht_settings_file_load(&settings, &said);
	assert_non_null(strstr(said.text, "/heaptop/config: line 2: theme can't be 'x'"));
	assert_non_null(strstr(said.text, "(and 1 more)"));
	assert_int_equal(settings.delay_ns, 2000000000);
}

static void
what_others_can_write_is_not_trusted(void **state)
{
	(void)state;
	mkdir("heaptop", 0700);
	put("heaptop/config", "delay = 2s\n");
	chmod("heaptop/config", 0622);
	assert_refused("others can write to it");
	chmod("heaptop/config", 0600);
	chmod("heaptop", 01777);
	assert_refused("others can write to it");
	chmod("heaptop", 0700);
	chmod(home, 0770);
	assert_refused("others can write to it");
}

static void
what_is_no_file_is_not_read(void **state)
{
	(void)state;
	mkdir("heaptop", 0700);
	mkfifo("heaptop/config", 0600);
	assert_refused("no regular file");
	unlink("heaptop/config");
	mkdir("heaptop/config", 0700);
	assert_refused("no regular file");
	rmdir("heaptop/config");
	put("heaptop/config", "");
	assert_int_equal(truncate("heaptop/config", 100 << 10), 0);
	assert_refused("too long");
}

static void
a_file_of_another_user_is_not_trusted(void **state)
{
	(void)state;
	mkdir("heaptop", 0700);
	put("heaptop/config", "delay = 2s\n");
	/* Only root can make one. */
	if (chown("heaptop/config", 12345, 12345) == 0)
		assert_refused("belongs to another user");
}

static void
regress_root_leaves_nothing_in_another_users_home(void **state)
{
	(void)state;
	char config[128];
	struct stat status;
	mkdir("theirs", 0755);
	if (chown("theirs", 12345, 12345) != 0)
		return;
	snprintf(config, sizeof(config), "%s/theirs/.config", home);
	setenv("XDG_CONFIG_HOME", config, 1);
	assert_int_not_equal(ht_settings_file_save(&settings, &said), 0);
	assert_non_null(strstr(said.text, "belongs to another user"));
	assert_int_not_equal(stat(config, &status), 0);
}

static void
a_link_stays_a_link(void **state)
{
	(void)state;
	struct stat status;
	mkdir("heaptop", 0700);
	put("elsewhere", "delay = 2s\n");
	assert_int_equal(symlink("../elsewhere", "heaptop/config"), 0);
	ht_settings_file_load(&settings, &said);
	settings.tree = true;
	assert_int_equal(ht_settings_file_save(&settings, &said), 0);
	assert_int_equal(lstat("heaptop/config", &status), 0);
	assert_true(S_ISLNK(status.st_mode));
	assert_holds("elsewhere", "delay = 2s\ntree = on\n");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(nothing_there_is_nothing_to_speak_of),
		TEST(what_is_saved_is_read_again_and_private),
		TEST(home_serves_where_the_variable_is_relative),
		TEST(lines_of_others_stay),
		TEST(bad_values_are_named_with_the_file),
		TEST(what_others_can_write_is_not_trusted),
		TEST(what_is_no_file_is_not_read),
		TEST(a_file_of_another_user_is_not_trusted),
		TEST(regress_root_leaves_nothing_in_another_users_home),
		TEST(a_link_stays_a_link),
	};
#undef TEST
	return cmocka_run_group_tests_name("cli/settings_file", tests, NULL, NULL);
}
