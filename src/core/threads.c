/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "core/threads.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int
by_tid(const void *left, const void *right)
{
	const struct ht_thread *a = left;
	const struct ht_thread *b = right;
	return (a->tid > b->tid) - (a->tid < b->tid);
}

/* Takes the task of SLOT; false: it is gone, or another slot, left by a thread before, has its number. */
static bool
claim_task(const struct ht_thread *slot, void *context)
{
	const struct ht_process *row = context;
	struct ht_thread *task =
	    bsearch(slot, row->threads, row->thread_count, sizeof(*slot), by_tid);
	if (task == NULL || task->in_segment)
		return false;
	task->in_segment = true;
	return true;
}

static void
set_no_totals(struct ht_thread *thread)
{
	static const enum ht_thread_metric totals[] = { HT_THREAD_ALLOCATED,
		HT_THREAD_ALLOCATED_BLOCKS, HT_THREAD_FREED, HT_THREAD_FREED_BLOCKS };
	for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++)
		HT_SET_U(&thread->values, totals[i], 0);
}

/* The figures of SLOT to its task; the kernel knows its name and state better. */
static void
apply_slot(struct ht_process *row, const struct ht_thread *slot)
{
	struct ht_thread *task =
	    bsearch(slot, row->threads, row->thread_count, sizeof(*slot), by_tid);
	if (task == NULL)
		return;
	task->generation = slot->generation;
	task->values = slot->values;
	if (task->name[0] == '\0')
		memcpy(task->name, slot->name, sizeof(task->name));
}

static int
copy_threads(
    struct ht_arena *arena, const struct ht_thread *threads, size_t count, struct ht_process *row)
{
	row->threads = ht_arena_array(arena, count, sizeof(*row->threads));
	if (row->threads == NULL)
		return -ENOMEM;
	if (count != 0)
		memcpy(row->threads, threads, count * sizeof(*threads));
	row->thread_count = count;
	return 0;
}

int
ht_threads_merge(struct ht_arena *arena, const struct ht_sample *sample,
    const struct ht_sample *told, struct ht_process *row)
{
	struct ht_heap_sample *heap = told != NULL ? told->heap : NULL;
	if (sample->tasks == NULL) {
		if (heap == NULL)
			return 0;
		return copy_threads(arena, heap->threads, heap->thread_count, row);
	}
	if (copy_threads(arena, sample->tasks, sample->task_count, row) != 0)
		return -ENOMEM;
	qsort(row->threads, row->thread_count, sizeof(*row->threads), by_tid);
	if (heap == NULL)
		return 0;
	ht_heap_sample_retire(heap, claim_task, row);
	row->heap->exited = heap->exited;
	for (size_t i = 0; i < row->thread_count; i++)
		set_no_totals(&row->threads[i]);
	for (size_t i = 0; i < heap->thread_count; i++)
		apply_slot(row, &heap->threads[i]);
	return 0;
}
