/* SPDX-License-Identifier: MIT */
/* Writes a file that a person named, at once or piece by piece, and never over another without being told to. */
#ifndef HT_TUI_STORE_H
#define HT_TUI_STORE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/file.h"

/*
 * Writes LENGTH BYTES to the file PATH, readable by its owner alone; whole or not at all.  0, -EEXIST: it is there, and OVER
 * wasn't said; -EISDIR or -EINVAL: what is there is no regular file, and stays; or another -errno.
 */
int ht_store(const char *path, const char *bytes, size_t length, bool over);

/* A file that is being written; nothing of it is to be seen under its name before the end. */
struct ht_store {
	struct ht_file_draft draft;
	char path[PATH_MAX];
	bool over;
};

/* Begins what ht_store does at once, and returns what that does; after an error there is nothing to end. */
int ht_store_begin(struct ht_store *store, const char *path, bool over);

/* Appends.  0 or -errno; then what is left to do is to drop it. */
int ht_store_add(struct ht_store *store, const char *bytes, size_t length);

/* Gives the file its name.  0, or what ht_store returns: then nothing is left of it. */
int ht_store_end(struct ht_store *store);

/* Leaves nothing of it. */
void ht_store_drop(struct ht_store *store);

/* Why something isn't written, by the -errno that says so. */
const char *ht_store_reason(int status);

#endif
