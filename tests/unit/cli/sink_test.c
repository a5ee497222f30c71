/* SPDX-License-Identifier: MIT */
#include "config.h"

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

#include "cli/sink.h"

static char home[64];

static int
begin(void **state)
{
	(void)state;
	strcpy(home, "/tmp/heaptop-test.XXXXXX");
	return mkdtemp(home) == NULL || chdir(home) != 0 ? -1 : 0;
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
write_twice(const char *path, bool replaces)
{
	struct ht_sink sink;
	struct ht_error error;
	ht_sink_init(&sink, path, replaces);
	assert_int_equal(ht_sink_write(&sink, "one\n", 4, &error), 0);
	assert_int_equal(ht_sink_write(&sink, "two\n", 4, &error), 0);
	assert_int_equal(ht_sink_close(&sink, &error), 0);
}

static void
assert_reads(int fd, const char *wanted)
{
	char text[64] = "";
	assert_true(fd >= 0);
	assert_int_equal(read(fd, text, sizeof(text) - 1), (int)strlen(wanted));
	assert_string_equal(text, wanted);
	close(fd);
}

static void
a_series_is_one_file_or_the_latest(void **state)
{
	(void)state;
	write_twice("series", false);
	assert_reads(open("series", O_RDONLY), "one\ntwo\n");
	write_twice("latest", true);
	assert_reads(open("latest", O_RDONLY), "two\n");
}

static void
regress_what_is_no_file_is_not_replaced(void **state)
{
	(void)state;
	struct stat status;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	int fd = open("pipe", O_RDWR | O_NONBLOCK);
	write_twice("pipe", true);
	assert_int_equal(lstat("pipe", &status), 0);
	assert_true(S_ISFIFO(status.st_mode));
	assert_reads(fd, "one\ntwo\n");
}

static void
regress_a_link_stays_one(void **state)
{
	(void)state;
	struct stat status;
	write_twice("behind", true);
	assert_int_equal(truncate("behind", 0), 0);
	assert_int_equal(symlink("behind", "link"), 0);
	write_twice("link", true);
	assert_int_equal(lstat("link", &status), 0);
	assert_true(S_ISLNK(status.st_mode));
	assert_reads(open("behind", O_RDONLY), "two\n");
}

static void
a_hyphen_is_standard_output(void **state)
{
	(void)state;
	struct ht_sink sink;
	ht_sink_init(&sink, "-", true);
	assert_null(sink.path);
	assert_false(sink.replaces);
	ht_sink_init(&sink, "./-", true);
	assert_string_equal(sink.path, "./-");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_series_is_one_file_or_the_latest),
		TEST(regress_what_is_no_file_is_not_replaced),
		TEST(regress_a_link_stays_one),
		TEST(a_hyphen_is_standard_output),
	};
	return cmocka_run_group_tests_name("cli/sink", tests, NULL, NULL);
}
