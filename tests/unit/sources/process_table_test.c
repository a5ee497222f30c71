/* SPDX-License-Identifier: MIT */
/* The table of processes, and the descriptors it may keep. */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sources/process_table.h"

/* A descriptor in RECORD as the procfs source keeps it. */
static void
give_descriptor(struct ht_process_record *record, struct ht_descriptors *descriptors)
{
	record->statm_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_true(record->statm_fd >= 0);
	assert_true(ht_descriptors_keep(descriptors));
}

static void
records_follow_their_process(void **state)
{
	(void)state;
	struct ht_descriptors descriptors = { .budget = 8 };
	struct ht_process_table table;
	const struct ht_process_entry first[] = { { 1, 10 }, { 5, 50 }, { 9, 90 } };
	const struct ht_process_entry second[] = { { 2, 20 }, { 5, 50 }, { 9, 91 } };
	ht_process_table_init(&table);
	assert_int_equal(ht_process_table_update(&table, first, 3, &descriptors), 0);
	for (size_t i = 0; i < 3; i++) {
		table.records[i].is_known = true;
		table.records[i].start_time_ticks = 100 + i;
		give_descriptor(&table.records[i], &descriptors);
	}
	int gone_fd = table.records[0].statm_fd;
	int kept_fd = table.records[1].statm_fd;
	int reused_fd = table.records[2].statm_fd;
	uint64_t changes = table.changes;

	assert_int_equal(ht_process_table_update(&table, second, 3, &descriptors), 0);
	assert_true(table.changes > changes);
	assert_null(ht_process_table_find(&table, 1));
	assert_false(ht_process_table_find(&table, 2)->is_known);
	assert_int_equal(ht_process_table_find(&table, 5)->start_time_ticks, 101);
	assert_int_equal(ht_process_table_find(&table, 5)->statm_fd, kept_fd);
	/* The same pid with another inode is another process. */
	assert_false(ht_process_table_find(&table, 9)->is_known);
	assert_int_equal(descriptors.kept, 1);
	assert_int_equal(fcntl(gone_fd, F_GETFD), -1);
	assert_int_equal(fcntl(reused_fd, F_GETFD), -1);
	ht_process_table_release(&table, &descriptors);
	assert_int_equal(descriptors.kept, 0);
	assert_int_equal(fcntl(kept_fd, F_GETFD), -1);
}

static void
an_empty_listing_empties_the_table(void **state)
{
	(void)state;
	struct ht_descriptors descriptors = { .budget = 8 };
	struct ht_process_table table;
	const struct ht_process_entry entries[] = { { 3, 30 } };
	ht_process_table_init(&table);
	assert_int_equal(ht_process_table_update(&table, entries, 1, &descriptors), 0);
	assert_int_equal(ht_process_table_update(&table, entries, 0, &descriptors), 0);
	assert_int_equal(table.count, 0);
	assert_null(ht_process_table_find(&table, 3));
	ht_process_table_release(&table, &descriptors);
}

static void
the_limit_is_raised_and_put_back(void **state)
{
	(void)state;
	struct rlimit before, now;
	struct ht_descriptors descriptors;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	struct rlimit low = { 64, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	ht_descriptors_init(&descriptors);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &now), 0);
	assert_true(now.rlim_cur == before.rlim_max);
	ht_descriptors_restore_limit(&descriptors);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &now), 0);
	assert_true(now.rlim_cur == 64);
	setrlimit(RLIMIT_NOFILE, &before);
}

/* "FDSize" of /proc/self/status: descriptors that the kernel's table has room for. */
static unsigned long
size_of_kernel_table(void)
{
	char line[256];
	unsigned long size = 0;
	FILE *status = fopen("/proc/self/status", "r");
	assert_non_null(status);
	while (fgets(line, sizeof(line), status) != NULL)
		if (strncmp(line, "FDSize:", 7) == 0)
			size = strtoul(line + 7, NULL, 10);
	fclose(status);
	return size;
}

static void
regress_the_kernel_table_need_not_grow_later(void **state)
{
	(void)state;
	struct ht_descriptors descriptors;
	struct stat proc;
	assert_int_equal(stat("/proc", &proc), 0);
	ht_descriptors_init(&descriptors);
	/* With at least 40 beside one a process it is more than the 64 of every program. */
	unsigned long needed = (unsigned long)proc.st_nlink + 40;
	assert_true(
	    size_of_kernel_table() >= (needed < descriptors.budget ? needed : descriptors.budget));
	assert_int_equal(descriptors.kept, 0);
	ht_descriptors_restore_limit(&descriptors);
}

static void
the_budget_is_never_passed(void **state)
{
	(void)state;
	struct ht_descriptors descriptors = { .budget = 2 };
	assert_true(ht_descriptors_keep(&descriptors));
	assert_true(ht_descriptors_keep(&descriptors));
	assert_false(ht_descriptors_keep(&descriptors));
	ht_descriptors_drop(&descriptors);
	assert_true(ht_descriptors_keep(&descriptors));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_follow_their_process),
		cmocka_unit_test(an_empty_listing_empties_the_table),
		cmocka_unit_test(the_limit_is_raised_and_put_back),
		cmocka_unit_test(regress_the_kernel_table_need_not_grow_later),
		cmocka_unit_test(the_budget_is_never_passed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
