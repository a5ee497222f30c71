/* SPDX-License-Identifier: MIT */
/* The header of a segment, and the phrases for what can be wrong with one. */
#include "config.h"

#include "decode/segment.h"

#include <string.h>

#include "heaptop/segment.h"

_Static_assert(HT_SEGMENT_HEADER_BYTES == sizeof(struct heaptop_segment_header), "one header");

const char *
ht_segment_fault_text(enum ht_segment_fault fault)
{
	switch (fault) {
	case HT_SEGMENT_OK:
		return "readable";
	case HT_SEGMENT_BUILDING:
		return "still being built";
	case HT_SEGMENT_TRUNCATED:
		return "cut short";
	case HT_SEGMENT_NOT_A_SEGMENT:
		return "not a segment";
	case HT_SEGMENT_OTHER_BYTE_ORDER:
		return "written on a machine of the other byte order";
	case HT_SEGMENT_OTHER_MAJOR:
		return "of another major version of the format";
	case HT_SEGMENT_NEEDS_NEWER_READER:
		return "needs a newer heaptop";
	case HT_SEGMENT_BAD_HEADER:
		return "impossible header";
	case HT_SEGMENT_TOO_LARGE:
		return "larger than any segment";
	case HT_SEGMENT_BAD_CONTENTS:
		return "table of contents out of bounds";
	case HT_SEGMENT_BAD_SECTION:
		return "section out of bounds";
	case HT_SEGMENT_MISSING_SECTION:
		return "section missing";
	case HT_SEGMENT_BAD_CLASSES:
		return "impossible size classes";
	case HT_SEGMENT_BAD_COUNTERS:
		return "impossible counters";
	}
	return "unreadable";
}

/* All but the magic. */
static enum ht_segment_fault
check_header(const struct heaptop_segment_header *header)
{
	if (header->byte_order == __builtin_bswap32(HEAPTOP_SEGMENT_BYTE_ORDER))
		return HT_SEGMENT_OTHER_BYTE_ORDER;
	if (header->byte_order != HEAPTOP_SEGMENT_BYTE_ORDER)
		return HT_SEGMENT_BAD_HEADER;
	/* The state is stored last: until then a zero may be a field that wasn't reached. */
	if (header->major != HEAPTOP_SEGMENT_MAJOR && header->major != 0)
		return HT_SEGMENT_OTHER_MAJOR;
	if (header->state == HEAPTOP_STATE_BUILDING)
		return HT_SEGMENT_BUILDING;
	if (header->major != HEAPTOP_SEGMENT_MAJOR)
		return HT_SEGMENT_OTHER_MAJOR;
	if (header->oldest_reader_minor > HEAPTOP_SEGMENT_MINOR)
		return HT_SEGMENT_NEEDS_NEWER_READER;
	if (header->word_size != 4 && header->word_size != 8)
		return HT_SEGMENT_BAD_HEADER;
	if (header->header_size < sizeof(*header) || header->state > HEAPTOP_STATE_EXEC)
		return HT_SEGMENT_BAD_HEADER;
	if (header->cap_bytes < header->header_size)
		return HT_SEGMENT_BAD_HEADER;
	return header->cap_bytes > HEAPTOP_SEGMENT_MOST_BYTES ? HT_SEGMENT_TOO_LARGE
							      : HT_SEGMENT_OK;
}

enum ht_segment_fault
ht_segment_probe(const void *bytes, size_t length, struct ht_segment_identity *out)
{
	struct heaptop_segment_header header;
	*out = (struct ht_segment_identity){ 0 };
	if (length < sizeof(header.magic) ||
	    memcmp(bytes, HEAPTOP_SEGMENT_MAGIC, sizeof(header.magic)) != 0)
		return HT_SEGMENT_NOT_A_SEGMENT;
	if (length < sizeof(header))
		return HT_SEGMENT_TRUNCATED;
	memcpy(&header, bytes, sizeof(header));
	enum ht_segment_fault fault = check_header(&header);
	if (fault != HT_SEGMENT_OK && fault != HT_SEGMENT_BUILDING)
		return fault;

	out->pid = header.pid;
	out->pid_namespace = header.pid_namespace;
	out->start_time_ticks = header.start_time_ticks;
	out->uid = header.uid;
	out->state = header.state;
	out->flags = header.flags;
	out->exec_generation = header.exec_generation;
	memcpy(out->boot_id, header.boot_id, sizeof(out->boot_id));
	out->clock_realtime_ns = header.clock_realtime_ns;
	out->clock_monotonic_ns = header.clock_monotonic_ns;
	out->heartbeat_ns = header.heartbeat_ns;
	memcpy(out->name, header.name, sizeof(header.name));
	return fault;
}
