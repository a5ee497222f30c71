/* SPDX-License-Identifier: MIT */
/*
 * Bounds of a copied segment: finds the sections and gives out records.
 * Inside decode/ only.  What passes here lies inside the copy; nothing else may
 * compute an address in it.
 */
#ifndef HT_DECODE_SEGMENT_LAYOUT_H
#define HT_DECODE_SEGMENT_LAYOUT_H

#include "decode/segment.h"

#include "heaptop/segment.h"

/* A section whose records all lie in the first `end` bytes of the file. */
struct ht_segment_section {
	uint64_t offset;
	uint32_t stride; /* 0: the section is not there */
	uint32_t count;
	uint64_t end; /* offset + count * stride */
};

struct ht_segment_layout {
	uint64_t need;             /* bytes that hold header, contents and all known sections */
	uint64_t need_but_threads; /* the same without the thread slots */
	struct ht_segment_section globals;
	struct ht_segment_section classes;
	struct ht_segment_section overflow;
	struct ht_segment_section threads;
	struct ht_segment_section rings[HT_SEGMENT_RINGS_MOST]; /* each with its head at least */
	size_t ring_count;
};

/*
 * Reads header and table of contents in the LENGTH bytes at BYTES.  Every
 * section in OUT lies inside FILE_SIZE.  When OUT->need is above LENGTH, the table is not
 * all there and no section is filled in, or sections lie behind the copy: read more.
 */
enum ht_segment_fault ht_segment_layout_read(
    const void *bytes, size_t length, uint64_t file_size, struct ht_segment_layout *out);

/* How much of COPY's first there is. */
size_t ht_segment_first_length(const struct ht_segment_copy *copy);

/*
 * The bytes of record INDEX of SECTION in the LENGTH bytes at BYTES, or NULL when it
 * does not exist or does not lie in them whole.  At least as long as the section's stride.
 */
const unsigned char *ht_segment_record(
    const void *bytes, size_t length, const struct ht_segment_section *section, size_t index);

#endif
