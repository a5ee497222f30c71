/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "example_frame.h"
#include "export/json.h"
#include "model/metric.h"

/* The example frame in one line, with its last newline; the caller releases TEXT. */
static const char *
example_line(struct ht_text *text)
{
	struct ht_frame *frame = example_frame_new();
	ht_text_init(text);
	assert_int_equal(ht_json_write(frame, false, text), 0);
	ht_frame_free(frame);
	return ht_text_string(text);
}

static void
assert_holds(const char *json, const char *piece)
{
	if (strstr(json, piece) == NULL)
		fail_msg("no '%s' in %s", piece, json);
}

static void
a_sample_is_one_line(void **state)
{
	(void)state;
	struct ht_text text;
	const char *json = example_line(&text);
	assert_ptr_equal(strchr(json, '\n'), json + text.length - 1);
	assert_int_equal(strncmp(json,
			     "{\"schema\": \"heaptop/1\", \"time\": \"2026-11-22T09:00:00.123Z\", "
			     "\"monotonic_ns\": 123456789, \"interval_ns\": 200000000, \"host\": {",
			     100),
	    0);
	ht_text_release(&text);
}

static void
every_metric_has_its_key(void **state)
{
	(void)state;
	struct ht_text text;
	const char *json = example_line(&text);
	for (int scope = HT_SCOPE_HOST; scope <= HT_SCOPE_THREAD; scope++) {
		size_t count;
		const struct ht_metric *table =
		    ht_metric_table((enum ht_metric_scope)scope, &count);
		for (size_t i = 0; i < count; i++) {
			char key[64];
			snprintf(key, sizeof(key), "\"%s\": ", table[i].json_key);
			assert_holds(json, key);
		}
	}
	ht_text_release(&text);
}

static void
figures_are_whole_and_unknown_is_null(void **state)
{
	(void)state;
	struct ht_text text;
	const char *json = example_line(&text);
	assert_holds(json, "\"allocated_bytes_total\": 18446744073709551000,");
	assert_holds(json, "\"allocated_bytes_per_second\": 1536.500,");
	assert_holds(json, "\"failed_requests_total\": null,");
	assert_holds(json, "\"memory_available_bytes\": null,");
	assert_holds(json, "\"dropped\": {\"threads\": 0, \"events\": 7, \"sites\": null,");
	ht_text_release(&text);
}

static void
a_plain_process_has_no_heap_and_a_reason(void **state)
{
	(void)state;
	struct ht_text text;
	const char *json = strstr(example_line(&text), "\"pid\": 7,");
	assert_non_null(json);
	assert_holds(json,
	    "\"heap\": null, \"heap_reason\": \"not instrumented: start it with 'heaptop "
	    "run'\"");
	assert_holds(json, "\"user\": \"1000\"");
	assert_holds(json, "\"name\": \"a) S\\u000a\\u001b]0;x\\u0007\"");
	assert_holds(
	    json, "\"command\": \"/bin/p \\ufffd\\u009b \\u202e\\\"\\\\ \xf0\x9f\x98\x80\"");
	ht_text_release(&text);
}

static void
the_dead_say_so(void **state)
{
	(void)state;
	struct ht_text text;
	const char *json = strstr(example_line(&text), "\"pid\": 99,");
	assert_non_null(json);
	assert_holds(json, "\"state\": \"X\", \"source\": \"segment\"");
	assert_holds(json, "\"heap_reason\": \"the process ended\", \"heap_quality\": \"dead\"");
	ht_text_release(&text);
}

static void
lists_are_there_where_asked_for(void **state)
{
	(void)state;
	struct ht_text text;
	const char *json = example_line(&text);
	assert_holds(json, "\"threads\": [{\"tid\": 4242, \"name\": \"workers\", \"state\": \"S\", "
			   "\"pool\": null, \"task\": null, \"cpu_percent\": null, "
			   "\"allocated_bytes_total\": 0, ");
	assert_holds(json, "\"name\": \"a \\u001b[31mb\"");
	assert_holds(json, "\"exited_threads\": {\"count\": 3, \"allocated_bytes_total\": 30, "
			   "\"allocated_blocks_total\": 3, \"freed_bytes_total\": 20, "
			   "\"freed_blocks_total\": 2}");
	assert_holds(json, "\"live_blocks\": 9, \"live_bytes_estimate\": 135, "
			   "\"allocated_blocks_per_second\": 1.500}, "
			   "{\"size_bytes\": null, \"allocated_blocks_total\": 1, "
			   "\"freed_blocks_total\": 2, \"live_blocks\": null, "
			   "\"live_bytes_estimate\": null, "
			   "\"allocated_blocks_per_second\": null}]");
	assert_holds(json, "\"events\": [{\"time\": \"2026-11-22T09:00:00.000Z\", "
			   "\"monotonic_ns\": 5, \"kind\": \"oom\", \"label\": \"malloc 1048576\", "
			   "\"tid\": 4243, \"duration_ns\": null, \"bytes_before\": null, "
			   "\"bytes_after\": null, \"requested_bytes\": 1048576}]");
	assert_null(strstr(strstr(json, "\"pid\": 7,"), "\"threads\": ["));
	ht_text_release(&text);
}

static void
lists_that_cannot_be_known_are_null(void **state)
{
	(void)state;
	struct ht_frame *frame = example_frame_new();
	frame->processes[EXAMPLE_PLAIN].detail = HT_DETAIL_SIZE_CLASSES | HT_DETAIL_EVENTS;
	struct ht_text text;
	ht_text_init(&text);
	assert_int_equal(ht_json_write(frame, false, &text), 0);
	assert_holds(ht_text_string(&text), "\"size_classes\": null, \"events\": null");
	ht_text_release(&text);
	ht_frame_free(frame);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sample_is_one_line),
		cmocka_unit_test(every_metric_has_its_key),
		cmocka_unit_test(figures_are_whole_and_unknown_is_null),
		cmocka_unit_test(a_plain_process_has_no_heap_and_a_reason),
		cmocka_unit_test(the_dead_say_so),
		cmocka_unit_test(lists_are_there_where_asked_for),
		cmocka_unit_test(lists_that_cannot_be_known_are_null),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
