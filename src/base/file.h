/* SPDX-License-Identifier: MIT */
/* Writing to files: all of it, and, where others read them, under their name only once they are whole. */
#ifndef HT_BASE_FILE_H
#define HT_BASE_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* Writes all LENGTH BYTES to FD, signals or not.  0 or -errno: a part may be written. */
int ht_file_write(int fd, const char *bytes, size_t length);

/* A file beside the one that it is to become. */
struct ht_file_draft {
	char name[PATH_MAX];
	int fd; /* owned */
};

/* Begins one for PATH, for its owner alone to read.  0 or -errno; then there is nothing to end or drop. */
int ht_file_draft_begin(struct ht_file_draft *draft, const char *path);

/*
 * Gives it the name PATH, in place of what is there or, without OVER, only where nothing is.  0, -EEXIST, or another
 * -errno: then nothing is left of it.  Not every file system has hard links: on those, without OVER, what comes there at
 * the same moment is replaced.
 */
int ht_file_draft_end(struct ht_file_draft *draft, const char *path, bool over);

/* Leaves nothing of it. */
void ht_file_draft_drop(struct ht_file_draft *draft);

#endif
