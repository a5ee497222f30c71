/* SPDX-License-Identifier: MIT */
/* Threads of a process, read from a tree like /proc. */
#include "config.h"

#include <errno.h>
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

#include "model/frame.h"
#include "sources/tasks.h"

enum { PID = 100, OFTEN = 64 };

struct world {
	char root[64];
	struct ht_proc_dir dir;
	struct ht_tasks *tasks;
	struct ht_descriptors descriptors;
	struct ht_arena *arena;
	struct ht_sample sample;
	int32_t named;
	struct ht_request request;
	uint64_t last_pid;
};

static void
write_file(const struct world *world, int tid, const char *name, const char *text)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%d/task/%d/%s", world->root, PID, tid, name);
	/* Not another file: a kept descriptor shall see it. */
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void
write_stat(const struct world *world, int tid, const char *name, char letter, unsigned ticks)
{
	char text[256];
	snprintf(text, sizeof(text), "%d (%s) %c 1 0 0 0 -1 0 0 0 0 0 %u 0 0 0 20 0 1 0 7\n", tid,
	    name, letter, ticks);
	write_file(world, tid, "stat", text);
}

static void
add_thread(const struct world *world, int tid, const char *name)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%d/task/%d", world->root, PID, tid);
	assert_int_equal(mkdir(path, 0700), 0);
	write_stat(world, tid, name, 'S', 3);
	write_file(world, tid, "schedstat", "1000 50 2\n");
}

static void
remove_thread(const struct world *world, int tid)
{
	char path[128];
	snprintf(path, sizeof(path), "rm -r %s/%d/task/%d", world->root, PID, tid);
	assert_int_equal(system(path), 0);
}

static void
build(struct world *world)
{
	char path[128];
	*world = (struct world){ .root = "/tmp/heaptop-tasks.XXXXXX", .named = PID };
	assert_non_null(mkdtemp(world->root));
	snprintf(path, sizeof(path), "%s/%d", world->root, PID);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/%d/task", world->root, PID);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(ht_proc_dir_open(world->root, &world->dir), 0);
	world->tasks = ht_tasks_new(&world->dir);
	assert_non_null(world->tasks);
	world->descriptors.budget = 16;
	world->request = (struct ht_request){
		.detail = HT_DETAIL_THREADS,
		.detail_for = { &world->named, 1 },
	};
	add_thread(world, PID, "first");
	add_thread(world, 105, "worker");
}

static void
tear_down(struct world *world)
{
	char command[128];
	ht_tasks_free(world->tasks);
	ht_arena_free(world->arena);
	ht_proc_dir_close(&world->dir);
	snprintf(command, sizeof(command), "rm -r %s", world->root);
	assert_int_equal(system(command), 0);
}

/* One tick; world->sample is what came of it. */
static void
tick(struct world *world)
{
	ht_arena_free(world->arena);
	world->arena = ht_arena_new();
	world->sample = (struct ht_sample){ .key = { PID, 7 } };
	struct ht_poll poll = {
		.request = &world->request,
		.arena = world->arena,
		.descriptors = &world->descriptors,
		.samples = &world->sample,
		.sample_count = 1,
		.process_samples = 1,
		.last_pid = world->last_pid,
	};
	assert_int_equal(ht_tasks_fill(world->tasks, &poll), 0);
}

static void
threads_are_listed_as_they_come_and_go(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	tick(&world);
	assert_int_equal(world.sample.task_count, 2);
	assert_int_equal(world.sample.tasks[0].tid, PID);
	assert_string_equal(world.sample.tasks[0].name, "first");
	assert_int_equal(world.sample.tasks[1].tid, 105);
	assert_int_equal(world.sample.tasks[1].state, 'S');
	assert_int_equal(world.sample.tasks[1].cpu_time_ns, 1000);
	assert_int_equal(world.sample.process.value[HT_PROCESS_THREAD_COUNT].u, 2);
	assert_int_equal(world.descriptors.kept, 2);
	add_thread(&world, 103, "late");
	remove_thread(&world, 105);
	tick(&world);
	assert_int_equal(world.sample.task_count, 2);
	assert_int_equal(world.sample.tasks[1].tid, 103);
	assert_int_equal(world.descriptors.kept, 2);
	tear_down(&world);
}

static void
one_that_ran_is_read_anew(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	tick(&world);
	write_stat(&world, 105, "renamed", 'R', 9);
	write_file(&world, 105, "schedstat", "5000 50 3\n");
	tick(&world);
	assert_string_equal(world.sample.tasks[1].name, "renamed");
	assert_int_equal(world.sample.tasks[1].state, 'R');
	assert_int_equal(world.sample.tasks[1].cpu_time_ns, 5000);
	tear_down(&world);
}

static void
one_that_stands_still_is_read_in_turn(void **state)
{
	(void)state;
	struct world world;
	unsigned ticks = 0;
	build(&world);
	tick(&world);
	write_stat(&world, 105, "renamed", 'S', 3);
	do
		tick(&world);
	while (strcmp(world.sample.tasks[1].name, "renamed") != 0 && ++ticks < OFTEN);
	assert_true(ticks < OFTEN);
	/* Else it was read each tick. */
	write_stat(&world, 105, "again", 'S', 3);
	tick(&world);
	assert_string_equal(world.sample.tasks[1].name, "renamed");
	tear_down(&world);
}

static void
without_account_of_runs_stat_is_read_each_tick(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	write_file(&world, 105, "schedstat", "0 0 0\n");
	tick(&world);
	for (unsigned ticks = 4; ticks < 8; ticks++) {
		write_stat(&world, 105, "worker", 'D', ticks);
		tick(&world);
		assert_int_equal(world.sample.tasks[1].state, 'D');
		assert_int_equal(world.sample.tasks[1].cpu_time_ns,
		    ticks * (1000000000u / (uint64_t)sysconf(_SC_CLK_TCK)));
	}
	tear_down(&world);
}

static void
without_descriptors_stat_is_read_each_tick(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	world.descriptors.budget = 0;
	tick(&world);
	write_stat(&world, PID, "other", 'R', 3);
	tick(&world);
	assert_string_equal(world.sample.tasks[0].name, "other");
	assert_int_equal(world.descriptors.kept, 0);
	tear_down(&world);
}

static void
no_new_pid_spares_the_listing(void **state)
{
	(void)state;
	struct world world;
	unsigned ticks = 0;
	build(&world);
	world.last_pid = 500;
	tick(&world);
	add_thread(&world, 106, "unseen");
	tick(&world);
	assert_int_equal(world.sample.task_count, 2);
	world.last_pid = 501;
	tick(&world);
	assert_int_equal(world.sample.task_count, 3);
	/* A thread may come with a number of its own choice: clone3(2). */
	add_thread(&world, 107, "chosen");
	do
		tick(&world);
	while (world.sample.task_count != 4 && ++ticks < OFTEN);
	assert_int_equal(world.sample.task_count, 4);
	tear_down(&world);
}

static void
what_is_not_asked_for_is_forgotten(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	tick(&world);
	assert_int_equal(world.descriptors.kept, 2);
	world.request.detail = 0;
	tick(&world);
	assert_null(world.sample.tasks);
	assert_int_equal(world.descriptors.kept, 0);
	tear_down(&world);
}

static void
of_all_processes_nothing_is_kept(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	world.request.detail_for = (struct ht_pid_list){ NULL, 0 };
	tick(&world);
	assert_int_equal(world.sample.task_count, 2);
	assert_int_equal(world.descriptors.kept, 0);
	tear_down(&world);
}

static void
a_process_without_threads_has_gone(void **state)
{
	(void)state;
	struct world world;
	build(&world);
	remove_thread(&world, PID);
	remove_thread(&world, 105);
	tick(&world);
	assert_null(world.sample.tasks);
	assert_false(HT_HAS(&world.sample.process, HT_PROCESS_THREAD_COUNT));
	tear_down(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_are_listed_as_they_come_and_go),
		cmocka_unit_test(one_that_ran_is_read_anew),
		cmocka_unit_test(one_that_stands_still_is_read_in_turn),
		cmocka_unit_test(without_account_of_runs_stat_is_read_each_tick),
		cmocka_unit_test(without_descriptors_stat_is_read_each_tick),
		cmocka_unit_test(no_new_pid_spares_the_listing),
		cmocka_unit_test(what_is_not_asked_for_is_forgotten),
		cmocka_unit_test(of_all_processes_nothing_is_kept),
		cmocka_unit_test(a_process_without_threads_has_gone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
