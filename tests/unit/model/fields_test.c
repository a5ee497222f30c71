/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/fields.h"

static void
reads_words_and_metrics_by_either_name(void **state)
{
	(void)state;
	struct ht_fields fields;
	struct ht_error error;
	assert_int_equal(ht_fields_parse("pid,live,resident_bytes,command", &fields, &error), 0);
	assert_int_equal(fields.count, 4);
	assert_int_equal(fields.fields[0].kind, HT_FIELD_IS_PID);
	assert_string_equal(ht_field_name(&fields.fields[1]), "live_bytes");
	assert_string_equal(ht_field_title(&fields.fields[1]), "HEAP");
	assert_string_equal(fields.fields[2].metric->short_name, "res");
	assert_string_equal(ht_field_title(&fields.fields[3]), "COMMAND");
}

static void
all_is_every_field_once(void **state)
{
	(void)state;
	struct ht_fields fields;
	struct ht_error error;
	assert_int_equal(ht_fields_parse("all", &fields, &error), 0);
	assert_int_equal(fields.count, 7 + HT_PROCESS_METRICS + HT_HEAP_METRICS);
	for (size_t i = 0; i < fields.count; i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(
			    ht_field_name(&fields.fields[i]), ht_field_name(&fields.fields[j]));
}

static void
assert_refused(const char *list, const char *says)
{
	struct ht_fields fields;
	struct ht_error error;
	assert_int_equal(ht_fields_parse(list, &fields, &error), -EINVAL);
	assert_int_equal(error.code, HT_ERROR_USAGE);
	assert_non_null(strstr(error.text, says));
}

static void
names_what_is_wrong(void **state)
{
	(void)state;
	char many[1024] = "pid";
	for (int i = 0; i < HT_FIELDS_MOST; i++)
		strcat(many, ",pid");
	assert_refused("liev", "did you mean 'live'");
	assert_refused("", "unknown field ''");
	assert_refused("pid,", "unknown field ''");
	assert_refused("pid,,live", "unknown field ''");
	assert_refused("mem_total", "unknown field 'mem_total': man heaptop-snapshot");
	assert_refused(many, "more than");
}

static void
an_empty_list_has_all(void **state)
{
	(void)state;
	struct ht_fields fields = { .count = 0 };
	struct ht_error error;
	const struct ht_field user = { .kind = HT_FIELD_IS_USER };
	assert_true(ht_fields_have(&fields, &user));
	assert_int_equal(ht_fields_parse("pid", &fields, &error), 0);
	assert_false(ht_fields_have(&fields, &user));
}

static void
words_of_a_process(void **state)
{
	(void)state;
	struct ht_process process = {
		.key.pid = 0, .name = "x", .uid = 1000, .quality = HT_QUALITY_DEAD
	};
	char own[HT_FIELD_OWN_BYTES];
	assert_null(ht_field_word(&(struct ht_field){ HT_FIELD_IS_PID, NULL }, &process, own));
	assert_null(ht_field_word(&(struct ht_field){ HT_FIELD_IS_COMMAND, NULL }, &process, own));
	assert_string_equal(
	    ht_field_word(&(struct ht_field){ HT_FIELD_IS_USER, NULL }, &process, own), "1000");
	assert_string_equal(
	    ht_field_word(&(struct ht_field){ HT_FIELD_IS_STATE, NULL }, &process, own), "X");
	process.uid = UINT32_MAX;
	assert_null(ht_field_word(&(struct ht_field){ HT_FIELD_IS_USER, NULL }, &process, own));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_words_and_metrics_by_either_name),
		cmocka_unit_test(all_is_every_field_once),
		cmocka_unit_test(names_what_is_wrong),
		cmocka_unit_test(an_empty_list_has_all),
		cmocka_unit_test(words_of_a_process),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
