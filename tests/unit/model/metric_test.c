/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/metric.h"

static const enum ht_metric_scope scopes[] = { HT_SCOPE_HOST, HT_SCOPE_PROCESS, HT_SCOPE_HEAP,
	HT_SCOPE_THREAD, HT_SCOPE_CLASS, HT_SCOPE_EVENT, HT_SCOPE_MAP };
enum { SCOPES = sizeof(scopes) / sizeof(scopes[0]) };

static void
tables_are_in_the_order_of_their_enums(void **state)
{
	(void)state;
	for (size_t s = 0; s < SCOPES; s++) {
		size_t count;
		const struct ht_metric *table = ht_metric_table(scopes[s], &count);
		assert_in_range(count, 1, 64);
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(table[i].scope, scopes[s]);
			assert_int_equal(table[i].index, i);
			assert_ptr_equal(ht_metric_find(scopes[s], table[i].short_name), &table[i]);
		}
	}
	assert_null(ht_metric_find(HT_SCOPE_HEAP, "res"));
	assert_null(ht_metric_find(HT_SCOPE_HEAP, ""));
}

static bool
ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);
	return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* Totals end in _total, rates in _per_second: consumers rely on it. */
static void
json_keys_tell_the_kind(void **state)
{
	(void)state;
	for (size_t s = 0; s < SCOPES; s++) {
		size_t count;
		const struct ht_metric *table = ht_metric_table(scopes[s], &count);
		for (size_t i = 0; i < count; i++) {
			bool rate = table[i].kind == HT_KIND_RATE;
			bool counter = table[i].kind == HT_KIND_COUNTER;
			assert_int_equal(ends_with(table[i].json_key, "_per_second"), rate);
			assert_int_equal(counter && !ends_with(table[i].json_key, "_total"), false);
			assert_int_equal(
			    ht_metric_is_real(&table[i]), rate || table[i].unit == HT_UNIT_PERCENT);
		}
	}
}

static void
a_value_is_absent_until_it_is_set(void **state)
{
	(void)state;
	struct ht_heap_values values = { 0 };
	assert_false(HT_HAS(&values, HT_HEAP_LIVE));
	HT_SET_U(&values, HT_HEAP_LIVE, 0);
	assert_true(HT_HAS(&values, HT_HEAP_LIVE));
	assert_false(HT_HAS(&values, HT_HEAP_PEAK));
	HT_UNSET(&values, HT_HEAP_LIVE);
	assert_int_equal(values.present, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_in_the_order_of_their_enums),
		cmocka_unit_test(json_keys_tell_the_kind),
		cmocka_unit_test(a_value_is_absent_until_it_is_set),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
