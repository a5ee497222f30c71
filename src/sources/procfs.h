/* SPDX-License-Identifier: MIT */
/*
 * The procfs source: every process that may be seen, its memory and processor
 * time, at a few microseconds each; the host's memory; and for the processes that the
 * request names what costs more (sources/costly.h).
 */
#ifndef HT_SOURCES_PROCFS_H
#define HT_SOURCES_PROCFS_H

#include "sources/source.h"

struct ht_procfs;

/*
 * A source on the tree at ROOT, "/proc" but in tests.  0 and *OUT, which
 * ht_procfs_free ends, or -errno with ERROR filled.
 */
int ht_procfs_new(const char *root, struct ht_procfs **out, struct ht_error *error);
void ht_procfs_free(struct ht_procfs *procfs);

/* Brings the process table up to date and adds a sample a process.  0 or -ENOMEM. */
int ht_procfs_poll(struct ht_procfs *procfs, struct ht_poll *poll);

extern const struct ht_source ht_source_procfs;

#endif
