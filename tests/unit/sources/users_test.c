/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sources/users.h"

#define SECOND UINT64_C(1000000000)

/* What the system says of users, in place of the C library. */
static unsigned asked;
static const char *name_of_7 = "seven";
static int failure;

int
getpwuid_r(uid_t uid, struct passwd *entry, char *text, size_t size, struct passwd **found)
{
	asked++;
	*found = NULL;
	if (failure != 0)
		return failure;
	if (uid == 7 && size < 4096)
		return ERANGE;
	if (uid % 7 != 0)
		return 0;
	snprintf(text, size, "%s", uid == 7 ? name_of_7 : "other");
	*entry = (struct passwd){ .pw_name = text, .pw_uid = uid };
	*found = entry;
	return 0;
}

static void
names_are_asked_for_once(void **state)
{
	(void)state;
	struct ht_users *users = ht_users_new();
	asked = 0;
	for (int i = 0; i < 3; i++) {
		assert_string_equal(ht_users_name(users, 14, SECOND), "other");
		assert_string_equal(ht_users_name(users, 0, SECOND), "other");
	}
	assert_int_equal(asked, 2);
	ht_users_free(users);
}

static void
a_user_without_a_name_has_a_number(void **state)
{
	(void)state;
	struct ht_users *users = ht_users_new();
	assert_string_equal(ht_users_name(users, 4294967294, SECOND), "4294967294");
	assert_string_equal(ht_users_name(users, 1, SECOND), "1");
	assert_null(ht_users_name(users, UINT32_MAX, SECOND));
	ht_users_free(users);
}

static void
an_entry_of_any_length_is_read(void **state)
{
	(void)state;
	struct ht_users *users = ht_users_new();
	assert_string_equal(ht_users_name(users, 7, SECOND), "seven");
	ht_users_free(users);
}

static void
names_are_asked_for_again_after_a_while(void **state)
{
	(void)state;
	struct ht_users *users = ht_users_new();
	assert_string_equal(ht_users_name(users, 7, SECOND), "seven");
	name_of_7 = "renamed";
	assert_string_equal(ht_users_name(users, 7, 30 * SECOND), "seven");
	failure = EIO;
	assert_string_equal(ht_users_name(users, 7, 70 * SECOND), "seven");
	failure = 0;
	assert_string_equal(ht_users_name(users, 7, 140 * SECOND), "renamed");
	name_of_7 = "seven";
	ht_users_free(users);
}

static void
many_users_keep_their_names_apart(void **state)
{
	(void)state;
	struct ht_users *users = ht_users_new();
	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < 500; i++) {
			uint32_t uid = i * 1201 % 3001;
			char number[16];
			snprintf(number, sizeof(number), "%u", (unsigned)uid);
			assert_string_equal(ht_users_name(users, uid, SECOND), uid == 7 ? "seven"
									       : uid % 7 == 0
										   ? "other"
										   : number);
		}
	}
	ht_users_free(users);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_asked_for_once),
		cmocka_unit_test(a_user_without_a_name_has_a_number),
		cmocka_unit_test(an_entry_of_any_length_is_read),
		cmocka_unit_test(names_are_asked_for_again_after_a_while),
		cmocka_unit_test(many_users_keep_their_names_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
