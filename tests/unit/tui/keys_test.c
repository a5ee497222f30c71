/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <curses.h>

#include "tui/keyname.h"
#include "tui/keys.h"

static enum ht_command
command(int code)
{
	size_t index;
	return ht_keys_command(code, &index);
}

static void
every_name_in_the_table_is_a_key(void **state)
{
	(void)state;
	size_t count, index;
	const struct ht_key *keys = ht_keys(&count);
	for (size_t i = 0; i < count; i++) {
		const char *name = keys[i].keys;
		while (*name != '\0') {
			int codes[HT_KEYNAME_CODES];
			size_t length = strcspn(name, " ");
			bool is_range = ht_keyname_matches(name, length, name[0], &index);
			size_t known = ht_keyname_codes(name, length, codes);
			assert_true(known > 0 || (is_range && length == 4));
			name += length + strspn(name + length, " ");
		}
		assert_true(keys[i].help[0] != '\0');
	}
}

static void
no_key_stands_in_two_lines(void **state)
{
	(void)state;
	size_t count, index;
	const struct ht_key *keys = ht_keys(&count);
	for (int code = 1; code < KEY_MAX; code++) {
		int lines = 0;
		for (size_t i = 0; i < count; i++) {
			const char *name = keys[i].keys;
			while (*name != '\0') {
				size_t length = strcspn(name, " ");
				lines += ht_keyname_matches(name, length, code, &index);
				name += length + strspn(name + length, " ");
			}
		}
		assert_in_range(lines, 0, 1);
	}
}

static void
keys_lead_to_their_commands(void **state)
{
	(void)state;
	assert_int_equal(command('j'), HT_COMMAND_DOWN);
	assert_int_equal(command(KEY_DOWN), HT_COMMAND_DOWN);
	assert_int_equal(command('G'), HT_COMMAND_LAST);
	assert_int_equal(command('F' - '@'), HT_COMMAND_PAGE_DOWN);
	assert_int_equal(command('\r'), HT_COMMAND_OPEN);
	assert_int_equal(command('\n'), HT_COMMAND_OPEN);
	assert_int_equal(command(KEY_F(6)), HT_COMMAND_SORT_PICK);
	assert_int_equal(command('C' - '@'), HT_COMMAND_QUIT);
	assert_int_equal(command('~'), HT_COMMAND_NONE);
	assert_int_equal(command(0x1b5), HT_COMMAND_NONE);
}

static void
a_digit_tells_which_view(void **state)
{
	(void)state;
	size_t index;
	assert_int_equal(ht_keys_command('1', &index), HT_COMMAND_VIEW);
	assert_int_equal(index, 0);
	assert_int_equal(ht_keys_command('9', &index), HT_COMMAND_VIEW);
	assert_int_equal(index, 8);
	assert_int_equal(ht_keys_command('0', &index), HT_COMMAND_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_in_the_table_is_a_key),
		cmocka_unit_test(no_key_stands_in_two_lines),
		cmocka_unit_test(keys_lead_to_their_commands),
		cmocka_unit_test(a_digit_tells_which_view),
	};
	return cmocka_run_group_tests_name("tui/keys", tests, NULL, NULL);
}
