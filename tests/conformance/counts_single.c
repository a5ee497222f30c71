/* SPDX-License-Identifier: MIT */
/* Checks of the counts of one thread. */
#include "config.h"

#include "counts_check.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct ht_segment_picture before, after;

static void
require_done(const struct ht_totals *done)
{
	ht_segment_read(&after);
	ht_totals_require(&before.totals, &after.totals, done);
}

void
ht_counts_segment(void)
{
	ht_segment_read(&before);
	const struct heaptop_segment_header *header = &before.header;
	HT_REQUIRE(header->byte_order == HEAPTOP_SEGMENT_BYTE_ORDER);
	HT_REQUIRE(header->major == HEAPTOP_SEGMENT_MAJOR);
	HT_REQUIRE(header->word_size == sizeof(void *));
	HT_REQUIRE(header->state == HEAPTOP_STATE_LIVE);
	HT_REQUIRE(header->uid == getuid());
	HT_REQUIRE(header->exec_generation == 0);
	HT_REQUIRE(header->flags == 0);
	HT_REQUIRE(header->clock_realtime_ns != 0 && header->clock_monotonic_ns != 0);
	HT_REQUIRE(!ht_memory_is_zero(header->boot_id, sizeof(header->boot_id)));
	HT_REQUIRE(before.globals.inherited_live_bytes == 0);
	HT_REQUIRE(before.live_slots == 1);
}

void
ht_counts_single_thread(void)
{
	static struct ht_tally tally = { .random = 17 };

	ht_segment_read(&before);
	ht_tally_churn(&tally, 100000);
	require_done(&tally.done);
	ht_tally_free_all(&tally);
	require_done(&tally.done);
	HT_REQUIRE(tally.done.allocated_bytes == tally.done.freed_bytes);
}

void
ht_counts_aligned(void)
{
	struct ht_totals done = { 0 };

	ht_segment_read(&before);
	for (size_t alignment = 8; alignment <= 65536; alignment *= 2) {
		for (size_t size = 1; size < 300000; size = size * 5 + 3) {
			void *block = NULL;
			size_t multiple = (size + alignment - 1) / alignment * alignment;
			HT_REQUIRE(posix_memalign(&block, alignment, size) == 0);
			ht_tally_free(&done, ht_tally_take(&done, block));
			ht_tally_free(&done, ht_tally_take(&done, memalign(alignment, size)));
			ht_tally_free(
			    &done, ht_tally_take(&done, aligned_alloc(alignment, multiple)));
			ht_tally_free(&done, ht_tally_take(&done, valloc(size)));
			ht_tally_free(&done, ht_tally_take(&done, pvalloc(size)));
			block = reallocarray(NULL, 3, size);
			ht_tally_free(&done, ht_tally_take(&done, block));
		}
	}
	require_done(&done);
}

void
ht_counts_realloc(void)
{
	struct ht_totals done = { 0 };

	ht_segment_read(&before);
	void *block = ht_tally_realloc(&done, NULL, 1000);
	void *inside = ht_tally_realloc(&done, block, 900);
	HT_REQUIRE(inside == block); /* glibc shrinks in place */
	void *wall = ht_tally_malloc(&done, 24);
	void *moved = ht_tally_realloc(&done, inside, 50000);
	HT_REQUIRE(moved != inside);
	void *mapped = ht_tally_realloc(&done, moved, 10 << 20);
	mapped = ht_tally_realloc(&done, mapped, 20 << 20);
	mapped = ht_tally_realloc(&done, mapped, 100);
	HT_REQUIRE(ht_tally_realloc(&done, mapped, SIZE_MAX) == NULL);
	HT_REQUIRE(ht_tally_realloc(&done, mapped, 0) == NULL);
	ht_tally_free(&done, wall);
	require_done(&done);
	HT_REQUIRE(done.failed_requests == 1);
	HT_REQUIRE(done.allocated_blocks == done.freed_blocks);
}

void
ht_counts_nothing(void)
{
	struct ht_totals done = { 0 };
	void *blocks[100];

	ht_segment_read(&before);
	for (int i = 0; i < 100; i++)
		blocks[i] = ht_tally_take(&done, i % 2 == 0 ? malloc(0) : calloc(0, 8));
	for (int i = 0; i < 1000; i++)
		free(NULL);
	require_done(&done);
	HT_REQUIRE(done.allocated_blocks == 100);
	for (int i = 0; i < 100; i++)
		ht_tally_free(&done, blocks[i]);
	require_done(&done);
}

void
ht_counts_failed(void)
{
	struct ht_totals done = { 0 };
	struct heaptop_event event;
	void *block = NULL;
	size_t size = (size_t)PTRDIFF_MAX + 1;

	ht_segment_read(&before);
	ht_tally_take(&done, malloc(size));
	HT_REQUIRE(ht_segment_event(HEAPTOP_EVENT_OOM, "malloc", &event));
	HT_REQUIRE(event.requested_bytes == size);
	HT_REQUIRE((event.present & HEAPTOP_EVENT_HAS_REQUESTED) != 0);
	HT_REQUIRE(event.tid == (uint32_t)gettid());
	ht_tally_take(&done, calloc(size, 1));
	HT_REQUIRE(ht_segment_event(HEAPTOP_EVENT_OOM, "calloc", &event));
	ht_tally_take(&done, calloc(SIZE_MAX / 2 + 9, 2));
	ht_tally_take(&done, realloc(NULL, size));
	HT_REQUIRE(ht_segment_event(HEAPTOP_EVENT_OOM, "realloc", &event));
	ht_tally_take(&done, reallocarray(NULL, size, 2));
	ht_tally_take(&done, memalign(64, size));
	HT_REQUIRE(ht_segment_event(HEAPTOP_EVENT_OOM, "memalign", &event));
	ht_tally_take(&done, aligned_alloc(64, size));
	ht_tally_take(&done, valloc(size));
	ht_tally_take(&done, pvalloc(size));
	HT_REQUIRE(posix_memalign(&block, 64, size) == ENOMEM);
	ht_tally_take(&done, block);
	HT_REQUIRE(ht_segment_event(HEAPTOP_EVENT_OOM, "posix_memalign", &event));
	require_done(&done);
	HT_REQUIRE(done.failed_requests == 10 && done.allocated_blocks == 0);
}

/* The runner asked for a publisher at once; what the loader and libc did before is in it. */
void
ht_counts_early(void)
{
	ht_segment_read(&before);
	HT_REQUIRE(before.totals.freed_blocks <= before.totals.allocated_blocks);
	char *line = strdup("a block");
	HT_REQUIRE(line != NULL);
	ht_segment_read(&after);
	HT_REQUIRE(after.totals.allocated_blocks == before.totals.allocated_blocks + 1);
	free(line);
}

void
ht_counts_trim(void)
{
	struct heaptop_event event;
	void *blocks[64];

	for (int i = 0; i < 64; i++) {
		blocks[i] = malloc(100000);
		memset(blocks[i], 1, 100000);
	}
	for (int i = 0; i < 64; i++)
		free(blocks[i]);
	ht_segment_read(&before);
	malloc_trim(0);
	ht_segment_read(&after);
	HT_REQUIRE(ht_segment_event(HEAPTOP_EVENT_TRIM, "", &event));
	HT_REQUIRE((event.present & HEAPTOP_EVENT_HAS_BYTES_BEFORE) != 0);
	HT_REQUIRE((event.present & HEAPTOP_EVENT_HAS_DURATION) != 0);
	HT_REQUIRE(event.bytes_after <= event.bytes_before);
	HT_REQUIRE(after.globals.gc_events_total == before.globals.gc_events_total + 1);
	HT_REQUIRE(after.globals.last_gc_pause_ns == event.duration_ns);
}

void
ht_counts_peak(void)
{
	enum { COUNT = 100, SIZE = 100000 };
	static void *blocks[COUNT];
	struct ht_totals done = { 0 };

	ht_segment_read(&before);
	uint64_t live = before.totals.allocated_bytes - before.totals.freed_bytes;
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < COUNT; i++)
			blocks[i] = ht_tally_malloc(&done, SIZE);
		for (int i = 0; i < COUNT; i++)
			ht_tally_free(&done, blocks[i]);
	}
	ht_segment_read(&after);
	uint64_t peak = live + done.allocated_bytes / 20;
	HT_REQUIRE(after.globals.peak_live_bytes <= peak);
	HT_REQUIRE(after.globals.peak_live_bytes + after.globals.peak_error_bytes >= peak);
	HT_REQUIRE(after.globals.peak_error_bytes < peak / 4);
}

/* Replaces a random block by one of a random size up to MOST, ROUNDS times; *HIGHEST is the most that was live. */
static void
churn_below(void **blocks, uint64_t *live, uint64_t *highest, size_t most, int rounds)
{
	static uint32_t random = 1;

	for (int i = 0; i < rounds; i++) {
		random = random * 1103515245u + 12345u;
		void **block = &blocks[(random >> 8) % HT_TALLY_BLOCKS];
		if (*block != NULL)
			*live -= malloc_usable_size(*block);
		free(*block);
		*block = malloc((random >> 4) % most + 1);
		*live += malloc_usable_size(*block);
		if (*live > *highest)
			*highest = *live;
	}
}

/* Rises, goes on far below the peak, and rises above it, by small blocks and by large ones. */
void
ht_counts_peak_alone(void)
{
	static const size_t sizes[] = { 500, 4000, 30, 900, 40000, 200, 60000 };
	static void *blocks[HT_TALLY_BLOCKS];

	ht_segment_read(&before);
	uint64_t live = before.totals.allocated_bytes - before.totals.freed_bytes;
	uint64_t highest = before.globals.peak_live_bytes;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		churn_below(blocks, &live, &highest, sizes[i], 20000);
		ht_segment_read(&after);
		HT_REQUIRE(after.totals.allocated_bytes - after.totals.freed_bytes == live);
		HT_REQUIRE(after.globals.peak_live_bytes == highest);
		HT_REQUIRE(after.globals.peak_error_bytes == 0);
	}
	for (int i = 0; i < HT_TALLY_BLOCKS; i++)
		free(blocks[i]);
}
