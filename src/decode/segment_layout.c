/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "decode/segment_layout.h"
#include "model/frame.h"

#include <string.h>

/* Least stride of a record that this reader can use; 0: a type that it skips. */
static uint32_t
least_stride(uint32_t type)
{
	switch (type) {
	case HEAPTOP_SECTION_GLOBALS:
		return sizeof(struct heaptop_globals);
	case HEAPTOP_SECTION_SIZE_CLASSES:
		return sizeof(uint64_t);
	case HEAPTOP_SECTION_OVERFLOW:
	case HEAPTOP_SECTION_THREADS:
		/* How many classes follow is for the SIZE_CLASSES section to say. */
		return offsetof(struct heaptop_thread_slot, size_classes);
	case HEAPTOP_SECTION_EVENTS:
		return sizeof(struct heaptop_event);
	default: /* a number from a file, not an enum of ours */
		return 0;
	}
}

/* Checks ENTRY's bounds against FILE_SIZE and fills OUT; true when they hold. */
static bool
section_is_sound(
    const struct heaptop_section *entry, uint64_t file_size, struct ht_segment_section *out)
{
	uint64_t bytes, end;
	if (entry->stride < least_stride(entry->type))
		return false;
	/* Whole 64-bit words, so that the kernel copies none of them in halves. */
	if (entry->offset % sizeof(uint64_t) != 0 || entry->stride % sizeof(uint64_t) != 0)
		return false;
	if (__builtin_mul_overflow((uint64_t)entry->count, (uint64_t)entry->stride, &bytes) ||
	    __builtin_add_overflow(entry->offset, bytes, &end) || end > file_size)
		return false;
	*out = (struct ht_segment_section){
		.offset = entry->offset,
		.stride = entry->stride,
		.count = entry->count,
		.end = end,
	};
	return true;
}

/* Where a section of TYPE goes; NULL: the ring table is full. */
static struct ht_segment_section *
place_of(struct ht_segment_layout *layout, uint32_t type)
{
	switch ((enum heaptop_section_type)type) {
	case HEAPTOP_SECTION_GLOBALS:
		return &layout->globals;
	case HEAPTOP_SECTION_SIZE_CLASSES:
		return &layout->classes;
	case HEAPTOP_SECTION_OVERFLOW:
		return &layout->overflow;
	case HEAPTOP_SECTION_THREADS:
		return &layout->threads;
	case HEAPTOP_SECTION_EVENTS:
		if (layout->ring_count == HT_SEGMENT_RINGS_MOST)
			return NULL;
		return &layout->rings[layout->ring_count++];
	}
	return NULL;
}

static enum ht_segment_fault
add_section(
    struct ht_segment_layout *layout, const struct heaptop_section *entry, uint64_t file_size)
{
	struct ht_segment_section section;
	if (least_stride(entry->type) == 0)
		return HT_SEGMENT_OK;
	if (!section_is_sound(entry, file_size, &section))
		return HT_SEGMENT_BAD_SECTION;
	if (section.end > HT_SEGMENT_COPY_MOST_BYTES ||
	    (entry->type == HEAPTOP_SECTION_EVENTS && section.count > HT_SEGMENT_RING_MOST))
		return HT_SEGMENT_TOO_LARGE;
	if (entry->type == HEAPTOP_SECTION_EVENTS && section.count == 0)
		return HT_SEGMENT_OK;
	struct ht_segment_section *place = place_of(layout, entry->type);
	if (place == NULL)
		return HT_SEGMENT_OK;
	if (place->stride != 0)
		return HT_SEGMENT_BAD_SECTION;
	*place = section;
	if (section.end > layout->need)
		layout->need = section.end;
	if (section.end > layout->need_but_threads && entry->type != HEAPTOP_SECTION_THREADS)
		layout->need_but_threads = section.end;
	return HT_SEGMENT_OK;
}

/* Bounds of the table of contents; its end is in layout->need afterwards. */
static enum ht_segment_fault
check_contents(const struct heaptop_segment_header *header, uint64_t file_size,
    struct ht_segment_layout *layout)
{
	uint64_t end;
	if (header->cap_bytes > file_size)
		return HT_SEGMENT_TRUNCATED;
	if (header->toc_count > HT_SEGMENT_SECTIONS_MOST ||
	    header->toc_offset % sizeof(uint64_t) != 0 || header->toc_offset < header->header_size)
		return HT_SEGMENT_BAD_CONTENTS;
	uint64_t bytes = (uint64_t)header->toc_count * sizeof(struct heaptop_section);
	if (__builtin_add_overflow(header->toc_offset, bytes, &end) || end > file_size)
		return HT_SEGMENT_BAD_CONTENTS;
	if (end > HT_SEGMENT_COPY_MOST_BYTES)
		return HT_SEGMENT_TOO_LARGE;
	layout->need = layout->need_but_threads = end;
	return HT_SEGMENT_OK;
}

static bool
has_all_sections(const struct ht_segment_layout *layout)
{
	return layout->globals.count != 0 && layout->classes.count != 0 &&
	       layout->overflow.count != 0 && layout->threads.stride != 0;
}

enum ht_segment_fault
ht_segment_layout_read(
    const void *bytes, size_t length, uint64_t file_size, struct ht_segment_layout *out)
{
	struct ht_segment_identity identity;
	struct heaptop_segment_header header;
	*out = (struct ht_segment_layout){ 0 };
	enum ht_segment_fault fault = ht_segment_probe(bytes, length, &identity);
	if (fault != HT_SEGMENT_OK)
		return fault;
	if (file_size > HEAPTOP_SEGMENT_MOST_BYTES)
		return HT_SEGMENT_TOO_LARGE;
	memcpy(&header, bytes, sizeof(header));
	fault = check_contents(&header, file_size, out);
	if (fault != HT_SEGMENT_OK || out->need > length)
		return fault;

	const unsigned char *table = (const unsigned char *)bytes + header.toc_offset;
	for (uint32_t i = 0; i < header.toc_count; i++) {
		struct heaptop_section entry;
		memcpy(&entry, table + i * sizeof(entry), sizeof(entry));
		fault = add_section(out, &entry, file_size);
		if (fault != HT_SEGMENT_OK)
			return fault;
	}
	return has_all_sections(out) ? HT_SEGMENT_OK : HT_SEGMENT_MISSING_SECTION;
}

enum ht_segment_fault
ht_segment_extent(const void *bytes, size_t length, uint64_t file_size, uint64_t *need)
{
	struct ht_segment_layout layout;
	*need = 0;
	enum ht_segment_fault fault = ht_segment_layout_read(bytes, length, file_size, &layout);
	if (fault == HT_SEGMENT_OK)
		*need = layout.need;
	return fault;
}

enum ht_segment_fault
ht_segment_first_extent(
    const void *bytes, size_t length, uint64_t file_size, uint32_t detail, uint64_t *need)
{
	struct ht_segment_layout layout;
	*need = 0;
	enum ht_segment_fault fault = ht_segment_layout_read(bytes, length, file_size, &layout);
	if (fault == HT_SEGMENT_OK)
		*need = (detail & HT_DETAIL_THREADS) != 0 ? layout.need : layout.need_but_threads;
	return fault;
}

size_t
ht_segment_first_length(const struct ht_segment_copy *copy)
{
	return copy->first_length != 0 && copy->first_length < copy->length ? copy->first_length
									    : copy->length;
}

const unsigned char *
ht_segment_record(
    const void *bytes, size_t length, const struct ht_segment_section *section, size_t index)
{
	if (index >= section->count || section->end > length)
		return NULL;
	return (const unsigned char *)bytes + section->offset + index * section->stride;
}
