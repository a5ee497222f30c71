/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
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

#include "base/file.h"

static char place[64];

static int
begin(void **state)
{
	(void)state;
	strcpy(place, "/tmp/heaptop-test.XXXXXX");
	return mkdtemp(place) == NULL || chdir(place) != 0 ? -1 : 0;
}

static int
end(void **state)
{
	(void)state;
	unlink("a");
	return chdir("/") != 0 || rmdir(place) != 0 ? -1 : 0;
}

/* What the file "a" holds. */
static void
assert_holds(const char *text)
{
	char bytes[64] = "";
	FILE *file = fopen("a", "r");
	assert_non_null(file);
	assert_int_equal(fread(bytes, 1, sizeof(bytes) - 1, file), strlen(text));
	fclose(file);
	assert_string_equal(bytes, text);
}

static int
write_draft(const char *text, bool over)
{
	struct ht_file_draft draft;
	assert_int_equal(ht_file_draft_begin(&draft, "a"), 0);
	assert_int_equal(ht_file_write(draft.fd, text, strlen(text)), 0);
	return ht_file_draft_end(&draft, "a", over);
}

static void
a_draft_is_seen_when_it_is_whole(void **state)
{
	(void)state;
	struct ht_file_draft draft;
	struct stat status;
	assert_int_equal(ht_file_draft_begin(&draft, "a"), 0);
	assert_int_equal(ht_file_write(draft.fd, "one", 3), 0);
	assert_int_equal(access("a", F_OK), -1);
	assert_int_equal(ht_file_draft_end(&draft, "a", false), 0);
	assert_holds("one");
	assert_int_equal(stat("a", &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(status.st_nlink, 1);
}

static void
what_is_there_is_replaced_where_that_is_said(void **state)
{
	(void)state;
	assert_int_equal(write_draft("one", false), 0);
	assert_int_equal(write_draft("two", false), -EEXIST);
	assert_holds("one");
	assert_int_equal(write_draft("three", true), 0);
	assert_holds("three");
}

static void
nothing_is_left_of_what_is_dropped(void **state)
{
	(void)state;
	struct ht_file_draft draft;
	assert_int_equal(ht_file_draft_begin(&draft, "a"), 0);
	ht_file_draft_drop(&draft);
	assert_int_equal(access(draft.name, F_OK), -1);
	assert_int_equal(access("a", F_OK), -1);
}

static void
mistakes_are_told(void **state)
{
	(void)state;
	struct ht_file_draft draft;
	char path[PATH_MAX];
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(ht_file_draft_begin(&draft, path), -ENAMETOOLONG);
	assert_int_equal(ht_file_draft_begin(&draft, "none/a"), -ENOENT);
	assert_int_equal(ht_file_write(-1, "x", 1), -EBADF);
	assert_int_equal(ht_file_write(-1, "", 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_draft_is_seen_when_it_is_whole, begin, end),
		cmocka_unit_test_setup_teardown(
		    what_is_there_is_replaced_where_that_is_said, begin, end),
		cmocka_unit_test_setup_teardown(nothing_is_left_of_what_is_dropped, begin, end),
		cmocka_unit_test_setup_teardown(mistakes_are_told, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
