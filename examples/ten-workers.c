/* SPDX-License-Identifier: MIT */
/*
 * Ten threads that allocate at the same time; when all have ended, the program
 * prints what is in use.
 *
 *	heaptop run --summary -- ./ten-workers
 */
#include <heaptop/heaptop.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORKERS = 10, NUMBERS = 10 * 1024 * 1024 / (int)sizeof(int) };

/* Ten MiB of numbers, which nobody needs any longer when the thread ends. */
static void *
allocate_memory(void *argument)
{
	/* volatile: or the compiler sees that nobody reads them, and allocates nothing. */
	int *volatile numbers = calloc(NUMBERS, sizeof(*numbers));
	if (numbers != NULL)
		memset(numbers, 1, NUMBERS * sizeof(*numbers));
	free(numbers);
	return argument;
}

static void
print_memory(void)
{
	struct heaptop_memstats stats;
	if (heaptop_read_memstats(&stats) != 0) {
		printf("In use = unknown (start it with 'heaptop run')\n");
		return;
	}
	printf("In use = %" PRIu64 " MiB, allocated = %" PRIu64 " MiB, peak = %" PRIu64 " MiB\n",
	    stats.Alloc >> 20, stats.TotalAlloc >> 20, stats.PeakAlloc >> 20);
}

int
main(void)
{
	pthread_t threads[WORKERS];
	int started = 0;
	while (started < WORKERS &&
	       pthread_create(&threads[started], NULL, allocate_memory, NULL) == 0)
		started++;
	for (int i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	print_memory();
	return started == WORKERS ? 0 : 1;
}
