/* SPDX-License-Identifier: MIT */
/*
 * What the memory of past ticks costs: TICKS frames of PROCESSES processes, a second apart, go into a
 * history of MIB mebibytes.  A process in sixteen is instrumented.  In each second a fifth of the plain processes run
 * and a twentieth change their memory; a third of the instrumented ones allocate, all of them still have
 * smoothed rates.  Prints
 *
 *	kept TICKS bytes BYTES span SECONDS add NS frame MS series US
 *
 * add is the processor time a process of one tick, frame and series are the slowest of ten.
 */
#include "config.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "model/history.h"

enum { INSTRUMENTED_ONE_IN = 16, LOOKS = 10, BUCKETS = 160 };
#define SECOND UINT64_C(1000000000)

static uint64_t random_state = UINT64_C(88172645463325252);

static uint64_t
next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static bool
one_in(unsigned n)
{
	return next_random() % n == 0;
}

static double
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void
smooth(struct ht_heap_values *values, enum ht_heap_metric rate, uint64_t change)
{
	double before = HT_HAS(values, rate) ? values->value[rate].f : 0;

	before += 0.1813 * ((double)change - before);
	HT_SET_F(values, rate, before < 1e-3 ? 0 : (double)(float)before);
}

/* A second in the life of a heap. */
static void
live_on(struct ht_heap *heap, bool busy)
{
	struct ht_heap_values *values = &heap->values;
	uint64_t blocks = busy ? next_random() % 50000 : 0, freed = blocks - blocks / 64;
	uint64_t bytes = blocks * (64 + next_random() % 64), freed_bytes = bytes - bytes / 64;

	values->value[HT_HEAP_ALLOCATED].u += bytes;
	values->value[HT_HEAP_ALLOCATED_BLOCKS].u += blocks;
	values->value[HT_HEAP_FREED].u += freed_bytes;
	values->value[HT_HEAP_FREED_BLOCKS].u += freed;
	values->value[HT_HEAP_LIVE].u += bytes - freed_bytes;
	values->value[HT_HEAP_LIVE_BLOCKS].u += blocks - freed;
	if (values->value[HT_HEAP_LIVE].u > values->value[HT_HEAP_PEAK].u)
		values->value[HT_HEAP_PEAK].u = values->value[HT_HEAP_LIVE].u;
	smooth(values, HT_HEAP_ALLOC_RATE, bytes);
	smooth(values, HT_HEAP_ALLOC_BLOCKS_RATE, blocks);
	smooth(values, HT_HEAP_FREE_RATE, freed_bytes);
	smooth(values, HT_HEAP_FREE_BLOCKS_RATE, freed);
}

static void
make_process(struct ht_frame *frame, size_t i)
{
	struct ht_process *process = &frame->processes[i];
	char *name = ht_arena_alloc(frame->arena, 16);

	if (name == NULL)
		abort();
	snprintf(name, 16, "program-%u", (unsigned)i % 400);
	*process = (struct ht_process){ .key = { (int32_t)i + 1, 1000 + i },
		.name = name,
		.uid = 1000,
		.parent_pid = 1,
		.state = 'S',
		.quality_reason = "not instrumented" };
	HT_SET_U(&process->values, HT_PROCESS_RESIDENT, next_random() % (1 << 28) & ~4095u);
	HT_SET_U(&process->values, HT_PROCESS_ANONYMOUS, next_random() % (1 << 27) & ~4095u);
	HT_SET_U(&process->values, HT_PROCESS_VIRTUAL, next_random() % (1 << 30) & ~4095u);
	HT_SET_U(&process->values, HT_PROCESS_THREAD_COUNT, 1 + next_random() % 20);
	HT_SET_F(&process->values, HT_PROCESS_CPU, 0);
	if (i % INSTRUMENTED_ONE_IN != 0)
		return;
	process->heap = ht_arena_alloc(frame->arena, sizeof(*process->heap));
	if (process->heap == NULL)
		abort();
	process->source = HT_SOURCE_SEGMENT;
	process->quality_reason = NULL;
	process->heap->values.present = (UINT64_C(1) << HT_HEAP_METRICS) - 1;
	frame->instrumented_count++;
}

static void
grow(struct ht_process_values *values)
{
	uint64_t bytes = next_random() % 64 * 4096;

	values->value[HT_PROCESS_RESIDENT].u += bytes;
	values->value[HT_PROCESS_ANONYMOUS].u += bytes;
}

static void
tick(struct ht_frame *frame)
{
	frame->interval_ns = SECOND + next_random() % 200000;
	frame->monotonic_ns += frame->interval_ns;
	frame->realtime_ns += frame->interval_ns;
	for (size_t i = 0; i < frame->process_count; i++) {
		struct ht_process *process = &frame->processes[i];
		bool busy = process->heap != NULL && one_in(3), runs = busy || one_in(5);
		double ns = runs ? (double)(next_random() % 2000000) : 0;

		HT_SET_F(&process->values, HT_PROCESS_CPU, ns * 100.0 / (double)frame->interval_ns);
		if (busy || one_in(20))
			grow(&process->values);
		if (process->heap == NULL)
			continue;
		process->age_ns = 20000000 + next_random() % 3000000;
		live_on(process->heap, busy);
	}
}

static struct ht_frame *
make_frame(size_t count)
{
	struct ht_frame *frame = ht_frame_new();

	if (frame == NULL)
		abort();
	frame->processes = ht_arena_array(frame->arena, count, sizeof(*frame->processes));
	if (frame->processes == NULL)
		abort();
	frame->process_count = count;
	frame->monotonic_ns = 1000 * SECOND;
	for (size_t i = 0; i < count; i++)
		make_process(frame, i);
	return frame;
}

static double
slowest_frame_ns(const struct ht_history *history)
{
	double slowest = 0;

	for (size_t i = 0; i < LOOKS; i++) {
		struct ht_frame *frame;
		double start = now_ns();

		if (ht_history_frame(
			history, i * (ht_history_count(history) - 1) / (LOOKS - 1), &frame) != 0)
			abort();
		slowest = fmax(slowest, now_ns() - start);
		ht_frame_free(frame);
	}
	return slowest;
}

/* Ten minutes of a busy heap. */
static double
slowest_series_ns(const struct ht_history *history)
{
	uint64_t end_ns = ht_history_time(history, ht_history_count(history) - 1) + 1;
	double slowest = 0;

	for (size_t i = 0; i < LOOKS; i++) {
		struct ht_history_bucket buckets[BUCKETS];
		struct ht_process_key key = { (int32_t)(i * INSTRUMENTED_ONE_IN) + 1,
			1000 + i * INSTRUMENTED_ONE_IN };
		double start = now_ns();

		ht_history_series(history, &key,
		    &ht_metric_table(HT_SCOPE_HEAP, NULL)[HT_HEAP_LIVE], end_ns - 600 * SECOND,
		    end_ns, buckets, BUCKETS);
		slowest = fmax(slowest, now_ns() - start);
	}
	return slowest;
}

int
main(int argc, char **argv)
{
	size_t ticks = argc == 4 ? strtoul(argv[1], NULL, 10) : 0;
	size_t count = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
	struct ht_history *history;
	struct ht_frame *frame;
	double spent = 0;

	if (ticks == 0 || count < 200) {
		fprintf(stderr, "Usage: history TICKS PROCESSES MIB\n");
		return 2;
	}
	history = ht_history_new(strtoul(argv[3], NULL, 10) << 20);
	frame = make_frame(count);
	for (size_t i = 0; i < ticks; i++) {
		double start;

		tick(frame);
		start = now_ns();
		if (ht_history_add(history, frame) != 0)
			return 1;
		spent += now_ns() - start;
	}
	printf("kept %zu bytes %zu span %.0f add %.0f frame %.1f series %.0f\n",
	    ht_history_count(history), ht_history_bytes(history),
	    (double)(frame->monotonic_ns - ht_history_time(history, 0)) / 1e9,
	    spent / (double)ticks / (double)count, slowest_frame_ns(history) / 1e6,
	    slowest_series_ns(history) / 1e3);
	ht_frame_free(frame);
	ht_history_free(history);
	return 0;
}
