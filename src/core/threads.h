/* SPDX-License-Identifier: MIT */
/* The threads of a process: every task that /proc has, with what the process published of it. */
#ifndef HT_CORE_THREADS_H
#define HT_CORE_THREADS_H

#include "model/frame.h"
#include "model/sample.h"

/*
 * Lists the threads of ROW in ARENA: the tasks of SAMPLE, each with its figures in
 * TOLD (NULL: there are none).  A task of an instrumented process without a
 * slot has 0 for its totals; a slot whose task is gone passes to exited threads, so that sums stay exact.
 * A process without tasks (it is dead) has the threads of TOLD.  0 or -ENOMEM.
 */
int ht_threads_merge(struct ht_arena *arena, const struct ht_sample *sample,
    const struct ht_sample *told, struct ht_process *row);

#endif
