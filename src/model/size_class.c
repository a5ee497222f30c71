/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "model/size_class.h"

#include "base/units.h"
#include "heaptop/segment.h"

/* The smallest size in the class that ends at BOUND, as far as it is one of the format's usual classes. */
static uint64_t
least_size(uint64_t bound)
{
	unsigned index = heaptop_size_class_of(bound);
	return index > 0 ? heaptop_size_class_bound(index - 1) + 1 : 0;
}

/* Blocks that a forked child has of its parent are in no class: then what it freed may exceed what it allocated. */
static uint64_t
live_blocks(const struct ht_size_class *class)
{
	return class->allocated_blocks >= class->freed_blocks
		   ? class->allocated_blocks - class->freed_blocks
		   : UINT64_MAX;
}

/* Bytes in all classes at LEAST and at MOST; false: they can't be known. */
static bool
find_range(const struct ht_heap *heap, double *least, double *most)
{
	*least = *most = 0;
	for (size_t i = 0; i < heap->size_class_count; i++) {
		const struct ht_size_class *class = &heap->size_classes[i];
		if (class->live_blocks == UINT64_MAX)
			return false;
		if (class->size_bytes == UINT64_MAX)
			continue;
		*least += (double)class->live_blocks * (double)least_size(class->size_bytes);
		*most += (double)class->live_blocks * (double)class->size_bytes;
	}
	return true;
}

static bool
is_forked(const struct ht_heap *heap)
{
	return HT_HAS(&heap->values, HT_HEAP_INHERITED_BLOCKS) &&
	       heap->values.value[HT_HEAP_INHERITED_BLOCKS].u != 0;
}

/* How far from the least to the most the bytes of each class are. */
static double
find_part(const struct ht_heap *heap, double least, double most)
{
	const struct ht_size_class *last =
	    heap->size_class_count != 0 ? &heap->size_classes[heap->size_class_count - 1] : NULL;
	bool open = last != NULL && last->size_bytes == UINT64_MAX && last->live_blocks != 0;
	if (open || is_forked(heap) || !HT_HAS(&heap->values, HT_HEAP_LIVE) || most <= least)
		return 0.5;
	double part = ((double)heap->values.value[HT_HEAP_LIVE].u - least) / (most - least);
	return part < 0 ? 0 : part > 1 ? 1 : part;
}

void
ht_size_classes_estimate(struct ht_heap *heap)
{
	double least, most;
	for (size_t i = 0; i < heap->size_class_count; i++) {
		heap->size_classes[i].live_blocks = live_blocks(&heap->size_classes[i]);
		heap->size_classes[i].live_bytes_estimate = UINT64_MAX;
	}
	if (!find_range(heap, &least, &most))
		return;
	double part = find_part(heap, least, most);
	for (size_t i = 0; i < heap->size_class_count; i++) {
		struct ht_size_class *class = &heap->size_classes[i];
		if (class->live_blocks == 0)
			class->live_bytes_estimate = 0;
		if (class->size_bytes == UINT64_MAX)
			continue;
		double low = (double)least_size(class->size_bytes);
		double size = low + part * ((double)class->size_bytes - low);
		class->live_bytes_estimate =
		    ht_units_whole((double)class->live_blocks * size + 0.5);
	}
}
