/* SPDX-License-Identifier: MIT */
/*
 * A program that knows what it did to its heap: works, prints the figures that
 * a monitor should show as JSON, waits for the end of its input, and ends.
 * Needs oracle.so loaded below the hooks.
 *
 *     known_counts single | threads | fork | release
 */
#include "config.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "oracle.h"

enum { ENDED = 20, STAYING = 5 };

static unsigned failed;
static pthread_barrier_t barrier;
static struct oracle_totals at_fork;

/* Leaves every fourth block alive. */
static void
work(uint32_t seed)
{
	for (int i = 0; i < 2000; i++) {
		void *block = malloc(ht_random(&seed) % 3000);
		if (i % 3 == 0)
			block = realloc(block, ht_random(&seed) % 6000 + 1);
		if (i % 4 != 0)
			free(block);
	}
}

static void
fail_three_times(void)
{
	failed += malloc(SIZE_MAX) == NULL;
	failed += calloc(SIZE_MAX, 2) == NULL;
	failed += reallocarray(NULL, SIZE_MAX, 4) == NULL;
	HT_REQUIRE(failed == 3);
}

static void *
work_and_end(void *argument)
{
	work((uint32_t)(uintptr_t)argument + 1);
	return NULL;
}

static void *
work_and_stay(void *argument)
{
	work((uint32_t)(uintptr_t)argument + 100);
	pthread_barrier_wait(&barrier);
	pause();
	return NULL;
}

static void
single(void)
{
	work(9);
	fail_three_times();
}

static void
threads(void)
{
	pthread_t thread;

	for (uintptr_t i = 0; i < ENDED; i++) {
		HT_REQUIRE(pthread_create(&thread, NULL, work_and_end, (void *)i) == 0);
		HT_REQUIRE(pthread_join(thread, NULL) == 0);
	}
	HT_REQUIRE(pthread_barrier_init(&barrier, NULL, STAYING + 1) == 0);
	for (uintptr_t i = 0; i < STAYING; i++)
		HT_REQUIRE(pthread_create(&thread, NULL, work_and_stay, (void *)i) == 0);
	pthread_barrier_wait(&barrier);
}

static struct oracle_totals
oracle_now(void)
{
	struct oracle_totals (*read)(void);

	*(void **)&read = dlsym(RTLD_DEFAULT, "oracle_read");
	HT_REQUIRE(read != NULL);
	return read();
}

/* The parent waits for its child, which goes on with what was alive. */
static void
in_child(void)
{
	work(9);
	at_fork = oracle_now();
	int pid = fork();
	HT_REQUIRE(pid >= 0);
	if (pid != 0)
		_exit(ht_child_wait(pid));
	work(10);
	fail_three_times();
}

/* The child frees what it inherited and allocates next to nothing. */
static void
in_child_that_frees(void)
{
	enum { COUNT = 600 };
	static void *blocks[COUNT];
	for (int i = 0; i < COUNT; i++)
		blocks[i] = malloc(1000);
	at_fork = oracle_now();
	int pid = fork();
	HT_REQUIRE(pid >= 0);
	if (pid != 0)
		_exit(ht_child_wait(pid));
	for (int i = 0; i < COUNT - 1; i++)
		free(blocks[i]);
}

static unsigned long long
difference(uint64_t more, uint64_t less)
{
	return more - less;
}

/* By one write, without stdio's own allocations. */
static void
print(void)
{
	char text[1024];
	struct oracle_totals now = oracle_now();
	struct oracle_totals then = at_fork;

	int length = snprintf(text, sizeof(text),
	    "{\"pid\": %d, \"live_bytes\": %llu, \"live_blocks\": %llu, "
	    "\"inherited_live_bytes\": %llu, \"inherited_live_blocks\": %llu, "
	    "\"allocated_bytes_total\": %llu, \"allocated_blocks_total\": %llu, "
	    "\"freed_bytes_total\": %llu, \"freed_blocks_total\": %llu, "
	    "\"failed_requests_total\": %u}\n",
	    (int)getpid(), difference(now.allocated_bytes, now.freed_bytes),
	    difference(now.allocated_blocks, now.freed_blocks),
	    difference(then.allocated_bytes, then.freed_bytes),
	    difference(then.allocated_blocks, then.freed_blocks),
	    difference(now.allocated_bytes, then.allocated_bytes),
	    difference(now.allocated_blocks, then.allocated_blocks),
	    difference(now.freed_bytes, then.freed_bytes),
	    difference(now.freed_blocks, then.freed_blocks), failed);
	HT_REQUIRE(length > 0 && write(STDOUT_FILENO, text, (size_t)length) == length);
}

int
main(int argc, char **argv)
{
	char byte;

	HT_REQUIRE(argc == 2);
	alarm(HT_CHECK_SECONDS);
	if (strcmp(argv[1], "single") == 0)
		single();
	else if (strcmp(argv[1], "threads") == 0)
		threads();
	else if (strcmp(argv[1], "fork") == 0)
		in_child();
	else if (strcmp(argv[1], "release") == 0)
		in_child_that_frees();
	print();
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	_exit(0);
}
