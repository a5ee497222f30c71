/* SPDX-License-Identifier: MIT */
/*
 * Thread slots: the totals of the process, and who of the living did what.
 *
 * Where threads are wanted all counters are from the first copy.  There they lie between both
 * looks at the owner, or before the first, where less_base finds them below the owner's base.
 * The second copy's would be read after the last look: a slot that changes hands just then
 * has its successor's blocks under the old owner.
 */
#include "config.h"

#include "decode/segment_parts.h"

#include <errno.h>
#include <string.h>

#include "model/frame.h"

/* The group of a slot that one sequence count protects. */
enum {
	GROUP_BEGIN = offsetof(struct heaptop_thread_slot, owner_sequence),
	GROUP_END = offsetof(struct heaptop_thread_slot, name) +
		    sizeof(((struct heaptop_thread_slot *)0)->name),
};

/*
 * No counter of blocks gets here: 2^53 blocks, one a nanosecond, take 100 days in one
 * class of one thread.  Below it the sum over HT_SEGMENT_CLASSES_MOST classes can't overflow.
 */
static const uint64_t blocks_most = UINT64_C(1) << 53;

/* The part of a slot before its classes. */
union slot_head {
	unsigned char bytes[offsetof(struct heaptop_thread_slot, size_classes)];
	struct heaptop_thread_slot slot; /* its size_classes are not filled */
};

/* Adds the COUNT classes at BYTES to SUMS and, as a whole, to COUNTS; returns all bits seen. */
static inline uint64_t
add_classes(const unsigned char *bytes, size_t count, struct heaptop_size_class *sums,
    struct ht_segment_counts *counts)
{
	uint64_t bits = 0, allocated = 0, freed = 0;
	for (size_t i = 0; i < count; i++) {
		struct heaptop_size_class one;
		memcpy(&one, bytes + i * sizeof(one), sizeof(one));
		sums[i].allocated_blocks += one.allocated_blocks;
		sums[i].freed_blocks += one.freed_blocks;
		allocated += one.allocated_blocks;
		freed += one.freed_blocks;
		bits |= one.allocated_blocks | one.freed_blocks;
	}
	counts->allocated_blocks = allocated;
	counts->freed_blocks = freed;
	return bits;
}

/* False when a sum overflows.  No class's sum can then, for it is at most its kind's total. */
static bool
add_counts(struct ht_segment_counts *total, const struct ht_segment_counts *more)
{
	return !__builtin_add_overflow(
		   total->allocated_bytes, more->allocated_bytes, &total->allocated_bytes) &&
	       !__builtin_add_overflow(
		   total->freed_bytes, more->freed_bytes, &total->freed_bytes) &&
	       !__builtin_add_overflow(
		   total->allocated_blocks, more->allocated_blocks, &total->allocated_blocks) &&
	       !__builtin_add_overflow(
		   total->freed_blocks, more->freed_blocks, &total->freed_blocks) &&
	       !__builtin_add_overflow(
		   total->failed_requests, more->failed_requests, &total->failed_requests);
}

/* Reads the counters of the slot at RECORD, adds them to the totals; false: impossible. */
static bool
count_slot(struct ht_segment_decoding *decoding, const unsigned char *record,
    struct ht_segment_counts *counts)
{
	const unsigned char *classes = record + offsetof(struct heaptop_thread_slot, size_classes);
	uint64_t head[3];
	memcpy(head, record, sizeof(head));
	*counts = (struct ht_segment_counts){
		.allocated_bytes = head[0],
		.freed_bytes = head[1],
		.failed_requests = head[2],
	};
	/* A constant count, where it is ours, lets the compiler use vectors. */
	uint64_t bits =
	    decoding->class_count == HEAPTOP_SIZE_CLASSES
		? add_classes(classes, HEAPTOP_SIZE_CLASSES, decoding->classes, counts)
		: add_classes(classes, decoding->class_count, decoding->classes, counts);
	return bits < blocks_most && add_counts(&decoding->total, counts);
}

/* A slot's owner as both copies tell it; false: it changed meanwhile. */
static bool
read_owner(const unsigned char *first, const unsigned char *second, union slot_head *out)
{
	memcpy(out->bytes, second, sizeof(out->bytes));
	return memcmp(first + GROUP_BEGIN, second + GROUP_BEGIN, GROUP_END - GROUP_BEGIN) == 0 &&
	       out->slot.owner_sequence % 2 == 0;
}

/* What the owner itself added; false when that is negative: counters and owner don't belong together. */
static bool
less_base(const struct heaptop_thread_slot *slot, struct ht_segment_counts *counts)
{
	return !__builtin_sub_overflow(
		   counts->allocated_bytes, slot->base_allocated_bytes, &counts->allocated_bytes) &&
	       !__builtin_sub_overflow(
		   counts->freed_bytes, slot->base_freed_bytes, &counts->freed_bytes) &&
	       !__builtin_sub_overflow(counts->allocated_blocks, slot->base_allocated_blocks,
		   &counts->allocated_blocks) &&
	       !__builtin_sub_overflow(
		   counts->freed_blocks, slot->base_freed_blocks, &counts->freed_blocks);
}

static void
list_thread(struct ht_segment_decoding *decoding, const struct heaptop_thread_slot *slot,
    const struct ht_segment_counts *own)
{
	struct ht_heap_sample *heap = decoding->heap;
	struct ht_thread *thread = &heap->threads[heap->thread_count++];
	*thread = (struct ht_thread){
		.tid = slot->tid <= INT32_MAX ? (int32_t)slot->tid : 0,
		.generation = slot->generation,
		.in_segment = true,
		.cpu_time_ns = UINT64_MAX,
	};
	memcpy(thread->name, slot->name, sizeof(thread->name) - 1);
	HT_SET_U(&thread->values, HT_THREAD_ALLOCATED_BLOCKS, own->allocated_blocks);
	HT_SET_U(&thread->values, HT_THREAD_FREED_BLOCKS, own->freed_blocks);
	if (!heap->bytes_unknown) {
		HT_SET_U(&thread->values, HT_THREAD_ALLOCATED, own->allocated_bytes);
		HT_SET_U(&thread->values, HT_THREAD_FREED, own->freed_bytes);
	}
	/* The sum over the living can't be more than the total, which is checked. */
	heap->exited.allocated_bytes -= own->allocated_bytes;
	heap->exited.allocated_blocks -= own->allocated_blocks;
	heap->exited.freed_bytes -= own->freed_bytes;
	heap->exited.freed_blocks -= own->freed_blocks;
}

/* Record INDEX of SECTION in the copy that counters come from; NULL: out of bounds. */
static const unsigned char *
counted_record(const struct ht_segment_decoding *decoding, const struct ht_segment_section *section,
    size_t index)
{
	const struct ht_segment_copy *copy = decoding->copy;
	if (decoding->heap->threads == NULL)
		return ht_segment_record(copy->second, copy->length, section, index);
	return ht_segment_record(copy->first, ht_segment_first_length(copy), section, index);
}

/* Adds slot INDEX, and lists its owner where threads are wanted and it is alive. */
static bool
decode_slot(struct ht_segment_decoding *decoding, size_t index)
{
	const struct ht_segment_copy *copy = decoding->copy;
	const struct ht_segment_section *threads = &decoding->layout.threads;
	const unsigned char *counted = counted_record(decoding, threads, index);
	struct ht_segment_counts counts;
	union slot_head head;
	if (counted == NULL || !count_slot(decoding, counted, &counts))
		return false;
	if (decoding->heap->threads == NULL)
		return true;
	const unsigned char *second = ht_segment_record(copy->second, copy->length, threads, index);
	if (second == NULL)
		return false;
	if (!read_owner(counted, second, &head))
		decoding->owner_torn = true;
	else if (head.slot.state == HEAPTOP_SLOT_LIVE && !less_base(&head.slot, &counts))
		decoding->owner_torn = true;
	else if (head.slot.state == HEAPTOP_SLOT_LIVE)
		list_thread(decoding, &head.slot, &counts);
	return true;
}

int
ht_segment_threads_decode(struct ht_segment_decoding *decoding)
{
	struct ht_heap_sample *heap = decoding->heap;
	struct ht_segment_counts overflow;
	size_t count = decoding->layout.threads.count;

	/* `exited` counts down from zero, modulo 2^64, to be lifted by the totals at the end. */
	if (decoding->want->detail & HT_DETAIL_THREADS) {
		heap->threads = ht_arena_array(decoding->arena, count, sizeof(*heap->threads));
		if (heap->threads == NULL)
			return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++)
		if (!decode_slot(decoding, i))
			return -EBADMSG;
	const unsigned char *record = counted_record(decoding, &decoding->layout.overflow, 0);
	if (record == NULL || !count_slot(decoding, record, &overflow))
		return -EBADMSG;
	heap->exited.allocated_bytes += decoding->total.allocated_bytes;
	heap->exited.allocated_blocks += decoding->total.allocated_blocks;
	heap->exited.freed_bytes += decoding->total.freed_bytes;
	heap->exited.freed_blocks += decoding->total.freed_blocks;
	return 0;
}
