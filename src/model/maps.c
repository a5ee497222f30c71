/* SPDX-License-Identifier: MIT */
/*
 * Where resident memory is.  What a program holds is counted, what of it is in physical
 * memory is not: a block may never have been touched, or be swapped out.  So the live part is
 * what is live, but not more than the allocator's mappings have resident, and
 * what stands beside it follows by subtraction.
 */
#include "config.h"

#include "model/maps.h"

#include "heaptop/segment.h"
#include "model/sample.h"

/* glibc's malloc: a word before each block; a larger request is a mapping of its own. */
enum { GLIBC_BLOCK_COST = 8, GLIBC_LARGE_BYTES = 128 * 1024 };

static const struct {
	const char *name;
	const char *help;
} kinds[HT_MAP_KINDS] = {
	[HT_MAP_HEAP] = { "heap", "the program break, where malloc begins" },
	[HT_MAP_ARENA] = { "arena", "further arenas of the allocator, room to grow included" },
	[HT_MAP_ANONYMOUS] = { "anonymous", "large blocks, and what else no file backs" },
	[HT_MAP_STACK] = { "stack", "the main thread's stack" },
	[HT_MAP_THREAD_STACK] = { "thread stack",
	    "the other threads' stacks, told by their guard pages" },
	[HT_MAP_FILE_TEXT] = { "code", "code of the program and its libraries" },
	[HT_MAP_FILE_DATA] = { "file",
	    "data of the program and its libraries, other mapped files" },
	[HT_MAP_SHARED] = { "shared", "memory shared with other processes" },
	[HT_MAP_SEGMENT] = { "segment", "what heaptop's library publishes" },
	[HT_MAP_RESERVED] = { "reserved", "address space that can't be accessed" },
	[HT_MAP_KERNEL] = { "kernel", "what the kernel maps into every process" },
};

static const struct {
	const char *name;
	const char *key;
	const char *help;
} parts[HT_RESIDENT_PARTS] = {
	[HT_RESIDENT_LIVE] = { "live", "live_bytes",
	    "allocated and not freed; at most, as a block that was never touched isn't resident" },
	[HT_RESIDENT_OVERHEAD] = { "overhead", "overhead_bytes",
	    "what the allocator spends on live blocks" },
	[HT_RESIDENT_FREE] = { "free in heap", "free_bytes", "freed, kept by the allocator" },
	[HT_RESIDENT_HEAP] = { "heap", "heap_bytes", "the allocator's memory, live or free" },
	[HT_RESIDENT_STACKS] = { "stacks", "stacks_bytes",
	    "of all threads; but for the first one's, told by their guard pages" },
	[HT_RESIDENT_FILES] = { "files", "files_bytes",
	    "code and data of the program, its libraries, other mapped files" },
	[HT_RESIDENT_REST] = { "rest", "rest_bytes",
	    "all else: shared memory, mappings of the program's own" },
};

const char *
ht_map_kind_name(enum ht_map_kind kind)
{
	return kinds[kind].name;
}

const char *
ht_map_kind_help(enum ht_map_kind kind)
{
	return kinds[kind].help;
}

const char *
ht_resident_part_name(enum ht_resident_part part)
{
	return parts[part].name;
}

const char *
ht_resident_part_key(enum ht_resident_part part)
{
	return parts[part].key;
}

const char *
ht_resident_part_help(enum ht_resident_part part)
{
	return parts[part].help;
}

static void
add(uint64_t *sum, uint64_t added)
{
	if (*sum == UINT64_MAX || added == UINT64_MAX || __builtin_add_overflow(*sum, added, sum))
		*sum = UINT64_MAX;
}

void
ht_map_figures_add(struct ht_map_figures *sum, const struct ht_map_figures *added)
{
	add(&sum->size, added->size);
	add(&sum->resident, added->resident);
	add(&sum->proportional, added->proportional);
	add(&sum->private_dirty, added->private_dirty);
	add(&sum->anonymous, added->anonymous);
	add(&sum->swap, added->swap);
}

bool
ht_maps_were_read(const struct ht_maps *maps)
{
	return maps->monotonic_ns != 0;
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void
set_part(struct ht_resident *resident, enum ht_resident_part part, uint64_t bytes, bool estimated)
{
	resident->present |= 1u << part;
	if (estimated)
		resident->estimated |= 1u << part;
	resident->bytes[part] = bytes;
}

/* The middle of a size class: lists leave unused classes out, so the one before may not be its neighbour. */
static uint64_t
middle_of(uint64_t below, uint64_t bound)
{
	unsigned index = heaptop_size_class_of(bound);
	uint64_t least = index != 0 ? heaptop_size_class_bound(index - 1) : 0;
	if (below > least)
		least = below;
	return least < bound ? least + (bound - least) / 2 : bound;
}

/* Live bytes in blocks that glibc doesn't map by themselves. */
static uint64_t
small_live_bytes(const struct ht_heap_sample *heap)
{
	uint64_t sum = 0, below = 0;
	for (size_t i = 0; i < heap->size_class_count; i++) {
		const struct ht_size_class *class = &heap->size_classes[i];
		if (class->size_bytes > GLIBC_LARGE_BYTES)
			break;
		uint64_t middle = middle_of(below, class->size_bytes), bytes;
		if (class->allocated_blocks > class->freed_blocks &&
		    (__builtin_mul_overflow(
			 class->allocated_blocks - class->freed_blocks, middle, &bytes) ||
			__builtin_add_overflow(sum, bytes, &sum)))
			return UINT64_MAX;
		below = class->size_bytes;
	}
	return sum;
}

/* What the allocator spends on the live blocks; false: not known. */
static bool
overhead_of(const struct ht_maps *maps, const struct ht_heap_sample *heap, uint64_t *bytes)
{
	return maps->allocator == HT_ALLOCATOR_GLIBC &&
	       HT_HAS(&heap->values, HT_HEAP_LIVE_BLOCKS) &&
	       !__builtin_mul_overflow(
		   heap->values.value[HT_HEAP_LIVE_BLOCKS].u, GLIBC_BLOCK_COST, bytes);
}

/*
 * Divides the allocator's memory: OWN bytes are resident in mappings that are surely its own,
 * OTHER in anonymous ones that may be large blocks.  Returns the bytes that got a name.
 */
static uint64_t
divide_heap(struct ht_maps *maps, const struct ht_heap_sample *heap, uint64_t own, uint64_t other)
{
	struct ht_resident *resident = &maps->resident;
	const uint64_t live = heap->values.value[HT_HEAP_LIVE].u;
	const uint64_t pot = own + other;
	const uint64_t shown = least(live, pot);
	uint64_t overhead, used = shown;
	set_part(resident, HT_RESIDENT_LIVE, shown, true);
	/* Where more is live than resident, nothing can be told of what stands beside it. */
	if (shown < live || !overhead_of(maps, heap, &overhead))
		return used;
	overhead = least(overhead, pot - used);
	set_part(resident, HT_RESIDENT_OVERHEAD, overhead, true);
	used += overhead;
	/* Of the other mappings only what large blocks can fill is the allocator's. */
	const uint64_t small = small_live_bytes(heap);
	const uint64_t large = live > small ? live - small : 0;
	const uint64_t held = own + least(other, large);
	if (held < used)
		return used;
	set_part(resident, HT_RESIDENT_FREE, held - used, true);
	return held;
}

static bool
knows_live(const struct ht_heap_sample *heap)
{
	return heap != NULL && !heap->bytes_unknown && HT_HAS(&heap->values, HT_HEAP_LIVE);
}

void
ht_maps_divide(struct ht_maps *maps, const struct ht_heap_sample *heap)
{
	struct ht_resident *resident = &maps->resident;
	const struct ht_map_figures *sums = maps->kinds;
	*resident = (struct ht_resident){ 0 };
	if (!ht_maps_were_read(maps) || maps->total.resident == UINT64_MAX)
		return;
	resident->total_bytes = maps->total.resident;
	uint64_t stacks = sums[HT_MAP_STACK].resident + sums[HT_MAP_THREAD_STACK].resident;
	uint64_t files = sums[HT_MAP_FILE_TEXT].resident + sums[HT_MAP_FILE_DATA].resident;
	uint64_t own = sums[HT_MAP_HEAP].resident + sums[HT_MAP_ARENA].resident;
	bool divided = knows_live(heap);
	uint64_t used = own;
	if (divided)
		used = divide_heap(maps, heap, own, sums[HT_MAP_ANONYMOUS].resident);
	else
		set_part(resident, HT_RESIDENT_HEAP, own, false);
	set_part(resident, HT_RESIDENT_STACKS, stacks, maps->has_thread_stacks);
	set_part(resident, HT_RESIDENT_FILES, files, false);
	set_part(resident, HT_RESIDENT_REST, maps->total.resident - used - stacks - files,
	    divided || maps->has_thread_stacks);
}

bool
ht_maps_are_valid(const struct ht_maps *maps)
{
	const struct ht_resident *resident = &maps->resident;
	struct ht_map_figures kinds_sum = { 0 };
	uint64_t parts_sum = 0;
	size_t count = 0;
	for (int i = 0; i < HT_MAP_KINDS; i++) {
		ht_map_figures_add(&kinds_sum, &maps->kinds[i]);
		count += maps->kind_counts[i];
	}
	for (int i = 0; i < HT_RESIDENT_PARTS; i++)
		parts_sum += ((resident->present >> i) & 1u) != 0 ? resident->bytes[i] : 0;
	return count == maps->mapping_count && kinds_sum.resident == maps->total.resident &&
	       (resident->present == 0 || parts_sum == resident->total_bytes) &&
	       (maps->count == 0 || maps->maps != NULL);
}
