/* SPDX-License-Identifier: MIT */
/* A segment, read for a check. */
#include "config.h"

#include "segment_totals.h"

#include "check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Field 22 of /proc/PID/stat; counted from the last ')', since a name may hold anything. */
static unsigned long long
start_time(int pid)
{
	char text[1024];

	snprintf(text, sizeof(text), "/proc/%d/stat", pid);
	int fd = open(text, O_RDONLY | O_CLOEXEC);
	HT_REQUIRE(fd >= 0);
	ssize_t length = read(fd, text, sizeof(text) - 1);
	HT_REQUIRE(length > 0);
	close(fd);
	text[length] = '\0';
	char *field = strrchr(text, ')');
	HT_REQUIRE(field != NULL);
	for (int i = 3; i <= 22; i++) {
		field = strchr(field + 1, ' ');
		HT_REQUIRE(field != NULL);
	}
	return strtoull(field, NULL, 10);
}

void
ht_segment_path(int pid, char *path, size_t size)
{
	struct stat namespace;
	const char *directory = getenv("HEAPTOP_DIR");

	HT_REQUIRE(directory != NULL);
	HT_REQUIRE(stat("/proc/self/ns/pid", &namespace) == 0);
	snprintf(path, size, "%s/%llu.%d.%llu", directory, (unsigned long long)namespace.st_ino,
	    pid, start_time(pid));
}

bool
ht_segment_exists(void)
{
	struct heaptop_segment_header header;
	char path[4200];

	ht_segment_path(getpid(), path, sizeof(path));
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool live = pread(fd, &header, sizeof(header), 0) == sizeof(header) &&
		    header.state == HEAPTOP_STATE_LIVE;
	close(fd);
	return live;
}

static void
read_at(int fd, uint64_t offset, void *buffer, size_t size)
{
	HT_REQUIRE(pread(fd, buffer, size, (off_t)offset) == (ssize_t)size);
}

static int
open_segment(const char *path, struct heaptop_segment_header *header)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	HT_REQUIRE(fd >= 0);
	read_at(fd, 0, header, sizeof(*header));
	HT_REQUIRE(memcmp(header->magic, HEAPTOP_SEGMENT_MAGIC, sizeof(header->magic)) == 0);
	return fd;
}

static struct heaptop_section
section_at(int fd, const struct heaptop_segment_header *header, uint32_t index)
{
	struct heaptop_section section;

	read_at(fd, header->toc_offset + index * sizeof(section), &section, sizeof(section));
	return section;
}

static void
add_slot(struct ht_totals *totals, const struct heaptop_thread_slot *slot)
{
	totals->allocated_bytes += slot->allocated_bytes;
	totals->freed_bytes += slot->freed_bytes;
	totals->failed_requests += slot->failed_requests;
	for (unsigned i = 0; i < HEAPTOP_SIZE_CLASSES; i++) {
		totals->allocated_blocks += slot->size_classes[i].allocated_blocks;
		totals->freed_blocks += slot->size_classes[i].freed_blocks;
		totals->size_classes[i].allocated_blocks += slot->size_classes[i].allocated_blocks;
		totals->size_classes[i].freed_blocks += slot->size_classes[i].freed_blocks;
	}
}

static void
read_threads(int fd, const struct heaptop_section *section, struct ht_segment_picture *picture)
{
	struct heaptop_thread_slot slot;

	picture->backed_slots = section->count;
	for (uint32_t i = 0; i < section->count; i++) {
		read_at(fd, section->offset + (uint64_t)i * section->stride, &slot, sizeof(slot));
		add_slot(&picture->totals, &slot);
		picture->live_slots += slot.state == HEAPTOP_SLOT_LIVE;
		picture->slots_ever_used += slot.generation != 0;
	}
}

void
ht_segment_read_file(const char *path, struct ht_segment_picture *picture)
{
	struct heaptop_thread_slot slot;

	memset(picture, 0, sizeof(*picture));
	int fd = open_segment(path, &picture->header);
	for (uint32_t i = 0; i < picture->header.toc_count; i++) {
		struct heaptop_section section = section_at(fd, &picture->header, i);
		if (section.type == HEAPTOP_SECTION_GLOBALS)
			read_at(fd, section.offset, &picture->globals, sizeof(picture->globals));
		if (section.type == HEAPTOP_SECTION_THREADS)
			read_threads(fd, &section, picture);
		if (section.type == HEAPTOP_SECTION_OVERFLOW) {
			read_at(fd, section.offset, &slot, sizeof(slot));
			add_slot(&picture->totals, &slot);
			add_slot(&picture->overflow, &slot);
		}
	}
	close(fd);
}

void
ht_segment_read(struct ht_segment_picture *picture)
{
	char path[4200];

	ht_segment_path(getpid(), path, sizeof(path));
	ht_segment_read_file(path, picture);
	HT_REQUIRE(picture->header.pid == (uint32_t)getpid());
}

static bool
find_event(int fd, const struct heaptop_section *section, uint32_t kind, const char *prefix,
    struct heaptop_event *latest)
{
	struct heaptop_event event;
	bool found = false;

	for (uint32_t i = 1; i < section->count; i++) {
		read_at(fd, section->offset + (uint64_t)i * section->stride, &event, sizeof(event));
		if (event.sequence == 0 || event.sequence % 2 != 0 || event.kind != kind ||
		    strncmp(event.label, prefix, strlen(prefix)) != 0)
			continue;
		if (!found || event.number > latest->number)
			*latest = event;
		found = true;
	}
	return found;
}

bool
ht_segment_event(uint32_t kind, const char *prefix, struct heaptop_event *event)
{
	struct heaptop_segment_header header;
	char path[4200];
	bool found = false;

	ht_segment_path(getpid(), path, sizeof(path));
	int fd = open_segment(path, &header);
	for (uint32_t i = 0; i < header.toc_count && !found; i++) {
		struct heaptop_section section = section_at(fd, &header, i);
		if (section.type == HEAPTOP_SECTION_EVENTS)
			found = find_event(fd, &section, kind, prefix, event);
	}
	close(fd);
	return found;
}

static void
require_difference(const char *name, uint64_t before, uint64_t after, uint64_t done)
{
	if (after - before == done)
		return;
	dprintf(STDOUT_FILENO, "# %s: counted %llu, done %llu\n", name,
	    (unsigned long long)(after - before), (unsigned long long)done);
	HT_REQUIRE(!"counts are exact");
}

void
ht_totals_require(
    const struct ht_totals *before, const struct ht_totals *after, const struct ht_totals *done)
{
	require_difference("allocated blocks", before->allocated_blocks, after->allocated_blocks,
	    done->allocated_blocks);
	require_difference(
	    "freed blocks", before->freed_blocks, after->freed_blocks, done->freed_blocks);
	require_difference("allocated bytes", before->allocated_bytes, after->allocated_bytes,
	    done->allocated_bytes);
	require_difference(
	    "freed bytes", before->freed_bytes, after->freed_bytes, done->freed_bytes);
	require_difference("failed requests", before->failed_requests, after->failed_requests,
	    done->failed_requests);
	for (unsigned i = 0; i < HEAPTOP_SIZE_CLASSES; i++) {
		require_difference("allocated in a class", before->size_classes[i].allocated_blocks,
		    after->size_classes[i].allocated_blocks,
		    done->size_classes[i].allocated_blocks);
		require_difference("freed in a class", before->size_classes[i].freed_blocks,
		    after->size_classes[i].freed_blocks, done->size_classes[i].freed_blocks);
	}
}

void
ht_totals_allocated(struct ht_totals *totals, size_t usable)
{
	totals->allocated_bytes += usable;
	totals->allocated_blocks++;
	totals->size_classes[heaptop_size_class_of(usable)].allocated_blocks++;
}

void
ht_totals_freed(struct ht_totals *totals, size_t usable)
{
	totals->freed_bytes += usable;
	totals->freed_blocks++;
	totals->size_classes[heaptop_size_class_of(usable)].freed_blocks++;
}

void
ht_totals_add(struct ht_totals *sum, const struct ht_totals *more)
{
	sum->allocated_bytes += more->allocated_bytes;
	sum->allocated_blocks += more->allocated_blocks;
	sum->freed_bytes += more->freed_bytes;
	sum->freed_blocks += more->freed_blocks;
	sum->failed_requests += more->failed_requests;
	for (unsigned i = 0; i < HEAPTOP_SIZE_CLASSES; i++) {
		sum->size_classes[i].allocated_blocks += more->size_classes[i].allocated_blocks;
		sum->size_classes[i].freed_blocks += more->size_classes[i].freed_blocks;
	}
}
