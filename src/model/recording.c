/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "model/recording.h"

#include <math.h>
#include <string.h>

#include "model/tick.h"

/* Numbers that files hold: append, never change. */
_Static_assert(
    HT_SOURCE_NONE == 0 && HT_SOURCE_SEGMENT == 1 && HT_SOURCE_GO == 2 && HT_SOURCE_JVM == 3,
    "sources in recordings");
_Static_assert(HT_QUALITY_LIVE == 0 && HT_QUALITY_STALE == 1 && HT_QUALITY_DEAD == 2 &&
		   HT_QUALITY_CORRUPT == 3,
    "qualities in recordings");
_Static_assert(HT_ALLOCATOR_UNKNOWN == 0 && HT_ALLOCATOR_GLIBC == 1, "allocators in recordings");

#define MEMBER(kind, part, type, member, name, most)                                               \
	{                                                                                          \
		name, kind, part, offsetof(struct type, member),                                   \
		    sizeof(((struct type *)0)->member), 0, most                                    \
	}
#define ROW(kind, type, member, name)                                                              \
	MEMBER(HT_RECORD_##kind, HT_PART_ROW, type, member, name, UINT64_MAX)
#define CHOICE(type, member, name, most)                                                           \
	MEMBER(HT_RECORD_NUMBER, HT_PART_ROW, type, member, name, most)
#define HEAP(kind, member)                                                                         \
	MEMBER(HT_RECORD_##kind, HT_PART_HEAP, ht_heap_sample, member, "heap." #member, UINT64_MAX)
#define MAPS(kind, member, most)                                                                   \
	MEMBER(HT_RECORD_##kind, HT_PART_MAPS, ht_maps, member, "maps." #member, most)
#define FIGURES(part, type, member, prefix)                                                        \
	MEMBER(HT_RECORD_NUMBER, part, type, member.size, prefix "size", UINT64_MAX),              \
	    MEMBER(HT_RECORD_NUMBER, part, type, member.resident, prefix "resident", UINT64_MAX),  \
	    MEMBER(HT_RECORD_NUMBER, part, type, member.proportional, prefix "proportional",       \
		UINT64_MAX),                                                                       \
	    MEMBER(HT_RECORD_NUMBER, part, type, member.private_dirty, prefix "private_dirty",     \
		UINT64_MAX),                                                                       \
	    MEMBER(                                                                                \
		HT_RECORD_NUMBER, part, type, member.anonymous, prefix "anonymous", UINT64_MAX),   \
	    MEMBER(HT_RECORD_NUMBER, part, type, member.swap, prefix "swap", UINT64_MAX)

/* A metric under its long name; figures of kind RATE are core's and are never there. */
#define VALUE(part, type, member, metric, name, kind, unit)                                        \
	{                                                                                          \
		name,                                                                              \
		    HT_KIND_##kind == HT_KIND_RATE || HT_UNIT_##unit == HT_UNIT_PERCENT            \
			? HT_RECORD_REAL                                                           \
			: HT_RECORD_VALUE,                                                         \
		    part, offsetof(struct type, member), 0, metric, UINT64_MAX                     \
	}

/* A part of resident memory, and whether it is an estimate. */
#define PART(id, name)                                                                             \
	{ "resident." name, HT_RECORD_PART, HT_PART_MAPS, offsetof(struct ht_maps, resident), 0,   \
		HT_RESIDENT_##id, UINT64_MAX },                                                    \
	{                                                                                          \
		"estimated." name, HT_RECORD_ESTIMATED, HT_PART_MAPS,                              \
		    offsetof(struct ht_maps, resident), 0, HT_RESIDENT_##id, 1                     \
	}

/* clang-format off */
static const struct ht_record_column host_columns[] = {
	ROW(NUMBER, ht_tick, hidden_count, "hidden_count"),
#define HT_METRIC(scope, id, short, json, title, kind, unit, help) \
	HT_SELECT_HOST_##scope(VALUE(HT_PART_ROW, ht_tick, host, HT_HOST_##id, json, kind, unit))
#include "heaptop/metrics.def"
#undef HT_METRIC
};

static const struct ht_record_column sample_columns[] = {
	ROW(SIGNED, ht_sample, key.pid, "pid"),
	ROW(NUMBER, ht_sample, key.start_time_ticks, "start_time_ticks"),
	CHOICE(ht_sample, source, "source", HT_SOURCE_JVM),
	ROW(FLAG, ht_sample, is_new, "is_new"),
	CHOICE(ht_sample, quality, "quality", HT_QUALITY_CORRUPT),
	ROW(PHRASE, ht_sample, quality_reason, "quality_reason"),
	ROW(AGE, ht_sample, monotonic_ns, "age_ns"),
	ROW(NUMBER, ht_sample, detail, "detail"),
	ROW(STRING, ht_sample, name, "name"),
	ROW(STRING, ht_sample, command, "command"),
	ROW(PHRASE, ht_sample, user, "user"),
	ROW(NUMBER, ht_sample, uid, "uid"),
	ROW(SIGNED, ht_sample, parent_pid, "parent_pid"),
	ROW(LETTER, ht_sample, state, "state"),
	ROW(NUMBER, ht_sample, cpu_time_ns, "cpu_time_ns"),
	ROW(NUMBER, ht_sample, data_bytes, "data_bytes"),
#define HT_METRIC(scope, id, short, json, title, kind, unit, help) \
	HT_SELECT_PROCESS_##scope(VALUE(HT_PART_ROW, ht_sample, process, HT_PROCESS_##id, json, kind, unit))
#include "heaptop/metrics.def"
#undef HT_METRIC
	{ "heap", HT_RECORD_HEAP, HT_PART_ROW, 0, 0, 0, 1 },
	HEAP(FLAG, bytes_unknown),
	HEAP(NUMBER, exec_generation),
	HEAP(NUMBER, heartbeat_ns),
#define HT_METRIC(scope, id, short, json, title, kind, unit, help) \
	HT_SELECT_HEAP_##scope(VALUE(HT_PART_HEAP, ht_heap_sample, values, HT_HEAP_##id, "heap." json, kind, unit))
#include "heaptop/metrics.def"
#undef HT_METRIC
	HEAP(NUMBER, exited.count),
	HEAP(NUMBER, exited.allocated_bytes),
	HEAP(NUMBER, exited.allocated_blocks),
	HEAP(NUMBER, exited.freed_bytes),
	HEAP(NUMBER, exited.freed_blocks),
	HEAP(NUMBER, dropped.threads),
	HEAP(NUMBER, dropped.events),
	HEAP(NUMBER, dropped.sites),
	HEAP(NUMBER, dropped.samples),
	{ "maps", HT_RECORD_MAPS, HT_PART_ROW, 0, 0, 0, 1 },
	MAPS(NUMBER, monotonic_ns, UINT64_MAX),
	MAPS(PHRASE, reason, UINT64_MAX),
	MAPS(NUMBER, mapping_count, UINT64_MAX),
	MAPS(NUMBER, allocator, HT_ALLOCATOR_GLIBC),
	MAPS(FLAG, has_thread_stacks, 1),
	FIGURES(HT_PART_MAPS, ht_maps, total, "maps.total."),
	MAPS(NUMBER, resident.total_bytes, UINT64_MAX),
	PART(LIVE, "live"),
	PART(OVERHEAD, "overhead"),
	PART(FREE, "free"),
	PART(HEAP, "heap"),
	PART(STACKS, "stacks"),
	PART(FILES, "files"),
	PART(REST, "rest"),
};

static const struct ht_record_column thread_columns[] = {
	ROW(SIGNED, ht_thread, tid, "tid"),
	ROW(NUMBER, ht_thread, generation, "generation"),
	ROW(FLAG, ht_thread, in_segment, "in_segment"),
	ROW(LETTER, ht_thread, state, "state"),
	ROW(CHARS, ht_thread, name, "name"),
	ROW(NUMBER, ht_thread, cpu_time_ns, "cpu_time_ns"),
#define HT_METRIC(scope, id, short, json, title, kind, unit, help) \
	HT_SELECT_THREAD_##scope(VALUE(HT_PART_ROW, ht_thread, values, HT_THREAD_##id, json, kind, unit))
#include "heaptop/metrics.def"
#undef HT_METRIC
};

static const struct ht_record_column class_columns[] = {
	/* The last class is of all larger blocks: its size is as good as unknown. */
	ROW(NUMBER, ht_size_class, size_bytes, "size_bytes"),
	ROW(NUMBER, ht_size_class, allocated_blocks, "allocated_blocks_total"),
	ROW(NUMBER, ht_size_class, freed_blocks, "freed_blocks_total"),
};

static const struct ht_record_column event_columns[] = {
	ROW(NUMBER, ht_event, realtime_ns, "realtime_ns"),
	ROW(NUMBER, ht_event, monotonic_ns, "monotonic_ns"),
	ROW(NUMBER, ht_event, kind, "kind"),
	ROW(SIGNED, ht_event, tid, "tid"),
	ROW(NUMBER, ht_event, duration_ns, "duration_ns"),
	ROW(NUMBER, ht_event, bytes_before, "bytes_before"),
	ROW(NUMBER, ht_event, bytes_after, "bytes_after"),
	ROW(NUMBER, ht_event, requested_bytes, "requested_bytes"),
	ROW(CHARS, ht_event, label, "label"),
};

static const struct ht_record_column map_sum_columns[] = {
	ROW(MAP_KIND, ht_record_map_sum, kind, "kind"),
	ROW(NUMBER, ht_record_map_sum, count, "count"),
	FIGURES(HT_PART_ROW, ht_record_map_sum, figures, ""),
};

static const struct ht_record_column mapping_columns[] = {
	ROW(NUMBER, ht_map, start, "start"),
	ROW(NUMBER, ht_map, end, "end"),
	ROW(MAP_KIND, ht_map, kind, "kind"),
	ROW(NUMBER, ht_map, count, "count"),
	ROW(CHARS, ht_map, flags, "flags"),
	ROW(STRING, ht_map, name, "name"),
	FIGURES(HT_PART_ROW, ht_map, figures, ""),
};
/* clang-format on */

#define TABLE(name, keys, columns)                                                                 \
	{                                                                                          \
		name, keys, columns, sizeof(columns) / sizeof(columns[0])                          \
	}

static const struct ht_record_table_info tables[HT_RECORD_TABLES] = {
	[HT_RECORD_HOST] = TABLE("host", 0, host_columns),
	[HT_RECORD_SAMPLE] = TABLE("sample", 3, sample_columns),
	[HT_RECORD_TASKS] = TABLE("tasks", 1, thread_columns),
	[HT_RECORD_THREADS] = TABLE("threads", 2, thread_columns),
	[HT_RECORD_SIZE_CLASSES] = TABLE("size_classes", 1, class_columns),
	[HT_RECORD_EVENTS] = TABLE("events", 4, event_columns),
	[HT_RECORD_MAP_SUMS] = TABLE("map_sums", 1, map_sum_columns),
	[HT_RECORD_MAPPINGS] = TABLE("mappings", 1, mapping_columns),
};

const struct ht_record_table_info *
ht_record_table_info(enum ht_record_table table)
{
	return &tables[table];
}

bool
ht_record_is_plain(enum ht_record_kind kind)
{
	return kind < HT_RECORD_STRING;
}

/* The members of all value sets: a present mask, then the values. */
struct value_set {
	uint64_t present;
	union ht_value value[];
};

static uint64_t
load_number(const struct ht_record_column *column, const void *member)
{
	uint32_t four;
	uint64_t eight;
	bool is_signed = column->kind == HT_RECORD_SIGNED;
	if (column->size == sizeof(four)) {
		memcpy(&four, member, sizeof(four));
		return is_signed ? (uint64_t)(int64_t)(int32_t)four : four;
	}
	memcpy(&eight, member, sizeof(eight));
	return eight;
}

uint64_t
ht_record_fold(uint64_t difference)
{
	return (difference << 1) ^ (uint64_t) - (int64_t)(difference >> 63);
}

uint64_t
ht_record_unfold(uint64_t folded)
{
	return (folded >> 1) ^ (uint64_t) - (int64_t)(folded & 1u);
}

uint64_t
ht_record_load(const struct ht_record_column *column, const void *base, uint64_t monotonic_ns)
{
	const void *member = (const char *)base + column->offset;
	const struct value_set *set = member;
	const struct ht_resident *resident = member;
	uint64_t number;
	switch (column->kind) {
	case HT_RECORD_NUMBER:
	case HT_RECORD_SIGNED:
		return load_number(column, member) + 1;
	case HT_RECORD_FLAG:
		return *(const bool *)member;
	case HT_RECORD_LETTER:
		return *(const unsigned char *)member;
	case HT_RECORD_AGE:
		number = load_number(column, member);
		return number == 0 ? 0 : ht_record_fold(monotonic_ns - number) + 1;
	case HT_RECORD_VALUE:
	case HT_RECORD_REAL:
		return HT_HAS(set, column->index) ? set->value[column->index].u + 1 : 0;
	case HT_RECORD_PART:
		return HT_HAS(resident, column->index) ? resident->bytes[column->index] + 1 : 0;
	case HT_RECORD_ESTIMATED:
		return (resident->estimated >> column->index) & 1u;
	case HT_RECORD_STRING:
	case HT_RECORD_PHRASE:
	case HT_RECORD_CHARS:
	case HT_RECORD_MAP_KIND:
	case HT_RECORD_HEAP:
	case HT_RECORD_MAPS:
		break;
	}
	return 0;
}

static void
store_number(const struct ht_record_column *column, uint64_t word, void *member)
{
	uint64_t number = word - 1;
	uint32_t four = (uint32_t)number;
	bool is_signed = column->kind == HT_RECORD_SIGNED;
	if (number > column->most && !(word == 0 && column->most == UINT64_MAX))
		return;
	if (column->size == sizeof(number)) {
		memcpy(member, &number, sizeof(number));
		return;
	}
	bool fits = is_signed ? (uint64_t)(int64_t)(int32_t)four == number : four == number;
	if (fits || word == 0)
		memcpy(member, &four, sizeof(four));
}

static void
store_value(const struct ht_record_column *column, uint64_t word, struct value_set *set)
{
	union ht_value value = { .u = word - 1 };
	if (word == 0 || (column->kind == HT_RECORD_REAL && !isfinite(value.f)))
		return;
	set->present |= UINT64_C(1) << column->index;
	set->value[column->index] = value;
}

static void
store_resident(const struct ht_record_column *column, uint64_t word, struct ht_resident *resident)
{
	const uint32_t bit = UINT32_C(1) << column->index;
	if (word == 0)
		return;
	if (column->kind == HT_RECORD_ESTIMATED) {
		resident->estimated |= bit;
		return;
	}
	resident->present |= bit;
	resident->bytes[column->index] = word - 1;
}

void
ht_record_store(
    const struct ht_record_column *column, uint64_t word, uint64_t monotonic_ns, void *base)
{
	void *member = (char *)base + column->offset;
	bool is_letter = (word >= 'A' && word <= 'Z') || (word >= 'a' && word <= 'z');
	switch (column->kind) {
	case HT_RECORD_NUMBER:
	case HT_RECORD_SIGNED:
		store_number(column, word, member);
		return;
	case HT_RECORD_FLAG:
		*(bool *)member = word != 0;
		return;
	case HT_RECORD_LETTER:
		*(char *)member = is_letter ? (char)word : 0;
		return;
	case HT_RECORD_AGE:
		*(uint64_t *)member = word == 0 ? 0 : monotonic_ns - ht_record_unfold(word - 1);
		return;
	case HT_RECORD_VALUE:
	case HT_RECORD_REAL:
		store_value(column, word, member);
		return;
	case HT_RECORD_PART:
	case HT_RECORD_ESTIMATED:
		store_resident(column, word, member);
		return;
	case HT_RECORD_STRING:
	case HT_RECORD_PHRASE:
	case HT_RECORD_CHARS:
	case HT_RECORD_MAP_KIND:
	case HT_RECORD_HEAP:
	case HT_RECORD_MAPS:
		break;
	}
}

/*
 * What is live is what was allocated less what was freed, and most of what is allocated is freed soon.  Threads add up
 * to their process.  Counters of a busy program go on as before.  Segments are read one after the other.  Memory
 * comes in pages, what the kernel tells of it in KiB.
 */
enum { PAGE = 12, KIB = 10 };

#define PACED(name, from)                                                                          \
	{                                                                                          \
		.column = name, .plus = from, .habit = HT_RECORD_PACED                             \
	}
#define OF_THREADS(name)                                                                           \
	{                                                                                          \
		.column = "heap." name "_total", .plus = "heap.exited." name,                      \
		.sum_list = HT_RECORD_THREADS, .sum = name "_total", .habit = HT_RECORD_PACED      \
	}
#define GRAINED(name, bits)                                                                        \
	{                                                                                          \
		.column = name, .grain = bits                                                      \
	}

#define AS_ABOVE(name)                                                                             \
	{                                                                                          \
		.column = name, .habit = HT_RECORD_AS_ABOVE                                        \
	}

static const struct ht_record_guess host_guesses[] = {
	GRAINED("memory_available_bytes", KIB),
	GRAINED("swap_used_bytes", KIB),
};

static const struct ht_record_guess sample_guesses[] = {
	{ .column = "cpu_time_ns",
	    .sum_list = HT_RECORD_TASKS,
	    .sum = "cpu_time_ns",
	    .habit = HT_RECORD_PACED },
	GRAINED("data_bytes", PAGE),
	GRAINED("virtual_bytes", PAGE),
	GRAINED("resident_bytes", PAGE),
	{ .column = "anonymous_bytes", .plus = "resident_bytes", .grain = PAGE },
	GRAINED("proportional_bytes", KIB),
	GRAINED("swap_bytes", KIB),
	AS_ABOVE("age_ns"),
	AS_ABOVE("heap.heartbeat_ns"),
	OF_THREADS("allocated_bytes"),
	OF_THREADS("allocated_blocks"),
	OF_THREADS("freed_bytes"),
	OF_THREADS("freed_blocks"),
	{ .column = "heap.live_bytes",
	    .plus = "heap.allocated_bytes_total",
	    .minus = "heap.freed_bytes_total" },
	{ .column = "heap.live_blocks",
	    .plus = "heap.allocated_blocks_total",
	    .minus = "heap.freed_blocks_total" },
};

static const struct ht_record_guess list_guesses[] = {
	PACED("cpu_time_ns", NULL),
	PACED("allocated_bytes_total", NULL),
	PACED("allocated_blocks_total", NULL),
	PACED("freed_bytes_total", "allocated_bytes_total"),
	PACED("freed_blocks_total", "allocated_blocks_total"),
	GRAINED("start", PAGE),
	GRAINED("end", PAGE),
	GRAINED("size", KIB),
	GRAINED("resident", KIB),
	GRAINED("proportional", KIB),
	GRAINED("private_dirty", KIB),
	GRAINED("anonymous", KIB),
};

#define GUESSES(of)                                                                                \
	{                                                                                          \
		of, sizeof(of) / sizeof(of[0])                                                     \
	}

const struct ht_record_guess *
ht_record_guess(enum ht_record_table table, const char *column)
{
	static const struct ht_record_guess none;
	static const struct {
		const struct ht_record_guess *guesses;
		size_t count;
	} all[] = { GUESSES(host_guesses), GUESSES(sample_guesses), GUESSES(list_guesses) };
	const size_t i = table < HT_RECORD_FIRST_LIST ? (size_t)table : HT_RECORD_FIRST_LIST;
	for (size_t j = 0; j < all[i].count; j++)
		if (strcmp(all[i].guesses[j].column, column) == 0)
			return &all[i].guesses[j];
	return &none;
}
