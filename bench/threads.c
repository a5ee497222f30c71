/* SPDX-License-Identifier: MIT */
/*
 * Has many threads, each of which has allocated: what their segment takes, and what it costs to
 * watch them, can be looked at.
 *
 *	threads COUNT [BUSY]
 *
 * Counts the main thread.  BUSY of them (0) go on to allocate, ten times a second; the others stand
 * still.  Says "ready", then waits for the end of its input.
 */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { STACK_BYTES = 64 * 1024, BLOCKS = 500, MOST_BYTES = 4096, PAUSE_US = 100000 };

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
work(void *is_busy)
{
	allocate();
	pthread_barrier_wait(&all_have_allocated);
	while (is_busy != NULL) {
		usleep(PAUSE_US);
		allocate();
	}
	pause();
	return NULL;
}

int
main(int argc, char **argv)
{
	int count = argc == 2 || argc == 3 ? atoi(argv[1]) : 0;
	int busy = argc == 3 ? atoi(argv[2]) : 0;
	pthread_attr_t attributes;
	char byte;

	if (count < 1) {
		fprintf(stderr, "Usage: threads COUNT [BUSY]\n");
		return 2;
	}
	allocate();
	pthread_barrier_init(&all_have_allocated, NULL, (unsigned)count);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	for (int i = 1; i < count; i++) {
		pthread_t thread;

		void *is_busy = i <= busy ? &all_have_allocated : NULL;

		if (pthread_create(&thread, &attributes, work, is_busy) != 0) {
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
