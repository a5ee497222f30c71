/* SPDX-License-Identifier: MIT */
/*
 * What frames have, as slots, and back.  A figure that is unknown leaves its slot as it was: its bit in the
 * slot of present ones says so, and becoming known again costs little.
 */
#include "config.h"

#include "model/history_store.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Of a process.  What changes most often comes first: entries name changed slots by the bits of one number. */
enum {
	P_CPU,
	P_STATE,
	P_METRICS, /* but HT_PROCESS_CPU, whose place stays 0 */
	P_AGE = P_METRICS + HT_PROCESS_METRICS,
	P_PRESENT,
	P_DETAIL,
	P_COMMAND,
	P_USER,
	P_NAME,
	P_REASON,
	P_QUALITY,
	P_SOURCE,
	P_PARENT,
	P_UID,
	PLAIN_SLOTS,
	P_HEAP = PLAIN_SLOTS, /* its metrics */
	P_HEAP_PRESENT = P_HEAP + HT_HEAP_METRICS,
	P_BYTES_UNKNOWN,
	P_EXEC_GENERATION,
	P_EXITED_COUNT,
	P_EXITED_ALLOCATED,
	P_EXITED_ALLOCATED_BLOCKS,
	P_EXITED_FREED,
	P_EXITED_FREED_BLOCKS,
	P_DROPPED_THREADS,
	P_DROPPED_EVENTS,
	P_DROPPED_SITES,
	P_DROPPED_SAMPLES,
	INSTRUMENTED_SLOTS,
};

enum {
	T_CPU,
	T_STATE,
	T_CPU_TIME,
	T_METRICS, /* but HT_THREAD_CPU */
	T_PRESENT = T_METRICS + HT_THREAD_METRICS,
	T_NAME,
	T_IN_SEGMENT,
	THREAD_SLOTS,
};

enum { C_ALLOCATED, C_FREED, C_HAS_RATE, C_RATE, CLASS_SLOTS };

enum { E_REALTIME, E_DURATION, E_BEFORE, E_AFTER, E_REQUESTED, E_LABEL, EVENT_SLOTS };

_Static_assert((int)INSTRUMENTED_SLOTS <= (int)HT_HISTORY_MOST_SLOTS, "a mask has too few bits");

/* Ages of figures that are read each time, about 1 ms: beyond that they are only noise. */
static const uint64_t age_step_ns = UINT64_C(1) << 20;

size_t
ht_history_slot_count(enum ht_history_kind kind)
{
	switch (kind) {
	case HT_HISTORY_PLAIN:
		return PLAIN_SLOTS;
	case HT_HISTORY_INSTRUMENTED:
		return INSTRUMENTED_SLOTS;
	case HT_HISTORY_THREAD:
		return THREAD_SLOTS;
	case HT_HISTORY_SIZE_CLASS:
		return CLASS_SLOTS;
	case HT_HISTORY_EVENT:
		return EVENT_SLOTS;
	case HT_HISTORY_READING:
		return ht_history_reading_slot_count();
	case HT_HISTORY_GROUP:
		return ht_history_group_slot_count();
	}
	return 0;
}

#define CODING(kind, unit)                                                                         \
	(HT_KIND_##kind == HT_KIND_RATE || HT_UNIT_##unit == HT_UNIT_PERCENT                       \
		? HT_HISTORY_REAL                                                                  \
		: HT_HISTORY_DIFFERENCE)
#define HT_METRIC(scope, id, short_name, json_key, title, kind, unit, help)                        \
	HT_SELECT_PROCESS_##scope([P_METRICS + (int)HT_PROCESS_##id] = CODING(kind, unit))         \
	    HT_SELECT_HEAP_##scope([P_HEAP + (int)HT_HEAP_##id] = CODING(kind, unit))
/* Those of a plain process are the first of them. */
static const unsigned char process_codings[INSTRUMENTED_SLOTS] = {
	[P_CPU] = HT_HISTORY_NUMBER,
	[P_STATE] = HT_HISTORY_NUMBER,
#include "heaptop/metrics.def"
};
#undef HT_METRIC
#define HT_METRIC(scope, id, short_name, json_key, title, kind, unit, help)                        \
	HT_SELECT_THREAD_##scope([T_METRICS + (int)HT_THREAD_##id] = CODING(kind, unit))
static const unsigned char thread_codings[THREAD_SLOTS] = {
	[T_CPU] = HT_HISTORY_NUMBER,
	[T_STATE] = HT_HISTORY_NUMBER,
#include "heaptop/metrics.def"
};
#undef HT_METRIC
static const unsigned char class_codings[CLASS_SLOTS];
static const unsigned char event_codings[EVENT_SLOTS];
static const unsigned char map_codings[HT_HISTORY_MOST_SLOTS];

const unsigned char *
ht_history_codings(enum ht_history_kind kind)
{
	switch (kind) {
	case HT_HISTORY_PLAIN:
	case HT_HISTORY_INSTRUMENTED:
		return process_codings;
	case HT_HISTORY_THREAD:
		return thread_codings;
	case HT_HISTORY_SIZE_CLASS:
		return class_codings;
	case HT_HISTORY_EVENT:
		return event_codings;
	case HT_HISTORY_READING:
	case HT_HISTORY_GROUP:
		return map_codings;
	}
	return NULL;
}

static uint64_t
bits_of(double value)
{
	union ht_value both = { .f = value };
	return both.u;
}

static double
double_of(uint64_t bits)
{
	union ht_value both = { .u = bits };
	return both.f;
}

static const uint64_t as_bits = UINT64_C(1) << 63;

static double
share(uint64_t ns, uint64_t interval_ns)
{
	return (double)ns * 100.0 / (double)interval_ns;
}

/*
 * A share of processor time comes of whole nanoseconds over the tick's interval: as such it takes two or three bytes.  Where
 * that isn't how it came about, its bits; a share has no sign, so that bit tells which.
 */
static uint64_t
pack_share(double percent, uint64_t interval_ns)
{
	double ns = percent * (double)interval_ns / 100.0;
	if (interval_ns != 0 && ns >= 0 && ns < 9e15) {
		uint64_t whole = (uint64_t)(ns + 0.5);
		if (bits_of(share(whole, interval_ns)) == bits_of(percent))
			return whole;
	}
	return bits_of(percent) | as_bits;
}

static double
unpack_share(uint64_t slot, uint64_t interval_ns)
{
	return (slot & as_bits) != 0 ? double_of(slot & ~as_bits) : share(slot, interval_ns);
}

/* The known ones of COUNT values into SLOTS. */
static void
put_values(uint64_t present, const union ht_value *values, size_t count, uint64_t *slots)
{
	for (size_t i = 0; i < count; i++)
		if ((present >> i & 1) != 0)
			slots[i] = values[i].u;
}

static void
get_values(uint64_t present, const uint64_t *slots, size_t count, union ht_value *values)
{
	for (size_t i = 0; i < count; i++)
		if ((present >> i & 1) != 0)
			values[i].u = slots[i];
}

static void
slots_of_heap(const struct ht_heap *heap, uint64_t *slots)
{
	put_values(heap->values.present, heap->values.value, HT_HEAP_METRICS, slots + P_HEAP);
	slots[P_HEAP_PRESENT] = heap->values.present;
	slots[P_BYTES_UNKNOWN] = heap->bytes_unknown;
	slots[P_EXEC_GENERATION] = heap->exec_generation;
	slots[P_EXITED_COUNT] = heap->exited.count;
	slots[P_EXITED_ALLOCATED] = heap->exited.allocated_bytes;
	slots[P_EXITED_ALLOCATED_BLOCKS] = heap->exited.allocated_blocks;
	slots[P_EXITED_FREED] = heap->exited.freed_bytes;
	slots[P_EXITED_FREED_BLOCKS] = heap->exited.freed_blocks;
	slots[P_DROPPED_THREADS] = heap->dropped.threads;
	slots[P_DROPPED_EVENTS] = heap->dropped.events;
	slots[P_DROPPED_SITES] = heap->dropped.sites;
	slots[P_DROPPED_SAMPLES] = heap->dropped.samples;
}

static int
intern_all(struct ht_history *history, const struct ht_process *process, const uint64_t *before,
    uint64_t *slots)
{
	if (ht_history_intern(history, process->name, before[P_NAME], &slots[P_NAME]) != 0 ||
	    ht_history_intern(
		history, process->quality_reason, before[P_REASON], &slots[P_REASON]) != 0)
		return -ENOMEM;
	/* Not read for this row means nothing about it: what was read before goes on. */
	if (process->command != NULL &&
	    ht_history_intern(history, process->command, before[P_COMMAND], &slots[P_COMMAND]) != 0)
		return -ENOMEM;
	if (process->user != NULL &&
	    ht_history_intern(history, process->user, before[P_USER], &slots[P_USER]) != 0)
		return -ENOMEM;
	return 0;
}

int
ht_history_slots_of_process(struct ht_history *history, const struct ht_process *process,
    const uint64_t *before, uint64_t *slots)
{
	const struct ht_process_values *values = &process->values;
	bool live = process->quality == HT_QUALITY_LIVE;
	size_t count = process->heap != NULL ? INSTRUMENTED_SLOTS : PLAIN_SLOTS;
	memcpy(slots, before, count * sizeof(*slots));
	put_values(values->present & ~(UINT64_C(1) << HT_PROCESS_CPU), values->value,
	    HT_PROCESS_METRICS, slots + P_METRICS);
	if (HT_HAS(values, HT_PROCESS_CPU))
		slots[P_CPU] = pack_share(values->value[HT_PROCESS_CPU].f, history->interval_ns);
	slots[P_PRESENT] = values->present;
	slots[P_STATE] = (unsigned char)process->state;
	slots[P_AGE] = live ? process->age_ns / age_step_ns : process->age_ns;
	slots[P_DETAIL] = process->detail;
	slots[P_QUALITY] = (uint64_t)process->quality;
	slots[P_SOURCE] = (uint64_t)process->source;
	slots[P_PARENT] = (uint32_t)process->parent_pid;
	slots[P_UID] = process->uid;
	if (process->heap != NULL)
		slots_of_heap(process->heap, slots);
	return intern_all(history, process, before, slots);
}

int
ht_history_slots_of_thread(struct ht_history *history, const struct ht_thread *thread,
    const uint64_t *before, uint64_t *slots)
{
	const struct ht_thread_values *values = &thread->values;
	memcpy(slots, before, THREAD_SLOTS * sizeof(*slots));
	put_values(values->present & ~(UINT64_C(1) << HT_THREAD_CPU), values->value,
	    HT_THREAD_METRICS, slots + T_METRICS);
	if (HT_HAS(values, HT_THREAD_CPU))
		slots[T_CPU] = pack_share(values->value[HT_THREAD_CPU].f, history->interval_ns);
	slots[T_PRESENT] = values->present;
	slots[T_STATE] = (unsigned char)thread->state;
	slots[T_CPU_TIME] = thread->cpu_time_ns;
	slots[T_IN_SEGMENT] = thread->in_segment;
	return ht_history_intern(history, thread->name, before[T_NAME], &slots[T_NAME]);
}

void
ht_history_slots_of_class(const struct ht_size_class *size_class, uint64_t *slots)
{
	slots[C_ALLOCATED] = size_class->allocated_blocks;
	slots[C_FREED] = size_class->freed_blocks;
	slots[C_HAS_RATE] = size_class->has_rate;
	slots[C_RATE] = bits_of(size_class->has_rate ? size_class->allocated_blocks_per_second : 0);
}

int
ht_history_slots_of_event(struct ht_history *history, const struct ht_event *event,
    const uint64_t *before, uint64_t *slots)
{
	slots[E_REALTIME] = event->realtime_ns;
	slots[E_DURATION] = event->duration_ns;
	slots[E_BEFORE] = event->bytes_before;
	slots[E_AFTER] = event->bytes_after;
	slots[E_REQUESTED] = event->requested_bytes;
	return ht_history_intern(history, event->label, before[E_LABEL], &slots[E_LABEL]);
}

void
ht_history_mark_texts(struct ht_history *history, enum ht_history_kind kind, const uint64_t *slots)
{
	switch (kind) {
	case HT_HISTORY_PLAIN:
	case HT_HISTORY_INSTRUMENTED:
		ht_history_mark_text(history, slots[P_NAME]);
		ht_history_mark_text(history, slots[P_COMMAND]);
		ht_history_mark_text(history, slots[P_USER]);
		ht_history_mark_text(history, slots[P_REASON]);
		return;
	case HT_HISTORY_THREAD:
		ht_history_mark_text(history, slots[T_NAME]);
		return;
	case HT_HISTORY_EVENT:
		ht_history_mark_text(history, slots[E_LABEL]);
		return;
	case HT_HISTORY_READING:
	case HT_HISTORY_GROUP:
		ht_history_mark_texts_of_maps(history, kind, slots);
		return;
	case HT_HISTORY_SIZE_CLASS:
		return;
	}
}

int
ht_history_copy_text(struct ht_history_rebuilding *rebuilding, uint64_t number, const char **out)
{
	const char *text = ht_history_text(rebuilding->history, number);
	*out = NULL;
	if (text == NULL)
		return 0;
	if (rebuilding->texts[number] == NULL)
		rebuilding->texts[number] = ht_arena_text(rebuilding->arena, text, strlen(text));
	*out = rebuilding->texts[number];
	return *out != NULL ? 0 : -ENOMEM;
}

static int
heap_of_slots(
    struct ht_history_rebuilding *rebuilding, const uint64_t *slots, struct ht_process *process)
{
	struct ht_heap *heap = ht_arena_alloc(rebuilding->arena, sizeof(*heap));
	if (heap == NULL)
		return -ENOMEM;
	heap->values.present = slots[P_HEAP_PRESENT];
	get_values(heap->values.present, slots + P_HEAP, HT_HEAP_METRICS, heap->values.value);
	heap->bytes_unknown = slots[P_BYTES_UNKNOWN] != 0;
	heap->exec_generation = (uint32_t)slots[P_EXEC_GENERATION];
	heap->exited = (struct ht_exited_threads){
		.count = slots[P_EXITED_COUNT],
		.allocated_bytes = slots[P_EXITED_ALLOCATED],
		.allocated_blocks = slots[P_EXITED_ALLOCATED_BLOCKS],
		.freed_bytes = slots[P_EXITED_FREED],
		.freed_blocks = slots[P_EXITED_FREED_BLOCKS],
	};
	heap->dropped = (struct ht_dropped){
		.threads = slots[P_DROPPED_THREADS],
		.events = slots[P_DROPPED_EVENTS],
		.sites = slots[P_DROPPED_SITES],
		.samples = slots[P_DROPPED_SAMPLES],
	};
	process->heap = heap;
	return 0;
}

int
ht_history_process_of_slots(struct ht_history_rebuilding *rebuilding,
    const struct ht_history_row *row, const uint64_t *slots, struct ht_process *process)
{
	struct ht_process_values *values = &process->values;
	*process = (struct ht_process){
		.key = { (int32_t)row->id, row->generation },
		.uid = (uint32_t)slots[P_UID],
		.parent_pid = (int32_t)(uint32_t)slots[P_PARENT],
		.state = (char)slots[P_STATE],
		.source = (enum ht_source_kind)slots[P_SOURCE],
		.quality = (enum ht_quality)slots[P_QUALITY],
		.detail = (uint32_t)slots[P_DETAIL],
	};
	process->age_ns = slots[P_AGE] * (process->quality == HT_QUALITY_LIVE ? age_step_ns : 1);
	values->present = slots[P_PRESENT];
	get_values(values->present, slots + P_METRICS, HT_PROCESS_METRICS, values->value);
	if (HT_HAS(values, HT_PROCESS_CPU))
		values->value[HT_PROCESS_CPU].f =
		    unpack_share(slots[P_CPU], rebuilding->tick->interval_ns);
	if (ht_history_copy_text(rebuilding, slots[P_NAME], &process->name) != 0 ||
	    ht_history_copy_text(rebuilding, slots[P_COMMAND], &process->command) != 0 ||
	    ht_history_copy_text(rebuilding, slots[P_USER], &process->user) != 0 ||
	    ht_history_copy_text(rebuilding, slots[P_REASON], &process->quality_reason) != 0)
		return -ENOMEM;
	return row->kind == HT_HISTORY_INSTRUMENTED ? heap_of_slots(rebuilding, slots, process) : 0;
}

static void
copy_bytes(const struct ht_history_rebuilding *rebuilding, uint64_t number, char *out, size_t size)
{
	const char *text = ht_history_text(rebuilding->history, number);
	snprintf(out, size, "%s", text != NULL ? text : "");
}

void
ht_history_thread_of_slots(const struct ht_history_rebuilding *rebuilding,
    const struct ht_history_row *row, const uint64_t *slots, struct ht_thread *thread)
{
	struct ht_thread_values *values = &thread->values;
	*thread = (struct ht_thread){
		.tid = (int32_t)row->id,
		.generation = (uint32_t)row->generation,
		.in_segment = slots[T_IN_SEGMENT] != 0,
		.state = (char)slots[T_STATE],
		.cpu_time_ns = slots[T_CPU_TIME],
	};
	copy_bytes(rebuilding, slots[T_NAME], thread->name, sizeof(thread->name));
	values->present = slots[T_PRESENT];
	get_values(values->present, slots + T_METRICS, HT_THREAD_METRICS, values->value);
	if (HT_HAS(values, HT_THREAD_CPU))
		values->value[HT_THREAD_CPU].f =
		    unpack_share(slots[T_CPU], rebuilding->tick->interval_ns);
}

void
ht_history_class_of_slots(
    const struct ht_history_row *row, const uint64_t *slots, struct ht_size_class *size_class)
{
	*size_class = (struct ht_size_class){ .size_bytes = row->id,
		.allocated_blocks = slots[C_ALLOCATED],
		.freed_blocks = slots[C_FREED],
		.has_rate = slots[C_HAS_RATE] != 0,
		.allocated_blocks_per_second = double_of(slots[C_RATE]) };
}

void
ht_history_event_of_slots(const struct ht_history_rebuilding *rebuilding,
    const struct ht_history_row *row, const uint64_t *slots, struct ht_event *event)
{
	*event = (struct ht_event){
		.realtime_ns = slots[E_REALTIME],
		.monotonic_ns = row->id,
		.kind = (uint32_t)(row->generation >> 32),
		.tid = (int32_t)(uint32_t)row->generation,
		.duration_ns = slots[E_DURATION],
		.bytes_before = slots[E_BEFORE],
		.bytes_after = slots[E_AFTER],
		.requested_bytes = slots[E_REQUESTED],
	};
	copy_bytes(rebuilding, slots[E_LABEL], event->label, sizeof(event->label));
}

bool
ht_history_slots_are_dead(const uint64_t *slots)
{
	return slots[P_QUALITY] == HT_QUALITY_DEAD;
}

static double
number_of(const struct ht_metric *metric, uint64_t slot)
{
	return ht_metric_is_real(metric) ? double_of(slot) : (double)slot;
}

bool
ht_history_slot_value(enum ht_history_kind kind, const uint64_t *slots,
    const struct ht_metric *metric, uint64_t interval_ns, double *value)
{
	bool of_heap = metric->scope == HT_SCOPE_HEAP && kind == HT_HISTORY_INSTRUMENTED;
	if (!of_heap && metric->scope != HT_SCOPE_PROCESS)
		return false;
	uint64_t present = slots[of_heap ? P_HEAP_PRESENT : P_PRESENT];
	if ((present >> metric->index & 1) == 0)
		return false;
	if (!of_heap && metric->index == HT_PROCESS_CPU)
		*value = unpack_share(slots[P_CPU], interval_ns);
	else
		*value =
		    number_of(metric, slots[(of_heap ? P_HEAP : P_METRICS) + (int)metric->index]);
	return true;
}
