/* SPDX-License-Identifier: MIT */
#include "segment_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONTENTS_OFFSET = sizeof(struct heaptop_segment_header), ALIGNMENT = 128 };

struct cursor {
	uint64_t offset;
	uint32_t sections;
	struct heaptop_section section[16];
};

/* Puts a section behind the others. */
static void
place(struct cursor *cursor, uint32_t type, uint32_t stride, uint32_t count)
{
	cursor->section[cursor->sections++] = (struct heaptop_section){
		.type = type,
		.version = 1,
		.stride = stride,
		.count = count,
		.offset = cursor->offset,
		.limit = count,
	};
	uint64_t bytes = (uint64_t)stride * count;
	cursor->offset += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static void
lay_out(const struct segment_shape *shape, struct cursor *cursor)
{
	cursor->offset = CONTENTS_OFFSET + sizeof(cursor->section);
	place(cursor, HEAPTOP_SECTION_GLOBALS, shape->globals_stride, 1);
	place(cursor, HEAPTOP_SECTION_SIZE_CLASSES, sizeof(uint64_t), shape->classes);
	place(cursor, HEAPTOP_SECTION_OVERFLOW, shape->slot_stride, 1);
	if (shape->unknown_bytes != 0)
		place(cursor, 0x7777, 1, shape->unknown_bytes);
	for (uint32_t i = 0; i < shape->rings; i++)
		place(cursor, HEAPTOP_SECTION_EVENTS, shape->event_stride, shape->ring_records);
	place(cursor, HEAPTOP_SECTION_THREADS, shape->slot_stride, shape->threads);
}

static void
fill_header(struct heaptop_segment_header *header, const struct cursor *cursor)
{
	memcpy(header->magic, HEAPTOP_SEGMENT_MAGIC, sizeof(header->magic));
	header->byte_order = HEAPTOP_SEGMENT_BYTE_ORDER;
	header->word_size = sizeof(void *);
	header->major = HEAPTOP_SEGMENT_MAJOR;
	header->minor = HEAPTOP_SEGMENT_MINOR;
	header->oldest_reader_minor = HEAPTOP_SEGMENT_OLDEST_READER_MINOR;
	header->header_size = sizeof(*header);
	header->toc_count = cursor->sections;
	header->toc_offset = CONTENTS_OFFSET;
	header->cap_bytes = cursor->offset;
	header->pid_namespace = 4026531836u;
	header->pid = 4242;
	header->uid = 1000;
	header->start_time_ticks = 123456;
	header->clock_realtime_ns = UINT64_C(1700000000000000000);
	header->clock_monotonic_ns = UINT64_C(5000000000);
	memcpy(header->name, "builder", sizeof("builder"));
	header->state = HEAPTOP_STATE_LIVE;
}

/* A slot with room for CLASSES. */
static size_t
slot_bytes(uint32_t classes)
{
	return offsetof(struct heaptop_thread_slot, size_classes) +
	       classes * sizeof(struct heaptop_size_class);
}

static uint32_t
or_else(uint32_t value, size_t otherwise)
{
	return value != 0 ? value : (uint32_t)otherwise;
}

struct segment_builder *
segment_builder_new(const struct segment_shape *shape)
{
	struct segment_builder *builder = calloc(1, sizeof(*builder));
	struct cursor cursor = { 0 };
	if (builder == NULL)
		abort();
	uint32_t classes = or_else(shape->classes, HEAPTOP_SIZE_CLASSES);
	builder->shape = (struct segment_shape){
		.classes = classes,
		.threads = or_else(shape->threads, 1),
		.rings = or_else(shape->rings, 1),
		.ring_records = or_else(shape->ring_records, 9),
		.slot_stride = or_else(shape->slot_stride, slot_bytes(classes)),
		.event_stride = or_else(shape->event_stride, sizeof(struct heaptop_event)),
		.globals_stride = or_else(shape->globals_stride, sizeof(struct heaptop_globals)),
		.unknown_bytes = shape->unknown_bytes,
	};
	lay_out(&builder->shape, &cursor);
	builder->length = cursor.offset;
	builder->bytes = aligned_alloc(ALIGNMENT, builder->length);
	if (builder->bytes == NULL)
		abort();
	memset(builder->bytes, 0, builder->length);
	builder->header = (struct heaptop_segment_header *)builder->bytes;
	builder->contents = (struct heaptop_section *)(builder->bytes + CONTENTS_OFFSET);
	fill_header(builder->header, &cursor);
	memcpy(builder->contents, cursor.section, sizeof(cursor.section));
	builder->globals = (struct heaptop_globals *)(builder->bytes + cursor.section[0].offset);
	builder->bounds = (uint64_t *)(builder->bytes + cursor.section[1].offset);
	builder->overflow =
	    (struct heaptop_thread_slot *)(builder->bytes + cursor.section[2].offset);
	for (unsigned i = 0; i + 1 < classes; i++)
		builder->bounds[i] = heaptop_size_class_bound(i);
	builder->bounds[classes - 1] = UINT64_MAX;
	for (uint32_t i = 0; i < builder->shape.rings; i++)
		segment_builder_ring(builder, i)->next = 1;
	return builder;
}

void
segment_builder_free(struct segment_builder *builder)
{
	free(builder->bytes);
	free(builder);
}

/* Entry NUMBER (from 0) among those of TYPE. */
static struct heaptop_section *
find_section(struct segment_builder *builder, uint32_t type, uint32_t number)
{
	for (uint32_t i = 0; i < builder->header->toc_count; i++)
		if (builder->contents[i].type == type && number-- == 0)
			return &builder->contents[i];
	abort();
}

struct heaptop_section *
segment_builder_section(struct segment_builder *builder, uint32_t type)
{
	return find_section(builder, type, 0);
}

static void *
record_at(struct segment_builder *builder, const struct heaptop_section *section, uint32_t index)
{
	return builder->bytes + section->offset + (uint64_t)index * section->stride;
}

struct heaptop_thread_slot *
segment_builder_slot(struct segment_builder *builder, uint32_t index)
{
	return record_at(builder, find_section(builder, HEAPTOP_SECTION_THREADS, 0), index);
}

static void
set_base(struct heaptop_thread_slot *slot, uint32_t classes)
{
	slot->base_allocated_bytes = slot->allocated_bytes;
	slot->base_freed_bytes = slot->freed_bytes;
	slot->base_failed_requests = slot->failed_requests;
	slot->base_allocated_blocks = 0;
	slot->base_freed_blocks = 0;
	for (unsigned i = 0; i < classes; i++) {
		slot->base_allocated_blocks += slot->size_classes[i].allocated_blocks;
		slot->base_freed_blocks += slot->size_classes[i].freed_blocks;
	}
}

struct heaptop_thread_slot *
segment_builder_claim(
    struct segment_builder *builder, uint32_t index, uint32_t tid, const char *name)
{
	struct heaptop_thread_slot *slot = segment_builder_slot(builder, index);
	slot->owner_sequence += 2;
	slot->state = HEAPTOP_SLOT_LIVE;
	slot->generation++;
	slot->tid = tid;
	slot->claimed_monotonic_ns = builder->header->clock_monotonic_ns;
	set_base(slot, builder->shape.classes);
	snprintf(slot->name, sizeof(slot->name), "%s", name);
	builder->globals->threads_started++;
	return slot;
}

void
segment_builder_release(struct segment_builder *builder, uint32_t index)
{
	struct heaptop_thread_slot *slot = segment_builder_slot(builder, index);
	slot->owner_sequence += 2;
	slot->state = HEAPTOP_SLOT_FREE;
	builder->globals->threads_exited++;
}

void
segment_builder_allocate(struct heaptop_thread_slot *slot, uint64_t size, uint64_t count)
{
	slot->allocated_bytes += size * count;
	slot->size_classes[heaptop_size_class_of(size)].allocated_blocks += count;
}

void
segment_builder_deallocate(struct heaptop_thread_slot *slot, uint64_t size, uint64_t count)
{
	slot->freed_bytes += size * count;
	slot->size_classes[heaptop_size_class_of(size)].freed_blocks += count;
}

struct heaptop_event_ring *
segment_builder_ring(struct segment_builder *builder, uint32_t ring)
{
	return record_at(builder, find_section(builder, HEAPTOP_SECTION_EVENTS, ring), 0);
}

struct heaptop_event *
segment_builder_record(struct segment_builder *builder, uint32_t ring, uint32_t index)
{
	return record_at(builder, find_section(builder, HEAPTOP_SECTION_EVENTS, ring), index);
}

struct heaptop_event *
segment_builder_event(struct segment_builder *builder, uint32_t ring, uint32_t kind,
    uint64_t monotonic_ns, const char *label)
{
	uint64_t number = segment_builder_ring(builder, ring)->next++;
	uint32_t index = 1 + (uint32_t)((number - 1) % (builder->shape.ring_records - 1));
	struct heaptop_event *event = segment_builder_record(builder, ring, index);
	event->sequence += 2;
	event->kind = kind;
	event->number = number;
	event->monotonic_ns = monotonic_ns;
	event->present = 0;
	memset(event->label, 0, sizeof(event->label));
	memcpy(event->label, label, strnlen(label, sizeof(event->label)));
	return event;
}

/* The example in a segment of SHAPE, with blocks of 48 bytes and of two LARGER sizes. */
static struct segment_builder *
example(const struct segment_shape *shape, uint64_t large, uint64_t larger)
{
	struct segment_builder *builder = segment_builder_new(shape);
	uint64_t now = builder->header->clock_monotonic_ns;
	segment_builder_allocate(segment_builder_claim(builder, 0, 4242, "main"), 48, 100);
	segment_builder_deallocate(segment_builder_slot(builder, 0), 48, 40);
	segment_builder_allocate(segment_builder_claim(builder, 1, 4243, "ended"), larger, 10);
	segment_builder_release(builder, 1);
	segment_builder_claim(builder, 1, 4244, "worker");
	segment_builder_allocate(segment_builder_slot(builder, 1), large, 7);
	segment_builder_deallocate(builder->overflow, larger, 4);

	builder->globals->inherited_live_bytes = 5000;
	builder->globals->inherited_live_blocks = 5;
	builder->globals->peak_live_bytes = 60000;
	builder->globals->peak_error_bytes = 2048;
	builder->globals->gc_sequence = 2;
	builder->globals->gc_events_total = 1;
	builder->globals->gc_pause_ns_total = 1500;
	builder->globals->last_gc_pause_ns = 1500;

	static const uint32_t kinds[] = { HEAPTOP_EVENT_THREAD_START, HEAPTOP_EVENT_THREAD_START,
		HEAPTOP_EVENT_THREAD_EXIT, HEAPTOP_EVENT_THREAD_START, HEAPTOP_EVENT_TRIM,
		HEAPTOP_EVENT_OOM, HEAPTOP_EVENT_HIGH_WATER };
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		segment_builder_event(builder, 0, kinds[i], now + 1000 * i, "example");
	return builder;
}

struct segment_builder *
segment_builder_example(void)
{
	return example(&(struct segment_shape){ .threads = 3 }, 1000, 4096);
}

struct segment_builder *
segment_builder_small_example(void)
{
	return example(
	    &(struct segment_shape){ .threads = 3, .classes = 5, .unknown_bytes = 512 }, 32, 64);
}
