/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "frames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "heaptop/segment.h"
#include "model/maps.h"
#include "model/size_class.h"

#define MIB(n) (UINT64_C(n) << 20)

static struct ht_frame *
new_frame(size_t processes)
{
	struct ht_frame *frame = ht_frame_new();
	if (frame == NULL)
		abort();
	frame->realtime_ns = UINT64_C(1795000000000000000);
	frame->monotonic_ns = UINT64_C(200000000000000);
	frame->interval_ns = 1000000000;
	HT_SET_U(&frame->host, HT_HOST_MEMORY_TOTAL, MIB(23962));
	HT_SET_U(&frame->host, HT_HOST_MEMORY_AVAILABLE, MIB(13927));
	HT_SET_U(&frame->host, HT_HOST_SWAP_TOTAL, 0);
	HT_SET_U(&frame->host, HT_HOST_SWAP_USED, 0);
	HT_SET_F(&frame->host, HT_HOST_PRESSURE_SOME_AVG10, 0.0);
	frame->processes = ht_arena_array(frame->arena, processes, sizeof(*frame->processes));
	return frame;
}

/* A user whose name isn't known is "me". */
static uint32_t
uid_of(const char *user)
{
	static const struct {
		const char *name;
		uint32_t uid;
	} users[] = { { "root", 0 }, { "www", 33 }, { "app", 1001 } };
	for (size_t i = 0; user != NULL && i < sizeof(users) / sizeof(users[0]); i++)
		if (strcmp(users[i].name, user) == 0)
			return users[i].uid;
	return 1000;
}

static struct ht_process *
add_process(
    struct ht_frame *frame, int32_t pid, const char *user, const char *command, uint64_t resident)
{
	struct ht_process *process = &frame->processes[frame->process_count++];
	process->key = (struct ht_process_key){ pid, 1000 + (uint64_t)pid };
	/* As the kernel has it: the program alone. */
	const char *end = command + strcspn(command, " ");
	const char *name = end;
	while (name > command && name[-1] != '/')
		name--;
	process->name = ht_arena_text(frame->arena, name, (size_t)(end - name));
	process->command = command;
	process->user = user;
	process->uid = uid_of(user);
	process->parent_pid = 1;
	process->state = 'S';
	HT_SET_U(&process->values, HT_PROCESS_RESIDENT, resident);
	HT_SET_U(&process->values, HT_PROCESS_ANONYMOUS, resident / 2);
	HT_SET_U(&process->values, HT_PROCESS_THREAD_COUNT, 1);
	HT_SET_F(&process->values, HT_PROCESS_CPU, 1.5);
	return process;
}

static struct ht_heap *
add_heap(struct ht_frame *frame, struct ht_process *process, uint64_t live, double rate)
{
	struct ht_heap *heap = ht_arena_alloc(frame->arena, sizeof(*heap));
	process->heap = heap;
	process->source = HT_SOURCE_SEGMENT;
	frame->instrumented_count++;
	HT_SET_U(&heap->values, HT_HEAP_LIVE, live);
	HT_SET_U(&heap->values, HT_HEAP_LIVE_BLOCKS, live / 256);
	HT_SET_U(&heap->values, HT_HEAP_PEAK, live + live / 4);
	HT_SET_U(&heap->values, HT_HEAP_ALLOCATED, live * 10);
	HT_SET_U(&heap->values, HT_HEAP_ALLOCATED_BLOCKS, live / 25);
	HT_SET_U(&heap->values, HT_HEAP_FREED, live * 9);
	HT_SET_U(&heap->values, HT_HEAP_FREED_BLOCKS, live / 28);
	HT_SET_F(&heap->values, HT_HEAP_ALLOC_RATE, rate);
	HT_SET_F(&heap->values, HT_HEAP_ALLOC_BLOCKS_RATE, rate / 4096);
	HT_SET_F(&heap->values, HT_HEAP_FREE_RATE, rate * 0.9);
	HT_SET_F(&heap->values, HT_HEAP_FREE_BLOCKS_RATE, rate * 0.9 / 4096);
	HT_SET_U(&heap->values, HT_HEAP_FAILED, 0);
	return heap;
}

static void
set_thread(struct ht_thread *thread, int32_t tid, const char *name, uint64_t allocated,
    uint64_t freed, double rate)
{
	thread->tid = tid;
	thread->in_segment = true;
	thread->state = rate > 1e6 ? 'R' : 'S';
	snprintf(thread->name, sizeof(thread->name), "%s", name);
	HT_SET_F(&thread->values, HT_THREAD_CPU, rate / 1e6);
	HT_SET_U(&thread->values, HT_THREAD_ALLOCATED, allocated);
	HT_SET_U(&thread->values, HT_THREAD_ALLOCATED_BLOCKS, allocated / 256);
	HT_SET_U(&thread->values, HT_THREAD_FREED, freed);
	HT_SET_U(&thread->values, HT_THREAD_FREED_BLOCKS, freed / 256);
	HT_SET_F(&thread->values, HT_THREAD_ALLOC_RATE, rate);
}

/* Four threads and seven that ended; together they are the heap's totals. */
static void
add_threads(struct ht_frame *frame, struct ht_process *process)
{
	struct ht_heap_values *totals = &process->heap->values;
	struct ht_exited_threads *exited = &process->heap->exited;
	process->threads = ht_arena_array(frame->arena, 4, sizeof(*process->threads));
	process->thread_count = 4;
	process->detail = HT_DETAIL_THREADS;
	set_thread(&process->threads[0], process->key.pid, "imgd", MIB(20), MIB(19), 1024);
	set_thread(&process->threads[1], 4243, "resize-1", MIB(1200), MIB(900), 11.8e6);
	set_thread(&process->threads[2], 4244, "resize-2", MIB(1100), MIB(1150), 12.7e6);
	set_thread(&process->threads[3], 4245, "io", 0, 0, 0);
	exited->count = 7;
	exited->allocated_bytes = totals->value[HT_HEAP_ALLOCATED].u - MIB(2320);
	exited->freed_bytes = totals->value[HT_HEAP_FREED].u - MIB(2069);
	exited->allocated_blocks = totals->value[HT_HEAP_ALLOCATED_BLOCKS].u / 2;
	exited->freed_blocks = totals->value[HT_HEAP_FREED_BLOCKS].u / 2;
	HT_SET_U(&process->values, HT_PROCESS_THREAD_COUNT, 4);
}

/* SECONDS before FRAME; figures that don't belong to the kind aren't told. */
static struct ht_event *
set_event(const struct ht_frame *frame, struct ht_event *event, uint32_t kind, unsigned seconds)
{
	uint64_t age_ns = seconds * UINT64_C(1000000000);
	*event = (struct ht_event){ .realtime_ns = frame->realtime_ns - age_ns,
		.monotonic_ns = frame->monotonic_ns - age_ns,
		.kind = kind,
		.duration_ns = UINT64_MAX,
		.bytes_before = UINT64_MAX,
		.bytes_after = UINT64_MAX,
		.requested_bytes = UINT64_MAX };
	return event;
}

/* One event of each kind that has figures of its own, and two of one moment. */
static void
add_events(struct ht_frame *frame, struct ht_process *process)
{
	struct ht_heap *heap = process->heap;
	struct ht_event *event;
	heap->events = ht_arena_array(frame->arena, 8, sizeof(*heap->events));
	set_event(frame, &heap->events[0], HEAPTOP_EVENT_EXEC, 90000);
	for (size_t i = 1; i < 3; i++) {
		event = set_event(frame, &heap->events[i], HEAPTOP_EVENT_THREAD_START, 842);
		event->tid = 4242 + (int32_t)i;
	}
	event = set_event(frame, &heap->events[3], HEAPTOP_EVENT_HEAP_GROW, 300);
	event->bytes_before = MIB(401);
	event->bytes_after = MIB(512);
	event = set_event(frame, &heap->events[4], HEAPTOP_EVENT_OOM, 200);
	event->requested_bytes = UINT64_C(1) << 40;
	event->tid = 4243;
	event = set_event(frame, &heap->events[5], HEAPTOP_EVENT_TRIM, 120);
	event->duration_ns = 1200000;
	event->bytes_before = MIB(341);
	event->bytes_after = MIB(318);
	snprintf(event->label, sizeof(event->label), "nightly");
	event = set_event(frame, &heap->events[6], HEAPTOP_EVENT_HIGH_WATER, 45);
	event->bytes_after = MIB(402);
	event->tid = 4244;
	set_event(frame, &heap->events[7], HEAPTOP_EVENT_FORK, 3)->tid = 4242;
	heap->event_count = 8;
	heap->dropped.events = 12;
	process->detail |= HT_DETAIL_EVENTS;
}

/* A mapping of SIZE of which RESIDENT is in memory. */
static struct ht_map
map_of(enum ht_map_kind kind, const char *name, uint64_t size, uint64_t resident)
{
	bool is_file = kind == HT_MAP_FILE_TEXT || kind == HT_MAP_FILE_DATA;
	return (struct ht_map){ .kind = kind,
		.name = name,
		.count = 1,
		.figures = { size, resident, is_file ? resident / 3 : resident,
		    is_file ? 0 : resident, is_file ? 0 : resident, 0 } };
}

/* The COUNT mappings of LIST, read 3 s ago, and where the resident memory is. */
static void
add_maps(
    struct ht_frame *frame, struct ht_process *process, const struct ht_map *list, size_t count)
{
	struct ht_maps *maps = ht_arena_alloc(frame->arena, sizeof(*maps));
	maps->monotonic_ns = frame->monotonic_ns - UINT64_C(3000000000);
	maps->maps = ht_arena_array(frame->arena, count, sizeof(*list));
	maps->count = maps->mapping_count = count;
	memcpy(maps->maps, list, count * sizeof(*list));
	for (size_t i = 0; i < count; i++) {
		maps->kind_counts[list[i].kind]++;
		ht_map_figures_add(&maps->kinds[list[i].kind], &list[i].figures);
		ht_map_figures_add(&maps->total, &list[i].figures);
	}
	maps->allocator = HT_ALLOCATOR_GLIBC;
	maps->has_thread_stacks = true;
	const struct ht_heap_sample heap = { .values = process->heap->values };
	ht_maps_divide(maps, &heap);
	ht_assert(ht_maps_group(maps, frame->arena) == 0);
	process->maps = maps;
	process->detail |= HT_DETAIL_MAPS | HT_DETAIL_ALLOCATOR;
}

static void
add_usual_maps(struct ht_frame *frame, struct ht_process *process)
{
	const struct ht_map list[] = {
		map_of(HT_MAP_FILE_TEXT, "/opt/imgd/bin/imgd", MIB(2), MIB(1)),
		map_of(HT_MAP_FILE_DATA, "/opt/imgd/bin/imgd", MIB(1), MIB(1) / 2),
		map_of(HT_MAP_HEAP, "[heap]", MIB(96), MIB(80)),
		map_of(HT_MAP_ARENA, "", MIB(64), MIB(60)),
		map_of(HT_MAP_ARENA, "", MIB(64), MIB(41)),
		map_of(HT_MAP_ANONYMOUS, "", MIB(300), MIB(280)),
		map_of(HT_MAP_THREAD_STACK, "", MIB(8), MIB(2)),
		map_of(HT_MAP_THREAD_STACK, "", MIB(8), MIB(3)),
		map_of(HT_MAP_FILE_TEXT, "/usr/lib/x86_64-linux-gnu/libc.so.6", MIB(2), MIB(1)),
		map_of(HT_MAP_FILE_DATA, "/usr/lib/x86_64-linux-gnu/libc.so.6", MIB(1), 72 << 10),
		map_of(
		    HT_MAP_FILE_TEXT, "/usr/lib/x86_64-linux-gnu/libjpeg.so.62", MIB(1), 300 << 10),
		map_of(HT_MAP_SHARED, "/dev/shm/imgd", MIB(64), MIB(12)),
		map_of(HT_MAP_SEGMENT, "/dev/shm/heaptop-33/1.4242.7", MIB(25), 60 << 10),
		map_of(HT_MAP_RESERVED, "", MIB(1024), 0),
		map_of(HT_MAP_STACK, "[stack]", 132 << 10, 60 << 10),
		map_of(HT_MAP_KERNEL, "[vdso]", 8 << 10, 4 << 10),
	};
	add_maps(frame, process, list, sizeof(list) / sizeof(list[0]));
	HT_SET_U(&process->values, HT_PROCESS_LIMIT, UINT64_C(2) << 30);
}

/* Small blocks in numbers, a few large ones, one class that is empty again and one without end. */
static void
add_size_classes(struct ht_frame *frame, struct ht_process *process)
{
	static const struct ht_size_class classes[] = {
		{ .size_bytes = 32, .allocated_blocks = 8000000, .freed_blocks = 7300000 },
		{ .size_bytes = 64, .allocated_blocks = 900000, .freed_blocks = 400000 },
		{ .size_bytes = 1024, .allocated_blocks = 5000, .freed_blocks = 5000 },
		{ .size_bytes = 1280, .allocated_blocks = 120000, .freed_blocks = 20000 },
		{ .size_bytes = 131072, .allocated_blocks = 4000, .freed_blocks = 3100 },
	};
	struct ht_heap *heap = process->heap;
	heap->size_class_count = sizeof(classes) / sizeof(classes[0]);
	heap->size_classes =
	    ht_arena_array(frame->arena, heap->size_class_count, sizeof(classes[0]));
	memcpy(heap->size_classes, classes, sizeof(classes));
	for (size_t i = 0; i < heap->size_class_count; i++) {
		heap->size_classes[i].has_rate = i != 2;
		heap->size_classes[i].allocated_blocks_per_second = (double)(i * i) * 700;
	}
	ht_size_classes_estimate(heap);
	process->detail |= HT_DETAIL_SIZE_CLASSES;
}

struct ht_frame *
frames_mixed(void)
{
	struct ht_frame *frame = new_frame(6);
	struct ht_process *process;
	add_process(frame, 1033, "root", "mysqld --user=mysql", MIB(204));
	process = add_process(frame, 4242, "www", "/opt/imgd/bin/imgd --workers 16", MIB(512));
	add_heap(frame, process, MIB(318), 41.2 * 1048576);
	add_threads(frame, process);
	add_events(frame, process);
	add_size_classes(frame, process);
	add_usual_maps(frame, process);
	process = add_process(frame, 5120, "app", "store --cache 600M", MIB(1126));
	add_heap(frame, process, MIB(702), 38.1 * 1048576);
	process = add_process(frame, 877, "me", "sqlite3 big.db", MIB(22));
	add_heap(frame, process, MIB(11), 12288);
	static const struct ht_maps denied = { .reason = "not permitted" };
	process->maps = &denied;
	process->detail |= HT_DETAIL_MAPS;
	process = add_process(frame, 2, "root", "kthreadd", 0);
	process->command = "";
	process->values.present = 0;
	process = add_process(frame, 6001, NULL, "worker", MIB(40));
	process->command = NULL;
	add_heap(frame, process, MIB(9), 0);
	process->quality = HT_QUALITY_STALE;
	process->quality_reason = "the process is stopped";
	process->age_ns = UINT64_C(12000000000);
	return frame;
}

struct ht_frame *
frames_plain(void)
{
	struct ht_frame *frame = new_frame(3);
	struct ht_process *process = add_process(frame, 1033, "root", "mysqld", MIB(204));
	process->quality_reason = "not instrumented";
	process->threads = ht_arena_array(frame->arena, 1, sizeof(*process->threads));
	process->thread_count = 1;
	process->detail = HT_DETAIL_THREADS;
	process->threads[0] = (struct ht_thread){ .tid = 1033, .state = 'S', .name = "mysqld" };
	HT_SET_F(&process->threads[0].values, HT_THREAD_CPU, 0.3);
	add_process(frame, 1200, "me", "bash", MIB(5));
	add_process(frame, 1201, "me", "vi notes.txt", MIB(12));
	return frame;
}

struct ht_frame *
frames_hostile(void)
{
	static const char *const names[] = {
		"esc\033[31mred\033]0;title\007",
		"new\nline\rtab\t",
		"c1\xc2\x9b"
		"31m",
		"bad\xff\xfe utf8 \xe2\x82",
		"wide \xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97",
		"comb e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81 x",
		"\xcc\x81 leading",
		"rtl \xe2\x80\xae txt",
		"a) S 1\n(b",
		"",
	};
	struct ht_frame *frame = new_frame(sizeof(names) / sizeof(names[0]));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct ht_process *process =
		    add_process(frame, 100 + (int32_t)i, names[i], names[i], MIB(1) * (20 - i));
		add_heap(frame, process, MIB(1) * (20 - i), 0);
	}
	/* The same names again, on files that are mapped. */
	struct ht_map maps[sizeof(names) / sizeof(names[0])];
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		maps[i] = map_of(HT_MAP_FILE_DATA, names[i], MIB(1), MIB(1) * (20 - i) / 20);
	add_maps(frame, &frame->processes[0], maps, sizeof(maps) / sizeof(maps[0]));
	return frame;
}

struct ht_frame *
frames_tree(void)
{
	static const struct {
		int32_t pid, parent;
		const char *name;
		unsigned resident_mib, live_mib;
	} rows[] = { { 1, 0, "init", 10, 0 }, { 10, 1, "shell", 5, 2 },
		{ 11, 1, "server", 100, 80 }, { 20, 10, "make", 20, 12 },
		{ 21, 10, "editor", 30, 25 }, { 30, 21, "linter", 40, 0 }, { 40, 41, "egg", 3, 0 },
		{ 41, 40, "hen", 4, 0 }, { 50, 999, "orphan", 6, 0 } };
	struct ht_frame *frame = new_frame(sizeof(rows) / sizeof(rows[0]));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ht_process *process = add_process(
		    frame, rows[i].pid, "me", rows[i].name, (uint64_t)rows[i].resident_mib << 20);
		process->parent_pid = rows[i].parent;
		if (rows[i].live_mib != 0)
			add_heap(frame, process, (uint64_t)rows[i].live_mib << 20, 1048576);
	}
	return frame;
}

struct ht_frame *
frames_many(size_t count, unsigned step)
{
	struct ht_frame *frame = new_frame(count);
	for (size_t i = 0; i < count; i++) {
		char name[32];
		snprintf(name, sizeof(name), "program-%zu", i);
		struct ht_process *process = add_process(frame, 100 + (int32_t)i, "me",
		    ht_arena_text(frame->arena, name, strlen(name)), MIB(1) + i * 4096);
		if (i % 10 == 0)
			add_heap(frame, process, MIB(1) * ((i / 10 * 7 + step) % 100 + 1),
			    (double)((i + step) % 50) * 1000);
	}
	return frame;
}
