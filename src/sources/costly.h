/* SPDX-License-Identifier: MIT */
/*
 * What costs too much for every process: command lines, user names, swap, proportional size; and
 * the limit of the cgroup.  Read for the processes that the request names, and kept from tick to tick.
 */
#ifndef HT_SOURCES_COSTLY_H
#define HT_SOURCES_COSTLY_H

#include "sources/proc_dir.h"
#include "sources/source.h"

struct ht_costly;

/* NULL for lack of memory.  DIR is borrowed, and is this machine's /proc. */
struct ht_costly *ht_costly_new(const struct ht_proc_dir *dir);

/* NULL is allowed. */
void ht_costly_free(struct ht_costly *costly);

/*
 * Completes procfs's samples in POLL for which the request asks for costly values.
 * 0 or -ENOMEM.  Proportional sizes and limits are
 * read of processes whose details are asked for, in turn within a budget of time and shown up to some
 * seconds old, unless every process's is asked for.
 */
int ht_costly_fill(struct ht_costly *costly, struct ht_poll *poll);

#endif
