/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/history.h"

#define SECOND UINT64_C(1000000000)
static const uint64_t start_ns = 1000 * SECOND;

static uint64_t random_state;

static uint64_t
next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static int
begin(void **state)
{
	(void)state;
	random_state = UINT64_C(88172645463325252);
	return 0;
}

/* A frame with room for COUNT processes, TICK seconds after the start. */
static struct ht_frame *
frame_at(uint64_t tick, size_t count)
{
	struct ht_frame *frame = ht_frame_new();
	assert_non_null(frame);
	frame->monotonic_ns = start_ns + tick * SECOND + next_random() % 1000000;
	frame->realtime_ns = frame->monotonic_ns + 1600000000 * SECOND;
	frame->interval_ns = tick != 0 ? SECOND + next_random() % 1000 : 0;
	frame->hidden_count = tick % 3;
	HT_SET_U(&frame->host, HT_HOST_MEMORY_TOTAL, 1 << 30);
	HT_SET_F(&frame->host, HT_HOST_PRESSURE_SOME_AVG10, (double)tick / 7);
	frame->processes = ht_arena_array(frame->arena, count, sizeof(*frame->processes));
	assert_non_null(frame->processes);
	return frame;
}

static struct ht_process *
add_process(struct ht_frame *frame, int32_t pid, uint64_t start_time)
{
	struct ht_process *process = &frame->processes[frame->process_count++];
	*process = (struct ht_process){ .key = { pid, start_time },
		.name = "worker",
		.uid = 1000,
		.parent_pid = 1,
		.state = 'S',
		.quality_reason = "not instrumented" };
	return process;
}

static void
add_heap(struct ht_frame *frame, struct ht_process *process)
{
	process->heap = ht_arena_alloc(frame->arena, sizeof(*process->heap));
	assert_non_null(process->heap);
	process->source = HT_SOURCE_SEGMENT;
	process->quality_reason = NULL;
	frame->instrumented_count++;
}

static void
assert_same_text(const char *a, const char *b)
{
	assert_int_equal(a == NULL, b == NULL);
	if (a != NULL)
		assert_string_equal(a, b);
}

static void
assert_same_values(
    uint64_t present_a, const union ht_value *a, uint64_t present_b, const union ht_value *b)
{
	assert_int_equal(present_a, present_b);
	for (size_t i = 0; i < 64; i++)
		if ((present_a >> i & 1) != 0)
			assert_int_equal(a[i].u, b[i].u);
}

static void
assert_same_heap(const struct ht_heap *a, const struct ht_heap *b)
{
	assert_same_values(a->values.present, a->values.value, b->values.present, b->values.value);
	assert_int_equal(a->bytes_unknown, b->bytes_unknown);
	assert_int_equal(a->exec_generation, b->exec_generation);
	assert_memory_equal(&a->exited, &b->exited, sizeof(a->exited));
	assert_memory_equal(&a->dropped, &b->dropped, sizeof(a->dropped));
	assert_int_equal(a->size_class_count, b->size_class_count);
	for (size_t i = 0; i < a->size_class_count; i++) {
		const struct ht_size_class *x = &a->size_classes[i], *y = &b->size_classes[i];
		assert_true(x->size_bytes == y->size_bytes);
		assert_true(x->allocated_blocks == y->allocated_blocks);
		assert_true(x->freed_blocks == y->freed_blocks);
		assert_true(x->has_rate == y->has_rate);
		assert_true(!x->has_rate ||
			    x->allocated_blocks_per_second == y->allocated_blocks_per_second);
	}
	assert_int_equal(a->event_count, b->event_count);
	for (size_t i = 0; i < a->event_count; i++) {
		const struct ht_event *event_a = &a->events[i], *event_b = &b->events[i];
		assert_int_equal(event_a->realtime_ns, event_b->realtime_ns);
		assert_int_equal(event_a->monotonic_ns, event_b->monotonic_ns);
		assert_int_equal(event_a->kind, event_b->kind);
		assert_int_equal(event_a->tid, event_b->tid);
		assert_int_equal(event_a->duration_ns, event_b->duration_ns);
		assert_int_equal(event_a->bytes_before, event_b->bytes_before);
		assert_int_equal(event_a->bytes_after, event_b->bytes_after);
		assert_int_equal(event_a->requested_bytes, event_b->requested_bytes);
		assert_string_equal(event_a->label, event_b->label);
	}
}

static void
assert_same_thread(const struct ht_thread *a, const struct ht_thread *b)
{
	assert_int_equal(a->tid, b->tid);
	assert_int_equal(a->generation, b->generation);
	assert_int_equal(a->in_segment, b->in_segment);
	assert_int_equal(a->state, b->state);
	assert_string_equal(a->name, b->name);
	assert_int_equal(a->cpu_time_ns, b->cpu_time_ns);
	assert_same_values(a->values.present, a->values.value, b->values.present, b->values.value);
}

static void
assert_same_process(const struct ht_process *a, const struct ht_process *b)
{
	assert_int_equal(a->key.pid, b->key.pid);
	assert_int_equal(a->key.start_time_ticks, b->key.start_time_ticks);
	assert_same_text(a->name, b->name);
	assert_same_text(a->quality_reason, b->quality_reason);
	/* What was read once stays known. */
	if (a->command != NULL)
		assert_same_text(a->command, b->command);
	if (a->user != NULL)
		assert_same_text(a->user, b->user);
	assert_int_equal(a->uid, b->uid);
	assert_int_equal(a->parent_pid, b->parent_pid);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->source, b->source);
	assert_int_equal(a->quality, b->quality);
	if (a->quality == HT_QUALITY_LIVE)
		assert_true(a->age_ns >= b->age_ns && a->age_ns - b->age_ns < 2000000);
	else
		assert_int_equal(a->age_ns, b->age_ns);
	assert_same_values(a->values.present, a->values.value, b->values.present, b->values.value);
	assert_int_equal(a->detail, b->detail);
	assert_int_equal(a->thread_count, b->thread_count);
	for (size_t i = 0; i < a->thread_count; i++)
		assert_same_thread(&a->threads[i], &b->threads[i]);
	assert_int_equal(a->heap == NULL, b->heap == NULL);
	if (a->heap != NULL)
		assert_same_heap(a->heap, b->heap);
}

static void
assert_same_frame(const struct ht_frame *a, const struct ht_frame *b)
{
	assert_int_equal(a->realtime_ns, b->realtime_ns);
	assert_int_equal(a->monotonic_ns, b->monotonic_ns);
	assert_int_equal(a->interval_ns, b->interval_ns);
	assert_int_equal(a->hidden_count, b->hidden_count);
	assert_int_equal(a->instrumented_count, b->instrumented_count);
	assert_same_values(a->host.present, a->host.value, b->host.present, b->host.value);
	assert_int_equal(a->process_count, b->process_count);
	for (size_t i = 0; i < a->process_count; i++)
		assert_same_process(&a->processes[i], &b->processes[i]);
	assert_true(ht_frame_is_valid(b));
}

static bool
one_in(unsigned n)
{
	return next_random() % n == 0;
}

/* Values that jump, grow, vanish and come back, at the edges of what there is. */
static uint64_t
wild_number(void)
{
	static const uint64_t edges[] = { 0, 1, 127, 128, UINT32_MAX, UINT64_MAX, UINT64_MAX / 2 };
	if (one_in(4))
		return edges[next_random() % 7];
	return next_random() >> next_random() % 64;
}

static void
set_wild(const struct ht_metric *metric, union ht_value *value, uint64_t *present)
{
	if (one_in(3)) {
		*present &= ~(UINT64_C(1) << metric->index);
		return;
	}
	*present |= UINT64_C(1) << metric->index;
	if (ht_metric_is_real(metric))
		value->f = (double)(next_random() % 1000000) / 37;
	else
		value->u = wild_number();
}

static void
fill_wild(enum ht_metric_scope scope, union ht_value *values, uint64_t *present)
{
	size_t count;
	const struct ht_metric *metrics = ht_metric_table(scope, &count);
	for (size_t i = 0; i < count; i++)
		set_wild(&metrics[i], &values[i], present);
}

static void
add_wild_lists(struct ht_frame *frame, struct ht_process *process)
{
	struct ht_heap *heap = process->heap;
	process->detail = HT_DETAIL_THREADS;
	process->threads = ht_arena_array(frame->arena, 8, sizeof(*process->threads));
	for (int32_t tid = 1; tid <= 8; tid++) {
		if (one_in(4))
			continue;
		struct ht_thread *thread = &process->threads[process->thread_count++];
		*thread = (struct ht_thread){ .tid = tid,
			.generation = one_in(3),
			.in_segment = one_in(2),
			.state = 'R',
			.cpu_time_ns = wild_number() };
		snprintf(thread->name, sizeof(thread->name), "thread %u", one_in(2));
		fill_wild(HT_SCOPE_THREAD, thread->values.value, &thread->values.present);
	}
	if (heap == NULL)
		return;
	process->detail |= HT_DETAIL_SIZE_CLASSES | HT_DETAIL_EVENTS;
	heap->exited = (struct ht_exited_threads){ wild_number(), 2, 3, 4, wild_number() };
	heap->size_classes = ht_arena_array(frame->arena, 8, sizeof(*heap->size_classes));
	heap->events = ht_arena_array(frame->arena, 8, sizeof(*heap->events));
	for (uint64_t i = 1; i <= 8; i++) {
		if (!one_in(4))
			heap->size_classes[heap->size_class_count++] =
			    (struct ht_size_class){ .size_bytes = i * 16,
				    .allocated_blocks = wild_number(),
				    .freed_blocks = wild_number(),
				    .has_rate = i % 2 != 0,
				    .allocated_blocks_per_second = i % 2 != 0 ? (double)i / 3 : 0 };
		if (one_in(4))
			continue;
		struct ht_event *event = &heap->events[heap->event_count++];
		*event = (struct ht_event){ wild_number(), i / 2, 1, (int32_t)i, wild_number(), 6,
			7, UINT64_MAX, "" };
		snprintf(event->label, sizeof(event->label), "label %u", (unsigned)i);
	}
}

static struct ht_frame *
wild_frame(uint64_t tick, size_t count)
{
	static const enum ht_quality qualities[] = { HT_QUALITY_LIVE, HT_QUALITY_STALE,
		HT_QUALITY_CORRUPT };
	struct ht_frame *frame = frame_at(tick, count + 3);
	for (size_t i = 0; i < count; i++) {
		if (one_in(4))
			continue;
		struct ht_process *process = add_process(frame, (int32_t)i + 1, one_in(3));
		char *name = ht_arena_alloc(frame->arena, 16);
		snprintf(name, 16, "name %u", (unsigned)(next_random() % 50));
		process->name = name;
		process->command = one_in(2) ? name : NULL;
		process->user = one_in(2) ? name : NULL;
		process->uid = (uint32_t)wild_number();
		process->quality = qualities[next_random() % 3];
		process->age_ns = next_random() % (100 * SECOND);
		fill_wild(HT_SCOPE_PROCESS, process->values.value, &process->values.present);
		if (one_in(2)) {
			add_heap(frame, process);
			process->heap->exec_generation = one_in(3);
			fill_wild(HT_SCOPE_HEAP, process->heap->values.value,
			    &process->heap->values.present);
		}
		if (one_in(3))
			add_wild_lists(frame, process);
	}
	for (int32_t i = 0; i < 2; i++) {
		struct ht_process *process = add_process(frame, i, 0);
		process->quality = HT_QUALITY_DEAD;
		process->age_ns = wild_number();
		add_heap(frame, process);
	}
	return frame;
}

enum { WILD_TICKS = 120, WILD_PROCESSES = 12 };

static void
gives_back_what_it_was_given(void **state)
{
	(void)state;
	struct ht_history *history = ht_history_new(64 << 20);
	struct ht_frame *frames[WILD_TICKS], *frame;
	for (size_t i = 0; i < WILD_TICKS; i++) {
		frames[i] = wild_frame(i, WILD_PROCESSES);
		assert_int_equal(ht_history_add(history, frames[i]), 0);
	}
	assert_int_equal(ht_history_count(history), WILD_TICKS);
	for (size_t i = 0; i < WILD_TICKS; i++) {
		assert_int_equal(ht_history_frame(history, i, &frame), 0);
		assert_same_frame(frames[i], frame);
		ht_frame_free(frame);
		assert_int_equal(ht_history_time(history, i), frames[i]->monotonic_ns);
		assert_int_equal(ht_history_find(history, frames[i]->monotonic_ns), i);
		ht_frame_free(frames[i]);
	}
	assert_int_equal(ht_history_find(history, 0), 0);
	ht_history_free(history);
}

/* Whatever is thinned out, what is left is exact. */
static void
stays_exact_when_thinned(void **state)
{
	(void)state;
	enum { TICKS = 2000, MOST = 1536 << 10 };
	struct ht_history *history = ht_history_new(MOST);
	static struct ht_frame *frames[TICKS];
	struct ht_frame *frame;
	for (size_t i = 0; i < TICKS; i++) {
		frames[i] = wild_frame(i, WILD_PROCESSES);
		assert_int_equal(ht_history_add(history, frames[i]), 0);
		assert_true(ht_history_bytes(history) <= MOST);
	}
	size_t count = ht_history_count(history);
	assert_in_range(count, 20, TICKS / 2);
	for (size_t i = 0, tick = 0; i < count; i++) {
		uint64_t time_ns = ht_history_time(history, i);
		while (frames[tick]->monotonic_ns < time_ns)
			tick++;
		assert_int_equal(frames[tick]->monotonic_ns, time_ns);
		assert_int_equal(ht_history_frame(history, i, &frame), 0);
		assert_same_frame(frames[tick], frame);
		ht_frame_free(frame);
	}
	for (size_t i = 0; i < TICKS; i++)
		ht_frame_free(frames[i]);
	ht_history_free(history);
}

static void
thins_by_age_and_keeps_the_first(void **state)
{
	(void)state;
	struct ht_history *history = ht_history_new(120 << 10);
	for (uint64_t i = 0; i < 20000; i++) {
		struct ht_frame *frame = frame_at(i, 3);
		for (int32_t pid = 1; pid <= 3; pid++)
			HT_SET_U(&add_process(frame, pid, 1)->values, HT_PROCESS_RESIDENT,
			    next_random() % 1000000);
		assert_int_equal(ht_history_add(history, frame), 0);
		ht_frame_free(frame);
	}
	size_t count = ht_history_count(history);
	assert_in_range(ht_history_time(history, 0), start_ns, start_ns + SECOND);
	assert_in_range(ht_history_time(history, count - 1), start_ns + 19999 * SECOND,
	    start_ns + 20000 * SECOND);
	/* The newest are all there, and gaps grow with age. */
	for (size_t i = count - 30; i < count; i++)
		assert_in_range(ht_history_time(history, i) - ht_history_time(history, i - 1),
		    SECOND / 2, SECOND * 3 / 2);
	for (size_t i = 2; i + 1 < count; i++) {
		uint64_t gap = ht_history_time(history, i) - ht_history_time(history, i - 1);
		uint64_t age = ht_history_time(history, count - 1) - ht_history_time(history, i);
		assert_true(gap < 2 * SECOND || gap <= age / 4 + 2 * SECOND);
	}
	ht_history_free(history);
}

static void
a_tick_too_large_is_missing(void **state)
{
	(void)state;
	struct ht_history *history = ht_history_new(2000);
	struct ht_frame *frame = wild_frame(0, 100);
	assert_int_equal(ht_history_add(history, frame), -ENOMEM);
	assert_int_equal(ht_history_count(history), 0);
	ht_frame_free(frame);
	frame = frame_at(1, 1);
	assert_int_equal(ht_history_add(history, frame), 0);
	assert_int_equal(ht_history_count(history), 1);
	assert_int_equal(ht_history_add(history, frame), -EINVAL);
	ht_frame_free(frame);
	ht_history_free(history);
}

static void
add_resident(struct ht_history *history, uint64_t tick, uint64_t start_time, uint64_t resident)
{
	struct ht_frame *frame = frame_at(tick, 1);
	struct ht_process *process = add_process(frame, 7, start_time);
	if (resident != UINT64_MAX)
		HT_SET_U(&process->values, HT_PROCESS_RESIDENT, resident);
	assert_int_equal(ht_history_add(history, frame), 0);
	ht_frame_free(frame);
}

enum { BUCKETS = 8 };
static struct ht_history_bucket buckets[BUCKETS];

static void
get_series(const struct ht_history *history, uint64_t start_time, enum ht_process_metric metric)
{
	struct ht_process_key key = { 7, start_time };
	ht_history_series(history, &key, &ht_metric_table(HT_SCOPE_PROCESS, NULL)[metric], start_ns,
	    start_ns + BUCKETS * SECOND, buckets, BUCKETS);
}

static void
a_series_has_the_figures_of_its_time(void **state)
{
	(void)state;
	struct ht_history *history = ht_history_new(1 << 20);
	for (uint64_t i = 0; i < 2 * BUCKETS; i++)
		add_resident(history, i, 1, i == 3 ? UINT64_MAX : 100 + i);
	get_series(history, 1, HT_PROCESS_RESIDENT);
	for (size_t i = 0; i < BUCKETS; i++) {
		assert_int_equal(buckets[i].known, i != 3);
		if (i != 3)
			assert_true(buckets[i].low == 100 + (double)i &&
				    buckets[i].high == buckets[i].low &&
				    buckets[i].last == buckets[i].low);
	}
	get_series(history, 1, HT_PROCESS_SWAP);
	for (size_t i = 0; i < BUCKETS; i++)
		assert_false(buckets[i].known);
	get_series(history, 2, HT_PROCESS_RESIDENT);
	for (size_t i = 0; i < BUCKETS; i++)
		assert_false(buckets[i].known);
	ht_history_free(history);
}

static void
a_series_joins_ticks_and_bridges_gaps(void **state)
{
	(void)state;
	struct ht_history *history = ht_history_new(1 << 20);
	struct ht_process_key key = { 7, 1 };
	add_resident(history, 0, 1, 5);
	add_resident(history, 1, 1, 9);
	add_resident(history, 2, 1, 3);
	add_resident(history, 3, 1, 4);
	add_resident(history, 13, 1, 6);
	ht_history_series(history, &key,
	    &ht_metric_table(HT_SCOPE_PROCESS, NULL)[HT_PROCESS_RESIDENT], start_ns,
	    start_ns + 16 * SECOND, buckets, 4);
	assert_true(buckets[0].low == 3 && buckets[0].high == 9 && buckets[0].last == 4);
	assert_true(buckets[1].known && buckets[1].low == 4 && buckets[1].high == 4);
	assert_true(buckets[2].known && buckets[2].last == 4);
	assert_true(buckets[3].known && buckets[3].last == 6);
	/* From the middle of a gap to the end of what is known. */
	ht_history_series(history, &key,
	    &ht_metric_table(HT_SCOPE_PROCESS, NULL)[HT_PROCESS_RESIDENT], start_ns + 8 * SECOND,
	    start_ns + 24 * SECOND, buckets, 4);
	assert_true(buckets[0].known && buckets[0].last == 4);
	assert_true(buckets[1].known && buckets[1].last == 6);
	assert_false(buckets[2].known);
	ht_history_free(history);
}

/* Another process with the same pid is another one, also when the number comes back at once. */
static void
a_pid_used_again_begins_anew(void **state)
{
	(void)state;
	struct ht_history *history = ht_history_new(1 << 20);
	struct ht_frame *frame;
	for (uint64_t i = 0; i < BUCKETS; i++)
		add_resident(history, i, i < 4 ? 1 : 2, 100 + i);
	get_series(history, 1, HT_PROCESS_RESIDENT);
	assert_true(buckets[3].known);
	assert_false(buckets[4].known);
	get_series(history, 2, HT_PROCESS_RESIDENT);
	assert_false(buckets[3].known);
	assert_true(buckets[4].known && buckets[4].last == 104);
	assert_int_equal(ht_history_frame(history, 2, &frame), 0);
	assert_int_equal(frame->processes[0].key.start_time_ticks, 1);
	ht_frame_free(frame);
	ht_history_free(history);
}

static void
a_process_that_comes_back_has_a_gap(void **state)
{
	(void)state;
	struct ht_history *history = ht_history_new(1 << 20);
	struct ht_frame *frame;
	for (uint64_t i = 0; i < BUCKETS; i++) {
		if (i != 3 && i != 4) {
			add_resident(history, i, 1, 100 + i);
			continue;
		}
		frame = frame_at(i, 0);
		ht_history_add(history, frame);
		ht_frame_free(frame);
	}
	get_series(history, 1, HT_PROCESS_RESIDENT);
	for (size_t i = 0; i < BUCKETS; i++)
		assert_int_equal(buckets[i].known, i != 3 && i != 4);
	assert_int_equal(ht_history_frame(history, 3, &frame), 0);
	assert_int_equal(frame->process_count, 0);
	ht_frame_free(frame);
	ht_history_free(history);
}

static void
a_command_line_read_once_stays_known(void **state)
{
	(void)state;
	struct ht_history *history = ht_history_new(1 << 20);
	static const char *const commands[] = { NULL, "first", NULL, "second" };
	static const char *const expected[] = { NULL, "first", "first", "second" };
	struct ht_frame *frame;
	for (uint64_t i = 0; i < 4; i++) {
		frame = frame_at(i, 1);
		add_process(frame, 7, 1)->command = commands[i];
		ht_history_add(history, frame);
		ht_frame_free(frame);
	}
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(ht_history_frame(history, i, &frame), 0);
		assert_same_text(expected[i], frame->processes[0].command);
		ht_frame_free(frame);
	}
	ht_history_free(history);
}

/* Processes that come and go with names of their own leave nothing behind in the end. */
static void
forgets_texts_that_nothing_uses(void **state)
{
	(void)state;
	struct ht_history *history = ht_history_new(256 << 10);
	struct ht_frame *frame;
	char name[32];
	for (uint64_t i = 0; i < 20000; i++) {
		frame = frame_at(i, 1);
		snprintf(name, sizeof(name), "short-lived-%u", (unsigned)i);
		add_process(frame, (int32_t)i + 1, 1)->name = name;
		assert_int_equal(ht_history_add(history, frame), 0);
		ht_frame_free(frame);
	}
	assert_true(ht_history_bytes(history) <= 256 << 10);
	assert_true(ht_history_count(history) > 100);
	for (size_t i = 0; i < ht_history_count(history); i++) {
		assert_int_equal(ht_history_frame(history, i, &frame), 0);
		snprintf(name, sizeof(name), "short-lived-%d", frame->processes[0].key.pid - 1);
		assert_string_equal(frame->processes[0].name, name);
		ht_frame_free(frame);
	}
	ht_history_free(history);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(gives_back_what_it_was_given, begin),
		cmocka_unit_test_setup(stays_exact_when_thinned, begin),
		cmocka_unit_test_setup(thins_by_age_and_keeps_the_first, begin),
		cmocka_unit_test_setup(a_tick_too_large_is_missing, begin),
		cmocka_unit_test_setup(a_series_has_the_figures_of_its_time, begin),
		cmocka_unit_test_setup(a_series_joins_ticks_and_bridges_gaps, begin),
		cmocka_unit_test_setup(a_pid_used_again_begins_anew, begin),
		cmocka_unit_test_setup(a_process_that_comes_back_has_a_gap, begin),
		cmocka_unit_test_setup(a_command_line_read_once_stays_known, begin),
		cmocka_unit_test_setup(forgets_texts_that_nothing_uses, begin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
