/* SPDX-License-Identifier: MIT */
/*
 * One segment file: opened without trusting who put it there, copied by
 * pread (never mapped: a hole would become memory, and a file cut short a SIGBUS), probed for life by
 * its lock.
 */
#ifndef HT_SOURCES_SEGMENT_FILE_H
#define HT_SOURCES_SEGMENT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "decode/segment.h"

/* Who may own a file; UINT32_MAX fits nobody. */
struct ht_segment_owners {
	uint32_t uids[4];
};

/* Room for copies, shared by all files and used again each tick. */
struct ht_segment_buffers {
	unsigned char *first;  /* owned */
	unsigned char *second; /* owned */
	size_t capacity;       /* of each */
};

void ht_segment_buffers_release(struct ht_segment_buffers *buffers);

/* Gives back room that only an abnormal file needed. */
void ht_segment_buffers_trim(struct ht_segment_buffers *buffers);

/*
 * Opens NAME in DIRECTORY_FD for reading.  Only a regular file with one link that
 * root or one of OWNERS owns is opened.  Its descriptor, which the caller closes, or
 * -errno: -EPERM when it is something else.  Never blocks and never follows a link.
 */
int ht_segment_file_open(
    int directory_fd, const char *name, const struct ht_segment_owners *owners);

/* True while the publisher, or a child that kept its mapping, holds the file's lock. */
bool ht_segment_file_is_locked(int fd);

/* What the header tells.  HT_SEGMENT_TRUNCATED also for a file that can't be read. */
enum ht_segment_fault ht_segment_file_probe(int fd, struct ht_segment_identity *identity);

/*
 * Reads and decodes the file: 0 and SAMPLE (LIVE or CORRUPT), or -errno:
 * -ENODATA while it is being built.  IS_QUIET says that nobody writes it any more, so that
 * one copy does.  *NEED is how much was read, to begin with next time.  Bounded: at most a few copies.
 */
int ht_segment_file_read(int fd, struct ht_segment_buffers *buffers, uint32_t detail, bool is_quiet,
    size_t *need, struct ht_arena *arena, struct ht_sample *sample);

#endif
