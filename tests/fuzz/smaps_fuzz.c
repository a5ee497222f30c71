/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target of the smaps decoder.  An input is read whole and in small pieces, with
 * all mappings kept and with few: sums must be the same, and whatever is read must be sound.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "decode/smaps.h"
#include "fuzz.h"
#include "model/sample.h"

static struct ht_smaps *
read_pieces(const uint8_t *data, size_t size, size_t piece, size_t most)
{
	struct ht_smaps *smaps = ht_smaps_new(most);
	if (smaps == NULL)
		abort();
	for (size_t at = 0; at < size; at += piece)
		if (ht_smaps_add(
			smaps, (const char *)data + at, size - at < piece ? size - at : piece) != 0)
			abort();
	if (ht_smaps_end(smaps) != 0)
		abort();
	return smaps;
}

static void
check(struct ht_maps *maps, size_t most)
{
	struct ht_heap_sample heap = { 0 };
	size_t mappings = 0;
	for (size_t i = 0; i < maps->count; i++) {
		if (maps->maps[i].name == NULL || maps->maps[i].kind >= HT_MAP_KINDS ||
		    (maps->maps[i].count == 1 && maps->maps[i].start > maps->maps[i].end))
			abort();
		mappings += maps->maps[i].count;
	}
	if (mappings != maps->mapping_count || maps->count > most + HT_MAP_KINDS)
		abort();
	maps->monotonic_ns = 1;
	HT_SET_U(&heap.values, HT_HEAP_LIVE, maps->total.size / 2);
	HT_SET_U(&heap.values, HT_HEAP_LIVE_BLOCKS, maps->total.size / 64);
	ht_maps_divide(maps, &heap);
	if (!ht_maps_are_valid(maps))
		abort();
	ht_maps_divide(maps, NULL);
	if (!ht_maps_are_valid(maps))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ht_smaps *whole = read_pieces(data, size, size + 1, SIZE_MAX);
	struct ht_smaps *pieces = read_pieces(data, size, 13, 3);
	struct ht_maps all = ht_smaps_maps(whole), few = ht_smaps_maps(pieces);
	check(&all, SIZE_MAX - HT_MAP_KINDS);
	check(&few, 3);
	if (memcmp(&all.total, &few.total, sizeof(all.total)) != 0 ||
	    memcmp(all.kinds, few.kinds, sizeof(all.kinds)) != 0 || all.allocator != few.allocator)
		abort();
	ht_smaps_free(whole);
	ht_smaps_free(pieces);
	return 0;
}
