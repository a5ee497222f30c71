/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "export/json.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/assert.h"
#include "export/json_memory.h"
#include "export/json_writer.h"
#include "model/metric.h"
#include "model/sample.h"

#define UNKNOWN UINT64_MAX

/* Whether the metric is among those that were picked; FIELDS may be NULL: all are. */
static bool
is_picked(const struct ht_fields *fields, const struct ht_metric *metric)
{
	return fields == NULL || ht_fields_have(fields, &(struct ht_field){ .metric = metric });
}

/* The metrics of SCOPE in FIELDS, from its value set given as present bits and values. */
static void
write_metrics(struct ht_json_writer *json, enum ht_metric_scope scope,
    const struct ht_fields *fields, uint64_t present, const union ht_value *values)
{
	size_t count;
	const struct ht_metric *table = ht_metric_table(scope, &count);
	for (size_t i = 0; i < count; i++) {
		const struct ht_metric *metric = &table[i];
		if (!is_picked(fields, metric))
			continue;
		if (((present >> metric->index) & 1u) == 0)
			ht_json_null(json, metric->json_key);
		else if (ht_metric_is_real(metric))
			ht_json_real(json, metric->json_key, values[metric->index].f);
		else
			ht_json_unsigned(json, metric->json_key, values[metric->index].u);
	}
}

static void
write_state(struct ht_json_writer *json, char state)
{
	const char word[2] = { state, '\0' };
	ht_json_string(json, "state", state != 0 ? word : NULL);
}

static void
write_threads(struct ht_json_writer *json, const struct ht_process *process)
{
	ht_json_open_array(json, "threads");
	for (size_t i = 0; i < process->thread_count; i++) {
		const struct ht_thread *thread = &process->threads[i];
		ht_json_open_object(json, NULL);
		ht_json_figure(json, "tid", (uint64_t)thread->tid, thread->tid > 0);
		ht_json_string(json, "name", thread->name);
		write_state(json, thread->state);
		ht_json_null(json, "pool");
		ht_json_null(json, "task");
		write_metrics(
		    json, HT_SCOPE_THREAD, NULL, thread->values.present, thread->values.value);
		ht_json_close_object(json);
	}
	ht_json_close_array(json);
}

static void
write_exited(struct ht_json_writer *json, const struct ht_heap *heap)
{
	if (heap == NULL) {
		ht_json_null(json, "exited_threads");
		return;
	}
	const struct ht_exited_threads *exited = &heap->exited;
	bool bytes = !heap->bytes_unknown;
	ht_json_open_object(json, "exited_threads");
	ht_json_unsigned(json, "count", exited->count);
	ht_json_figure(json, "allocated_bytes_total", exited->allocated_bytes, bytes);
	ht_json_unsigned(json, "allocated_blocks_total", exited->allocated_blocks);
	ht_json_figure(json, "freed_bytes_total", exited->freed_bytes, bytes);
	ht_json_unsigned(json, "freed_blocks_total", exited->freed_blocks);
	ht_json_close_object(json);
}

static void
write_size_classes(struct ht_json_writer *json, const struct ht_heap *heap)
{
	if (heap == NULL) {
		ht_json_null(json, "size_classes");
		return;
	}
	ht_json_open_array(json, "size_classes");
	for (size_t i = 0; i < heap->size_class_count; i++) {
		const struct ht_size_class *class = &heap->size_classes[i];
		ht_json_open_object(json, NULL);
		/* The last class has no upper bound. */
		ht_json_figure(
		    json, "size_bytes", class->size_bytes, class->size_bytes != UINT64_MAX);
		ht_json_unsigned(json, "allocated_blocks_total", class->allocated_blocks);
		ht_json_unsigned(json, "freed_blocks_total", class->freed_blocks);
		ht_json_figure(
		    json, "live_blocks", class->live_blocks, class->live_blocks != UNKNOWN);
		ht_json_figure(json, "live_bytes_estimate", class->live_bytes_estimate,
		    class->live_bytes_estimate != UNKNOWN);
		if (class->has_rate)
			ht_json_real(json, "allocated_blocks_per_second",
			    class->allocated_blocks_per_second);
		else
			ht_json_null(json, "allocated_blocks_per_second");
		ht_json_close_object(json);
	}
	ht_json_close_array(json);
}

static void
write_event(struct ht_json_writer *json, const struct ht_event *event)
{
	ht_json_open_object(json, NULL);
	ht_json_time(json, "time", event->realtime_ns);
	ht_json_unsigned(json, "monotonic_ns", event->monotonic_ns);
	ht_json_string(json, "kind", ht_event_kind_name(event->kind));
	ht_json_string(json, "label", event->label[0] != '\0' ? event->label : NULL);
	ht_json_figure(json, "tid", (uint64_t)event->tid, event->tid > 0);
	ht_json_figure(json, "duration_ns", event->duration_ns, event->duration_ns != UNKNOWN);
	ht_json_figure(json, "bytes_before", event->bytes_before, event->bytes_before != UNKNOWN);
	ht_json_figure(json, "bytes_after", event->bytes_after, event->bytes_after != UNKNOWN);
	ht_json_figure(
	    json, "requested_bytes", event->requested_bytes, event->requested_bytes != UNKNOWN);
	ht_json_close_object(json);
}

static void
write_events(struct ht_json_writer *json, const struct ht_heap *heap)
{
	if (heap == NULL) {
		ht_json_null(json, "events");
		return;
	}
	ht_json_open_array(json, "events");
	for (size_t i = 0; i < heap->event_count; i++)
		write_event(json, &heap->events[i]);
	ht_json_close_array(json);
}

/* Whether anything of the heap was picked. */
static bool
any_of_heap(const struct ht_fields *fields)
{
	for (size_t i = 0; fields != NULL && i < fields->count; i++) {
		const struct ht_metric *metric = fields->fields[i].metric;
		if (metric != NULL && metric->scope == HT_SCOPE_HEAP)
			return true;
	}
	return fields == NULL || fields->count == 0;
}

static void
write_heap(
    struct ht_json_writer *json, const struct ht_fields *fields, const struct ht_process *process)
{
	const struct ht_heap *heap = process->heap;
	if (!any_of_heap(fields))
		return;
	if (heap != NULL) {
		ht_json_open_object(json, "heap");
		write_metrics(
		    json, HT_SCOPE_HEAP, fields, heap->values.present, heap->values.value);
		ht_json_close_object(json);
	} else {
		ht_json_null(json, "heap");
	}
	const char *reason = process->quality_reason;
	if (heap == NULL && reason == NULL)
		reason = "not instrumented: start it with 'heaptop run'";
	ht_json_string(json, "heap_reason", reason);
	bool judged = heap != NULL || process->quality != HT_QUALITY_LIVE;
	ht_json_string(json, "heap_quality", judged ? ht_quality_name(process->quality) : NULL);
	ht_json_figure(json, "heap_age_ns", process->age_ns, heap != NULL);
}

static void
write_dropped(struct ht_json_writer *json, const struct ht_heap *heap)
{
	if (heap == NULL) {
		ht_json_null(json, "dropped");
		return;
	}
	const struct ht_dropped *dropped = &heap->dropped;
	ht_json_open_object(json, "dropped");
	ht_json_figure(json, "threads", dropped->threads, dropped->threads != UNKNOWN);
	ht_json_figure(json, "events", dropped->events, dropped->events != UNKNOWN);
	ht_json_figure(json, "sites", dropped->sites, dropped->sites != UNKNOWN);
	ht_json_figure(json, "samples", dropped->samples, dropped->samples != UNKNOWN);
	ht_json_close_object(json);
}

/* The words that tell which process it is, those in FIELDS. */
static void
write_words(
    struct ht_json_writer *json, const struct ht_fields *fields, const struct ht_process *process)
{
	static const enum ht_field_kind kinds[] = { HT_FIELD_IS_NAME, HT_FIELD_IS_COMMAND,
		HT_FIELD_IS_USER, HT_FIELD_IS_STATE, HT_FIELD_IS_SOURCE };
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct ht_field field = { .kind = kinds[i] };
		char own[HT_FIELD_OWN_BYTES];
		if (fields == NULL || ht_fields_have(fields, &field))
			ht_json_string(
			    json, ht_field_name(&field), ht_field_word(&field, process, own));
	}
}

/* A process is always told by its pid and start time, whatever was picked. */
static void
write_process(struct ht_json_writer *json, const struct ht_fields *fields, uint64_t now_ns,
    const struct ht_process *process)
{
	const struct ht_process_key *key = &process->key;
	ht_json_open_object(json, NULL);
	ht_json_figure(json, "pid", (uint64_t)key->pid, key->pid > 0);
	ht_json_figure(json, "start_time_ticks", key->start_time_ticks, key->start_time_ticks != 0);
	write_words(json, fields, process);
	write_metrics(
	    json, HT_SCOPE_PROCESS, fields, process->values.present, process->values.value);
	write_heap(json, fields, process);
	if (process->detail & HT_DETAIL_THREADS) {
		write_threads(json, process);
		write_exited(json, process->heap);
	}
	if (process->detail & HT_DETAIL_SIZE_CLASSES)
		write_size_classes(json, process->heap);
	if (process->detail & HT_DETAIL_EVENTS)
		write_events(json, process->heap);
	if (process->detail & (HT_DETAIL_MAPS | HT_DETAIL_ALLOCATOR))
		ht_json_memory_write(json, now_ns, process);
	if (process->detail & HT_DETAIL_MAPS)
		ht_json_maps_write(json, process);
	if (any_of_heap(fields))
		write_dropped(json, process->heap);
	ht_json_close_object(json);
}

int
ht_json_write(const struct ht_frame *frame, bool indented, struct ht_text *out)
{
	return ht_json_write_fields(frame, NULL, indented, out);
}

int
ht_json_write_fields(const struct ht_frame *frame, const struct ht_fields *fields, bool indented,
    struct ht_text *out)
{
	ht_assert_slow(ht_frame_is_valid(frame));
	struct ht_json_writer json;
	ht_json_begin(&json, out, indented);
	ht_json_open_object(&json, NULL);
	ht_json_string(&json, "schema", "heaptop/1");
	ht_json_time(&json, "time", frame->realtime_ns);
	ht_json_unsigned(&json, "monotonic_ns", frame->monotonic_ns);
	ht_json_figure(&json, "interval_ns", frame->interval_ns, frame->interval_ns != 0);
	ht_json_open_object(&json, "host");
	write_metrics(&json, HT_SCOPE_HOST, NULL, frame->host.present, frame->host.value);
	ht_json_close_object(&json);
	ht_json_unsigned(&json, "hidden_count", frame->hidden_count);
	ht_json_open_array(&json, "processes");
	for (size_t i = 0; i < frame->process_count; i++)
		write_process(&json, fields, frame->monotonic_ns, &frame->processes[i]);
	ht_json_close_array(&json);
	ht_json_close_object(&json);
	ht_text_add(out, "\n", 1);
	return out->failed ? -ENOMEM : 0;
}
