/* SPDX-License-Identifier: MIT */
/* What is kept of processes that are looked at, and when it is read again, from a tree like /proc. */
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
#include <sys/sysinfo.h>
#include <unistd.h>

#include <cmocka.h>

#include "sources/costly.h"

enum { FIRST = 5000000, COUNT = 2 }; /* pids that the kernel doesn't give out: of no cgroup */

struct world {
	char root[64];
	struct ht_proc_dir dir;
	struct ht_costly *costly;
	struct ht_process_record records[COUNT];
	struct ht_process_table table;
	struct ht_arena *arena;
	struct ht_sample samples[COUNT]; /* of the last tick */
	const char *name;                /* of all processes */
	struct ht_request request;
};

/* What the kernel says of swap, in place of its own word. */
static unsigned long swap_used;

int
sysinfo(struct sysinfo *info)
{
	*info = (struct sysinfo){ .totalswap = 1000, .freeswap = 1000 - swap_used };
	return 0;
}

static void
write_file(const struct world *world, int pid, const char *name, const char *text)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%d/%s", world->root, pid, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void
add_process(struct world *world, int index)
{
	char path[128];
	struct stat file;
	snprintf(path, sizeof(path), "%s/%d", world->root, FIRST + index);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(stat(path, &file), 0);
	world->records[index] = (struct ht_process_record){
		.entry = { FIRST + index, (uint32_t)file.st_ino },
		.statm_fd = -1,
		.start_time_ticks = 7,
	};
	write_file(world, FIRST + index, "cmdline", "before");
	write_file(world, FIRST + index, "status", "VmSwap:\t 12 kB\n");
	write_file(world, FIRST + index, "smaps_rollup", "Pss:  8 kB\n");
}

static void
build(struct world *world)
{
	*world = (struct world){ .root = "/tmp/heaptop-costly.XXXXXX", .name = "program" };
	assert_non_null(mkdtemp(world->root));
	assert_int_equal(ht_proc_dir_open(world->root, &world->dir), 0);
	world->costly = ht_costly_new(&world->dir);
	assert_non_null(world->costly);
	for (int i = 0; i < COUNT; i++)
		add_process(world, i);
	world->table = (struct ht_process_table){ .records = world->records, .count = COUNT };
	world->request = (struct ht_request){ .all_costly = true };
	swap_used = 1;
}

static void
tear_down(struct world *world)
{
	char command[128];
	ht_costly_free(world->costly);
	ht_arena_free(world->arena);
	ht_proc_dir_close(&world->dir);
	snprintf(command, sizeof(command), "rm -r %s", world->root);
	assert_int_equal(system(command), 0);
}

/* One tick; world->samples are what came of it. */
static void
tick(struct world *world)
{
	ht_arena_free(world->arena);
	world->arena = ht_arena_new();
	for (int i = 0; i < COUNT; i++) {
		const struct ht_process_record *record = &world->records[i];
		world->samples[i] = (struct ht_sample){
			.key = { record->entry.pid, record->start_time_ticks },
			.name = world->name,
			.uid = 4000000,
		};
		HT_SET_U(&world->samples[i].process, HT_PROCESS_RESIDENT,
		    record->is_kernel_thread ? 0 : 4096);
	}
	struct ht_poll poll = {
		.request = &world->request,
		.arena = world->arena,
		.processes = &world->table,
		.samples = world->samples,
		.sample_count = COUNT,
		.process_samples = COUNT,
	};
	assert_int_equal(ht_costly_fill(world->costly, &poll), 0);
}

static bool
has(const struct ht_sample *sample, enum ht_process_metric metric)
{
	return HT_HAS(&sample->process, metric);
}

static void
all_is_told_of_all(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	tick(&world);
	for (int i = 0; i < COUNT; i++) {
		const struct ht_sample *sample = &world.samples[i];
		assert_string_equal(sample->command, "before");
		assert_string_equal(sample->user, "4000000");
		assert_int_equal(sample->process.value[HT_PROCESS_SWAP].u, 12 * 1024);
		assert_int_equal(sample->process.value[HT_PROCESS_PROPORTIONAL].u, 8 * 1024);
		assert_false(has(sample, HT_PROCESS_LIMIT));
	}
	tear_down(&world);
}

static void
only_who_is_wanted_is_told_of(void **state)
{
	(void)state;
	struct world world;
	const int32_t row = FIRST + 1;
	build(&world);
	world.request = (struct ht_request){ .costly_for = { &row, 1 } };
	tick(&world);
	assert_null(world.samples[0].command);
	assert_null(world.samples[0].user);
	assert_false(has(&world.samples[0], HT_PROCESS_SWAP));
	assert_string_equal(world.samples[1].command, "before");
	/* A row in sight shows no proportional size; who is looked into has one. */
	assert_false(has(&world.samples[1], HT_PROCESS_PROPORTIONAL));
	world.request.detail_for = (struct ht_pid_list){ &row, 1 };
	tick(&world);
	assert_true(has(&world.samples[1], HT_PROCESS_PROPORTIONAL));
	tear_down(&world);
}

static void
a_command_is_kept_until_another_program_runs(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	tick(&world);
	write_file(&world, FIRST, "cmdline", "after");
	tick(&world);
	assert_string_equal(world.samples[0].command, "before");
	world.name = "other";
	tick(&world);
	assert_string_equal(world.samples[0].command, "after");
	tear_down(&world);
}

static void
a_pid_that_comes_back_is_another_process(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	tick(&world);
	write_file(&world, FIRST, "cmdline", "after");
	world.records[0].start_time_ticks = 8;
	tick(&world);
	assert_string_equal(world.samples[0].command, "after");
	tear_down(&world);
}

static void
whoever_names_processes_gets_them_fresh(void **state)
{
	(void)state;
	struct world world;
	const int32_t pids[] = { FIRST, FIRST + 1 };
	build(&world);
	world.request.only = (struct ht_pid_list){ pids, COUNT };
	tick(&world);
	write_file(&world, FIRST, "cmdline", "after");
	write_file(&world, FIRST, "status", "VmSwap:\t 13 kB\n");
	tick(&world);
	assert_string_equal(world.samples[0].command, "after");
	assert_int_equal(world.samples[0].process.value[HT_PROCESS_SWAP].u, 13 * 1024);
	tear_down(&world);
}

static void
without_swap_nobody_has_any(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	swap_used = 0;
	tick(&world);
	assert_true(has(&world.samples[0], HT_PROCESS_SWAP));
	assert_int_equal(world.samples[0].process.value[HT_PROCESS_SWAP].u, 0);
	/* Once some is in use, each is asked as its turn comes. */
	swap_used = 1;
	tick(&world);
	assert_int_equal(world.samples[0].process.value[HT_PROCESS_SWAP].u, 0);
	world.name = "other";
	tick(&world);
	assert_int_equal(world.samples[0].process.value[HT_PROCESS_SWAP].u, 12 * 1024);
	swap_used = 0;
	tick(&world);
	assert_int_equal(world.samples[0].process.value[HT_PROCESS_SWAP].u, 0);
	tear_down(&world);
}

static void
swap_that_may_not_be_read_is_unknown(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	write_file(&world, FIRST, "status", "");
	tick(&world);
	assert_false(has(&world.samples[0], HT_PROCESS_SWAP));
	assert_true(has(&world.samples[1], HT_PROCESS_SWAP));
	tear_down(&world);
}

static void
a_kernel_thread_has_no_command_and_no_swap(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	world.records[1].is_kernel_thread = true;
	tick(&world);
	assert_null(world.samples[1].command);
	assert_string_equal(world.samples[1].user, "4000000");
	assert_true(has(&world.samples[1], HT_PROCESS_SWAP));
	assert_int_equal(world.samples[1].process.value[HT_PROCESS_SWAP].u, 0);
	assert_false(has(&world.samples[1], HT_PROCESS_PROPORTIONAL));
	tear_down(&world);
}

static void
sizes_are_left_out_where_nobody_wants_them(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	world.request.without_sizes = true;
	tick(&world);
	assert_string_equal(world.samples[0].command, "before");
	assert_false(has(&world.samples[0], HT_PROCESS_PROPORTIONAL));
	tear_down(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_told_of_all),
		cmocka_unit_test(only_who_is_wanted_is_told_of),
		cmocka_unit_test(a_command_is_kept_until_another_program_runs),
		cmocka_unit_test(a_pid_that_comes_back_is_another_process),
		cmocka_unit_test(whoever_names_processes_gets_them_fresh),
		cmocka_unit_test(without_swap_nobody_has_any),
		cmocka_unit_test(swap_that_may_not_be_read_is_unknown),
		cmocka_unit_test(a_kernel_thread_has_no_command_and_no_swap),
		cmocka_unit_test(sizes_are_left_out_where_nobody_wants_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
