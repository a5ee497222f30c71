/* SPDX-License-Identifier: MIT */
/* Size classes: their bounds as the segment declares them, and their sums. */
#include "config.h"

#include "decode/segment_parts.h"

#include <errno.h>
#include <string.h>

/* The upper bound of class INDEX, which exists. */
static uint64_t
bound_of(const struct ht_segment_decoding *decoding, size_t index)
{
	uint64_t bound = UINT64_MAX;
	const unsigned char *record = ht_segment_record(
	    decoding->copy->second, decoding->copy->length, &decoding->layout.classes, index);
	if (record != NULL)
		memcpy(&bound, record, sizeof(bound));
	return bound;
}

/* Every size has one class: the bounds rise, and the last takes all that is larger. */
static bool
bounds_are_sound(const struct ht_segment_decoding *decoding)
{
	size_t count = decoding->layout.classes.count;
	if (count > HT_SEGMENT_CLASSES_MOST)
		return false;
	for (size_t i = 1; i < count; i++)
		if (bound_of(decoding, i - 1) >= bound_of(decoding, i))
			return false;
	return bound_of(decoding, count - 1) == UINT64_MAX;
}

int
ht_segment_classes_prepare(struct ht_segment_decoding *decoding)
{
	if (!bounds_are_sound(decoding))
		return -EBADMSG;
	size_t count = decoding->layout.classes.count;
	size_t least = offsetof(struct heaptop_thread_slot, size_classes) +
		       count * sizeof(struct heaptop_size_class);
	if (decoding->layout.threads.stride < least || decoding->layout.overflow.stride < least)
		return -EBADMSG;
	decoding->class_count = count;
	decoding->classes = ht_arena_array(decoding->arena, count, sizeof(*decoding->classes));
	return decoding->classes != NULL ? 0 : -ENOMEM;
}

int
ht_segment_classes_list(struct ht_segment_decoding *decoding)
{
	struct ht_heap_sample *heap = decoding->heap;
	heap->size_classes =
	    ht_arena_array(decoding->arena, decoding->class_count, sizeof(*heap->size_classes));
	if (heap->size_classes == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < decoding->class_count; i++) {
		const struct heaptop_size_class *sum = &decoding->classes[i];
		if (sum->allocated_blocks == 0 && sum->freed_blocks == 0)
			continue;
		heap->size_classes[heap->size_class_count++] = (struct ht_size_class){
			.size_bytes = bound_of(decoding, i),
			.allocated_blocks = sum->allocated_blocks,
			.freed_blocks = sum->freed_blocks,
		};
	}
	return 0;
}
