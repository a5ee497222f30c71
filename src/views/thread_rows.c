/* SPDX-License-Identifier: MIT */
/* Threads as rows below their process, each drawn as if it were one. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "views/choice.h"
#include "views/tree.h"

/* No process has such a generation: the first thread has its process's number. */
#define THREAD_GENERATION (UINT64_C(1) << 63)

struct thread_row {
	struct ht_process process;
	struct ht_heap heap;
};

struct order {
	const struct ht_table *table;
	const struct ht_sort *sort;
};

static int
compare_rows(const void *a, const void *b, void *data)
{
	const struct order *order = data;
	return order->table->compare(order->sort, ((const struct ht_row_item *)a)->item,
	    ((const struct ht_row_item *)b)->item);
}

/* The lines before a thread of the process in ROW. */
static const char *
branch_of(struct ht_arena *arena, const struct ht_row_item *row)
{
	const char *above = row->branch != NULL ? row->branch : "";
	size_t length = strlen(above);
	char *branch = ht_arena_alloc(arena, length + 3);
	if (branch == NULL)
		return NULL;
	memcpy(branch, above, length);
	if (length > 0)
		branch[length - 1] = above[length - 1] == '+' ? '|' : ' ';
	branch[length] = row->is_parent && row->below == 0 ? '|' : ' ';
	branch[length + 1] = 't';
	return branch;
}

static int
add_threads(
    const struct ht_table *table, struct ht_view_state *state, const struct ht_row_item *row)
{
	const struct ht_process *process = row->process;
	struct ht_arena *arena = ht_view_state_arena(state);
	struct thread_row *threads = ht_arena_array(arena, process->thread_count, sizeof(*threads));
	const char *branch = branch_of(arena, row);
	size_t first = state->row_count;
	if (threads == NULL || branch == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < process->thread_count; i++) {
		const struct ht_thread *thread = &process->threads[i];
		threads[i].process = ht_choice_thread_as_process(process, thread, &threads[i].heap);
		struct ht_row_item item = {
			.key = { (uint64_t)thread->tid,
			    process->key.start_time_ticks | THREAD_GENERATION },
			.item = &threads[i].process,
			.process = process,
			.branch = branch,
			.is_thread = true,
		};
		if (ht_view_state_push(state, &item) != 0)
			return -ENOMEM;
	}
	struct order order = { table, &state->sort };
	qsort_r(
	    state->rows + first, process->thread_count, sizeof(*state->rows), compare_rows, &order);
	return 0;
}

int
ht_tree_add_threads(const struct ht_table *table, struct ht_view_state *state)
{
	struct ht_arena *arena = ht_view_state_arena(state);
	size_t count = state->row_count;
	struct ht_row_item *rows =
	    arena != NULL ? ht_arena_array(arena, count + 1, sizeof(*rows)) : NULL;
	int error = rows != NULL ? 0 : -ENOMEM;
	if (error != 0)
		return error;
	if (count != 0)
		memcpy(rows, state->rows, count * sizeof(*rows));
	state->row_count = 0;
	for (size_t i = 0; i < count && error == 0; i++) {
		error = ht_view_state_push(state, &rows[i]);
		/* Of a process with one thread, its row says all. */
		if (error == 0 && rows[i].process->thread_count > 1 &&
		    (rows[i].process->detail & HT_DETAIL_THREADS) != 0)
			error = add_threads(table, state, &rows[i]);
	}
	return error;
}
