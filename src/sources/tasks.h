/* SPDX-License-Identifier: MIT */
/*
 * The threads of the processes whose threads the request names: number, name,
 * state and processor time of each, as /proc has them.
 */
#ifndef HT_SOURCES_TASKS_H
#define HT_SOURCES_TASKS_H

#include "sources/proc_dir.h"
#include "sources/source.h"

struct ht_tasks;

/* DIR, an open /proc, is borrowed.  NULL for lack of memory. */
struct ht_tasks *ht_tasks_new(const struct ht_proc_dir *dir);
void ht_tasks_free(struct ht_tasks *tasks);

/*
 * Puts threads to procfs's samples in POLL for which the request asks for them, and forgets
 * what it kept of others.  Every figure is of this tick, but a name that another thread gave may
 * be some ticks old.  0 or -ENOMEM.
 */
int ht_tasks_fill(struct ht_tasks *tasks, struct ht_poll *poll);

#endif
