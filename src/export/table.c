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

/* The columns of processes, unless others were picked: the names of --fields. */
static const char usual_fields[] =
    "pid,user,res,live,peak,alloc_rate,blocks,threads,cpu,source,command";

static const unsigned thread_metrics[] = { HT_THREAD_CPU, HT_THREAD_ALLOC_RATE, HT_THREAD_ALLOCATED,
	HT_THREAD_FREED, HT_THREAD_ALLOCATED_BLOCKS, HT_THREAD_FREED_BLOCKS };

enum { THREAD_METRICS = sizeof(thread_metrics) / sizeof(thread_metrics[0]) };

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
format_value(const struct ht_metric *metric, union ht_value value, char *out)
{
	bool real = ht_metric_is_real(metric);
	uint64_t whole = real ? ht_units_whole(value.f) : value.u;
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

/* What was picked, or the usual. */
static struct ht_fields
fields_of(const struct ht_table_options *options)
{
	struct ht_fields usual;
	if (options->fields != NULL && options->fields->count != 0)
		return *options->fields;
	int status = ht_fields_parse(usual_fields, &usual, NULL);
	ht_assert(status == 0);
	return usual;
}

static void
begin_processes(
    struct table *table, const struct ht_fields *fields, struct ht_column columns[HT_COLUMNS_MOST])
{
	for (size_t i = 0; i < fields->count; i++) {
		const struct ht_field *field = &fields->fields[i];
		bool left = field->kind != HT_FIELD_IS_METRIC && field->kind != HT_FIELD_IS_PID;
		columns[i] = (struct ht_column){ ht_field_title(field), left };
	}
	ht_columns_init(&table->columns, columns, fields->count);
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
add_field(struct table *table, const struct ht_frame *frame, const struct ht_field *field,
    const struct ht_process *process)
{
	char own[HT_FIELD_OWN_BYTES], text[HT_TIMESTAMP_BYTES] = "";
	union ht_value value;
	switch (field->kind) {
	case HT_FIELD_IS_METRIC:
		if (ht_process_value(process, field->metric, &value))
			format_value(field->metric, value, text);
		add(table, text);
		return;
	case HT_FIELD_IS_TIME:
		ht_timestamp_utc(frame->realtime_ns, text);
		add(table, text);
		return;
	case HT_FIELD_IS_SOURCE:
		add(table, source_word(process));
		return;
	case HT_FIELD_IS_COMMAND:
		if (process->command == NULL || process->command[0] == '\0') {
			add(table, process->name);
			return;
		}
		break;
	case HT_FIELD_IS_PID:
	case HT_FIELD_IS_USER:
	case HT_FIELD_IS_NAME:
	case HT_FIELD_IS_STATE:
		break;
	}
	add(table, ht_field_word(field, process, own));
}

static void
finish(struct table *table, size_t indent, struct ht_text *out)
{
	ht_columns_write(&table->columns, indent, table->options->width, out);
	ht_columns_release(&table->columns);
}

/* The rows of COUNT processes of FRAME from number FIRST on. */
static void
write_processes(const struct ht_frame *frame, size_t first, size_t count,
    const struct ht_table_options *options, struct ht_text *out)
{
	struct ht_column columns[HT_COLUMNS_MOST];
	struct table table = { .options = options };
	struct ht_fields fields = fields_of(options);
	begin_processes(&table, &fields, columns);
	for (size_t i = first; i < first + count; i++)
		for (size_t j = 0; j < fields.count; j++)
			add_field(&table, frame, &fields.fields[j], &frame->processes[i]);
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
		{ "FREES", false }, { "BLOCKS", false } };
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

/* Where resident memory is. */
static void
write_memory(
    const struct ht_maps *maps, const struct ht_table_options *options, struct ht_text *out)
{
	static const struct ht_column columns[] = { { "RES", false }, { "HOW", true },
		{ "PART", true } };
	const struct ht_resident *resident = &maps->resident;
	struct table table = { .options = options };
	ht_columns_init(&table.columns, columns, sizeof(columns) / sizeof(columns[0]));
	for (int i = 0; i < HT_RESIDENT_PARTS; i++) {
		if (((resident->present >> i) & 1u) == 0)
			continue;
		add_bytes(&table, resident->bytes[i], true);
		add(&table, (resident->estimated >> i) & 1u ? "estimated" : "exact");
		add(&table, ht_resident_part_name((enum ht_resident_part)i));
	}
	if (resident->present == 0) {
		add(&table, NULL);
		add(&table, NULL);
		add(&table, maps->reason);
	}
	finish(&table, INDENT, out);
}

static void
add_map(struct table *table, const struct ht_map *map)
{
	char address[24] = "";
	if (map->count == 1)
		snprintf(address, sizeof(address), "%" PRIx64, map->start);
	const uint64_t figures[] = { map->figures.size, map->figures.resident,
		map->figures.proportional, map->figures.private_dirty, map->figures.swap };
	add(table, address);
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		add_bytes(table, figures[i], figures[i] != UINT64_MAX);
	add(table, map->flags);
	add(table, ht_map_kind_name(map->kind));
	add(table, map->name);
}

static void
write_maps(const struct ht_maps *maps, const struct ht_table_options *options, struct ht_text *out)
{
	static const struct ht_column columns[] = { { "ADDRESS", false }, { "SIZE", false },
		{ "RES", false }, { "PSS", false }, { "DIRTY", false }, { "SWAP", false },
		{ "FLAGS", true }, { "KIND", true }, { "NAME", true } };
	struct table table = { .options = options };
	ht_columns_init(&table.columns, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < maps->count; i++)
		add_map(&table, &maps->maps[i]);
	finish(&table, INDENT, out);
}

/* The lists of PROCESS, below its row. */
static void
write_lists(
    const struct ht_process *process, const struct ht_table_options *options, struct ht_text *out)
{
	if (process->detail & HT_DETAIL_THREADS)
		write_threads(process, options, out);
	if (process->maps != NULL)
		write_memory(process->maps, options, out);
	if (process->maps != NULL && (process->detail & HT_DETAIL_MAPS))
		write_maps(process->maps, options, out);
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
		write_processes(frame, 0, frame->process_count, options, out);
		return out->failed ? -ENOMEM : 0;
	}
	for (size_t i = 0; i < frame->process_count; i++) {
		if (i > 0)
			ht_text_add(out, "\n", 1);
		write_processes(frame, i, 1, options, out);
		write_lists(&frame->processes[i], options, out);
	}
	return out->failed ? -ENOMEM : 0;
}
