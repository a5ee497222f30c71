/* SPDX-License-Identifier: MIT */
/*
 * Makes segments in memory, valid to the last byte, for tests to read, to spoil or to write
 * to a file.  Pointers lead into the bytes, so a test changes whatever it likes.
 * Ends the program where memory lacks.
 */
#ifndef HT_TEST_SEGMENT_BUILDER_H
#define HT_TEST_SEGMENT_BUILDER_H

#include <stddef.h>
#include <stdint.h>

#include "heaptop/segment.h"

/* What a segment has; 0 takes what the parenthesis says. */
struct segment_shape {
	uint32_t
	    classes; /* size classes, at most HEAPTOP_SIZE_CLASSES (all); slots are shorter for it */
	uint32_t threads;        /* slots (1) */
	uint32_t rings;          /* event sections, at most 8 (1) */
	uint32_t ring_records;   /* records of each, head included (9) */
	uint32_t slot_stride;    /* (what the classes need) */
	uint32_t event_stride;   /* (sizeof(struct heaptop_event)) */
	uint32_t globals_stride; /* (sizeof(struct heaptop_globals)) */
	uint32_t
	    unknown_bytes; /* length of a section of unknown type in front of the slots (none) */
};

struct segment_builder {
	unsigned char *bytes; /* owned */
	size_t length;        /* of the file */
	struct segment_shape shape;
	struct heaptop_segment_header *header;
	struct heaptop_section *contents; /* header->toc_count entries */
	struct heaptop_globals *globals;
	uint64_t *bounds;
	struct heaptop_thread_slot *overflow;
};

/* A live segment of pid 4242 called "builder" with no thread in it.  End it with ..._free. */
struct segment_builder *segment_builder_new(const struct segment_shape *shape);
void segment_builder_free(struct segment_builder *builder);

/* The first entry of the table of contents for sections of TYPE. */
struct heaptop_section *segment_builder_section(struct segment_builder *builder, uint32_t type);

struct heaptop_thread_slot *segment_builder_slot(struct segment_builder *builder, uint32_t index);

/* A new owner for slot INDEX: what was counted before is its base. */
struct heaptop_thread_slot *segment_builder_claim(
    struct segment_builder *builder, uint32_t index, uint32_t tid, const char *name);

/* The owner of slot INDEX ends; its counts stay. */
void segment_builder_release(struct segment_builder *builder, uint32_t index);

/* COUNT blocks of usable SIZE come or go; SIZE must have a class in the segment. */
void segment_builder_allocate(struct heaptop_thread_slot *slot, uint64_t size, uint64_t count);
void segment_builder_deallocate(struct heaptop_thread_slot *slot, uint64_t size, uint64_t count);

/* The head of ring RING, and its record INDEX (from 1). */
struct heaptop_event_ring *segment_builder_ring(struct segment_builder *builder, uint32_t ring);
struct heaptop_event *segment_builder_record(
    struct segment_builder *builder, uint32_t ring, uint32_t index);

/* Writes the next event of ring RING as a publisher would, without figures; to be completed. */
struct heaptop_event *segment_builder_event(struct segment_builder *builder, uint32_t ring,
    uint32_t kind, uint64_t monotonic_ns, const char *label);

/*
 * A segment with two living threads, an ended one, late frees, a collection and seven events.
 * The small one has but five size classes and a section of unknown type, and is one page.
 */
struct segment_builder *segment_builder_example(void);
struct segment_builder *segment_builder_small_example(void);

#endif
