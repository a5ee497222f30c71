/* SPDX-License-Identifier: MIT */
/*
 * Frames that were remembered are the same again after a way through a recording.  Long because they are made and
 * compared member by member.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/sampler.h"
#include "export/recording.h"
#include "export/recording_frame.h"
#include "heaptop/segment.h"
#include "model/history.h"
#include "sources/replay.h"

#define SECOND UINT64_C(1000000000)

enum { TICKS = 70, MOST_PROCESSES = 8 };

static struct ht_history *history;
static struct ht_sampler *replay;
static char path[64];

static int
begin(void **state)
{
	(void)state;
	history = ht_history_new(64 << 20);
	strcpy(path, "/tmp/heaptop-test.XXXXXX");
	int fd = mkstemp(path);
	return history == NULL || fd < 0 ? -1 : close(fd);
}

static int
end(void **state)
{
	(void)state;
	ht_history_free(history);
	ht_sampler_free(replay);
	replay = NULL;
	return unlink(path);
}

static void *
make(struct ht_frame *frame, size_t count, size_t size)
{
	void *items = ht_arena_array(frame->arena, count, size);
	assert_non_null(items);
	return items;
}

static struct ht_frame *
frame_at(uint64_t tick)
{
	struct ht_frame *frame = ht_frame_new();
	assert_non_null(frame);
	frame->monotonic_ns = (100 + tick) * SECOND + tick * 1001;
	frame->realtime_ns = frame->monotonic_ns + 1700000000 * SECOND;
	frame->interval_ns = tick != 0 ? SECOND + 1001 : 0;
	frame->hidden_count = tick % 3;
	HT_SET_U(&frame->host, HT_HOST_MEMORY_TOTAL, UINT64_C(1) << 34);
	HT_SET_F(&frame->host, HT_HOST_PRESSURE_SOME_AVG10, 0.5 * (double)tick);
	frame->processes = make(frame, MOST_PROCESSES, sizeof(*frame->processes));
	return frame;
}

static struct ht_process *
add_plain(struct ht_frame *frame, int32_t pid)
{
	struct ht_process *process = &frame->processes[frame->process_count++];
	*process = (struct ht_process){ .key = { pid, 7 },
		.name = "plain",
		.uid = UINT32_MAX,
		.parent_pid = -1,
		.quality_reason = "not instrumented" };
	return process;
}

static struct ht_heap *
add_heap(struct ht_frame *frame, struct ht_process *process, uint64_t tick)
{
	struct ht_heap *heap = make(frame, 1, sizeof(*heap));
	process->heap = heap;
	process->source = HT_SOURCE_SEGMENT;
	process->quality_reason = NULL;
	frame->instrumented_count++;
	heap->dropped = (struct ht_dropped){ 0, UINT64_MAX, tick, UINT64_MAX };
	heap->exited = (struct ht_exited_threads){ tick, 10 * tick, 2, 3, 4 };
	HT_SET_U(&heap->values, HT_HEAP_LIVE, 1000 + tick);
	HT_SET_U(&heap->values, HT_HEAP_PEAK, 5000 + tick);
	HT_SET_U(&heap->values, HT_HEAP_ALLOCATED, 4096 * tick);
	HT_SET_U(&heap->values, HT_HEAP_FREED, 0);
	if (tick != 0)
		HT_SET_F(&heap->values, HT_HEAP_ALLOC_RATE, 7.5);
	return heap;
}

static void
add_threads(struct ht_frame *frame, struct ht_process *process, bool slots, uint64_t tick)
{
	process->detail |= HT_DETAIL_THREADS;
	process->thread_count = 3;
	process->threads = make(frame, 3, sizeof(*process->threads));
	for (int32_t i = 0; i < 3; i++) {
		struct ht_thread *thread = &process->threads[i];
		*thread = (struct ht_thread){ .tid = process->key.pid + i,
			.state = "RSD"[i],
			.cpu_time_ns = i == 1 ? UINT64_MAX : tick * 1000000 };
		snprintf(thread->name, sizeof(thread->name), "thread %d", (int)i);
		if (!slots)
			continue;
		thread->in_segment = i != 2;
		thread->generation = i != 2 ? 4 : 0;
		HT_SET_U(&thread->values, HT_THREAD_ALLOCATED, i != 2 ? 512 * tick : 0);
		HT_SET_U(&thread->values, HT_THREAD_ALLOCATED_BLOCKS, i != 2 ? tick : 0);
		HT_SET_U(&thread->values, HT_THREAD_FREED, 0);
		HT_SET_U(&thread->values, HT_THREAD_FREED_BLOCKS, 0);
		if (i == 1)
			HT_SET_U(&thread->values, HT_THREAD_LIVE_ESTIMATE, 99);
	}
}

static void
add_event(struct ht_heap *heap, uint32_t kind, uint64_t monotonic_ns, const char *label)
{
	struct ht_event *event = &heap->events[heap->event_count++];
	*event = (struct ht_event){ .monotonic_ns = monotonic_ns,
		.realtime_ns = monotonic_ns + 1700000000 * SECOND,
		.kind = kind,
		.duration_ns = UINT64_MAX,
		.bytes_before = 17,
		.bytes_after = UINT64_MAX,
		.requested_bytes = 0 };
	snprintf(event->label, sizeof(event->label), "%s", label);
}

/* One that the program told and one that the monitor saw, every ten ticks. */
static void
add_lists(struct ht_frame *frame, struct ht_process *process, uint64_t tick)
{
	struct ht_heap *heap = process->heap;
	process->detail |= HT_DETAIL_SIZE_CLASSES | HT_DETAIL_EVENTS;
	heap->size_classes = make(frame, 2, sizeof(*heap->size_classes));
	heap->size_class_count = 2;
	heap->size_classes[0] = (struct ht_size_class){
		.size_bytes = 16, .allocated_blocks = 3 * tick, .freed_blocks = tick
	};
	heap->size_classes[1] =
	    (struct ht_size_class){ .size_bytes = UINT64_MAX, .freed_blocks = 1 };
	heap->events = make(frame, 2 * TICKS, sizeof(*heap->events));
	for (uint64_t i = 0; i <= tick; i += 10) {
		add_event(heap, HEAPTOP_EVENT_TRIM, (90 + i) * SECOND, "a trim");
		add_event(heap, HEAPTOP_EVENT_HEAP_GROW, (91 + i) * SECOND, "");
	}
}

static void
add_group(struct ht_maps *maps, enum ht_map_kind kind, size_t count, const char *name)
{
	struct ht_map *group = &maps->groups[maps->group_count++];
	*group = (struct ht_map){ .kind = kind,
		.count = count,
		.name = name,
		.figures = { 4096, 4096, 2048, UINT64_MAX, 0, 0 } };
	ht_map_figures_add(&maps->kinds[kind], &group->figures);
	ht_map_figures_add(&maps->total, &group->figures);
	maps->kind_counts[kind] += count;
	maps->mapping_count += count;
}

static void
add_maps(struct ht_frame *frame, struct ht_process *process, uint64_t tick)
{
	struct ht_maps *maps = make(frame, 1, sizeof(*maps));
	process->detail |= HT_DETAIL_MAPS | HT_DETAIL_ALLOCATOR;
	process->maps = maps;
	maps->monotonic_ns = (99 + tick / 5) * SECOND;
	maps->reason = tick % 2 != 0 ? "read every 5 s" : NULL;
	maps->allocator = HT_ALLOCATOR_GLIBC;
	maps->has_thread_stacks = true;
	maps->groups = make(frame, 2, sizeof(*maps->groups));
	add_group(maps, HT_MAP_HEAP, 1, "");
	add_group(maps, HT_MAP_FILE_DATA, 5, "/lib/lib\x1b.so");
	ht_maps_divide(maps, NULL);
}

static struct ht_process *
add_dead(struct ht_frame *frame, int32_t pid, uint64_t tick)
{
	struct ht_process *dead = add_plain(frame, pid);
	add_heap(frame, dead, 5);
	add_threads(frame, dead, true, 5);
	for (size_t i = 0; i < dead->thread_count; i++) {
		dead->threads[i].state = 0;
		dead->threads[i].cpu_time_ns = UINT64_MAX;
	}
	dead->quality = HT_QUALITY_DEAD;
	dead->quality_reason = "killed by signal 9";
	dead->age_ns = 50 * SECOND + tick * SECOND;
	return dead;
}

/* Every kind of row that core makes. */
static struct ht_frame *
make_frame(uint64_t tick)
{
	struct ht_frame *frame = frame_at(tick);
	struct ht_process *plain = add_plain(frame, 10);
	plain->command = tick > 2 ? "/bin/plain \x1b" : NULL;
	plain->state = 'R';
	HT_SET_U(&plain->values, HT_PROCESS_RESIDENT, 4096 * tick);
	HT_SET_F(&plain->values, HT_PROCESS_CPU, 12.5);
	struct ht_process *workers = add_plain(frame, 20);
	workers->user = "www";
	workers->uid = 33;
	workers->parent_pid = 1;
	HT_SET_U(&workers->values, HT_PROCESS_THREAD_COUNT, 3);
	add_heap(frame, workers, tick);
	add_threads(frame, workers, true, tick);
	add_lists(frame, workers, tick);
	add_maps(frame, workers, tick);
	struct ht_process *stopped = add_plain(frame, 30);
	add_heap(frame, stopped, tick)->bytes_unknown = true;
	stopped->quality = HT_QUALITY_STALE;
	stopped->quality_reason = "stopped: its figures stand still";
	stopped->age_ns = tick % 2 != 0 ? 1234567 : 0;
	struct ht_process *corrupt = add_plain(frame, 40);
	corrupt->source = HT_SOURCE_SEGMENT;
	corrupt->quality = HT_QUALITY_CORRUPT;
	corrupt->quality_reason = "segment is corrupt: torn";
	add_threads(frame, add_plain(frame, 50), false, tick);
	add_plain(frame, 60)->quality_reason = "not permitted to read its segment";
	add_dead(frame, 15, tick);
	/* Its parent hasn't waited for it: /proc still has a row of it. */
	struct ht_process *zombie = add_dead(frame, 25, tick);
	zombie->state = 'Z';
	zombie->user = "www";
	zombie->uid = 33;
	zombie->parent_pid = 20;
	HT_SET_U(&zombie->values, HT_PROCESS_RESIDENT, 0);
	HT_SET_U(&zombie->values, HT_PROCESS_THREAD_COUNT, 1);
	return frame;
}

static void
remember(struct ht_frame *frame)
{
	assert_true(ht_frame_is_valid(frame));
	assert_int_equal(ht_history_add(history, frame), 0);
	ht_frame_free(frame);
}

/* Writes every STEPth tick of the past, and opens what was written. */
static void
record(size_t step)
{
	struct ht_sampler_options replaying = { 0 };
	struct ht_recording_writer *writer = ht_recording_writer_new(SECOND);
	struct ht_arena *arena = ht_arena_new();
	struct ht_error error;
	struct ht_text bytes;
	ht_text_init(&bytes);
	for (size_t i = 0; i < ht_history_count(history); i += step) {
		struct ht_frame *frame;
		struct ht_tick tick;
		assert_int_equal(ht_history_frame(history, i, &frame), 0);
		assert_int_equal(ht_recording_tick_of_frame(frame, arena, &tick), 0);
		assert_int_equal(ht_recording_write(writer, &tick, &bytes), 0);
		ht_arena_reset(arena);
		ht_frame_free(frame);
	}
	FILE *file = fopen(path, "w");
	assert_int_equal(fwrite(bytes.bytes, 1, bytes.length, file), bytes.length);
	fclose(file);
	ht_text_release(&bytes);
	ht_arena_free(arena);
	ht_recording_writer_free(writer);
	assert_int_equal(ht_replay_open(path, &replaying.replay, &error), 0);
	assert_int_equal(ht_replay_damaged_bytes(replaying.replay), 0);
	assert_int_equal(ht_sampler_new(&replaying, &replay, &error), 0);
}

static struct ht_frame *
next_replayed(void)
{
	const struct ht_request everything = { .only_uid = UINT32_MAX, .detail = UINT32_MAX };
	struct ht_frame *frame;
	assert_int_equal(ht_sampler_tick(replay, &everything, &frame), 0);
	return frame;
}

static void
assert_same_text(const char *a, const char *b)
{
	assert_int_equal(a == NULL, b == NULL);
	if (a != NULL)
		assert_string_equal(a, b);
}

/* What sources tell is the same; what isn't whole is core's. */
static void
assert_same_values(enum ht_metric_scope scope, uint64_t present_a, const union ht_value *a,
    uint64_t present_b, const union ht_value *b)
{
	size_t count;
	const struct ht_metric *metrics = ht_metric_table(scope, &count);
	for (size_t i = 0; i < count; i++) {
		if (scope != HT_SCOPE_HOST && ht_metric_is_real(&metrics[i]))
			continue;
		assert_int_equal(present_a >> i & 1, present_b >> i & 1);
		if ((present_a >> i & 1) != 0)
			assert_int_equal(a[i].u, b[i].u);
	}
}
#define ASSERT_SAME_VALUES(scope, a, b)                                                            \
	assert_same_values(                                                                        \
	    scope, (a)->values.present, (a)->values.value, (b)->values.present, (b)->values.value)

static void
assert_same_threads(const struct ht_process *a, const struct ht_process *b)
{
	assert_int_equal(a->thread_count, b->thread_count);
	for (size_t i = 0; i < a->thread_count; i++) {
		const struct ht_thread *x = &a->threads[i], *y = &b->threads[i];
		assert_int_equal(x->tid, y->tid);
		assert_int_equal(x->generation, y->generation);
		assert_int_equal(x->in_segment, y->in_segment);
		assert_int_equal(x->state, y->state);
		assert_string_equal(x->name, y->name);
		assert_int_equal(x->cpu_time_ns, y->cpu_time_ns);
		ASSERT_SAME_VALUES(HT_SCOPE_THREAD, x, y);
	}
}

static void
assert_same_heap(const struct ht_heap *a, const struct ht_heap *b)
{
	ASSERT_SAME_VALUES(HT_SCOPE_HEAP, a, b);
	assert_int_equal(a->bytes_unknown, b->bytes_unknown);
	assert_memory_equal(&a->exited, &b->exited, sizeof(a->exited));
	assert_memory_equal(&a->dropped, &b->dropped, sizeof(a->dropped));
	assert_int_equal(a->size_class_count, b->size_class_count);
	for (size_t i = 0; i < a->size_class_count; i++) {
		const struct ht_size_class *x = &a->size_classes[i], *y = &b->size_classes[i];
		assert_true(x->size_bytes == y->size_bytes);
		assert_true(x->allocated_blocks == y->allocated_blocks);
		assert_true(x->freed_blocks == y->freed_blocks);
		assert_true(x->live_blocks == y->live_blocks);
		assert_true(x->live_bytes_estimate == y->live_bytes_estimate);
	}
	assert_int_equal(a->event_count, b->event_count);
	if (a->event_count != 0)
		assert_memory_equal(a->events, b->events, a->event_count * sizeof(a->events[0]));
}

/* The groups are all that is left of the list, and are grouped as they were; their order is nobody's. */
static void
assert_same_groups(const struct ht_maps *a, const struct ht_maps *b)
{
	struct ht_arena *arena = ht_arena_new();
	struct ht_maps again = *b;
	assert_int_equal(b->count, a->group_count);
	assert_int_equal(ht_maps_group(&again, arena), 0);
	assert_int_equal(again.group_count, a->group_count);
	for (size_t i = 0; i < a->group_count; i++) {
		const struct ht_map *x = &a->groups[i], *y = &again.groups[0];
		while (y->kind != x->kind && y < again.groups + again.group_count - 1)
			y++;
		assert_int_equal(x->kind, y->kind);
		assert_int_equal(x->count, y->count);
		assert_string_equal(x->name, y->name);
		assert_memory_equal(&x->figures, &y->figures, sizeof(x->figures));
	}
	ht_arena_free(arena);
}

static void
assert_same_maps(const struct ht_maps *a, const struct ht_maps *b)
{
	assert_int_equal(a->monotonic_ns, b->monotonic_ns);
	assert_same_text(a->reason, b->reason);
	assert_int_equal(a->mapping_count, b->mapping_count);
	assert_memory_equal(&a->total, &b->total, sizeof(a->total));
	assert_memory_equal(a->kinds, b->kinds, sizeof(a->kinds));
	assert_memory_equal(a->kind_counts, b->kind_counts, sizeof(a->kind_counts));
	assert_int_equal(a->allocator, b->allocator);
	assert_int_equal(a->has_thread_stacks, b->has_thread_stacks);
	assert_memory_equal(&a->resident, &b->resident, sizeof(a->resident));
	assert_same_groups(a, b);
}

static void
assert_same_process(const struct ht_process *a, const struct ht_process *b)
{
	assert_int_equal(a->key.pid, b->key.pid);
	assert_int_equal(a->key.start_time_ticks, b->key.start_time_ticks);
	assert_string_equal(a->name, b->name);
	assert_same_text(a->command, b->command);
	assert_same_text(a->user, b->user);
	assert_int_equal(a->uid, b->uid);
	assert_int_equal(a->parent_pid, b->parent_pid);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->source, b->source);
	assert_int_equal(a->quality, b->quality);
	assert_same_text(a->quality_reason, b->quality_reason);
	assert_int_equal(a->age_ns, b->age_ns);
	assert_int_equal(a->detail, b->detail);
	ASSERT_SAME_VALUES(HT_SCOPE_PROCESS, a, b);
	assert_same_threads(a, b);
	assert_int_equal(a->heap == NULL, b->heap == NULL);
	if (a->heap != NULL)
		assert_same_heap(a->heap, b->heap);
	assert_int_equal(a->maps == NULL, b->maps == NULL);
	if (a->maps != NULL)
		assert_same_maps(a->maps, b->maps);
}

static void
assert_same_frame(const struct ht_frame *a, const struct ht_frame *b)
{
	assert_int_equal(a->realtime_ns, b->realtime_ns);
	assert_int_equal(a->monotonic_ns, b->monotonic_ns);
	assert_int_equal(a->hidden_count, b->hidden_count);
	assert_int_equal(a->instrumented_count, b->instrumented_count);
	assert_same_values(
	    HT_SCOPE_HOST, a->host.present, a->host.value, b->host.present, b->host.value);
	assert_int_equal(a->process_count, b->process_count);
	for (size_t i = 0; i < a->process_count; i++)
		assert_same_process(&a->processes[i], &b->processes[i]);
}

static void
a_replay_shows_what_the_frames_had(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < TICKS; i++)
		remember(make_frame(i));
	record(1);
	for (size_t i = 0; i < TICKS; i++) {
		struct ht_frame *was, *is = next_replayed();
		assert_int_equal(ht_history_frame(history, i, &was), 0);
		assert_same_frame(was, is);
		ht_frame_free(was);
		ht_frame_free(is);
	}
}

/* Of a time that was thinned out, they are of the longer time. */
static void
rates_are_made_anew_between_the_looks(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < TICKS; i++)
		remember(make_frame(i));
	record(4);
	struct ht_frame *first = next_replayed();
	struct ht_frame *second = next_replayed();
	const struct ht_process *before = ht_frame_find(first, 20);
	const struct ht_process *workers = ht_frame_find(second, 20);
	const double seconds = 4.000004004;
	assert_int_equal(second->interval_ns, 4 * SECOND + 4004);
	assert_false(HT_HAS(&before->heap->values, HT_HEAP_ALLOC_RATE));
	assert_true(
	    workers->heap->values.value[HT_HEAP_ALLOC_RATE].f == (double)(4 * 4096) / seconds);
	assert_true(workers->threads[0].values.value[HT_THREAD_ALLOC_RATE].f ==
		    (double)(4 * 512) / seconds);
	assert_true(workers->heap->size_classes[0].allocated_blocks_per_second ==
		    (double)(4 * 3) / seconds);
	ht_frame_free(first);
	ht_frame_free(second);
}

/* Neither 0 nor the share that was seen, which is of another time. */
static void
processor_time_is_known_of_threads_alone(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 3; i++)
		remember(make_frame(i));
	record(1);
	for (int i = 0; i < 3; i++) {
		struct ht_frame *frame = next_replayed();
		const struct ht_thread *threads = ht_frame_find(frame, 20)->threads;
		for (size_t j = 0; j < frame->process_count; j++)
			assert_false(HT_HAS(&frame->processes[j].values, HT_PROCESS_CPU));
		assert_int_equal(HT_HAS(&threads[0].values, HT_THREAD_CPU), i != 0);
		assert_false(HT_HAS(&threads[1].values, HT_THREAD_CPU));
		ht_frame_free(frame);
	}
}

/* Memory that jumps is an event by what procfs says, which a frame doesn't tell: core makes none again. */
static void
no_event_is_there_twice(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < TICKS; i++) {
		struct ht_frame *frame = make_frame(i);
		struct ht_process *workers = &frame->processes[1];
		HT_SET_U(&workers->values, HT_PROCESS_ANONYMOUS, i % 2 != 0 ? 1 << 30 : 1 << 20);
		/* The oldest are forgotten, as those that a ring overwrites. */
		size_t gone = workers->heap->event_count / 2;
		workers->heap->events += gone;
		workers->heap->event_count -= gone;
		remember(frame);
	}
	record(1);
	for (uint64_t i = 0; i < TICKS; i++) {
		struct ht_frame *frame = next_replayed();
		const struct ht_heap *heap = ht_frame_find(frame, 20)->heap;
		assert_in_range(heap->event_count, 1, 2 * (i / 10 + 1));
		for (size_t j = 1; j < heap->event_count; j++)
			assert_true(
			    heap->events[j - 1].monotonic_ns < heap->events[j].monotonic_ns);
		ht_frame_free(frame);
	}
}

static void
an_exec_begins_anew(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 2; i++) {
		struct ht_frame *frame = frame_at(i);
		struct ht_heap *heap = add_heap(frame, add_plain(frame, 20), 10 + i);
		heap->exec_generation = (uint32_t)i;
		HT_SET_U(&heap->values, HT_HEAP_PEAK, i == 0 ? 9000 : 3000);
		remember(frame);
	}
	record(1);
	ht_frame_free(next_replayed());
	struct ht_frame *frame = next_replayed();
	const struct ht_heap_values *values = &frame->processes[0].heap->values;
	assert_int_equal(values->value[HT_HEAP_PEAK].u, 3000);
	assert_false(HT_HAS(values, HT_HEAP_ALLOC_RATE));
	ht_frame_free(frame);
}

/* Where /proc told no threads, as when the process was just ending, those of the slots are all. */
static void
threads_without_tasks_stay(void **state)
{
	(void)state;
	struct ht_frame *frame = frame_at(0);
	struct ht_process *process = add_plain(frame, 20);
	add_heap(frame, process, 3);
	add_threads(frame, process, true, 3);
	process->thread_count = 2;
	for (size_t i = 0; i < 2; i++) {
		process->threads[i].state = 0;
		process->threads[i].cpu_time_ns = UINT64_MAX;
	}
	remember(frame);
	record(1);
	struct ht_frame *was, *is = next_replayed();
	assert_int_equal(ht_history_frame(history, 0, &was), 0);
	assert_same_frame(was, is);
	ht_frame_free(was);
	ht_frame_free(is);
}

/* Of a row out of sight the number alone is known, and a filter asks for the name. */
static void
regress_a_user_in_sight_names_the_others(void **state)
{
	(void)state;
	static const struct {
		uint32_t uid;
		const char *user, *wanted;
	} rows[] = { { 0, NULL, "root" }, { 33, "www", "www" }, { 1000, NULL, NULL },
		{ 0, "root", "root" }, { 33, NULL, "www" }, { 7, "lp", "lp" },
		{ UINT32_MAX, NULL, NULL }, { 0, NULL, "root" } };
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct ht_frame *frame = frame_at(0);
	for (int32_t i = 0; i < ROWS; i++) {
		struct ht_process *process = add_plain(frame, 10 + i);
		process->uid = rows[i].uid;
		process->user = rows[i].user;
	}
	frame->processes[ROWS - 1].quality = HT_QUALITY_DEAD;
	add_heap(frame, &frame->processes[ROWS - 1], 1);
	remember(frame);
	record(1);
	frame = next_replayed();
	assert_int_equal(frame->process_count, ROWS);
	for (int32_t i = 0; i < ROWS; i++)
		assert_same_text(ht_frame_find(frame, 10 + i)->user, rows[i].wanted);
	ht_frame_free(frame);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_replay_shows_what_the_frames_had),
		TEST(rates_are_made_anew_between_the_looks),
		TEST(processor_time_is_known_of_threads_alone),
		TEST(no_event_is_there_twice),
		TEST(an_exec_begins_anew),
		TEST(threads_without_tasks_stay),
		TEST(regress_a_user_in_sight_names_the_others),
	};
#undef TEST
	return cmocka_run_group_tests_name("export/recording_frame", tests, NULL, NULL);
}
