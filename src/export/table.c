/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "export/table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/assert.h"
#include "base/units.h"
#include "export/columns.h"
#include "export/timestamp.h"
#include "model/metric.h"

enum { INDENT = 2 };

/* A table under construction and how its cells are to look. */
struct table {
	struct ht_columns columns;
	const struct ht_table_options *options;
};

/* The metrics that have a column, between the fixed ones at both ends. */
static const struct {
	enum ht_metric_scope scope;
	unsigned index;
} process_metrics[] = {
	{ HT_SCOPE_PROCESS, HT_PROCESS_RESIDENT },
	{ HT_SCOPE_HEAP, HT_HEAP_LIVE },
	{ HT_SCOPE_HEAP, HT_HEAP_PEAK },
	{ HT_SCOPE_HEAP, HT_HEAP_ALLOC_RATE },
	{ HT_SCOPE_HEAP, HT_HEAP_LIVE_BLOCKS },
	{ HT_SCOPE_PROCESS, HT_PROCESS_THREAD_COUNT },
	{ HT_SCOPE_PROCESS, HT_PROCESS_CPU },
};

static const unsigned thread_metrics[] = { HT_THREAD_CPU, HT_THREAD_ALLOC_RATE, HT_THREAD_ALLOCATED,
	HT_THREAD_FREED, HT_THREAD_ALLOCATED_BLOCKS, HT_THREAD_FREED_BLOCKS };

enum {
	PROCESS_METRICS = sizeof(process_metrics) / sizeof(process_metrics[0]),
	THREAD_METRICS = sizeof(thread_metrics) / sizeof(thread_metrics[0]),
};

static void
add(struct table *table, const char *string)
{
	ht_columns_add(&table->columns, string, table->options->ascii_only);
}

static void
add_number(struct table *table, uint64_t number, bool known)
{
	char text[24] = "";
	if (known)
		snprintf(text, sizeof(text), "%" PRIu64, number);
	add(table, text);
}

static void
add_bytes(struct table *table, uint64_t bytes, bool known)
{
	char text[HT_UNITS_TEXT_BYTES] = "";
	if (known)
		ht_units_bytes(bytes, text);
	add(table, text);
}

static void
format_value(const struct ht_metric *metric, union ht_value value, char out[HT_UNITS_TEXT_BYTES])
{
	bool real = ht_metric_is_real(metric);
	uint64_t whole = real ? (uint64_t)(value.f > 0 ? value.f : 0) : value.u;
	switch (metric->unit) {
	case HT_UNIT_BYTES:
		ht_units_bytes(whole, out);
		break;
	case HT_UNIT_BLOCKS:
	case HT_UNIT_COUNT:
		ht_units_count(whole, out);
		break;
	case HT_UNIT_NS:
		ht_units_duration(whole, out);
		break;
	case HT_UNIT_PERCENT:
		snprintf(out, HT_UNITS_TEXT_BYTES, "%.1f", value.f);
		break;
	}
}

static void
add_metric(struct table *table, const struct ht_metric *metric, uint64_t present,
    const union ht_value *values)
{
	char text[HT_UNITS_TEXT_BYTES] = "";
	if ((present >> metric->index) & 1u)
		format_value(metric, values[metric->index], text);
	add(table, text);
}

static const struct ht_metric *
process_metric(size_t i)
{
	return &ht_metric_table(process_metrics[i].scope, NULL)[process_metrics[i].index];
}

static void
begin_processes(struct table *table, struct ht_column columns[HT_COLUMNS_MOST])
{
	size_t count = 0;
	columns[count++] = (struct ht_column){ "PID", false };
	columns[count++] = (struct ht_column){ "USER", true };
	for (size_t i = 0; i < PROCESS_METRICS; i++)
		columns[count++] = (struct ht_column){ process_metric(i)->title, false };
	columns[count++] = (struct ht_column){ "SRC", true };
	columns[count++] = (struct ht_column){ "COMMAND", true };
	ht_columns_init(&table->columns, columns, count);
}

/* Where the heap's figures come from, or what is wrong with them. */
static const char *
source_word(const struct ht_process *process)
{
	if (process->quality != HT_QUALITY_LIVE)
		return ht_quality_name(process->quality);
	return process->source != HT_SOURCE_NONE ? ht_source_kind_name(process->source) : NULL;
}

static void
add_user(struct table *table, const struct ht_process *process)
{
	if (process->user != NULL)
		add(table, process->user);
	else
		add_number(table, process->uid, process->uid != UINT32_MAX);
}

static void
add_process(struct table *table, const struct ht_process *process)
{
	add_number(table, (uint64_t)process->key.pid, process->key.pid > 0);
	add_user(table, process);
	for (size_t i = 0; i < PROCESS_METRICS; i++) {
		const struct ht_metric *metric = process_metric(i);
		if (metric->scope == HT_SCOPE_PROCESS)
			add_metric(table, metric, process->values.present, process->values.value);
		else if (process->heap != NULL)
			add_metric(table, metric, process->heap->values.present,
			    process->heap->values.value);
		else
			add(table, NULL);
	}
	add(table, source_word(process));
	const char *command = process->command;
	add(table, command != NULL && command[0] != '\0' ? command : process->name);
}

static void
finish(struct table *table, size_t indent, struct ht_text *out)
{
	ht_columns_write(&table->columns, indent, table->options->width, out);
	ht_columns_release(&table->columns);
}

static void
write_processes(const struct ht_process *processes, size_t count,
    const struct ht_table_options *options, struct ht_text *out)
{
	struct ht_column columns[HT_COLUMNS_MOST];
	struct table table = { .options = options };
	begin_processes(&table, columns);
	for (size_t i = 0; i < count; i++)
		add_process(&table, &processes[i]);
	finish(&table, 0, out);
}

static void
add_thread(struct table *table, const struct ht_thread *thread)
{
	const struct ht_metric *metrics = ht_metric_table(HT_SCOPE_THREAD, NULL);
	const char state[2] = { thread->state, '\0' };
	add_number(table, (uint64_t)thread->tid, thread->tid > 0);
	add(table, state);
	for (size_t i = 0; i < THREAD_METRICS; i++)
		add_metric(table, &metrics[thread_metrics[i]], thread->values.present,
		    thread->values.value);
	add(table, thread->name);
}

/* The threads that ended, in the columns of the living. */
static void
add_exited(struct table *table, const struct ht_heap *heap)
{
	const struct ht_exited_threads *exited = &heap->exited;
	struct ht_thread sum = { 0 };
	if (!heap->bytes_unknown) {
		HT_SET_U(&sum.values, HT_THREAD_ALLOCATED, exited->allocated_bytes);
		HT_SET_U(&sum.values, HT_THREAD_FREED, exited->freed_bytes);
	}
	HT_SET_U(&sum.values, HT_THREAD_ALLOCATED_BLOCKS, exited->allocated_blocks);
	HT_SET_U(&sum.values, HT_THREAD_FREED_BLOCKS, exited->freed_blocks);
	const struct ht_metric *metrics = ht_metric_table(HT_SCOPE_THREAD, NULL);
	add(table, NULL);
	add(table, NULL);
	for (size_t i = 0; i < THREAD_METRICS; i++)
		add_metric(
		    table, &metrics[thread_metrics[i]], sum.values.present, sum.values.value);
	char label[48];
	snprintf(label, sizeof(label), "(%" PRIu64 " exited threads)", exited->count);
	add(table, label);
}

static void
write_threads(
    const struct ht_process *process, const struct ht_table_options *options, struct ht_text *out)
{
	struct ht_column columns[HT_COLUMNS_MOST] = { { "TID", false }, { "S", true } };
	const struct ht_metric *metrics = ht_metric_table(HT_SCOPE_THREAD, NULL);
	size_t count = 2;
	for (size_t i = 0; i < THREAD_METRICS; i++)
		columns[count++] = (struct ht_column){ metrics[thread_metrics[i]].title, false };
	columns[count++] = (struct ht_column){ "THREAD", true };
	struct table table = { .options = options };
	ht_columns_init(&table.columns, columns, count);
	for (size_t i = 0; i < process->thread_count; i++)
		add_thread(&table, &process->threads[i]);
	if (process->heap != NULL)
		add_exited(&table, process->heap);
	finish(&table, INDENT, out);
}

static void
write_size_classes(
    const struct ht_heap *heap, const struct ht_table_options *options, struct ht_text *out)
{
	static const struct ht_column columns[] = { { "SIZE", false }, { "ALLOCS", false },
		{ "FREES", false }, { "LIVE", false } };
	struct table table = { .options = options };
	ht_columns_init(&table.columns, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < heap->size_class_count; i++) {
		const struct ht_size_class *class = &heap->size_classes[i];
		if (class->size_bytes == UINT64_MAX)
			add(&table, "larger");
		else
			add_number(&table, class->size_bytes, true);
		add_number(&table, class->allocated_blocks, true);
		add_number(&table, class->freed_blocks, true);
		/* A forked process may free more than it allocated: its parent's blocks. */
		add_number(&table, class->allocated_blocks - class->freed_blocks,
		    class->allocated_blocks >= class->freed_blocks);
	}
	finish(&table, INDENT, out);
}

static void
add_event(struct table *table, const struct ht_event *event)
{
	char text[HT_TIMESTAMP_BYTES] = "";
	ht_timestamp_clock(event->realtime_ns, text);
	add(table, text);
	add(table, ht_event_kind_name(event->kind));
	add_number(table, (uint64_t)event->tid, event->tid > 0);
	text[0] = '\0';
	if (event->duration_ns != UINT64_MAX)
		ht_units_duration(event->duration_ns, text);
	add(table, text);
	add_bytes(table, event->bytes_before, event->bytes_before != UINT64_MAX);
	add_bytes(table, event->bytes_after, event->bytes_after != UINT64_MAX);
	add_bytes(table, event->requested_bytes, event->requested_bytes != UINT64_MAX);
	add(table, event->label);
}

static void
write_events(
    const struct ht_heap *heap, const struct ht_table_options *options, struct ht_text *out)
{
	static const struct ht_column columns[] = { { "TIME", true }, { "EVENT", true },
		{ "TID", false }, { "TOOK", false }, { "BEFORE", false }, { "AFTER", false },
		{ "ASKED", false }, { "LABEL", true } };
	struct table table = { .options = options };
	ht_columns_init(&table.columns, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < heap->event_count; i++)
		add_event(&table, &heap->events[i]);
	finish(&table, INDENT, out);
}

/* The lists of PROCESS, below its row. */
static void
write_lists(
    const struct ht_process *process, const struct ht_table_options *options, struct ht_text *out)
{
	if (process->detail & HT_DETAIL_THREADS)
		write_threads(process, options, out);
	if (process->heap == NULL)
		return;
	if (process->detail & HT_DETAIL_SIZE_CLASSES)
		write_size_classes(process->heap, options, out);
	if (process->detail & HT_DETAIL_EVENTS)
		write_events(process->heap, options, out);
}

static bool
has_lists(const struct ht_frame *frame)
{
	for (size_t i = 0; i < frame->process_count; i++)
		if (frame->processes[i].detail != 0)
			return true;
	return false;
}

int
ht_table_write(
    const struct ht_frame *frame, const struct ht_table_options *options, struct ht_text *out)
{
	ht_assert_slow(ht_frame_is_valid(frame));
	if (!has_lists(frame)) {
		write_processes(frame->processes, frame->process_count, options, out);
		return out->failed ? -ENOMEM : 0;
	}
	for (size_t i = 0; i < frame->process_count; i++) {
		if (i > 0)
			ht_text_add(out, "\n", 1);
		write_processes(&frame->processes[i], 1, options, out);
		write_lists(&frame->processes[i], options, out);
	}
	return out->failed ? -ENOMEM : 0;
}
