/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "example_frame.h"
#include "export/memstats.h"

/* The example's instrumented process, of which the lists DETAIL were filled. */
static struct ht_text
write_example(uint32_t detail)
{
	struct ht_text text;
	struct ht_frame *frame = example_frame_new();
	struct ht_process *process = &frame->processes[EXAMPLE_WORKERS];
	ht_text_init(&text);
	process->detail = detail;
	if ((detail & HT_DETAIL_SIZE_CLASSES) == 0)
		process->heap->size_class_count = 0;
	assert_int_equal(ht_memstats_write(process, false, &text), 0);
	ht_frame_free(frame);
	return text;
}

static void
sizes_end_with_what_is_larger(void **state)
{
	(void)state;
	struct ht_text text = write_example(HT_DETAIL_SIZE_CLASSES);
	assert_non_null(strstr(text.bytes, "\"BySize\": [{\"Size\": "));
	assert_non_null(strstr(text.bytes, "{\"Size\": 4294967295,"));
	ht_text_release(&text);
}

/* A row of zeroes said that there is no block. */
static void
regress_sizes_that_nobody_recorded_are_null(void **state)
{
	(void)state;
	struct ht_text text = write_example(HT_DETAIL_EVENTS);
	assert_non_null(strstr(text.bytes, "\"BySize\": null"));
	ht_text_release(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_end_with_what_is_larger),
		cmocka_unit_test(regress_sizes_that_nobody_recorded_are_null),
	};
	return cmocka_run_group_tests_name("export/memstats", tests, NULL, NULL);
}
