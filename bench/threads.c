/* SPDX-License-Identifier: MIT */
/*
 * Stands still with many threads, each of which has allocated: what their
 * segment takes can be looked at.
 *
 *	threads COUNT
 *
 * Counts the main thread.  Says "ready", then waits for the end of its input.
 */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { STACK_BYTES = 64 * 1024, BLOCKS = 500, MOST_BYTES = 4096 };

static pthread_barrier_t all_have_allocated;

static void
allocate(void)
{
	for (size_t i = 0; i < BLOCKS; i++) {
		void *volatile block = malloc(i % MOST_BYTES + 1);

		free(block);
	}
}

static void *
work(void *unused)
{
	allocate();
	pthread_barrier_wait(&all_have_allocated);
	pause();
	return unused;
}

int
main(int argc, char **argv)
{
	int count = argc == 2 ? atoi(argv[1]) : 0;
	pthread_attr_t attributes;
	char byte;

	if (count < 1) {
		fprintf(stderr, "Usage: threads COUNT\n");
		return 2;
	}
	allocate();
	pthread_barrier_init(&all_have_allocated, NULL, (unsigned)count);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	for (int i = 1; i < count; i++) {
		pthread_t thread;

		if (pthread_create(&thread, &attributes, work, NULL) != 0) {
			fprintf(stderr, "threads: thread %d could not be made\n", i);
			return 1;
		}
	}
	pthread_barrier_wait(&all_have_allocated);
	printf("ready\n");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}
