/* SPDX-License-Identifier: MIT */
/*
 * The hot path: replaces one of LIVE blocks by another of a random size up to
 * 512 bytes, PAIRS times in each of THREADS threads, and prints the processor
 * time of one such pair of free and malloc, in nanoseconds: "pair NS".
 *
 *	pairs THREADS LIVE PAIRS
 *
 * Processor time, not time that passed: with more threads than processors the
 * latter says how they were scheduled.  The work is cut into pieces and the
 * best piece is printed, since nothing but the program makes a piece faster.
 */
#include "config.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PIECES = 32, MOST_BYTES = 512, MOST_THREADS = 64 };

struct worker {
	pthread_t thread;
	uint64_t random; /* state of its generator, never 0 */
	size_t live;
	size_t pairs;
	double best_ns; /* of one pair in the best piece */
};

static uint64_t
next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static double
thread_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void
piece(struct worker *worker, void **blocks, size_t pairs)
{
	uint64_t random = worker->random;

	for (size_t i = 0; i < pairs; i++) {
		uint64_t drawn = next_random(&random);
		size_t which = (size_t)((drawn >> 32) * worker->live >> 32);

		free(blocks[which]);
		blocks[which] = malloc(drawn % MOST_BYTES + 1);
	}
	worker->random = random;
}

static void *
work(void *argument)
{
	struct worker *worker = argument;
	void **blocks = calloc(worker->live, sizeof(*blocks));

	if (blocks == NULL)
		abort();
	for (size_t i = 0; i < worker->live; i++)
		blocks[i] = malloc(next_random(&worker->random) % MOST_BYTES + 1);
	for (int i = 0; i < PIECES; i++) {
		double start = thread_ns();
		double ns;

		piece(worker, blocks, worker->pairs / PIECES);
		ns = (thread_ns() - start) / ((double)worker->pairs / PIECES);
		if (i == 0 || ns < worker->best_ns)
			worker->best_ns = ns;
	}
	for (size_t i = 0; i < worker->live; i++)
		free(blocks[i]);
	free(blocks);
	return NULL;
}

int
main(int argc, char **argv)
{
	static struct worker workers[MOST_THREADS];
	int threads = argc == 4 ? atoi(argv[1]) : 0;
	double sum = 0;

	if (threads < 1 || threads > MOST_THREADS) {
		fprintf(stderr, "Usage: pairs THREADS LIVE PAIRS\n");
		return 2;
	}
	for (int i = 0; i < threads; i++) {
		workers[i].random = UINT64_C(88172645463325252) + (uint64_t)i;
		workers[i].live = strtoul(argv[2], NULL, 10);
		workers[i].pairs = strtoul(argv[3], NULL, 10);
	}
	/* The main thread works too, so that one thread means that no other was ever made. */
	for (int i = 1; i < threads; i++)
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
			return 1;
	work(&workers[0]);
	for (int i = 1; i < threads; i++)
		pthread_join(workers[i].thread, NULL);
	for (int i = 0; i < threads; i++)
		sum += workers[i].best_ns;
	printf("pair %.2f\n", sum / threads);
	return 0;
}
