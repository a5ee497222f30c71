/* SPDX-License-Identifier: MIT */
/*
 * What costs too much for every process, through libproc2: command lines, user
 * names, swap, proportional size; and the limit of the cgroup.  Read for the processes that the request names.
 */
#ifndef HT_SOURCES_PROCPS_H
#define HT_SOURCES_PROCPS_H

#include "sources/source.h"

struct ht_procps;

/* NULL for lack of memory.  libproc2 is set up at the first use. */
struct ht_procps *ht_procps_new(void);
void ht_procps_free(struct ht_procps *procps);

/*
 * Completes procfs's samples in POLL for which the request asks for costly values.
 * 0 or -ENOMEM.  Proportional sizes and limits are
 * read of processes whose details are asked for, in turn within a budget of time and shown up to some
 * seconds old, unless every process's is asked for.
 */
int ht_procps_fill(struct ht_procps *procps, struct ht_poll *poll);

#endif
