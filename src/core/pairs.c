/* SPDX-License-Identifier: MIT */
/*
 * Two lists by rising pid, the last tick's and this one's, walked side by
 * side.  A plain process costs its record; what an instrumented one needs more hangs
 * on pointers that pass from list to list.
 */
#include "config.h"

#include "core/pairs.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/assert.h"
#include "core/class_rates.h"
#include "core/events.h"
#include "model/delta.h"

/* The heap's counters and the rates that come of them. */
static const struct {
	enum ht_heap_metric counter;
	enum ht_heap_metric rate;
} heap_rates[] = {
	{ HT_HEAP_ALLOCATED, HT_HEAP_ALLOC_RATE },
	{ HT_HEAP_ALLOCATED_BLOCKS, HT_HEAP_ALLOC_BLOCKS_RATE },
	{ HT_HEAP_FREED, HT_HEAP_FREE_RATE },
	{ HT_HEAP_FREED_BLOCKS, HT_HEAP_FREE_BLOCKS_RATE },
	{ HT_HEAP_GC_EVENTS, HT_HEAP_GC_RATE },
};
enum { HEAP_RATES = sizeof(heap_rates) / sizeof(heap_rates[0]) };

struct past_heap {
	uint32_t exec_generation;
	uint64_t read_ns;    /* CLOCK_MONOTONIC; 0: not yet */
	uint64_t peak_bytes; /* highest that was told */
	struct ht_delta rates[HEAP_RATES];
	struct ht_events *events;           /* owned */
	struct ht_class_rates *class_rates; /* owned; NULL: they weren't asked for */
};

struct past_thread {
	int32_t tid;
	uint32_t generation;
	bool in_segment;
	uint64_t cpu_time_ns;
	struct ht_delta allocated;
};

struct past_threads {
	uint64_t read_ns;
	size_t count;
	struct past_thread threads[]; /* by rising tid */
};

struct past {
	struct ht_process_key key;
	uint64_t seen_ns;
	uint64_t cpu_time_ns;
	struct past_heap *heap;       /* owned; NULL: not instrumented */
	struct past_threads *threads; /* owned; NULL: not asked for */
};

struct ht_pairs {
	uint64_t smoothing_ns;
	struct past *last; /* owned; by rising pid */
	size_t last_count;
	size_t last_at; /* those before it were compared */
	size_t last_capacity;
	struct past *now; /* owned */
	size_t now_count;
	size_t now_capacity;
};

struct ht_pairs *
ht_pairs_new(uint64_t smoothing_ns)
{
	struct ht_pairs *pairs = calloc(1, sizeof(*pairs));
	if (pairs != NULL)
		pairs->smoothing_ns = smoothing_ns;
	return pairs;
}

static void
past_release(struct past *past)
{
	if (past->heap != NULL) {
		ht_events_free(past->heap->events);
		ht_class_rates_free(past->heap->class_rates);
	}
	free(past->heap);
	free(past->threads);
	*past = (struct past){ 0 };
}

void
ht_pairs_set_smoothing(struct ht_pairs *pairs, uint64_t smoothing_ns)
{
	pairs->smoothing_ns = smoothing_ns;
}

void
ht_pairs_free(struct ht_pairs *pairs)
{
	if (pairs == NULL)
		return;
	for (size_t i = pairs->last_at; i < pairs->last_count; i++)
		past_release(&pairs->last[i]);
	for (size_t i = 0; i < pairs->now_count; i++)
		past_release(&pairs->now[i]);
	free(pairs->last);
	free(pairs->now);
	free(pairs);
}

int
ht_pairs_begin(struct ht_pairs *pairs, size_t most)
{
	ht_assert(pairs->now_count == 0);
	pairs->last_at = 0;
	if (most <= pairs->now_capacity)
		return 0;
	size_t capacity = most + most / 4;
	struct past *now = reallocarray(NULL, capacity, sizeof(*now));
	if (now == NULL)
		return -ENOMEM;
	free(pairs->now);
	pairs->now = now;
	pairs->now_capacity = capacity;
	return 0;
}

void
ht_pairs_end(struct ht_pairs *pairs)
{
	for (; pairs->last_at < pairs->last_count; pairs->last_at++)
		past_release(&pairs->last[pairs->last_at]);
	struct past *spare = pairs->last;
	size_t capacity = pairs->last_capacity;
	pairs->last = pairs->now;
	pairs->last_count = pairs->now_count;
	pairs->last_capacity = pairs->now_capacity;
	pairs->last_at = 0;
	pairs->now = spare;
	pairs->now_count = 0;
	pairs->now_capacity = capacity;
}

/* The record of KEY in this tick's list, with what the last one held of the same process. */
static struct past *
carry(struct ht_pairs *pairs, struct ht_process_key key, bool is_new)
{
	ht_assert(pairs->now_count < pairs->now_capacity);
	struct past *past = &pairs->now[pairs->now_count++];
	for (; pairs->last_at < pairs->last_count; pairs->last_at++) {
		struct past *old = &pairs->last[pairs->last_at];
		if (old->key.pid > key.pid)
			break;
		if (!is_new && old->key.pid == key.pid &&
		    old->key.start_time_ticks == key.start_time_ticks) {
			*past = *old;
			pairs->last_at++;
			return past;
		}
		past_release(old);
	}
	*past = (struct past){ .key = key, .cpu_time_ns = UINT64_MAX };
	return past;
}

/* Per cent of one core between two readings; false: not known. */
static bool
cpu_share(uint64_t before_ns, uint64_t after_ns, uint64_t interval_ns, double *percent)
{
	if (before_ns == UINT64_MAX || after_ns == UINT64_MAX || after_ns < before_ns ||
	    interval_ns == 0)
		return false;
	*percent = (double)(after_ns - before_ns) * 100.0 / (double)interval_ns;
	return true;
}

static void
apply_cpu(
    struct past *past, const struct ht_sample *sample, uint64_t now_ns, struct ht_process *process)
{
	double percent;
	uint64_t interval_ns = past->seen_ns != 0 ? now_ns - past->seen_ns : 0;
	if (cpu_share(past->cpu_time_ns, sample->cpu_time_ns, interval_ns, &percent))
		HT_SET_F(&process->values, HT_PROCESS_CPU, percent);
	past->cpu_time_ns = sample->cpu_time_ns;
	past->seen_ns = now_ns;
}

static struct past_heap *
past_heap_new(void)
{
	struct past_heap *heap = calloc(1, sizeof(*heap));
	if (heap == NULL)
		return NULL;
	heap->events = ht_events_new();
	if (heap->events == NULL) {
		free(heap);
		return NULL;
	}
	return heap;
}

/* Rates of the heap's counters since they were last read; an exec starts all anew. */
static void
apply_heap_rates(const struct ht_pairs *pairs, struct past_heap *past, const struct ht_sample *told,
    struct ht_heap *heap)
{
	const uint32_t exec_generation = told->heap->exec_generation;
	const uint64_t read_ns = told->monotonic_ns;
	uint64_t interval_ns = past->read_ns != 0 && read_ns > past->read_ns &&
				       past->exec_generation == exec_generation
				   ? read_ns - past->read_ns
				   : 0;
	for (size_t i = 0; i < HEAP_RATES; i++) {
		struct ht_delta *rate = &past->rates[i];
		if (!HT_HAS(&heap->values, heap_rates[i].counter)) {
			*rate = (struct ht_delta){ 0 };
			continue;
		}
		ht_delta_step(rate, heap->values.value[heap_rates[i].counter].u, interval_ns,
		    pairs->smoothing_ns);
		if (rate->is_known)
			HT_SET_F(&heap->values, heap_rates[i].rate, rate->per_second);
	}
	past->exec_generation = exec_generation;
	past->read_ns = read_ns;
}

/*
 * A peak never falls.  What is told may: with threads it is the greater of what they agreed on and of
 * the live heap just then, which can be the better figure.
 */
static void
carry_peak(struct past_heap *past, uint32_t exec_generation, struct ht_heap_values *values)
{
	if (!HT_HAS(values, HT_HEAP_PEAK))
		return;
	uint64_t told = values->value[HT_HEAP_PEAK].u;
	if (past->exec_generation != exec_generation || told > past->peak_bytes)
		past->peak_bytes = told;
	HT_SET_U(values, HT_HEAP_PEAK, past->peak_bytes);
}

/* Rates of the size classes, where they are listed. */
static int
apply_classes(const struct ht_pairs *pairs, struct past_heap *past, const struct ht_sample *told,
    bool continues, struct ht_process *process)
{
	if ((process->detail & HT_DETAIL_SIZE_CLASSES) == 0) {
		ht_class_rates_free(past->class_rates);
		past->class_rates = NULL;
		return 0;
	}
	return ht_class_rates_apply(
	    &past->class_rates, process->heap, told->monotonic_ns, continues, pairs->smoothing_ns);
}

static int
apply_heap(const struct ht_pairs *pairs, struct past *past, const struct ht_sample *sample,
    const struct ht_sample *told, const struct ht_frame *frame, struct ht_process *process)
{
	if (process->heap == NULL)
		return 0;
	if (past->heap == NULL)
		past->heap = past_heap_new();
	if (past->heap == NULL)
		return -ENOMEM;
	bool continues = past->heap->exec_generation == told->heap->exec_generation;
	carry_peak(past->heap, told->heap->exec_generation, &process->heap->values);
	apply_heap_rates(pairs, past->heap, told, process->heap);
	if (apply_classes(pairs, past->heap, told, continues, process) != 0)
		return -ENOMEM;
	ht_events_observe(past->heap->events, sample, frame->realtime_ns, frame->monotonic_ns);
	if ((process->detail & HT_DETAIL_EVENTS) == 0)
		return 0;
	return ht_events_merge(past->heap->events, told->heap, frame->arena, process->heap);
}

static const struct past_thread *
find_thread(const struct past_threads *past, int32_t tid)
{
	size_t low = 0;
	size_t high = past != NULL ? past->count : 0;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (past->threads[middle].tid == tid)
			return &past->threads[middle];
		if (past->threads[middle].tid < tid)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* True when what BEFORE counted is of the same owner as what THREAD counts. */
static bool
counts_go_on(const struct past_thread *before, const struct ht_thread *thread)
{
	/* A thread that had no slot had allocated nothing. */
	return !before->in_segment ||
	       (thread->in_segment && before->generation == thread->generation);
}

static void
apply_thread(const struct ht_pairs *pairs, const struct past_threads *past, uint64_t interval_ns,
    struct ht_thread *thread, struct past_thread *now)
{
	double percent;
	const struct past_thread *before = find_thread(past, thread->tid);
	*now = (struct past_thread){ thread->tid, thread->generation, thread->in_segment,
		thread->cpu_time_ns, { 0 } };
	if (before != NULL &&
	    cpu_share(before->cpu_time_ns, thread->cpu_time_ns, interval_ns, &percent))
		HT_SET_F(&thread->values, HT_THREAD_CPU, percent);
	if (!HT_HAS(&thread->values, HT_THREAD_ALLOCATED))
		return;
	bool goes_on = before != NULL && counts_go_on(before, thread);
	if (goes_on)
		now->allocated = before->allocated;
	ht_delta_step(&now->allocated, thread->values.value[HT_THREAD_ALLOCATED].u,
	    goes_on ? interval_ns : 0, pairs->smoothing_ns);
	if (now->allocated.is_known)
		HT_SET_F(&thread->values, HT_THREAD_ALLOC_RATE, now->allocated.per_second);
}

static int
by_tid(const void *left, const void *right)
{
	const struct past_thread *a = left;
	const struct past_thread *b = right;
	return (a->tid > b->tid) - (a->tid < b->tid);
}

static int
apply_threads(
    const struct ht_pairs *pairs, struct past *past, uint64_t now_ns, struct ht_process *process)
{
	if (process->thread_count == 0) {
		free(past->threads);
		past->threads = NULL;
		return 0;
	}
	struct past_threads *now =
	    malloc(sizeof(*now) + process->thread_count * sizeof(now->threads[0]));
	if (now == NULL)
		return -ENOMEM;
	now->read_ns = now_ns;
	now->count = process->thread_count;
	uint64_t interval_ns = past->threads != NULL ? now_ns - past->threads->read_ns : 0;
	for (size_t i = 0; i < now->count; i++)
		apply_thread(
		    pairs, past->threads, interval_ns, &process->threads[i], &now->threads[i]);
	qsort(now->threads, now->count, sizeof(now->threads[0]), by_tid);
	free(past->threads);
	past->threads = now;
	return 0;
}

int
ht_pairs_apply(struct ht_pairs *pairs, const struct ht_sample *sample, const struct ht_sample *told,
    const struct ht_frame *frame, struct ht_process *process)
{
	struct past *past = carry(pairs, process->key, sample->is_new);
	apply_cpu(past, sample, frame->monotonic_ns, process);
	if (apply_heap(pairs, past, sample, told, frame, process) != 0)
		return -ENOMEM;
	return apply_threads(pairs, past, frame->monotonic_ns, process);
}
