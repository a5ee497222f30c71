/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "example_frame.h"
#include "export/prometheus.h"

static struct ht_text
write_example(const struct ht_fields *fields)
{
	struct ht_text text;
	ht_text_init(&text);
	struct ht_frame *frame = example_frame_new();
	assert_int_equal(ht_prometheus_write(frame, fields, &text), 0);
	ht_frame_free(frame);
	return text;
}

static void
has(const struct ht_text *text, const char *line)
{
	if (strstr(text->bytes, line) == NULL)
		fail_msg("%s\nis not in\n%s", line, text->bytes);
}

static void
families_have_base_units(void **state)
{
	(void)state;
	struct ht_text text = write_example(NULL);
	has(&text, "# TYPE heaptop_host_memory_total_bytes gauge\n"
		   "heaptop_host_memory_total_bytes 1073741824\n");
	has(&text, "\nheaptop_host_pressure_some_avg10_ratio 0.002500\n");
	has(&text, "# TYPE heaptop_heap_allocated_bytes_total counter\n"
		   "heaptop_heap_allocated_bytes_total{pid=\"4242\",name=\"workers\",user=\"www\"} "
		   "18446744073709551000\n");
	has(&text, "\nheaptop_process_threads{pid=\"4242\",name=\"workers\",user=\"www\"} 2\n");
	has(&text, "\nheaptop_heap_allocated_bytes_per_second{pid=\"4242\",name=\"workers\",user="
		   "\"www\"} 1536.500000\n");
	ht_text_release(&text);
}

static void
unknown_and_ended_are_absent(void **state)
{
	(void)state;
	struct ht_text text = write_example(NULL);
	assert_null(strstr(text.bytes, "heaptop_heap_gc"));
	assert_null(strstr(text.bytes, "pid=\"99\""));
	assert_null(strstr(text.bytes, "swap"));
	ht_text_release(&text);
}

static void
hostile_labels_are_harmless(void **state)
{
	(void)state;
	static const struct {
		const char *name, *label;
	} cases[] = {
		{ "a\"b\\c\nd", "name=\"a\\\"b\\\\c\\nd\"" },
		{ "\x1b]0;x\x07\xff\xc2\x9b\x7f", "name=\"?]0;x?\?\?\?\"" },
		{ "} 1\nx{y=\"", "name=\"} 1\\nx{y=\\\"\"" },
		{ "\xe6\xbc\xa2 \xe2\x80\xae", "name=\"\xe6\xbc\xa2 ?\"" },
		{ "", "name=\"\"" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ht_text text;
		ht_text_init(&text);
		struct ht_frame *frame = example_frame_new();
		frame->processes[EXAMPLE_WORKERS].name = cases[i].name;
		assert_int_equal(ht_prometheus_write(frame, NULL, &text), 0);
		has(&text, cases[i].label);
		ht_frame_free(frame);
		ht_text_release(&text);
	}
}

static void
names_say_the_base_unit(void **state)
{
	(void)state;
	char name[HT_PROMETHEUS_NAME_BYTES];
	const struct ht_metric *heap = ht_metric_table(HT_SCOPE_HEAP, NULL);
	ht_prometheus_name(&heap[HT_HEAP_GC_PAUSE], name);
	assert_string_equal(name, "heaptop_heap_gc_pause_seconds_total");
	ht_prometheus_name(&heap[HT_HEAP_LAST_GC_PAUSE], name);
	assert_string_equal(name, "heaptop_heap_last_gc_pause_seconds");
	const struct ht_metric *process = ht_metric_table(HT_SCOPE_PROCESS, NULL);
	ht_prometheus_name(&process[HT_PROCESS_CPU], name);
	assert_string_equal(name, "heaptop_process_cpu_ratio");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(families_have_base_units),
		cmocka_unit_test(unknown_and_ended_are_absent),
		cmocka_unit_test(hostile_labels_are_harmless),
		cmocka_unit_test(names_say_the_base_unit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
