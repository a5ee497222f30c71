/* SPDX-License-Identifier: MIT */
/* Checks with fork, vfork and exec. */
#include "config.h"

#include "allocator_check.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

void
ht_check_fork_single(void)
{
	enum { COUNT = 100 };
	void *blocks[COUNT];

	for (int i = 0; i < COUNT; i++) {
		blocks[i] = malloc(500);
		HT_REQUIRE(blocks[i] != NULL);
		ht_pattern_fill(blocks[i], 500, (unsigned)i);
	}
	int pid = fork();
	HT_REQUIRE(pid >= 0);
	for (int i = 0; i < COUNT; i++) {
		HT_REQUIRE(ht_pattern_holds(blocks[i], 500, (unsigned)i));
		blocks[i] = realloc(blocks[i], 5000);
		HT_REQUIRE(blocks[i] != NULL);
		free(blocks[i]);
	}
	if (pid == 0)
		exit(7);
	HT_REQUIRE(ht_child_wait(pid) == 7);
}

static atomic_bool storm_is_over;

static void *
churn(void *argument)
{
	uint32_t random = (uint32_t)(uintptr_t)argument + 1;

	while (!atomic_load_explicit(&storm_is_over, memory_order_relaxed))
		free(malloc(ht_random(&random) % 2000));
	return NULL;
}

/* What held a lock in the parent is not there to release it: only a timeout sees that. */
static void
allocate_in_child(void)
{
	alarm(HT_CHILD_SECONDS);
	for (size_t size = 1; size < 200000; size = size * 2 + 1) {
		void *block = malloc(size);
		HT_REQUIRE(block != NULL);
		memset(block, 1, size);
		free(block);
	}
	_exit(0);
}

/* HT_CHECK_FORKS overrides the number of forks, so that the long run uses this too. */
void
ht_check_fork_storm(void)
{
	pthread_t threads[4];
	const char *forks_text = getenv("HT_CHECK_FORKS");
	int forks = forks_text != NULL ? atoi(forks_text) : 200;

	for (uintptr_t i = 0; i < 4; i++)
		HT_REQUIRE(pthread_create(&threads[i], NULL, churn, (void *)i) == 0);
	for (int i = 0; i < forks; i++) {
		int pid = fork();
		HT_REQUIRE(pid >= 0);
		if (pid == 0)
			allocate_in_child();
		HT_REQUIRE(ht_child_wait(pid) == 0);
	}
	atomic_store(&storm_is_over, true);
	for (int i = 0; i < 4; i++)
		HT_REQUIRE(pthread_join(threads[i], NULL) == 0);
}

static int atfork_calls;

static void
allocate_at_fork(void)
{
	free(malloc(300));
	atfork_calls++;
}

void
ht_check_atfork_handlers(void)
{
	HT_REQUIRE(pthread_atfork(allocate_at_fork, allocate_at_fork, allocate_at_fork) == 0);
	int pid = fork();
	HT_REQUIRE(pid >= 0);
	free(malloc(1000));
	HT_REQUIRE(atfork_calls == 2);
	if (pid == 0)
		_exit(5);
	HT_REQUIRE(ht_child_wait(pid) == 5);
}

/* The C library allows a vfork child no more than exec and _exit. */
void
ht_check_vfork(void)
{
	char target[] = "--exec-target";
	char *arguments[] = { target, target, NULL };
	const char *program = ht_check_program();
	void *block = malloc(100);

	for (int round = 0; round < 20; round++) {
		int pid = vfork();
		if (pid == 0) {
			execv(program, arguments);
			_exit(126);
		}
		HT_REQUIRE(ht_child_wait(pid) == HT_EXEC_TARGET_STATUS);
		pid = vfork();
		if (pid == 0) {
			execv("/nonexistent/program", arguments);
			_exit(9);
		}
		HT_REQUIRE(ht_child_wait(pid) == 9);
		block = realloc(block, 100 + (size_t)round * 1000);
		HT_REQUIRE(block != NULL);
	}
	free(block);
}

/* Replaces this process in the HOWth way; returns only if that fails. */
static void
exec_in_one_way(int how)
{
	const char *program = ht_check_program();
	char target[] = "--exec-target";
	char *arguments[] = { target, target, NULL };

	switch (how) {
	case 0:
		execl(program, target, target, (char *)NULL);
		break;
	case 1:
		execle(program, target, target, (char *)NULL, environ);
		break;
	case 2:
		execlp(program, target, target, (char *)NULL);
		break;
	case 3:
		execv(program, arguments);
		break;
	case 4:
		execve(program, arguments, environ);
		break;
	case 5:
		execvp(program, arguments);
		break;
	case 6:
		execvpe(program, arguments, environ);
		break;
	case 7:
		fexecve(open(program, O_RDONLY | O_CLOEXEC), arguments, environ);
		break;
	case 8:
		execveat(AT_FDCWD, program, arguments, environ, 0);
		break;
	}
}

enum { EXEC_WAYS = 9 };

void
ht_check_exec_variants(void)
{
	char target[] = "--exec-target";
	char *arguments[] = { target, target, NULL };
	int pid;

	for (int how = 0; how < EXEC_WAYS; how++) {
		pid = fork();
		HT_REQUIRE(pid >= 0);
		if (pid == 0) {
			free(malloc(100000));
			exec_in_one_way(how);
			_exit(126);
		}
		HT_REQUIRE(ht_child_wait(pid) == HT_EXEC_TARGET_STATUS);
	}
	HT_REQUIRE(posix_spawn(&pid, ht_check_program(), NULL, NULL, arguments, environ) == 0);
	HT_REQUIRE(ht_child_wait(pid) == HT_EXEC_TARGET_STATUS);
	HT_REQUIRE(posix_spawnp(&pid, ht_check_program(), NULL, NULL, arguments, environ) == 0);
	HT_REQUIRE(ht_child_wait(pid) == HT_EXEC_TARGET_STATUS);
}

void
ht_check_exec_failure(void)
{
	char missing[] = "/nonexistent/program";
	char *arguments[] = { missing, NULL };
	void *block = malloc(5000);

	HT_REQUIRE(block != NULL);
	ht_pattern_fill(block, 5000, 2);
	errno = 0;
	HT_REQUIRE(execv(missing, arguments) == -1 && errno == ENOENT);
	HT_REQUIRE(execl(missing, missing, (char *)NULL) == -1 && errno == ENOENT);
	HT_REQUIRE(execlp(missing, missing, (char *)NULL) == -1 && errno == ENOENT);
	HT_REQUIRE(execve("/", arguments, environ) == -1 && errno == EACCES);
	HT_REQUIRE(ht_pattern_holds(block, 5000, 2));
	block = realloc(block, 100000);
	HT_REQUIRE(block != NULL && ht_pattern_holds(block, 5000, 2));
	free(block);
}
