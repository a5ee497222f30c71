/* SPDX-License-Identifier: MIT */
/*
 * A program that prints its own memory statistics, as a Go program does by
 * runtime.ReadMemStats.
 *
 *	./memstats                    knows nothing of its heap
 *	heaptop run -- ./memstats     knows
 */
#include <heaptop/heaptop.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 16, BLOCK_BYTES = 1 << 20 };

static void
print_size(const char *name, uint64_t bytes)
{
	if (bytes == HEAPTOP_UNKNOWN)
		printf("%s = unknown\n", name);
	else
		printf("%s = %" PRIu64 " MiB\n", name, bytes / (1024 * 1024));
}

static void
print_count(const char *name, uint64_t count)
{
	if (count == HEAPTOP_UNKNOWN)
		printf("%s = unknown\n", name);
	else
		printf("%s = %" PRIu64 "\n", name, count);
}

static void
print_statistics(const char *when)
{
	struct heaptop_memstats stats;
	printf("%s\n", when);
	if (heaptop_read_memstats(&stats) != 0)
		printf("(start it with 'heaptop run' to know more)\n");
	print_size("Alloc", stats.Alloc);
	print_size("TotalAlloc", stats.TotalAlloc);
	print_size("PeakAlloc", stats.PeakAlloc);
	print_count("Mallocs", stats.Mallocs);
	print_count("Frees", stats.Frees);
	print_count("NumGC", stats.NumGC);
}

int
main(void)
{
	char *blocks[BLOCKS];
	print_statistics("At the start:");
	for (int i = 0; i < BLOCKS; i++) {
		blocks[i] = malloc(BLOCK_BYTES);
		if (blocks[i] == NULL) {
			fprintf(stderr, "memstats: not enough memory\n");
			return 1;
		}
		memset(blocks[i], i, BLOCK_BYTES);
	}
	print_statistics("\nWith 16 blocks of 1 MiB:");
	for (int i = 0; i < BLOCKS; i++)
		free(blocks[i]);
	print_statistics("\nAfter freeing them:");
	return 0;
}
