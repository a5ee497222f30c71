/* SPDX-License-Identifier: MIT */
/*
 * The monitor on plain processes: pids that come back, processes that vanish, a
 * /proc that hides, and too few descriptors.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "monitor.h"

enum {
	REUSES = 50,
	CROWD = 150,
	NOT_PERMITTED = 77, /* exit status of a child that may not make namespaces */
};

static const struct ht_request everything = { .only_uid = UINT32_MAX };

/* A child that sleeps under NAME until its parent ends. */
static pid_t
start_named(const char *name)
{
	int ready[2];
	char byte;
	if (pipe2(ready, O_CLOEXEC) != 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, name);
		if (write(ready[1], "!", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	bool begun = pid > 0 && read(ready[0], &byte, 1) == 1;
	close(ready[0]);
	return begun ? pid : -1;
}

/* Runs BODY in a child in new pid and mount namespaces with /proc mounted by OPTIONS; its result. */
static int
in_namespaces(int (*body)(void), const char *options)
{
	int status;
	pid_t outer = fork();
	if (outer == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNS | CLONE_NEWPID) != 0 ||
		    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
			_exit(NOT_PERMITTED);
		pid_t inner = fork();
		if (inner == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (mount("proc", "/proc", "proc", 0, options) != 0)
				_exit(NOT_PERMITTED);
			_exit(body());
		}
		waitpid(inner, &status, 0);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
	}
	waitpid(outer, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* Leaves with the line that failed: assertions of cmocka do not cross a fork. */
#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "# line %d: %s\n", __LINE__, #condition);                  \
			return 1;                                                                  \
		}                                                                                  \
	} while (0)

/* The next child gets PID, as nobody else forks in this namespace. */
static bool
set_next_pid(int pid)
{
	char text[16];
	int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
	int length = snprintf(text, sizeof(text), "%d", pid - 1);
	bool done = fd >= 0 && write(fd, text, (size_t)length) == length;
	if (fd >= 0)
		close(fd);
	return done;
}

/* One pid, REUSES times another process, each seen at two ticks. */
static int
reuse_pids(void)
{
	enum { PID = 300 };
	struct ht_sampler *sampler = monitor_sampler();
	CHECK(sampler != NULL);
	for (int i = 0; i < REUSES; i++) {
		char name[16];
		struct ht_frame *frame;
		snprintf(name, sizeof(name), "reuse-%d", i);
		CHECK(set_next_pid(PID));
		CHECK(start_named(name) == PID);
		for (int tick = 0; tick < 2; tick++) {
			CHECK(ht_sampler_tick(sampler, &everything, &frame) == 0);
			const struct ht_process *row = ht_frame_find(frame, PID);
			CHECK(row != NULL);
			CHECK(strcmp(row->name, name) == 0);
			/* Nothing may be compared with the process before. */
			CHECK(HT_HAS(&row->values, HT_PROCESS_CPU) == (tick == 1));
			ht_frame_free(frame);
		}
		monitor_kill(PID);
	}
	ht_sampler_free(sampler);
	return 0;
}

static int
reuse_pids_without_descriptors(void)
{
	const struct rlimit few = { 40, 40 };
	CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
	return reuse_pids();
}

static void
a_pid_that_comes_back_is_another_process(void **state)
{
	(void)state;
	int result = in_namespaces(reuse_pids, NULL);
	if (result == NOT_PERMITTED)
		skip();
	assert_int_equal(result, 0);
	assert_int_equal(in_namespaces(reuse_pids_without_descriptors, NULL), 0);
}

/* As nobody, beside a process of root's, in a /proc that hides it. */
static int
look_as_nobody(void)
{
	pid_t other = start_named("hidden");
	CHECK(other > 0);
	CHECK(setgid(65534) == 0 && setuid(65534) == 0);
	struct ht_sampler *sampler = monitor_sampler();
	CHECK(sampler != NULL);
	struct ht_frame *frame = monitor_tick(sampler, other);
	CHECK(frame != NULL);
	CHECK(frame->process_count == 0);
	CHECK(frame->hidden_count == 1);
	ht_frame_free(frame);
	frame = monitor_tick(sampler, 12345);
	CHECK(frame != NULL);
	CHECK(frame->process_count == 0 && frame->hidden_count == 0);
	ht_frame_free(frame);
	CHECK(ht_sampler_tick(sampler, &everything, &frame) == 0);
	CHECK(ht_frame_find(frame, (int32_t)getpid()) != NULL);
	CHECK(ht_frame_find(frame, (int32_t)other) == NULL);
	ht_frame_free(frame);
	ht_sampler_free(sampler);
	return 0;
}

static void
what_proc_hides_is_counted_not_shown(void **state)
{
	(void)state;
	int result = in_namespaces(look_as_nobody, "hidepid=1");
	if (result == NOT_PERMITTED)
		skip();
	assert_int_equal(result, 0);
	assert_int_equal(in_namespaces(look_as_nobody, "hidepid=2"), 0);
}

static void
a_vanished_process_is_gone_from_the_next_frame(void **state)
{
	(void)state;
	struct ht_sampler *sampler = monitor_sampler();
	struct ht_frame *frame;
	pid_t pid = start_named("short-lived");
	assert_true(pid > 0);
	assert_int_equal(ht_sampler_tick(sampler, &everything, &frame), 0);
	assert_non_null(ht_frame_find(frame, (int32_t)pid));
	ht_frame_free(frame);
	monitor_kill(pid);
	assert_int_equal(ht_sampler_tick(sampler, &everything, &frame), 0);
	assert_null(ht_frame_find(frame, (int32_t)pid));
	ht_frame_free(frame);
	ht_sampler_free(sampler);
}

/* Processes and threads come and go between ticks, in all orders: each frame has who is there then. */
static void
who_comes_and_goes_is_told_by_each_frame(void **state)
{
	(void)state;
	enum { MOST = 4, TICKS = 24 };
	struct ht_sampler *sampler = monitor_sampler();
	pid_t present[MOST] = { 0 };
	for (unsigned tick = 0; tick < TICKS; tick++) {
		pid_t *pid = &present[tick * 7 / 3 % MOST];
		pid_t gone = *pid;
		struct ht_frame *frame;
		if (gone != 0)
			monitor_kill(gone);
		*pid = tick % 3 != 2 ? start_named("comes-and-goes") : 0;
		assert_true(*pid >= 0);
		assert_int_equal(ht_sampler_tick(sampler, &everything, &frame), 0);
		for (size_t i = 0; i < MOST; i++)
			assert_true(
			    present[i] == 0 || ht_frame_find(frame, (int32_t)present[i]) != NULL);
		assert_true(gone == 0 || ht_frame_find(frame, (int32_t)gone) == NULL);
		for (size_t i = 1; i < frame->process_count; i++)
			assert_true(frame->processes[i - 1].key.pid < frame->processes[i].key.pid);
		ht_frame_free(frame);
	}
	for (size_t i = 0; i < MOST; i++)
		if (present[i] != 0)
			monitor_kill(present[i]);
	ht_sampler_free(sampler);
}

/* Tells its number, and stays until it is waited for. */
struct thread {
	pthread_barrier_t *end; /* borrowed */
	pid_t tid;
};

static void *
stay(void *context)
{
	struct thread *thread = context;
	thread->tid = gettid();
	pthread_barrier_wait(thread->end);
	pthread_barrier_wait(thread->end);
	return NULL;
}

static void
a_new_thread_is_no_new_process(void **state)
{
	(void)state;
	struct ht_sampler *sampler = monitor_sampler();
	struct ht_frame *frame;
	pthread_t handle;
	pthread_barrier_t end;
	struct thread thread = { &end, 0 };
	assert_int_equal(pthread_barrier_init(&end, NULL, 2), 0);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(ht_sampler_tick(sampler, &everything, &frame), 0);
		ht_frame_free(frame);
		assert_int_equal(pthread_create(&handle, NULL, stay, &thread), 0);
		pthread_barrier_wait(&end);
		assert_int_equal(ht_sampler_tick(sampler, &everything, &frame), 0);
		assert_null(ht_frame_find(frame, (int32_t)thread.tid));
		ht_frame_free(frame);
		pthread_barrier_wait(&end);
		pthread_join(handle, NULL);
	}
	pthread_barrier_destroy(&end);
	ht_sampler_free(sampler);
}

static void
a_hostile_name_is_read_whole(void **state)
{
	(void)state;
	struct ht_sampler *sampler = monitor_sampler();
	pid_t pid = start_named("a) S 1\n(b");
	assert_true(pid > 0);
	struct ht_frame *frame = monitor_tick(sampler, pid);
	assert_non_null(frame);
	const struct ht_process *row = ht_frame_find(frame, (int32_t)pid);
	assert_non_null(row);
	assert_string_equal(row->name, "a) S 1\n(b");
	assert_int_equal(row->parent_pid, getpid());
	assert_int_equal(row->thread_count, 1);
	assert_string_equal(row->threads[0].name, "a) S 1\n(b");
	assert_null(row->heap);
	assert_non_null(row->quality_reason);
	ht_frame_free(frame);
	monitor_kill(pid);
	ht_sampler_free(sampler);
}

/* A crowd larger than what may be kept open, under so many descriptors. */
static int
look_with_few_descriptors(void)
{
	const struct rlimit few = { 64, 64 };
	pid_t crowd[CROWD];
	for (size_t i = 0; i < CROWD; i++)
		crowd[i] = start_named("crowd");
	CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
	struct ht_sampler *sampler = monitor_sampler();
	CHECK(sampler != NULL);
	for (int tick = 0; tick < 3; tick++) {
		struct ht_request request = { .only_uid = UINT32_MAX, .all_costly = tick == 2 };
		struct ht_frame *frame;
		CHECK(ht_sampler_tick(sampler, &request, &frame) == 0);
		for (size_t i = 0; i < CROWD; i++) {
			const struct ht_process *row = ht_frame_find(frame, (int32_t)crowd[i]);
			CHECK(row != NULL);
			CHECK(HT_HAS(&row->values, HT_PROCESS_RESIDENT));
			CHECK(HT_HAS(&row->values, HT_PROCESS_CPU) == (tick > 0));
			CHECK(tick < 2 || row->user != NULL);
		}
		ht_frame_free(frame);
	}
	ht_sampler_free(sampler);
	return 0;
}

static void
few_descriptors_make_it_slow_not_wrong(void **state)
{
	(void)state;
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		int result = look_with_few_descriptors();
		/* Its crowd ends with it. */
		_exit(result);
	}
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
a_thread_is_no_process(void **state)
{
	(void)state;
	struct ht_sampler *sampler = monitor_sampler();
	pid_t pid = monitor_start_target(1);
	if (pid == 0) {
		ht_sampler_free(sampler);
		skip(); /* no preload was built */
	}
	struct ht_frame *frame = monitor_tick(sampler, pid);
	assert_non_null(frame);
	const struct ht_process *row = ht_frame_find(frame, (int32_t)pid);
	assert_non_null(row);
	assert_int_equal(row->thread_count, 2);
	pid_t tid = row->threads[1].tid;
	ht_frame_free(frame);
	frame = monitor_tick(sampler, tid);
	assert_non_null(frame);
	assert_int_equal(frame->process_count, 0);
	ht_frame_free(frame);
	monitor_kill(pid);
	ht_sampler_free(sampler);
}

/* Uses up its share of processor time, and stays. */
static void *
burn(void *context)
{
	struct timespec used = { 0 };
	while (used.tv_sec == 0 && used.tv_nsec < 200 * 1000 * 1000)
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	pthread_barrier_wait(context);
	pause();
	return NULL;
}

/* A child whose second thread burns, told of by a byte, once a byte comes from us. */
static pid_t
start_burner(int go, int burnt)
{
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pthread_t thread;
	pthread_barrier_t done;
	char byte;
	pthread_barrier_init(&done, NULL, 2);
	if (write(burnt, "!", 1) != 1 || read(go, &byte, 1) != 1 ||
	    pthread_create(&thread, NULL, burn, &done) != 0)
		_exit(1);
	pthread_barrier_wait(&done);
	if (write(burnt, "!", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static void
regress_the_first_thread_has_its_own_processor_time(void **state)
{
	(void)state;
	int go[2], burnt[2];
	char byte;
	assert_int_equal(pipe2(go, O_CLOEXEC), 0);
	assert_int_equal(pipe2(burnt, O_CLOEXEC), 0);
	struct ht_sampler *sampler = monitor_sampler();
	pid_t pid = start_burner(go[0], burnt[1]);
	assert_true(pid > 0);
	assert_int_equal(read(burnt[0], &byte, 1), 1);
	ht_frame_free(monitor_tick(sampler, pid));
	assert_int_equal(write(go[1], "!", 1), 1);
	assert_int_equal(read(burnt[0], &byte, 1), 1);
	struct ht_frame *frame = monitor_tick(sampler, pid);
	const struct ht_process *row = ht_frame_find(frame, (int32_t)pid);
	assert_non_null(row);
	assert_int_equal(row->thread_count, 2);
	const struct ht_thread_values *first = &row->threads[0].values;
	assert_true(HT_HAS(first, HT_THREAD_CPU) && HT_HAS(&row->values, HT_PROCESS_CPU));
	assert_true(first->value[HT_THREAD_CPU].f * 2 < row->values.value[HT_PROCESS_CPU].f);
	ht_frame_free(frame);
	monitor_kill(pid);
	ht_sampler_free(sampler);
}

static void
regress_a_zombie_keeps_its_name(void **state)
{
	(void)state;
	struct ht_sampler *sampler = monitor_sampler();
	pid_t pid = start_named("late");
	assert_true(pid > 0);
	siginfo_t ended;
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT), 0);
	struct ht_frame *frame = monitor_tick(sampler, pid);
	assert_non_null(frame);
	const struct ht_process *row = ht_frame_find(frame, (int32_t)pid);
	assert_non_null(row);
	assert_int_equal(row->state, 'Z');
	assert_string_equal(row->name, "late");
	assert_true(row->command == NULL || strcmp(row->command, "-") != 0);
	ht_frame_free(frame);
	waitpid(pid, NULL, 0);
	ht_sampler_free(sampler);
}

enum { SLEEPERS = 300 };

/* Children that sleep until a byte comes, then change their name and sleep on; told of by a byte. */
static void
start_sleepers(pid_t *pids, const int go[2], int renamed)
{
	char byte;
	for (size_t i = 0; i < SLEEPERS; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] != 0)
			continue;
		if (read(go[0], &byte, 1) != 1 || prctl(PR_SET_NAME, "renamed") != 0 ||
		    write(renamed, "!", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
}

/* How many of the sleepers FRAME has, with their figures; *RENAMED: how many under the new name. */
static size_t
count_sleepers(const struct ht_frame *frame, const pid_t *pids, size_t *renamed)
{
	size_t count = 0;
	*renamed = 0;
	for (size_t i = 0; i < SLEEPERS; i++) {
		unsigned long long start_time_ticks;
		char state;
		const struct ht_process *row = ht_frame_find(frame, (int32_t)pids[i]);
		if (row == NULL || !monitor_read_stat(pids[i], &start_time_ticks, &state))
			continue;
		count += row->key.start_time_ticks == start_time_ticks && row->uid == geteuid() &&
			 row->values.value[HT_PROCESS_RESIDENT].u != 0;
		*renamed += strcmp(row->name, "renamed") == 0;
	}
	return count;
}

static void
a_crowd_is_read_whole_and_who_ran_at_once(void **state)
{
	(void)state;
	static pid_t pids[SLEEPERS];
	int go[2], told[2];
	char byte;
	size_t renamed;
	struct ht_request request = { .only_uid = UINT32_MAX };
	struct ht_frame *frame;
	assert_int_equal(pipe2(go, O_CLOEXEC), 0);
	assert_int_equal(pipe2(told, O_CLOEXEC), 0);
	struct ht_sampler *sampler = monitor_sampler();
	start_sleepers(pids, go, told[1]);
	assert_int_equal(ht_sampler_tick(sampler, &request, &frame), 0);
	assert_int_equal(count_sleepers(frame, pids, &renamed), SLEEPERS);
	assert_int_equal(renamed, 0);
	ht_frame_free(frame);
	assert_int_equal(write(go[1], "!", 1), 1);
	assert_int_equal(read(told[0], &byte, 1), 1);
	/* Within the ticks in which each process is looked at in turn only one who ran is sure to be seen. */
	assert_int_equal(ht_sampler_tick(sampler, &request, &frame), 0);
	assert_int_equal(count_sleepers(frame, pids, &renamed), SLEEPERS);
	assert_int_equal(renamed, 1);
	ht_frame_free(frame);
	for (size_t i = 0; i < SLEEPERS; i++)
		monitor_kill(pids[i]);
	ht_sampler_free(sampler);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pid_that_comes_back_is_another_process),
		cmocka_unit_test(what_proc_hides_is_counted_not_shown),
		cmocka_unit_test(a_vanished_process_is_gone_from_the_next_frame),
		cmocka_unit_test(who_comes_and_goes_is_told_by_each_frame),
		cmocka_unit_test(a_new_thread_is_no_new_process),
		cmocka_unit_test(a_hostile_name_is_read_whole),
		cmocka_unit_test(few_descriptors_make_it_slow_not_wrong),
		cmocka_unit_test(a_thread_is_no_process),
		cmocka_unit_test(regress_the_first_thread_has_its_own_processor_time),
		cmocka_unit_test(regress_a_zombie_keeps_its_name),
		cmocka_unit_test(a_crowd_is_read_whole_and_who_ran_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
