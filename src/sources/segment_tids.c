/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "sources/segment_tids.h"

#include <stdio.h>
#include <stdlib.h>

struct pair {
	int32_t inner;
	int32_t outer;
};

/* FILE is "status" or "task/TID/status" of PID; its innermost number, or -1. */
static int32_t
innermost(const struct ht_proc_dir *proc, int32_t pid, const char *file)
{
	char text[4096];
	struct ht_procfs_status status;
	ssize_t length = ht_proc_dir_read(proc, pid, file, text, sizeof(text));
	if (length <= 0)
		return -1;
	ht_procfs_decode_status(text, (size_t)length, &status);
	return status.innermost_pid;
}

static bool
is_of_process(const struct ht_process_record *record, uint64_t start_time_ticks)
{
	return record->is_known && !record->is_gone && record->start_time_ticks == start_time_ticks;
}

/* Few processes start in the same tick, so few are asked. */
int32_t
ht_segment_tids_find_process(const struct ht_proc_dir *proc,
    const struct ht_process_table *processes, uint32_t own_namespace,
    const struct ht_segment_name *name)
{
	if (name->pid_namespace == own_namespace) {
		const struct ht_process_record *record =
		    ht_process_table_find(processes, name->pid);
		return record != NULL && is_of_process(record, name->start_time_ticks) ? name->pid
										       : 0;
	}
	for (size_t i = 0; i < processes->count; i++) {
		const struct ht_process_record *record = &processes->records[i];
		int32_t pid = record->entry.pid;
		if (is_of_process(record, name->start_time_ticks) && !record->is_kernel_thread &&
		    ht_proc_dir_namespace(proc, pid, "pid") == name->pid_namespace &&
		    innermost(proc, pid, "status") == name->pid)
			return pid;
	}
	return 0;
}

static int
by_inner(const void *left, const void *right)
{
	const struct pair *a = left;
	const struct pair *b = right;
	return (a->inner > b->inner) - (a->inner < b->inner);
}

static int32_t
translate(const struct pair *pairs, size_t count, int32_t inner)
{
	const struct pair key = { inner, 0 };
	const struct pair *pair = bsearch(&key, pairs, count, sizeof(*pairs), by_inner);
	return pair != NULL ? pair->outer : 0;
}

void
ht_segment_tids_translate(const struct ht_proc_dir *proc, int32_t pid, int32_t inner_pid,
    const struct ht_thread *tasks, size_t count, struct ht_heap_sample *heap)
{
	struct pair first = { inner_pid, pid };
	struct pair *pairs = count != 0 ? reallocarray(NULL, count, sizeof(*pairs)) : NULL;
	size_t known = 0;
	for (size_t i = 0; pairs != NULL && i < count; i++) {
		char file[48];
		snprintf(file, sizeof(file), "task/%d/status", (int)tasks[i].tid);
		pairs[known++] = (struct pair){ innermost(proc, pid, file), tasks[i].tid };
	}
	/* Without a list, or memory for it, the first thread at least is known. */
	const struct pair *all = known != 0 ? pairs : &first;
	size_t all_count = known != 0 ? known : 1;
	if (known != 0)
		qsort(pairs, known, sizeof(*pairs), by_inner);
	for (size_t i = 0; i < heap->thread_count; i++)
		heap->threads[i].tid = translate(all, all_count, heap->threads[i].tid);
	for (size_t i = 0; i < heap->event_count; i++)
		heap->events[i].tid = translate(all, all_count, heap->events[i].tid);
	free(pairs);
}
