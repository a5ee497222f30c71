/* SPDX-License-Identifier: MIT */
/*
 * Compares what the publisher counted in this very process with what the
 * process did.  Runs under the hooks, with HEAPTOP_DIR set.
 *
 *     counts_check             the group "own" of counts.def
 *     counts_check --GROUP     that group
 *     counts_check NAME        that check, in this process
 */
#include "config.h"

#include "counts_check.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct ht_check checks[] = {
#define HT_COUNTS(group, name, text) { #group, #name, text, ht_counts_##name },
#include "counts.def"
#undef HT_COUNTS
};

void *
ht_tally_take(struct ht_totals *totals, void *block)
{
	if (block != NULL)
		ht_totals_allocated(totals, malloc_usable_size(block));
	else
		totals->failed_requests++;
	return block;
}

void *
ht_tally_malloc(struct ht_totals *totals, size_t size)
{
	return ht_tally_take(totals, malloc(size));
}

void
ht_tally_free(struct ht_totals *totals, void *block)
{
	if (block != NULL)
		ht_totals_freed(totals, malloc_usable_size(block));
	free(block);
}

void *
ht_tally_realloc(struct ht_totals *totals, void *block, size_t size)
{
	size_t before = malloc_usable_size(block);
	void *moved = realloc(block, size);

	if (block != NULL && (moved != NULL || size == 0))
		ht_totals_freed(totals, before);
	if (moved != NULL)
		ht_totals_allocated(totals, malloc_usable_size(moved));
	else if (size != 0)
		totals->failed_requests++;
	return moved;
}

static void *
allocate_somehow(struct ht_tally *tally, size_t size)
{
	void *block = NULL;

	switch (ht_random(&tally->random) % 6) {
	case 0:
		return ht_tally_take(&tally->done, calloc(3, size / 3 + 1));
	case 1:
		return ht_tally_take(&tally->done, memalign(128, size));
	case 2:
		HT_REQUIRE(posix_memalign(&block, 64, size) == 0);
		return ht_tally_take(&tally->done, block);
	case 3:
		return ht_tally_realloc(&tally->done, NULL, size);
	default:
		return ht_tally_malloc(&tally->done, size);
	}
}

void
ht_tally_churn(struct ht_tally *tally, int count)
{
	for (int i = 0; i < count; i++) {
		void **block = &tally->blocks[ht_random(&tally->random) % HT_TALLY_BLOCKS];
		size_t most = ht_random(&tally->random) % 256 == 0 ? 300000 : 700;
		size_t size = ht_random(&tally->random) % most;
		if (*block != NULL && ht_random(&tally->random) % 4 == 0) {
			*block = ht_tally_realloc(&tally->done, *block, size);
			continue;
		}
		ht_tally_free(&tally->done, *block);
		*block = allocate_somehow(tally, size);
	}
}

void
ht_tally_free_all(struct ht_tally *tally)
{
	for (int i = 0; i < HT_TALLY_BLOCKS; i++) {
		ht_tally_free(&tally->done, tally->blocks[i]);
		tally->blocks[i] = NULL;
	}
}

void
ht_counts_attach(struct ht_totals *totals)
{
	for (int i = 0; i < 5000 && !ht_segment_exists(); i++)
		ht_tally_free(totals, ht_tally_malloc(totals, 500));
	HT_REQUIRE(ht_segment_exists());
}

static int
exec_target(void)
{
	struct ht_segment_picture picture;
	struct ht_totals totals = { 0 };
	struct heaptop_event event;

	ht_counts_attach(&totals);
	ht_segment_read(&picture);
	HT_REQUIRE(picture.header.state == HEAPTOP_STATE_LIVE);
	HT_REQUIRE(picture.header.exec_generation == 1);
	HT_REQUIRE(picture.globals.inherited_live_bytes == 0);
	HT_REQUIRE(picture.totals.allocated_bytes < 10 << 20);
	HT_REQUIRE(ht_segment_event(HEAPTOP_EVENT_EXEC, "", &event));
	return HT_COUNTS_EXEC_STATUS;
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "--own";

	if (strcmp(what, "--exec-target") == 0)
		return exec_target();
	return ht_check_run(checks, sizeof(checks) / sizeof(checks[0]), what);
}
