/* SPDX-License-Identifier: MIT */
/* Costly values of one process, read from a tree like /proc. */
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

#include "sources/costly_reader.h"

enum {
	PID = 5000000, /* more than the kernel gives out: it has no cgroup */
	MANY = 300,
	ALL = HT_COSTLY_COMMAND | HT_COSTLY_SWAP | HT_COSTLY_PROPORTIONAL | HT_COSTLY_LIMIT,
};

struct world {
	char root[64];
	struct ht_proc_dir dir;
	struct ht_costly_reader reader;
	struct ht_process_record record;
};

static void
write_file(const struct world *world, int pid, const char *name, const char *text, size_t length)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%d/%s", world->root, pid, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, length), length);
	close(fd);
}

/* A process of PID in the tree, and what is known of it. */
static struct ht_process_record
add_process(const struct world *world, int pid)
{
	char path[128];
	struct stat file;
	snprintf(path, sizeof(path), "%s/%d", world->root, pid);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(stat(path, &file), 0);
	return (struct ht_process_record){
		.entry = { pid, (uint32_t)file.st_ino },
		.statm_fd = -1,
		.start_time_ticks = 7,
	};
}

static void
write_stat(const struct world *world, unsigned start)
{
	char text[128];
	snprintf(
	    text, sizeof(text), "%d (x) S 1 0 0 0 -1 0 0 0 0 0 3 0 0 0 20 0 1 0 %u\n", PID, start);
	write_file(world, PID, "stat", text, strlen(text));
}

static void
build(struct world *world)
{
	static const char command[] = "sleep\0"
				      "100";
	static const char status[] = "Name:\tsleep\nVmSwap:\t      12 kB\nThreads:\t1\n";
	static const char rollup[] = "1-2 ---p 0 00:00 0 [rollup]\nRss:  9 kB\nPss:    8 kB\n";
	*world = (struct world){ .root = "/tmp/heaptop-costly.XXXXXX" };
	assert_non_null(mkdtemp(world->root));
	assert_int_equal(ht_proc_dir_open(world->root, &world->dir), 0);
	ht_costly_reader_init(&world->reader, &world->dir);
	world->record = add_process(world, PID);
	write_file(world, PID, "cmdline", command, sizeof(command));
	write_file(world, PID, "status", status, strlen(status));
	write_file(world, PID, "smaps_rollup", rollup, strlen(rollup));
}

static void
tear_down(struct world *world)
{
	char command[128];
	ht_costly_reader_release(&world->reader);
	ht_proc_dir_close(&world->dir);
	snprintf(command, sizeof(command), "rm -r %s", world->root);
	assert_int_equal(system(command), 0);
}

static struct ht_costly_reading
read_parts(struct world *world, unsigned parts)
{
	struct ht_costly_reading reading = { .record = &world->record, .parts = parts };
	ht_costly_reader_read(&world->reader, &reading, 1);
	return reading;
}

static void
what_is_asked_for_is_read(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	struct ht_costly_reading reading = read_parts(&world, ALL);
	assert_false(reading.is_gone);
	assert_string_equal(reading.command, "sleep 100");
	assert_int_equal(reading.swap_bytes, 12 * 1024);
	assert_int_equal(reading.proportional_bytes, 8 * 1024);
	assert_true(reading.limit_bytes == UINT64_MAX);
	free(reading.command);
	tear_down(&world);
}

static void
what_is_not_asked_for_is_unknown(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	struct ht_costly_reading reading = read_parts(&world, HT_COSTLY_SWAP);
	assert_null(reading.command);
	assert_int_equal(reading.swap_bytes, 12 * 1024);
	assert_true(reading.proportional_bytes == UINT64_MAX);
	reading = read_parts(&world, HT_COSTLY_PROPORTIONAL);
	assert_true(reading.swap_bytes == UINT64_MAX);
	assert_int_equal(reading.proportional_bytes, 8 * 1024);
	tear_down(&world);
}

static void
a_zombie_has_no_command_and_nothing_swapped(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	write_file(&world, PID, "cmdline", "", 0);
	write_file(&world, PID, "status", "State:\tZ (zombie)\n", 18);
	struct ht_costly_reading reading = read_parts(&world, ALL);
	assert_null(reading.command);
	assert_int_equal(reading.swap_bytes, 0);
	tear_down(&world);
}

/* Of a user in so many groups that the line in question is not reached. */
static void
a_status_cut_short_tells_nothing(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	size_t length = 100000;
	char *text = malloc(length);
	assert_non_null(text);
	memset(text, '1', length);
	memcpy(text, "Groups:", 7);
	write_file(&world, PID, "status", text, length);
	free(text);
	assert_true(read_parts(&world, HT_COSTLY_SWAP).swap_bytes == UINT64_MAX);
	tear_down(&world);
}

static void
files_that_may_not_be_read_tell_nothing(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	world.record = add_process(&world, PID + 1);
	struct ht_costly_reading reading = read_parts(&world, ALL);
	assert_false(reading.is_gone);
	assert_null(reading.command);
	assert_true(reading.swap_bytes == UINT64_MAX);
	assert_true(reading.proportional_bytes == UINT64_MAX);
	tear_down(&world);
}

static void
a_long_command_is_cut(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	char text[10000];
	memset(text, 'a', sizeof(text));
	write_file(&world, PID, "cmdline", text, sizeof(text));
	struct ht_costly_reading reading = read_parts(&world, HT_COSTLY_COMMAND);
	assert_int_equal(strlen(reading.command), 4096);
	free(reading.command);
	tear_down(&world);
}

static void
answers_of_another_process_are_none(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	world.record.entry.inode++;
	write_stat(&world, 8);
	struct ht_costly_reading reading = read_parts(&world, ALL);
	assert_true(reading.is_gone);
	assert_null(reading.command);
	assert_true(reading.swap_bytes == UINT64_MAX);
	assert_true(reading.proportional_bytes == UINT64_MAX);
	/* The kernel may make a directory anew: the same start is the same process. */
	write_stat(&world, 7);
	reading = read_parts(&world, ALL);
	assert_false(reading.is_gone);
	assert_string_equal(reading.command, "sleep 100");
	free(reading.command);
	tear_down(&world);
}

static void
a_kept_descriptor_that_fails_tells_of_an_end(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	write_file(&world, PID, "statm", "1 1 1 1 0 1 0\n", 14);
	world.record.statm_fd = ht_proc_dir_open_file(&world.dir, PID, "statm");
	assert_true(world.record.statm_fd >= 0);
	assert_false(read_parts(&world, HT_COSTLY_SWAP).is_gone);
	close(world.record.statm_fd);
	/* As one of /proc does whose process is gone, a directory can't be read. */
	world.record.statm_fd = open(world.root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct ht_costly_reading reading = read_parts(&world, ALL);
	assert_true(reading.is_gone);
	assert_null(reading.command);
	close(world.record.statm_fd);
	tear_down(&world);
}

static void
many_are_read_each_for_itself(void **state)
{
	(void)state;
	struct world world;
	static struct ht_process_record records[MANY];
	static struct ht_costly_reading readings[MANY];
	build(&world);
	for (int i = 0; i < MANY; i++) {
		char text[16];
		records[i] = add_process(&world, PID + 1 + i);
		snprintf(text, sizeof(text), "number %d", i);
		write_file(&world, PID + 1 + i, "cmdline", text, strlen(text));
		readings[i] = (struct ht_costly_reading){ &records[i], .parts = ALL };
	}
	ht_costly_reader_read(&world.reader, readings, MANY);
	for (int i = 0; i < MANY; i++) {
		char text[16];
		snprintf(text, sizeof(text), "number %d", i);
		assert_string_equal(readings[i].command, text);
		free(readings[i].command);
	}
	tear_down(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_asked_for_is_read),
		cmocka_unit_test(what_is_not_asked_for_is_unknown),
		cmocka_unit_test(a_zombie_has_no_command_and_nothing_swapped),
		cmocka_unit_test(a_status_cut_short_tells_nothing),
		cmocka_unit_test(files_that_may_not_be_read_tell_nothing),
		cmocka_unit_test(a_long_command_is_cut),
		cmocka_unit_test(answers_of_another_process_are_none),
		cmocka_unit_test(a_kept_descriptor_that_fails_tells_of_an_end),
		cmocka_unit_test(many_are_read_each_for_itself),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
