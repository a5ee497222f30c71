/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/history.h"

#define SECOND UINT64_C(1000000000)
static const uint64_t start_ns = 1000 * SECOND;

/* Looks one second apart, readings three. */
enum { TICKS = 240, READ_EVERY = 3, GROUPS = 40, LONG_LIST = 1025 };

/* A figure that most readings leave as it was. */
static uint64_t
figure(uint64_t reading, size_t group)
{
	return group % 8 == reading % 8 ? 4096 * reading * (group + 1) : 4096 * (group + 1);
}

static struct ht_map_figures
figures_of(uint64_t reading, size_t group)
{
	uint64_t bytes = figure(reading, group);
	return (struct ht_map_figures){ .size = 2 * bytes + 4096,
		.resident = bytes,
		.proportional = reading % 5 != 0 ? bytes / 3 : UINT64_MAX,
		.private_dirty = bytes / 2,
		.anonymous = bytes / 4,
		.swap = group };
}

/* COUNT groups of which one in seven is absent; libraries come and go. */
static void
add_groups(struct ht_frame *frame, struct ht_maps *maps, uint64_t reading, size_t count)
{
	maps->groups = ht_arena_array(frame->arena, count, sizeof(*maps->groups));
	assert_non_null(maps->groups);
	for (size_t i = 0; i < count; i++) {
		char *name = ht_arena_alloc(frame->arena, 32);
		assert_non_null(name);
		snprintf(name, 32, "/lib/%zu.so", i / 2);
		if (count == GROUPS && (i + reading) % 7 == 0)
			continue;
		maps->groups[maps->group_count++] =
		    (struct ht_map){ .kind = i % 2 == 0 ? HT_MAP_FILE_DATA : HT_MAP_SHARED,
			    .name = i < 2 ? "" : name,
			    .count = 1 + reading % 2,
			    .figures = figures_of(reading, i) };
	}
}

static struct ht_maps *
reading_of(struct ht_frame *frame, uint64_t reading)
{
	struct ht_maps *maps = ht_arena_alloc(frame->arena, sizeof(*maps));
	assert_non_null(maps);
	*maps = (struct ht_maps){ .monotonic_ns = start_ns + reading * READ_EVERY * SECOND - 1,
		.reason = reading % 11 == 3 ? "not permitted" : NULL,
		.allocator = reading % 2 == 0 ? HT_ALLOCATOR_GLIBC : HT_ALLOCATOR_UNKNOWN,
		.has_thread_stacks = reading % 3 == 0 };
	for (size_t i = 0; i < HT_MAP_KINDS; i++) {
		maps->kinds[i] = figures_of(reading, i);
		maps->kind_counts[i] = i * reading % 5;
		maps->mapping_count += maps->kind_counts[i];
		ht_map_figures_add(&maps->total, &maps->kinds[i]);
	}
	ht_maps_divide(maps, NULL);
	return maps;
}

/* What a tick has: most often all; sometimes the sums alone, not even them, or no such list at all. */
static struct ht_frame *
frame_at(uint64_t tick, uint64_t reading, size_t groups)
{
	static const uint32_t details[] = { HT_DETAIL_MAPS | HT_DETAIL_ALLOCATOR,
		HT_DETAIL_ALLOCATOR, HT_DETAIL_MAPS, 0, HT_DETAIL_MAPS };
	struct ht_frame *frame = ht_frame_new();
	assert_non_null(frame);
	frame->monotonic_ns = start_ns + tick * SECOND;
	frame->interval_ns = SECOND;
	frame->processes = ht_arena_array(frame->arena, 1, sizeof(*frame->processes));
	assert_non_null(frame->processes);
	frame->process_count = 1;
	struct ht_process *process = frame->processes;
	*process = (struct ht_process){ .key = { 7, 1 }, .name = "worker", .uid = 1000 };
	process->detail = details[tick / 5 % 5];
	if (process->detail == 0 || tick % 31 == 30)
		return frame;
	struct ht_maps *maps = reading_of(frame, reading);
	if ((process->detail & HT_DETAIL_MAPS) != 0)
		add_groups(frame, maps, reading, groups);
	process->maps = maps;
	return frame;
}

static void
assert_same_figures(const struct ht_map_figures *a, const struct ht_map_figures *b)
{
	assert_memory_equal(a, b, sizeof(*a));
}

static const struct ht_map *
find_group(const struct ht_maps *maps, const struct ht_map *group)
{
	for (size_t i = 0; i < maps->group_count; i++)
		if (maps->groups[i].kind == group->kind &&
		    strcmp(maps->groups[i].name, group->name) == 0)
			return &maps->groups[i];
	return NULL;
}

static void
assert_same_groups(const struct ht_maps *a, const struct ht_maps *b)
{
	assert_int_equal(a->group_count, b->group_count);
	for (size_t i = 0; i < a->group_count; i++) {
		const struct ht_map *group = find_group(b, &a->groups[i]);
		assert_non_null(group);
		assert_int_equal(a->groups[i].count, group->count);
		assert_same_figures(&a->groups[i].figures, &group->figures);
		assert_string_equal(group->flags, "");
	}
}

static void
assert_same_sums(const struct ht_maps *a, const struct ht_maps *b)
{
	assert_int_equal(a->monotonic_ns, b->monotonic_ns);
	assert_int_equal(a->reason == NULL, b->reason == NULL);
	if (a->reason != NULL)
		assert_string_equal(a->reason, b->reason);
	assert_int_equal(a->mapping_count, b->mapping_count);
	assert_same_figures(&a->total, &b->total);
	assert_memory_equal(a->kinds, b->kinds, sizeof(a->kinds));
	assert_memory_equal(a->kind_counts, b->kind_counts, sizeof(a->kind_counts));
	assert_int_equal(a->allocator, b->allocator);
	assert_int_equal(a->has_thread_stacks, b->has_thread_stacks);
	assert_memory_equal(&a->resident, &b->resident, sizeof(a->resident));
	/* One by one they are not kept. */
	assert_null(b->maps);
	assert_int_equal(b->count, 0);
}

static void
assert_same_tick(const struct ht_frame *a, const struct ht_frame *b)
{
	const struct ht_process *x = a->processes, *y = b->processes;
	assert_int_equal(x->detail, y->detail);
	assert_int_equal(x->maps == NULL, y->maps == NULL);
	if (x->maps == NULL)
		return;
	assert_same_sums(x->maps, y->maps);
	assert_same_groups(x->maps, y->maps);
}

static void
add(struct ht_history *history, uint64_t tick, uint64_t reading, size_t groups)
{
	struct ht_frame *frame = frame_at(tick, reading, groups);
	assert_int_equal(ht_history_add(history, frame), 0);
	ht_frame_free(frame);
}

static void
assert_all_same(const struct ht_history *history)
{
	for (size_t i = 0; i < ht_history_count(history); i++) {
		struct ht_frame *frame;
		uint64_t tick = (ht_history_time(history, i) - start_ns) / SECOND;
		struct ht_frame *original = frame_at(tick, tick / READ_EVERY, GROUPS);
		assert_int_equal(ht_history_frame(history, i, &frame), 0);
		assert_same_tick(original, frame);
		ht_frame_free(original);
		ht_frame_free(frame);
	}
}

static void
gives_back_each_reading(void **state)
{
	(void)state;
	struct ht_history *history = ht_history_new(16 << 20);
	for (uint64_t i = 0; i < TICKS; i++)
		add(history, i, i / READ_EVERY, GROUPS);
	assert_int_equal(ht_history_count(history), TICKS);
	assert_all_same(history);
	ht_history_free(history);
}

static void
readings_stay_exact_when_thinned(void **state)
{
	(void)state;
	struct ht_history *history = ht_history_new(256 << 10);
	for (uint64_t i = 0; i < 4 * TICKS; i++) {
		add(history, i, i / READ_EVERY, GROUPS);
		assert_true(ht_history_bytes(history) <= 256 << 10);
	}
	assert_in_range(ht_history_count(history), 20, 4 * TICKS - 1);
	assert_all_same(history);
	ht_history_free(history);
}

/* Bytes of 200 ticks that show one reading, the first at FIRST, beyond what the first 5 of them take. */
static size_t
bytes_of_more_ticks(uint64_t first)
{
	struct ht_history *history = ht_history_new(16 << 20);
	size_t before = 0;
	for (uint64_t i = 0; i < 205; i++) {
		/* So far apart that all ticks have the same lists. */
		add(history, first + i * 5 * 5 * 31, 1, GROUPS);
		if (i == 4)
			before = ht_history_bytes(history);
	}
	size_t bytes = ht_history_bytes(history);
	ht_history_free(history);
	return bytes - before;
}

static void
a_reading_shown_again_costs_nothing(void **state)
{
	(void)state;
	enum { WITH_LIST = 0, WITHOUT = 15 };
	assert_int_equal(bytes_of_more_ticks(WITH_LIST), bytes_of_more_ticks(WITHOUT));
}

static void
of_a_long_list_the_sums_are_kept(void **state)
{
	(void)state;
	struct ht_history *history = ht_history_new(16 << 20);
	struct ht_frame *frame, *original = frame_at(0, 1, LONG_LIST);
	add(history, 0, 1, LONG_LIST);
	add(history, 1, 1, LONG_LIST - 1);
	assert_int_equal(ht_history_frame(history, 0, &frame), 0);
	assert_same_sums(original->processes[0].maps, frame->processes[0].maps);
	assert_int_equal(frame->processes[0].maps->group_count, 0);
	ht_frame_free(frame);
	assert_int_equal(ht_history_frame(history, 1, &frame), 0);
	assert_int_equal(frame->processes[0].maps->group_count, LONG_LIST - 1);
	ht_frame_free(frame);
	ht_frame_free(original);
	ht_history_free(history);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_each_reading),
		cmocka_unit_test(readings_stay_exact_when_thinned),
		cmocka_unit_test(a_reading_shown_again_costs_nothing),
		cmocka_unit_test(of_a_long_list_the_sums_are_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
