/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/filter.h"

struct rows {
	struct ht_heap heap;
	struct ht_process redis; /* with a heap of 100 MiB, of which little else is known */
	struct ht_process plain; /* named as long as the kernel lets it, nothing else known */
	struct ht_host_values host;
};

static void
make_rows(struct rows *rows)
{
	*rows = (struct rows){ 0 };
	HT_SET_U(&rows->heap.values, HT_HEAP_LIVE, UINT64_C(100) << 20);
	HT_SET_U(&rows->heap.values, HT_HEAP_FAILED, 0);
	HT_SET_F(&rows->heap.values, HT_HEAP_ALLOC_RATE, 2048.5);
	HT_SET_U(&rows->heap.values, HT_HEAP_LAST_GC_PAUSE, 3000000);
	rows->redis = (struct ht_process){ .key.pid = 42,
		.name = "redis-server",
		.command = "/usr/bin/redis-server *:6379",
		.user = "root",
		.uid = 0,
		.state = 'S',
		.source = HT_SOURCE_SEGMENT,
		.heap = &rows->heap };
	HT_SET_U(&rows->redis.values, HT_PROCESS_RESIDENT, UINT64_C(120) << 20);
	HT_SET_U(&rows->redis.values, HT_PROCESS_LIMIT, UINT64_C(128) << 20);
	HT_SET_F(&rows->redis.values, HT_PROCESS_CPU, 12.5);
	rows->plain =
	    (struct ht_process){ .key.pid = 7, .name = "systemd-journal", .uid = UINT32_MAX };
	HT_SET_U(&rows->host, HT_HOST_MEMORY_AVAILABLE, UINT64_C(1) << 30);
}

static bool
grow(void *context, const struct ht_process *process, const struct ht_metric *metric,
    uint64_t window_ns, double *out)
{
	(void)context;
	(void)process;
	if (strcmp(metric->short_name, "live") != 0)
		return false;
	*out = window_ns == 0 ? 5e6 : (double)window_ns / 1e9;
	return true;
}

static enum ht_truth
evaluate(const char *text, bool redis)
{
	struct rows rows;
	struct ht_filter *filter;
	struct ht_error error = { 0 };
	make_rows(&rows);
	if (ht_filter_parse(text, &filter, &error) != 0)
		fail_msg("%s", error.text);
	struct ht_filter_subject subject = {
		.process = redis ? &rows.redis : &rows.plain, .host = &rows.host, .growth = grow
	};
	enum ht_truth truth = ht_filter_evaluate(filter, &subject);
	ht_filter_free(filter);
	return truth;
}

#define ASSERT_HOLDS(text)   assert_int_equal(evaluate(text, true), HT_TRUE)
#define ASSERT_FAILS(text)   assert_int_equal(evaluate(text, true), HT_FALSE)
#define ASSERT_UNKNOWN(text) assert_int_equal(evaluate(text, false), HT_UNKNOWN)

static void
compares_numbers_not_their_text(void **state)
{
	(void)state;
	ASSERT_HOLDS("live > 99M");
	ASSERT_HOLDS("live = 100M");
	ASSERT_HOLDS("live == 104857600");
	ASSERT_HOLDS("live < 1G");
	ASSERT_FAILS("live != 100MiB");
	ASSERT_HOLDS("live_bytes >= 100mb");
	ASSERT_HOLDS("alloc_rate > 2K/s and alloc_rate < 2048.6");
	ASSERT_HOLDS("9M < live");
	ASSERT_HOLDS("cpu < 13% and cpu > 12");
	ASSERT_HOLDS("failed = 0");
	ASSERT_HOLDS("pid = 42");
	ASSERT_HOLDS("mem_avail <= 1G");
}

static void
compares_metrics_with_each_other(void **state)
{
	(void)state;
	ASSERT_HOLDS("res > live");
	ASSERT_HOLDS("res > 0.9 * limit");
	ASSERT_HOLDS("res>0.9*limit");
	ASSERT_FAILS("res > limit");
}

static void
times_have_units(void **state)
{
	(void)state;
	ASSERT_HOLDS("pause = 3ms");
	ASSERT_HOLDS("pause < 1m");
	ASSERT_HOLDS("pause > 2999us and not pause > 0.1h");
}

static void
words_are_words(void **state)
{
	(void)state;
	ASSERT_HOLDS("user = root");
	ASSERT_HOLDS("user = 0");
	ASSERT_HOLDS("name = redis-server and state = S and source = segment");
	ASSERT_HOLDS("command ~ '*:6379'");
	ASSERT_HOLDS("command ~ :6379");
	ASSERT_HOLDS("name ~ REDIS");
	ASSERT_HOLDS("name !~ postgres");
	ASSERT_FAILS("name = redis");
	ASSERT_HOLDS("name != \"redis\"");
	assert_int_equal(evaluate("name = systemd-journald", false), HT_TRUE);
}

static void
a_word_alone_is_sought_in_name_and_command(void **state)
{
	(void)state;
	ASSERT_HOLDS("redis");
	ASSERT_HOLDS("6379");
	ASSERT_HOLDS("\"bin/redis\"");
	ASSERT_FAILS("postgres");
	assert_int_equal(evaluate("journal", false), HT_TRUE);
	ASSERT_UNKNOWN("postgres");
}

static void
and_binds_closer_than_or(void **state)
{
	(void)state;
	ASSERT_HOLDS("pid = 42 or pid = 1 and pid = 2");
	ASSERT_FAILS("(pid = 42 or pid = 1) and pid = 2");
	ASSERT_HOLDS("! pid = 1 && (pid = 2 || pid = 42)");
	ASSERT_HOLDS("NOT pid = 1 AND (pid = 2 OR pid=42)");
}

static void
unknown_is_never_false(void **state)
{
	(void)state;
	ASSERT_UNKNOWN("live > 1");
	ASSERT_UNKNOWN("not live > 1");
	ASSERT_UNKNOWN("live > 1 or user = root");
	ASSERT_UNKNOWN("user = root");
	ASSERT_UNKNOWN("live != 1 and pid = 7");
	assert_int_equal(evaluate("live > 1 and pid = 8", false), HT_FALSE);
	assert_int_equal(evaluate("live > 1 or pid = 7", false), HT_TRUE);
}

static void
growth_is_asked_for(void **state)
{
	(void)state;
	ASSERT_HOLDS("growth(live) = 5000000");
	ASSERT_HOLDS("growth(live, 10m) = 600");
	assert_int_equal(evaluate("growth(res) < 1M", true), HT_UNKNOWN);
	struct ht_filter *filter;
	struct ht_error error;
	assert_int_equal(
	    ht_filter_parse("growth(live, 2h) < 1M and 1 < growth(res) or growth(live,120min)=0",
		&filter, &error),
	    0);
	struct ht_filter_growth growths[2];
	assert_int_equal(ht_filter_growths(filter, growths, 2), 2);
	assert_string_equal(growths[0].metric->short_name, "live");
	assert_int_equal(growths[0].window_ns, UINT64_C(7200000000000));
	assert_int_equal(growths[1].window_ns, 0);
	ht_filter_free(filter);
}

static void
assert_refused(const char *text, const char *says)
{
	struct ht_filter *filter;
	struct ht_error error = { 0 };
	assert_int_equal(ht_filter_parse(text, &filter, &error), -EINVAL);
	assert_int_equal(error.code, HT_ERROR_USAGE);
	if (strstr(error.text, says) == NULL)
		fail_msg("'%s' doesn't say '%s'", error.text, says);
}

/* It had been said to end too early, of a time with its unit, too. */
static void
regress_what_is_compared_wrongly_is_named(void **state)
{
	(void)state;
	assert_refused("live < 10s", "the expression, at 'live < 10s': a number of bytes or a "
				     "count can't be compared with a time");
	assert_refused("10s > live and res > 1",
	    "at '10s > live': a time can't be compared with a number of bytes");
	assert_refused("pause < 10", "the expression, at 'pause < 10': a time needs its unit: ns");
	assert_refused("pause > 10M", "a time can't be compared with a number of bytes");
	assert_refused("pid = 10%", "a pid can't be compared with a share");
	assert_refused("(1 < 2)", "the expression, at '1 < 2': two numbers");
	assert_refused("live ~ 1", "the expression, at 'live ~ 1': ~ is for");
}

static void
refuses_what_makes_no_sense(void **state)
{
	(void)state;
	assert_refused("", "ends too early");
	assert_refused("live >", "ends too early");
	assert_refused("liev > 1", "did you mean 'live'");
	assert_refused("live", "compared with something");
	assert_refused("live > 100M user = root", "expected 'and', 'or' or the end");
	assert_refused("(live > 1", "expected ')'");
	assert_refused("live ~ 1", "~ is for name");
	assert_refused("name > 1", "words compare with");
	assert_refused("live > 10s", "a time");
	assert_refused("pause > 10", "a time needs its unit");
	assert_refused("pause > 10%", "a time can't be compared with a share");
	assert_refused("1 < 2", "one side must be a metric");
	assert_refused("live > 1.2.3", "no metric and no number");
	assert_refused("live > inf", "no metric and no number");
	assert_refused("live > 0x10", "no metric and no number");
	assert_refused("2M * live > 1", "without a unit");
	assert_refused("2 * pid > 1", "only a metric");
	assert_refused("growth live > 1", "");
	assert_refused("growth(live, 0) > 1", "expected a time");
	assert_refused("name = 'a", "never closed");
	assert_refused("live & 1", "compared with something");
	assert_refused("live > 1 & 2", "expected 'and', 'or'");
	assert_refused("live = name", "");
}

static void
bounds_depth_and_length(void **state)
{
	(void)state;
	char text[5000];
	memset(text, '(', 100);
	text[100] = '\0';
	assert_refused(text, "too many brackets");
	memset(text, '!', 4000);
	text[4000] = '\0';
	assert_refused(text, "too many brackets and negations");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_refused(text, "too long");
	text[0] = '\0';
	for (int i = 0; i < 200; i++)
		strcat(text, i != 0 ? " or pid=1" : "pid=1");
	assert_refused(text, "too many comparisons");
}

static void
knows_what_is_costly(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool costly;
	} cases[] = { { "live > 1", false }, { "name = x", false }, { "user = x", true },
		{ "x", true }, { "live > 1 and 2 < pss", true }, { "res > limit", true } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ht_filter *filter;
		struct ht_error error;
		assert_int_equal(ht_filter_parse(cases[i].text, &filter, &error), 0);
		assert_int_equal(ht_filter_is_costly(filter), cases[i].costly);
		ht_filter_free(filter);
	}
}

static void
shows_its_parts_with_their_figures(void **state)
{
	(void)state;
	struct rows rows;
	struct ht_filter *filter;
	struct ht_error error;
	struct ht_filter_part part;
	make_rows(&rows);
	struct ht_filter_subject subject = { .process = &rows.redis, .growth = grow };
	assert_int_equal(
	    ht_filter_parse(
		"(live < 50M) and growth( live ) >= 1 or swap=0 and state = S", &filter, &error),
	    0);
	static const struct {
		const char *text;
		enum ht_truth truth;
		bool known;
		double value;
	} parts[] = { { "live < 50M", HT_FALSE, true, 104857600 },
		{ "growth( live ) >= 1", HT_TRUE, true, 5e6 }, { "swap=0", HT_UNKNOWN, false, 0 },
		{ "state = S", HT_TRUE, true, 0 } };
	assert_int_equal(ht_filter_part_count(filter), 4);
	for (size_t i = 0; i < 4; i++) {
		ht_filter_part(filter, i, &subject, &part);
		assert_int_equal(part.length, strlen(parts[i].text));
		assert_memory_equal(part.text, parts[i].text, part.length);
		assert_int_equal(part.truth, parts[i].truth);
		assert_int_equal(part.is_known, parts[i].known);
		assert_int_equal((long)part.value, (long)parts[i].value);
	}
	assert_string_equal(part.word, "S");
	ht_filter_free(filter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_numbers_not_their_text),
		cmocka_unit_test(compares_metrics_with_each_other),
		cmocka_unit_test(times_have_units),
		cmocka_unit_test(words_are_words),
		cmocka_unit_test(a_word_alone_is_sought_in_name_and_command),
		cmocka_unit_test(and_binds_closer_than_or),
		cmocka_unit_test(unknown_is_never_false),
		cmocka_unit_test(growth_is_asked_for),
		cmocka_unit_test(regress_what_is_compared_wrongly_is_named),
		cmocka_unit_test(refuses_what_makes_no_sense),
		cmocka_unit_test(bounds_depth_and_length),
		cmocka_unit_test(knows_what_is_costly),
		cmocka_unit_test(shows_its_parts_with_their_figures),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
