/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "cli/summary.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/units.h"
#include "decode/segment.h"
#include "heaptop/segment.h"
#include "model/frame.h"

enum { EXTENT_ROUNDS = 4 }; /* ht_segment_extent: three are enough */

/* The segment PLACE/heaptop.../NAME for each place that a publisher may have chosen, in its order. */
static int
open_segment(const char *name, char path[PATH_MAX])
{
	const char *override = getenv("HEAPTOP_DIR"), *runtime = getenv("XDG_RUNTIME_DIR");
	if (override != NULL && override[0] == '/') {
		snprintf(path, PATH_MAX, "%s/%s", override, name);
		return open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	}
	snprintf(path, PATH_MAX, "/dev/shm/heaptop-%u/%s", (unsigned)getuid(), name);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0 || runtime == NULL)
		return fd;
	snprintf(path, PATH_MAX, "%s/heaptop/%s", runtime, name);
	return open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

/* True when FD is a file that only this user, or root, can have made. */
static bool
is_own_file(int fd, struct stat *status)
{
	return fstat(fd, status) == 0 && S_ISREG(status->st_mode) && status->st_nlink == 1 &&
	       (status->st_uid == getuid() || status->st_uid == geteuid() || getuid() == 0);
}

/* Copies what a reader needs of the file into ARENA; its writer is gone. */
static void *
read_segment(int fd, uint64_t file_size, struct ht_arena *arena, size_t *length)
{
	uint64_t need = HT_SEGMENT_HEADER_BYTES;
	void *bytes = NULL;
	*length = 0;
	for (int round = 0; round < EXTENT_ROUNDS && need > *length; round++) {
		bytes = ht_arena_alloc(arena, (size_t)need);
		ssize_t got = bytes != NULL ? pread(fd, bytes, (size_t)need, 0) : -1;
		if (got < 0)
			return NULL;
		*length = (size_t)got;
		if (ht_segment_extent(bytes, *length, file_size, &need) != HT_SEGMENT_OK)
			return NULL;
		if (*length < need && (uint64_t)got >= file_size)
			return NULL;
	}
	return bytes;
}

/* The figures of the segment open at FD into SAMPLE. */
static bool
decode(int fd, struct ht_arena *arena, struct ht_sample *sample)
{
	struct ht_segment_identity identity;
	struct stat status;
	size_t length;
	if (!is_own_file(fd, &status))
		return false;
	uint64_t file_size = (uint64_t)status.st_size;
	const void *bytes = read_segment(fd, file_size, arena, &length);
	if (bytes == NULL || ht_segment_probe(bytes, length, &identity) != HT_SEGMENT_OK)
		return false;
	/* What an exec left behind tells nothing of the program that followed. */
	if (identity.state == HEAPTOP_STATE_EXEC)
		return false;
	const struct ht_segment_copy copy = {
		.first = bytes, .second = bytes, .length = length, .file_size = file_size
	};
	const struct ht_segment_want want = { .detail = HT_DETAIL_THREADS, .last_try = true };
	return ht_segment_decode(&copy, &want, arena, sample) == 0 && sample->heap != NULL;
}

static void
print_bytes(FILE *out, const struct ht_heap_values *values, enum ht_heap_metric bytes)
{
	char text[HT_UNITS_TEXT_BYTES];
	if (!HT_HAS(values, bytes)) {
		fprintf(out, "unknown bytes");
		return;
	}
	ht_units_bytes(values->value[bytes].u, text);
	fprintf(out, "%" PRIu64 " bytes (%s)", values->value[bytes].u, text);
}

static void
print_total(FILE *out, const char *title, const struct ht_heap_values *values,
    enum ht_heap_metric bytes, enum ht_heap_metric blocks)
{
	fprintf(out, "heaptop:   %-11s ", title);
	print_bytes(out, values, bytes);
	if (HT_HAS(values, blocks))
		fprintf(out, " in %" PRIu64 " blocks", values->value[blocks].u);
	fprintf(out, "\n");
}

static void
print_peak(FILE *out, const struct ht_heap_values *values)
{
	fprintf(out, "heaptop:   %-11s ", "peak:");
	print_bytes(out, values, HT_HEAP_PEAK);
	if (HT_HAS(values, HT_HEAP_PEAK_ERROR) && values->value[HT_HEAP_PEAK_ERROR].u != 0)
		fprintf(out, ", give or take %" PRIu64, values->value[HT_HEAP_PEAK_ERROR].u);
	fprintf(out, "\n");
}

/* The living that allocated or freed: others count for nothing, wherever they have a slot. */
static uint64_t
count_busy(const struct ht_heap_sample *heap)
{
	uint64_t count = 0;
	for (size_t i = 0; i < heap->thread_count; i++) {
		const struct ht_thread_values *values = &heap->threads[i].values;
		count += values->value[HT_THREAD_ALLOCATED_BLOCKS].u != 0 ||
			 values->value[HT_THREAD_FREED_BLOCKS].u != 0;
	}
	return count;
}

static void
print_heap(FILE *out, const struct ht_heap_sample *heap)
{
	const struct ht_heap_values *values = &heap->values;
	print_total(out, "allocated:", values, HT_HEAP_ALLOCATED, HT_HEAP_ALLOCATED_BLOCKS);
	print_total(out, "freed:", values, HT_HEAP_FREED, HT_HEAP_FREED_BLOCKS);
	print_total(out, "still live:", values, HT_HEAP_LIVE, HT_HEAP_LIVE_BLOCKS);
	print_peak(out, values);
	if (HT_HAS(values, HT_HEAP_FAILED))
		fprintf(out, "heaptop:   %-11s %" PRIu64 " requests\n",
		    "failed:", values->value[HT_HEAP_FAILED].u);
	fprintf(out, "heaptop:   %-11s %" PRIu64 "\n",
	    "threads:", count_busy(heap) + heap->exited.count);
}

/* Why no publisher can use the directory at PATH; NULL: none is known. */
static const char *
directory_obstacle(const char *path)
{
	struct stat status;
	if (lstat(path, &status) != 0) {
		/* A publisher makes it.  Whether that can be done is only known by doing it. */
		if (mkdir(path, 0700) != 0)
			return strerror(errno);
		rmdir(path);
		return NULL;
	}
	if (!S_ISDIR(status.st_mode))
		return "not a directory";
	if (status.st_uid != getuid())
		return "it belongs to another user";
	if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return "others may write to it";
	return access(path, W_OK | X_OK) != 0 ? strerror(errno) : NULL;
}

/* Nothing is known of NAME, and why, if that can be seen. */
static void
print_absence(FILE *out, const char *name, pid_t pid)
{
	const char *directory = getenv("HEAPTOP_DIR"), *obstacle = NULL;
	if (directory != NULL && directory[0] == '/')
		obstacle = directory_obstacle(directory);
	fprintf(out, "heaptop: %s (pid %d) published nothing: ", name, (int)pid);
	if (obstacle == NULL) {
		fprintf(out, "there is no summary of it\n");
		return;
	}
	struct ht_text shown;
	ht_text_init(&shown);
	ht_text_add_printable(&shown, directory, true);
	fprintf(out, "the directory '%s' (HEAPTOP_DIR) cannot be used: %s\n",
	    ht_text_string(&shown), obstacle);
	ht_text_release(&shown);
}

void
ht_summary_print(FILE *out, const char *name, pid_t pid, uint64_t start_time_ticks)
{
	struct stat namespace, status;
	char segment[96], path[PATH_MAX];
	struct ht_sample sample;
	struct ht_text shown;
	struct ht_arena *arena = ht_arena_new();
	if (stat("/proc/self/ns/pid", &namespace) != 0)
	namespace.st_ino = 0;
	snprintf(segment, sizeof(segment), "%" PRIu64 ".%d.%" PRIu64, (uint64_t) namespace.st_ino,
	    (int)pid, start_time_ticks);
	ht_text_init(&shown);
	ht_text_add_printable(&shown, name, true);
	int fd = open_segment(segment, path);
	if (fd >= 0 && arena != NULL && decode(fd, arena, &sample)) {
		fprintf(out, "heaptop: %s (pid %d):\n", ht_text_string(&shown), (int)pid);
		print_heap(out, sample.heap);
	} else {
		print_absence(out, ht_text_string(&shown), pid);
	}
	if (fd >= 0) {
		if (is_own_file(fd, &status))
			unlink(path);
		close(fd);
	}
	ht_text_release(&shown);
	ht_arena_free(arena);
}
