/* SPDX-License-Identifier: MIT */
/* Texts of /proc, with the names that people give their programs to break parsers. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "decode/procfs.h"

#define STAT_TAIL                                                                                  \
	" S 17 4242 4242 0 -1 4194560 1 2 3 4 150 50 7 8 20 0 3 0 98765 1000 200 "                 \
	"18446744073709551615"

static int
decode_stat(const char *text, struct ht_procfs_stat *stat)
{
	return ht_procfs_decode_stat(text, strlen(text), stat);
}

static void
stat_is_read_behind_the_name(void **state)
{
	(void)state;
	struct ht_procfs_stat stat;
	assert_int_equal(decode_stat("4242 (sleep)" STAT_TAIL, &stat), 0);
	assert_string_equal(stat.name, "sleep");
	assert_int_equal(stat.state, 'S');
	assert_int_equal(stat.parent_pid, 17);
	assert_false(stat.kernel_thread);
	assert_int_equal(stat.cpu_ticks, 200);
	assert_int_equal(stat.thread_count, 3);
	assert_int_equal(stat.start_time_ticks, 98765);
}

static void
stat_survives_brackets_and_newlines_in_the_name(void **state)
{
	(void)state;
	static const char *const names[] = { "a) S 1\n(b", ")", "(", "", ") R 1 1 1", "\x1b[31m",
		"x) x) x)" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char text[512] = "4242 (";
		struct ht_procfs_stat stat;
		strcat(strcat(text, names[i]), ")" STAT_TAIL);
		assert_int_equal(decode_stat(text, &stat), 0);
		assert_string_equal(stat.name, names[i]);
		assert_int_equal(stat.state, 'S');
		assert_int_equal(stat.parent_pid, 17);
		assert_int_equal(stat.start_time_ticks, 98765);
	}
}

static void
stat_cuts_a_long_name(void **state)
{
	(void)state;
	struct ht_procfs_stat stat;
	assert_int_equal(
	    decode_stat("7 (kworker/u8:3-events_unbound_and_more)" STAT_TAIL, &stat), 0);
	assert_int_equal(strlen(stat.name), HT_PROCFS_NAME_BYTES - 1);
}

static void
stat_cut_short_is_refused(void **state)
{
	(void)state;
	static const char whole[] = "4242 (sleep) S 17 4242 4242 0 -1 4194560 1 2 3 4 150 50 7 8 "
				    "20 0 3 0 98765";
	for (size_t length = 0; length < sizeof(whole) - 6; length++) {
		struct ht_procfs_stat stat;
		char *exact = malloc(length + 1); /* so that a sanitizer sees one byte too far */
		assert_non_null(exact);
		memcpy(exact, whole, length);
		assert_int_equal(ht_procfs_decode_stat(exact, length, &stat), -EINVAL);
		free(exact);
	}
}

static void
kernel_threads_are_told_by_their_flag(void **state)
{
	(void)state;
	struct ht_procfs_stat stat;
	assert_int_equal(
	    decode_stat("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 30", &stat), 0);
	assert_true(stat.kernel_thread);
}

static void
schedstat_is_read(void **state)
{
	(void)state;
	struct ht_procfs_schedstat runs;
	static const char text[] = "60741 131649 2\n";
	assert_int_equal(ht_procfs_decode_schedstat(text, sizeof(text) - 1, &runs), 0);
	assert_int_equal(runs.run_ns, 60741);
	assert_int_equal(runs.wait_ns, 131649);
	assert_int_equal(runs.count, 2);
	assert_int_equal(ht_procfs_decode_schedstat("1 2", 3, &runs), -EINVAL);
	assert_int_equal(ht_procfs_decode_schedstat("", 0, &runs), -EINVAL);
}

static void
statm_is_read(void **state)
{
	(void)state;
	struct ht_procfs_statm statm;
	static const char text[] = "85185 2915 314 1 0 2895 0\n";
	assert_int_equal(ht_procfs_decode_statm(text, sizeof(text) - 1, &statm), 0);
	assert_int_equal(statm.size, 85185);
	assert_int_equal(statm.resident, 2915);
	assert_int_equal(statm.shared, 314);
	assert_int_equal(statm.text, 1);
	assert_int_equal(statm.data, 2895);
	assert_int_equal(ht_procfs_decode_statm("1 2 3", 5, &statm), -EINVAL);
	assert_int_equal(ht_procfs_decode_statm("", 0, &statm), -EINVAL);
}

static void
status_tells_uids_and_inner_pids(void **state)
{
	(void)state;
	static const char text[] = "Name:\ta\\nUid: 9\nTgid:\t77\nUid:\t1000\t0\t1001\t0\n"
				   "NSpid:\t77\t12\t3\nThreads:\t1\n";
	struct ht_procfs_status status;
	ht_procfs_decode_status(text, sizeof(text) - 1, &status);
	assert_int_equal(status.thread_group, 77);
	assert_int_equal(status.uids[0], 1000);
	assert_int_equal(status.uids[1], 0);
	assert_int_equal(status.uids[2], 1001);
	assert_int_equal(status.innermost_pid, 3);
	ht_procfs_decode_status("", 0, &status);
	assert_int_equal(status.thread_group, -1);
	assert_int_equal(status.uids[0], UINT32_MAX);
	assert_int_equal(status.innermost_pid, -1);
}

static int
decode_kib(const char *text, const char *key, uint64_t *bytes)
{
	return ht_procfs_decode_kib(text, strlen(text), key, bytes);
}

static void
figures_in_kib_are_read_by_their_name(void **state)
{
	(void)state;
	static const char rollup[] = "55d0a0a00000-7ffe6b7fe000 ---p 00000000 00:00 0    [rollup]\n"
				     "Rss:                1324 kB\n"
				     "Pss:                  64 kB\n"
				     "Pss_Dirty:            60 kB\n"
				     "SwapPss:               0 kB";
	uint64_t bytes = 7;
	assert_int_equal(decode_kib(rollup, "Pss:", &bytes), 0);
	assert_int_equal(bytes, 64 * 1024);
	assert_int_equal(decode_kib(rollup, "SwapPss:", &bytes), 0);
	assert_int_equal(bytes, 0);
	assert_int_equal(decode_kib(rollup, "VmSwap:", &bytes), -ENOENT);
	assert_int_equal(decode_kib("Name:\tVmSwap:\nVmSwap:\t 12 kB\n", "VmSwap:", &bytes), 0);
	assert_int_equal(bytes, 12 * 1024);
}

static void
what_is_no_figure_in_kib_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = { "Pss: kB\n", "Pss: 12\n", "Pss: 12 MB\n",
		"Pss: 12 kBs\n", "Pss: x\n", "Pss: 18446744073709551615 kB\n", "Pss: 12 k" };
	uint64_t bytes;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(decode_kib(bad[i], "Pss:", &bytes), -EINVAL);
	assert_int_equal(decode_kib("", "Pss:", &bytes), -ENOENT);
	assert_int_equal(decode_kib("Pss:", "Pss:", &bytes), -ENOENT);
}

/* What becomes of the command line of LENGTH bytes in TEXT: compared with EXPECTED. */
static void
expect_command(const char *text, size_t length, const char *expected)
{
	char command[64];
	memcpy(command, text, length);
	assert_int_equal(ht_procfs_decode_command(command, length), strlen(expected));
	assert_memory_equal(command, expected, strlen(expected));
}

static void
arguments_are_joined_by_blanks(void **state)
{
	(void)state;
	expect_command("sleep\0"
		       "100\0",
	    10, "sleep 100");
	expect_command("sh\0-c\0a\nb\0\0\xff\t\0", 14, "sh -c a b  \xff\t");
	/* A title without an end, and what is blank behind one. */
	expect_command("nginx: master  ", 15, "nginx: master");
	expect_command("cut sh", 6, "cut sh");
	expect_command("\0\0 \n", 4, "");
	expect_command("", 0, "");
}

static void
pressure_and_last_pid_are_read(void **state)
{
	(void)state;
	double share;
	uint64_t pid;
	static const char pressure[] = "some avg10=12.07 avg60=0.00 avg300=0.00 total=1\n"
				       "full avg10=1.00 avg60=0.00 avg300=0.00 total=1\n";
	assert_int_equal(ht_procfs_decode_pressure(pressure, sizeof(pressure) - 1, &share), 0);
	assert_true(share > 12.069 && share < 12.071);
	assert_int_equal(ht_procfs_decode_pressure("full avg10=1.00\n", 16, &share), -EINVAL);
	assert_int_equal(ht_procfs_decode_last_pid("0.20 0.18 0.12 1/80 11206\n", 26, &pid), 0);
	assert_int_equal(pid, 11206);
	assert_int_equal(ht_procfs_decode_last_pid("", 0, &pid), -EINVAL);
	assert_int_equal(ht_procfs_decode_last_pid("11206\n", 6, &pid), -EINVAL);
}

static void
numbers_fill_their_text_and_their_type(void **state)
{
	(void)state;
	uint64_t value;
	assert_int_equal(ht_procfs_decode_number("18446744073709551615", 20, &value), 0);
	assert_true(value == UINT64_MAX);
	assert_int_equal(ht_procfs_decode_number("18446744073709551616", 20, &value), -EINVAL);
	assert_int_equal(ht_procfs_decode_number("max", 3, &value), -EINVAL);
	assert_int_equal(ht_procfs_decode_number("12 ", 3, &value), -EINVAL);
	assert_int_equal(ht_procfs_decode_number("", 0, &value), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stat_is_read_behind_the_name),
		cmocka_unit_test(stat_survives_brackets_and_newlines_in_the_name),
		cmocka_unit_test(stat_cuts_a_long_name),
		cmocka_unit_test(stat_cut_short_is_refused),
		cmocka_unit_test(kernel_threads_are_told_by_their_flag),
		cmocka_unit_test(schedstat_is_read),
		cmocka_unit_test(statm_is_read),
		cmocka_unit_test(status_tells_uids_and_inner_pids),
		cmocka_unit_test(figures_in_kib_are_read_by_their_name),
		cmocka_unit_test(what_is_no_figure_in_kib_is_refused),
		cmocka_unit_test(arguments_are_joined_by_blanks),
		cmocka_unit_test(pressure_and_last_pid_are_read),
		cmocka_unit_test(numbers_fill_their_text_and_their_type),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
