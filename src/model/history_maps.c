/* SPDX-License-Identifier: MIT */
/*
 * What a process has mapped, as slots, and back: the sums of a reading are one row, each group of mappings is another.
 * A reading is shown for several ticks, and from one to the next most groups stay as they were: neither costs
 * anything.  Mappings one by one are not kept.
 */
#include "config.h"

#include "model/history_store.h"

enum { F_SIZE, F_RESIDENT, F_PROPORTIONAL, F_DIRTY, F_ANONYMOUS, F_SWAP, FIGURES };

enum {
	R_REASON,
	R_TIME,
	R_COUNT,
	R_TOTAL,
	R_KINDS = R_TOTAL + FIGURES,
	R_KIND_COUNTS = R_KINDS + HT_MAP_KINDS * FIGURES,
	R_ALLOCATOR = R_KIND_COUNTS + HT_MAP_KINDS,
	R_THREAD_STACKS,
	R_RESIDENT_TOTAL,
	R_RESIDENT_PRESENT,
	R_RESIDENT_ESTIMATED,
	R_PARTS,
	READING_SLOTS = R_PARTS + HT_RESIDENT_PARTS,
};

enum { G_NAME, G_COUNT, G_FIGURES, GROUP_SLOTS = G_FIGURES + FIGURES };

_Static_assert((int)READING_SLOTS <= (int)HT_HISTORY_MOST_SLOTS, "a mask has too few bits");

size_t
ht_history_reading_slot_count(void)
{
	return READING_SLOTS;
}

size_t
ht_history_group_slot_count(void)
{
	return GROUP_SLOTS;
}

static void
put_figures(const struct ht_map_figures *figures, uint64_t *slots)
{
	slots[F_SIZE] = figures->size;
	slots[F_RESIDENT] = figures->resident;
	slots[F_PROPORTIONAL] = figures->proportional;
	slots[F_DIRTY] = figures->private_dirty;
	slots[F_ANONYMOUS] = figures->anonymous;
	slots[F_SWAP] = figures->swap;
}

static struct ht_map_figures
get_figures(const uint64_t *slots)
{
	return (struct ht_map_figures){
		.size = slots[F_SIZE],
		.resident = slots[F_RESIDENT],
		.proportional = slots[F_PROPORTIONAL],
		.private_dirty = slots[F_DIRTY],
		.anonymous = slots[F_ANONYMOUS],
		.swap = slots[F_SWAP],
	};
}

uint64_t
ht_history_group_id(const struct ht_map *group)
{
	/* FNV-1a; what comes out the same by chance is told apart by the row being taken. */
	uint64_t hash = UINT64_C(14695981039346656037);
	for (const char *c = group->name; *c != '\0'; c++)
		hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
	return hash;
}

int
ht_history_slots_of_reading(
    struct ht_history *history, const struct ht_maps *maps, const uint64_t *before, uint64_t *slots)
{
	const struct ht_resident *resident = &maps->resident;
	slots[R_TIME] = maps->monotonic_ns;
	slots[R_COUNT] = maps->mapping_count;
	put_figures(&maps->total, slots + R_TOTAL);
	for (size_t i = 0; i < HT_MAP_KINDS; i++) {
		put_figures(&maps->kinds[i], slots + R_KINDS + i * FIGURES);
		slots[R_KIND_COUNTS + i] = maps->kind_counts[i];
	}
	slots[R_ALLOCATOR] = (uint64_t)maps->allocator;
	slots[R_THREAD_STACKS] = maps->has_thread_stacks;
	slots[R_RESIDENT_TOTAL] = resident->total_bytes;
	slots[R_RESIDENT_PRESENT] = resident->present;
	slots[R_RESIDENT_ESTIMATED] = resident->estimated;
	for (size_t i = 0; i < HT_RESIDENT_PARTS; i++)
		slots[R_PARTS + i] = (resident->present >> i & 1u) != 0 ? resident->bytes[i] : 0;
	return ht_history_intern(history, maps->reason, before[R_REASON], &slots[R_REASON]);
}

int
ht_history_slots_of_group(
    struct ht_history *history, const struct ht_map *group, const uint64_t *before, uint64_t *slots)
{
	slots[G_COUNT] = group->count;
	put_figures(&group->figures, slots + G_FIGURES);
	return ht_history_intern(history, group->name, before[G_NAME], &slots[G_NAME]);
}

int
ht_history_reading_of_slots(
    struct ht_history_rebuilding *rebuilding, const uint64_t *slots, struct ht_maps *maps)
{
	struct ht_resident *resident = &maps->resident;
	*maps = (struct ht_maps){
		.monotonic_ns = slots[R_TIME],
		.mapping_count = slots[R_COUNT],
		.total = get_figures(slots + R_TOTAL),
		.allocator = (enum ht_allocator)slots[R_ALLOCATOR],
		.has_thread_stacks = slots[R_THREAD_STACKS] != 0,
		.resident = { .total_bytes = slots[R_RESIDENT_TOTAL],
		    .present = (uint32_t)slots[R_RESIDENT_PRESENT],
		    .estimated = (uint32_t)slots[R_RESIDENT_ESTIMATED] },
	};
	for (size_t i = 0; i < HT_MAP_KINDS; i++) {
		maps->kinds[i] = get_figures(slots + R_KINDS + i * FIGURES);
		maps->kind_counts[i] = slots[R_KIND_COUNTS + i];
	}
	for (size_t i = 0; i < HT_RESIDENT_PARTS; i++)
		resident->bytes[i] = slots[R_PARTS + i];
	return ht_history_copy_text(rebuilding, slots[R_REASON], &maps->reason);
}

int
ht_history_group_of_slots(struct ht_history_rebuilding *rebuilding,
    const struct ht_history_row *row, const uint64_t *slots, struct ht_map *group)
{
	*group = (struct ht_map){
		.kind = (enum ht_map_kind)row->generation,
		.count = slots[G_COUNT],
		.figures = get_figures(slots + G_FIGURES),
	};
	return ht_history_copy_text(rebuilding, slots[G_NAME], &group->name);
}

void
ht_history_mark_texts_of_maps(
    struct ht_history *history, enum ht_history_kind kind, const uint64_t *slots)
{
	ht_history_mark_text(history, slots[kind == HT_HISTORY_READING ? R_REASON : G_NAME]);
}
