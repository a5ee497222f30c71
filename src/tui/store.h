/* SPDX-License-Identifier: MIT */
/* Writes a file that a person named, and never over another without being told to. */
#ifndef HT_TUI_STORE_H
#define HT_TUI_STORE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes LENGTH BYTES to the file PATH, readable by its owner alone; whole or not at all.  0, -EEXIST: it is there, and OVER
 * wasn't said; -EISDIR or -EINVAL: what is there is no regular file, and stays; or another -errno.
 */
int ht_store(const char *path, const char *bytes, size_t length, bool over);

#endif
