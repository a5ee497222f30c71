/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "views/moment.h"

#define SECOND UINT64_C(1000000000)

static void
an_age_of_less_than_a_second_is_now(void **state)
{
	(void)state;
	char text[HT_MOMENT_TEXT_BYTES];
	ht_moment_format_age(0, text);
	assert_string_equal(text, "just now");
	ht_moment_format_age(SECOND - 1, text);
	assert_string_equal(text, "just now");
	ht_moment_format_age(2 * SECOND + SECOND / 2, text);
	assert_string_equal(text, "2.5s ago");
	ht_moment_format_age(UINT64_MAX, text);
	assert_string_not_equal(text, "just now");
}

static void
another_day_has_its_date(void **state)
{
	(void)state;
	char text[HT_MOMENT_TEXT_BYTES];
	setenv("TZ", "UTC", 1);
	tzset();
	ht_moment_format(10 * SECOND, 20 * SECOND, text);
	assert_string_equal(text, "00:00:10");
	ht_moment_format(10 * SECOND, 100000 * SECOND, text);
	assert_string_equal(text, "Jan  1 00:00");
}

/* 20,000 days after the epoch, ten past midnight. */
static const uint64_t after_midnight_ns = (20000 * UINT64_C(86400) + 10 * 60) * SECOND;

static uint64_t
parsed_seconds(const char *text)
{
	uint64_t time_ns;
	setenv("TZ", "UTC", 1);
	tzset();
	assert_int_equal(ht_moment_parse(text, after_midnight_ns, &time_ns), 0);
	return time_ns / SECOND;
}

static void
a_time_of_day_is_the_last_one_there_was(void **state)
{
	(void)state;
	assert_int_equal(parsed_seconds("00:05"), 20000 * 86400 + 5 * 60);
	assert_int_equal(parsed_seconds("23:50:10"), 19999 * 86400 + 23 * 3600 + 50 * 60 + 10);
	assert_int_equal(parsed_seconds("-5m"), 20000 * 86400 + 5 * 60);
}

static void
a_date_names_the_day(void **state)
{
	(void)state;
	assert_int_equal(parsed_seconds("2024-10-03 23:50"), 19999 * 86400 + 23 * 3600 + 50 * 60);
	assert_int_equal(parsed_seconds("2024-10-04 01:00:02"), 20000 * 86400 + 3602);
	assert_int_equal(parsed_seconds("2024-02-29T12:00:00.25Z"), 19782 * 86400 + 43200);
	assert_int_equal(parsed_seconds("2024-10-04T01:00:02"), 20000 * 86400 + 3602);
}

static void
anything_else_is_no_time(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "x", "25:00", "12", "12:60", "1:2:", "--5m",
		"12:00:00:00", "-", "12:00x", "2024-10-03", "2024-13-03 12:00", "2024-10-03x12:00",
		"2024-02-30 12:00", "2023-02-29 12:00", "12:00Z", "2024-10-0312:00", "+5m" };
	uint64_t time_ns;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(ht_moment_parse(bad[i], 1800000000 * SECOND, &time_ns), -EINVAL);
}

static size_t
found(const struct ht_timeline *timeline, const char *text)
{
	size_t index;
	assert_int_equal(ht_moment_find(timeline, text, &index), 0);
	return index;
}

static void
assert_outside(const struct ht_timeline *timeline, const char *text, size_t nearer)
{
	size_t index;
	assert_int_equal(ht_moment_find(timeline, text, &index), -ERANGE);
	assert_int_equal(index, nearer);
}

static void
a_time_of_a_recording_counts_from_either_end(void **state)
{
	(void)state;
	struct ht_timeline_tick ticks[120];
	const struct ht_timeline timeline = { ticks, 120, SECOND };
	size_t index;
	setenv("TZ", "UTC", 1);
	tzset();
	/* The first minute is before midnight. */
	for (uint64_t i = 0; i < 120; i++)
		ticks[i] = (struct ht_timeline_tick){ (1000 + i) * SECOND,
			(20000 * UINT64_C(86400) - 60 + i) * SECOND + SECOND / 2 };
	assert_int_equal(found(&timeline, "end"), 119);
	assert_int_equal(found(&timeline, "now"), 119);
	assert_int_equal(found(&timeline, "+0"), 0);
	assert_int_equal(found(&timeline, "+10s"), 10);
	assert_int_equal(found(&timeline, "+1m"), 60);
	assert_int_equal(found(&timeline, "-19s"), 100);
	assert_int_equal(found(&timeline, "23:59:30"), 30);
	assert_int_equal(found(&timeline, "00:00:20"), 80);
	assert_int_equal(found(&timeline, "2024-10-04T00:00:20.5Z"), 80);
	assert_int_equal(found(&timeline, "00:00:59"), 119);
	assert_int_equal(ht_moment_find(&timeline, "soon", &index), -EINVAL);
	assert_int_equal(ht_moment_find(&timeline, "+x", &index), -EINVAL);
	/* What isn't in it is told, with the end that is nearer. */
	assert_outside(&timeline, "+1h", 119);
	assert_outside(&timeline, "-1h", 0);
	assert_outside(&timeline, "00:01", 119);
	assert_outside(&timeline, "23:58", 0);
	assert_outside(&timeline, "2024-10-04 00:01", 119);
	assert_outside(&timeline, "2024-10-03 00:00:20", 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_age_of_less_than_a_second_is_now),
		cmocka_unit_test(another_day_has_its_date),
		cmocka_unit_test(a_time_of_day_is_the_last_one_there_was),
		cmocka_unit_test(a_date_names_the_day),
		cmocka_unit_test(anything_else_is_no_time),
		cmocka_unit_test(a_time_of_a_recording_counts_from_either_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
