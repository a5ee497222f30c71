/* SPDX-License-Identifier: MIT */
/* Checks of the counts over fork, vfork and exec. */
#include "config.h"

#include "counts_check.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

static struct ht_segment_picture before, after;
static struct ht_tally tally = { .random = 23 };

/* In a child: what it inherited is what INHERITED had alive, and its own work is counted from 0. */
static void
require_child_counts(const struct ht_totals *inherited)
{
	struct ht_totals nothing = { 0 };

	alarm(HT_CHILD_SECONDS);
	tally.done = nothing;
	ht_tally_churn(&tally, 3000);
	ht_counts_attach(&tally.done);
	ht_segment_read(&after);
	HT_REQUIRE(after.header.pid == (uint32_t)getpid());
	HT_REQUIRE(after.header.exec_generation == 0);
	HT_REQUIRE(after.globals.inherited_live_bytes ==
		   inherited->allocated_bytes - inherited->freed_bytes);
	HT_REQUIRE(after.globals.inherited_live_blocks ==
		   inherited->allocated_blocks - inherited->freed_blocks);
	ht_totals_require(&nothing, &after.totals, &tally.done);
}

void
ht_counts_fork(void)
{
	struct heaptop_event event;

	ht_tally_churn(&tally, 3000);
	ht_segment_read(&before);
	int pid = fork();
	HT_REQUIRE(pid >= 0);
	if (pid == 0) {
		require_child_counts(&before.totals);
		_exit(0);
	}
	HT_REQUIRE(ht_child_wait(pid) == 0);
	ht_segment_read(&after);
	ht_totals_require(&before.totals, &after.totals, &(struct ht_totals){ 0 });
	HT_REQUIRE(ht_segment_event(HEAPTOP_EVENT_FORK, "pid ", &event));
	HT_REQUIRE(atoi(event.label + 4) == pid);
	ht_tally_free_all(&tally);
}

/* The second generation's live heap is what the first inherited and made. */
void
ht_counts_fork_chain(void)
{
	ht_tally_churn(&tally, 3000);
	ht_segment_read(&before);
	int pid = fork();
	HT_REQUIRE(pid >= 0);
	if (pid != 0) {
		HT_REQUIRE(ht_child_wait(pid) == 0);
		return;
	}
	require_child_counts(&before.totals);
	struct ht_totals all = before.totals;
	ht_totals_add(&all, &tally.done);
	pid = fork();
	HT_REQUIRE(pid >= 0);
	if (pid == 0) {
		require_child_counts(&all);
		_exit(0);
	}
	_exit(ht_child_wait(pid));
}

static atomic_bool storm_is_over;
static pthread_barrier_t barrier;
static struct ht_tally tallies[4];

static void *
churn(void *argument)
{
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	while (!atomic_load(&storm_is_over))
		ht_tally_churn(argument, 100);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return NULL;
}

static void
fork_many_times(int count)
{
	for (int i = 0; i < count; i++) {
		int pid = fork();
		HT_REQUIRE(pid >= 0);
		if (pid == 0) {
			alarm(HT_CHILD_SECONDS);
			for (int k = 0; k < 600; k++)
				free(malloc(1000));
			_exit(0);
		}
		HT_REQUIRE(ht_child_wait(pid) == 0);
	}
}

/* The children allocate past the point where they publish: never into the parent's segment. */
void
ht_counts_fork_storm(void)
{
	pthread_t threads[4];
	struct ht_totals done = { 0 };

	HT_REQUIRE(pthread_barrier_init(&barrier, NULL, 5) == 0);
	for (unsigned i = 0; i < 4; i++) {
		tallies[i].random = i + 7;
		HT_REQUIRE(pthread_create(&threads[i], NULL, churn, &tallies[i]) == 0);
	}
	pthread_barrier_wait(&barrier);
	ht_segment_read(&before);
	pthread_barrier_wait(&barrier);
	fork_many_times(100);
	atomic_store(&storm_is_over, true);
	pthread_barrier_wait(&barrier);
	ht_segment_read(&after);
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 4; i++) {
		HT_REQUIRE(pthread_join(threads[i], NULL) == 0);
		ht_totals_add(&done, &tallies[i].done);
	}
	ht_totals_require(&before.totals, &after.totals, &done);
}

/* In ways of which fork's handlers don't hear. */
static int
fork_untold(int way)
{
	switch (way) {
	case 0:
		return _Fork();
	case 1:
		return (int)syscall(SYS_fork);
	default:
		return (int)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
	}
}

void
ht_counts_untold_fork(void)
{
	ht_tally_churn(&tally, 3000);
	for (int way = 0; way < 3; way++) {
		struct ht_totals nothing = { 0 };
		ht_segment_read(&before);
		int pid = fork_untold(way);
		HT_REQUIRE(pid >= 0);
		if (pid == 0) {
			alarm(HT_CHILD_SECONDS);
			tally.done = nothing;
			ht_tally_churn(&tally, 3000);
			ht_counts_attach(&tally.done);
			ht_segment_read(&after);
			HT_REQUIRE((after.header.flags & HEAPTOP_FLAG_INHERITED_UNKNOWN) != 0);
			ht_totals_require(&nothing, &after.totals, &tally.done);
			_exit(0);
		}
		HT_REQUIRE(ht_child_wait(pid) == 0);
		ht_segment_read(&after);
		HT_REQUIRE(after.header.state == HEAPTOP_STATE_LIVE);
		ht_totals_require(&before.totals, &after.totals, &nothing);
	}
}

static int
run_on_own_stack(void *failing)
{
	char true_name[] = "/bin/true";
	char *arguments[] = { true_name, NULL };

	if (failing != NULL)
		execv("/nonexistent/program", arguments);
	else
		execv(true_name, arguments);
	_exit(failing != NULL ? 0 : 1);
}

/* As posix_spawn and language runtimes do. */
void
ht_counts_raw_vfork(void)
{
	static _Alignas(16) char stack[64 << 10];
	struct ht_totals done = { 0 };

	ht_segment_read(&before);
	for (int i = 0; i < 20; i++) {
		int pid = clone(run_on_own_stack, stack + sizeof(stack),
		    CLONE_VM | CLONE_VFORK | SIGCHLD, i % 2 == 0 ? NULL : stack);
		HT_REQUIRE(pid > 0);
		HT_REQUIRE(ht_child_wait(pid) == 0);
		ht_tally_free(&done, ht_tally_malloc(&done, 500));
	}
	ht_segment_read(&after);
	HT_REQUIRE(after.header.state == HEAPTOP_STATE_LIVE);
	ht_totals_require(&before.totals, &after.totals, &done);
}

/* Not allowed by the C library, yet programs do it: the child allocates in its parent's memory. */
static void
vfork_and_allocate(struct ht_totals *done)
{
	int pid = vfork();

	if (pid == 0) {
		ht_tally_free(done, ht_tally_malloc(done, 333));
		_exit(0);
	}
	HT_REQUIRE(ht_child_wait(pid) == 0);
}

void
ht_counts_vfork(void)
{
	char true_name[] = "/bin/true";
	char *arguments[] = { true_name, NULL };
	struct ht_totals done = { 0 };
	int pid;

	ht_segment_read(&before);
	for (int i = 0; i < 20; i++) {
		pid = vfork();
		if (pid == 0) {
			if (i % 2 == 0)
				execv(true_name, arguments);
			_exit(i % 4 == 1 ? execv("/nonexistent/program", arguments) + 1 : 0);
		}
		HT_REQUIRE(ht_child_wait(pid) == 0);
		vfork_and_allocate(&done);
	}
	ht_segment_read(&after);
	HT_REQUIRE(after.header.state == HEAPTOP_STATE_LIVE);
	ht_totals_require(&before.totals, &after.totals, &done);
	HT_REQUIRE(posix_spawn(&pid, true_name, NULL, NULL, arguments, environ) == 0);
	HT_REQUIRE(ht_child_wait(pid) == 0);
	ht_segment_read(&after);
	HT_REQUIRE(after.header.state == HEAPTOP_STATE_LIVE);
}

void
ht_counts_exec_failure(void)
{
	char missing[] = "/nonexistent/program";
	char *arguments[] = { missing, NULL };

	HT_REQUIRE(execv(missing, arguments) == -1);
	HT_REQUIRE(execvp(missing, arguments) == -1);
	ht_segment_read(&before);
	HT_REQUIRE(before.header.state == HEAPTOP_STATE_LIVE);
	ht_tally_churn(&tally, 3000);
	ht_segment_read(&after);
	ht_totals_require(&before.totals, &after.totals, &tally.done);
}

/* In a child, so that this process keeps its own name for the runner. */
void
ht_counts_exec(void)
{
	int pid = fork();

	HT_REQUIRE(pid >= 0);
	if (pid == 0) {
		ht_counts_attach(&tally.done);
		execl(ht_check_program(), "counts_check", "--exec-target", (char *)NULL);
		_exit(127);
	}
	HT_REQUIRE(ht_child_wait(pid) == HT_COUNTS_EXEC_STATUS);
}
