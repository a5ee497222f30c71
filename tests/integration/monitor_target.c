/* SPDX-License-Identifier: MIT */
/*
 * A program to be watched: THREADS threads allocate and free without end.  It writes a byte to
 * its standard output once all of them have begun.
 *
 *	monitor_target THREADS
 */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { KEPT = 64 };

static void *
churn(void *context)
{
	char *kept[KEPT] = { NULL };
	pthread_barrier_t *begun = context;
	const struct timespec pause = { 0, 1000000 };
	for (unsigned i = 0;; i++) {
		size_t size = 16 + (i * 37) % 2000;
		free(kept[i % KEPT]);
		kept[i % KEPT] = malloc(size);
		if (kept[i % KEPT] != NULL)
			memset(kept[i % KEPT], 1, size);
		if (i == KEPT && begun != NULL)
			pthread_barrier_wait(begun);
		/* Busy enough to be caught in the middle, idle enough to share a machine. */
		if (i % 4096 == 0)
			nanosleep(&pause, NULL);
	}
	return NULL;
}

int
main(int argc, char **argv)
{
	unsigned threads = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
	pthread_barrier_t begun;
	pthread_barrier_init(&begun, NULL, threads + 1);
	for (unsigned i = 0; i < threads; i++) {
		pthread_t thread;
		if (pthread_create(&thread, NULL, churn, &begun) != 0)
			return 1;
	}
	void *first = malloc(100000);
	pthread_barrier_wait(&begun);
	if (first == NULL || write(STDOUT_FILENO, "!", 1) != 1)
		return 1;
	churn(NULL);
	return 0;
}
