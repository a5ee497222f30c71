/* SPDX-License-Identifier: MIT */
/* Numbers of threads and processes of another pid namespace, as the monitor sees them. */
#ifndef HT_SOURCES_SEGMENT_TIDS_H
#define HT_SOURCES_SEGMENT_TIDS_H

#include "model/sample.h"
#include "sources/proc_dir.h"
#include "sources/process_table.h"
#include "sources/segment_name.h"

/*
 * The process of PROCESSES that NAME means: its own pid where OWN_NAMESPACE is
 * NAME's, else found by start time, namespace and inner pid.  Or 0.
 */
int32_t ht_segment_tids_find_process(const struct ht_proc_dir *proc,
    const struct ht_process_table *processes, uint32_t own_namespace,
    const struct ht_segment_name *name);

/*
 * Translates the tids of HEAP, those of its threads and events, by the TASKS of process PID
 * (COUNT 0: not known).  INNER_PID is its number inside.  One that can't be translated becomes 0.
 */
void ht_segment_tids_translate(const struct ht_proc_dir *proc, int32_t pid, int32_t inner_pid,
    const struct ht_thread *tasks, size_t count, struct ht_heap_sample *heap);

#endif
