/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/fold.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A folded row with what is below it. */
struct ht_fold_sum {
	struct ht_process process; /* first: rows' items are processes */
	struct ht_heap heap;
	uint64_t lacking; /* bits of process figures that some process lacks */
	size_t heaps;
	uint32_t known_process[HT_PROCESS_METRICS],
	    known_heap[HT_HEAP_METRICS]; /* processes summed */
};

static bool
is_same(struct ht_row_key a, struct ht_row_key b)
{
	return a.id == b.id && a.generation == b.generation;
}

bool
ht_fold_has(const struct ht_view_state *state, struct ht_row_key key)
{
	for (size_t i = 0; i < state->folded_count; i++)
		if (is_same(state->folded[i], key))
			return true;
	return false;
}

int
ht_fold_add(struct ht_view_state *state, struct ht_row_key key)
{
	if (ht_fold_has(state, key))
		return 0;
	struct ht_row_key *folded =
	    reallocarray(state->folded, state->folded_count + 1, sizeof(*folded));
	if (folded == NULL)
		return -ENOMEM;
	folded[state->folded_count++] = key;
	state->folded = folded;
	return 0;
}

void
ht_fold_remove(struct ht_view_state *state, struct ht_row_key key)
{
	for (size_t i = 0; i < state->folded_count; i++)
		if (is_same(state->folded[i], key))
			state->folded[i--] = state->folded[--state->folded_count];
}

void
ht_fold_forget(struct ht_view_state *state, const struct ht_frame *frame)
{
	size_t kept = 0;
	for (size_t i = 0; i < state->folded_count; i++) {
		struct ht_row_key key = state->folded[i];
		const struct ht_process *process = ht_frame_find(frame, (int32_t)key.id);
		if (process != NULL && process->key.start_time_ticks == key.generation)
			state->folded[kept++] = key;
	}
	state->folded_count = kept;
}

bool
ht_fold_is_at_most(const struct ht_metric *metric)
{
	if (metric->scope == HT_SCOPE_HEAP)
		return metric->index == HT_HEAP_PEAK || metric->index == HT_HEAP_PEAK_ERROR;
	return metric->scope == HT_SCOPE_PROCESS &&
	       (metric->index == HT_PROCESS_RESIDENT || metric->index == HT_PROCESS_ANONYMOUS ||
		   metric->index == HT_PROCESS_VIRTUAL || metric->index == HT_PROCESS_SWAP);
}

/* Read for few processes: a sum of those would look as if it were of all. */
static const uint64_t costly = UINT64_C(1) << HT_PROCESS_PROPORTIONAL |
			       UINT64_C(1) << HT_PROCESS_SWAP |
			       UINT64_C(1) << HT_PROCESS_THREAD_COUNT;

/* What has no sum at all. */
static const uint64_t single_process = UINT64_C(1) << HT_PROCESS_LIMIT;
static const uint64_t single_heap = UINT64_C(1) << HT_HEAP_LAST_GC_PAUSE;

static void
add_value(const struct ht_metric *metric, union ht_value *to, bool is_first, union ht_value value)
{
	if (is_first)
		*to = value;
	else if (ht_metric_is_real(metric))
		to->f += value.f;
	else
		to->u = value.u < UINT64_MAX - to->u ? to->u + value.u : UINT64_MAX;
}

static void
add_process_values(struct ht_process_values *to, const struct ht_process_values *from)
{
	const struct ht_metric *metrics = ht_metric_table(HT_SCOPE_PROCESS, NULL);
	for (size_t i = 0; i < HT_PROCESS_METRICS; i++)
		if (HT_HAS(from, i))
			add_value(&metrics[i], &to->value[i], !HT_HAS(to, i), from->value[i]);
	to->present |= from->present;
}

static void
add_heap_values(struct ht_heap_values *to, const struct ht_heap_values *from)
{
	const struct ht_metric *metrics = ht_metric_table(HT_SCOPE_HEAP, NULL);
	for (size_t i = 0; i < HT_HEAP_METRICS; i++)
		if (HT_HAS(from, i))
			add_value(&metrics[i], &to->value[i], !HT_HAS(to, i), from->value[i]);
	to->present |= from->present;
}

static void
add_process(struct ht_fold_sum *sum, const struct ht_process *process)
{
	sum->lacking |= ~process->values.present;
	for (size_t i = 0; i < HT_PROCESS_METRICS; i++)
		sum->known_process[i] += HT_HAS(&process->values, i);
	add_process_values(&sum->process.values, &process->values);
	if (process->heap == NULL)
		return;
	sum->heaps++;
	for (size_t i = 0; i < HT_HEAP_METRICS; i++)
		sum->known_heap[i] += HT_HAS(&process->heap->values, i);
	add_heap_values(&sum->heap.values, &process->heap->values);
	if (sum->process.heap == NULL)
		sum->process.source = process->source;
	sum->process.heap = &sum->heap;
}

static struct ht_fold_sum *
new_sum(struct ht_arena *arena, const struct ht_process *process)
{
	struct ht_fold_sum *sum = ht_arena_alloc(arena, sizeof(*sum));
	if (sum == NULL)
		return NULL;
	sum->process = *process;
	sum->process.values.present = 0;
	sum->process.heap = NULL;
	add_process(sum, process);
	return sum;
}

uint32_t
ht_fold_known(const struct ht_row_item *at, const struct ht_metric *metric)
{
	if (at->sum != NULL && metric->scope == HT_SCOPE_PROCESS)
		return at->sum->known_process[metric->index];
	if (at->sum != NULL && metric->scope == HT_SCOPE_HEAP)
		return at->sum->known_heap[metric->index];
	return 0;
}

int
ht_fold_add_sum(struct ht_arena *arena, struct ht_row_item *at, const struct ht_row_item *below)
{
	if (at->below == 0) {
		at->sum = new_sum(arena, at->process);
		if (at->sum == NULL)
			return -ENOMEM;
		at->item = &at->sum->process;
	}
	add_process(at->sum, below->process);
	at->below++;
	return 0;
}

void
ht_fold_finish(struct ht_row_item *at)
{
	if (at->below == 0)
		return;
	struct ht_fold_sum *sum = at->sum;
	sum->process.values.present &= ~(single_process | (costly & sum->lacking));
	if (sum->heaps > 1)
		sum->heap.values.present &= ~single_heap;
}
