/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "export/prometheus.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"

/* A name's end in metrics.def, and what base units make of it. */
static const struct {
	const char *end;
	const char *instead;
} ends[] = {
	{ "_ns_total", "_seconds_total" },
	{ "_ns", "_seconds" },
	{ "_percent", "_ratio" },
	{ "_count", "s" }, /* that end is for summaries */
	{ "_avg10", "_avg10_ratio" },
};

static const char *
scope_of(const struct ht_metric *metric)
{
	switch (metric->scope) {
	case HT_SCOPE_HOST:
		return "host";
	case HT_SCOPE_PROCESS:
		return "process";
	case HT_SCOPE_HEAP:
		return "heap";
	case HT_SCOPE_THREAD:
	case HT_SCOPE_CLASS:
	case HT_SCOPE_EVENT:
	case HT_SCOPE_MAP:
	case HT_SCOPES:
		break;
	}
	return "other";
}

void
ht_prometheus_name(const struct ht_metric *metric, char out[HT_PROMETHEUS_NAME_BYTES])
{
	const char *key = metric->json_key, *instead = "";
	size_t kept = strlen(key);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t length = strlen(ends[i].end);
		if (kept < length || strcmp(key + kept - length, ends[i].end) != 0)
			continue;
		kept -= length;
		instead = ends[i].instead;
		break;
	}
	snprintf(out, HT_PROMETHEUS_NAME_BYTES, "heaptop_%s_%.*s%s", scope_of(metric), (int)kept,
	    key, instead);
}

/* By integers: printf's decimal point depends on the locale. */
static void
add_real(struct ht_text *out, double value)
{
	uint64_t whole = (uint64_t)fabs(value);
	unsigned millionths = (unsigned)lround((fabs(value) - (double)whole) * 1e6);
	whole += millionths == 1000000;
	millionths %= 1000000;
	ht_text_add_format(out, "%s%" PRIu64 ".%06u", value < 0 ? "-" : "", whole, millionths);
}

static void
add_value(struct ht_text *out, const struct ht_metric *metric, union ht_value value)
{
	if (metric->unit == HT_UNIT_PERCENT)
		add_real(out, value.f / 100);
	else if (metric->unit == HT_UNIT_NS)
		ht_text_add_format(
		    out, "%" PRIu64 ".%09" PRIu64, value.u / 1000000000u, value.u % 1000000000u);
	else if (ht_metric_is_real(metric))
		add_real(out, value.f);
	else
		ht_text_add_format(out, "%" PRIu64, value.u);
	ht_text_add(out, "\n", 1);
}

/* A value that is a number and small enough to be written; a rate could be neither in a broken frame. */
static bool
is_known(const struct ht_metric *metric, uint64_t present, const union ht_value *values)
{
	if (((present >> metric->index) & 1u) == 0)
		return false;
	return !ht_metric_is_real(metric) || fabs(values[metric->index].f) < 9e15;
}

/* A label's value: what is no printable UTF-8 becomes a question mark, the format's own signs are escaped. */
static void
add_label(struct ht_text *out, const char *key, const char *value)
{
	ht_text_add_format(out, ",%s=\"", key);
	for (size_t left = strlen(value); left > 0;) {
		unsigned code;
		size_t size = ht_utf8_decode(value, left, &code);
		if (code == '\n')
			ht_text_add_string(out, "\\n");
		else if (ht_utf8_is_unsafe(code))
			ht_text_add(out, "?", 1);
		else if (code == '"' || code == '\\')
			ht_text_add_format(out, "\\%c", (char)code);
		else
			ht_text_add(out, value, size);
		value += size;
		left -= size;
	}
	ht_text_add(out, "\"", 1);
}

static void
add_labels(struct ht_text *out, const struct ht_process *process)
{
	const struct ht_field user_field = { .kind = HT_FIELD_IS_USER };
	char own[HT_FIELD_OWN_BYTES];
	const char *user = ht_field_word(&user_field, process, own);
	ht_text_add_format(out, "{pid=\"%d\"", (int)process->key.pid);
	add_label(out, "name", process->name);
	if (user != NULL)
		add_label(out, "user", user);
	ht_text_add(out, "} ", 2);
}

static void
add_head(struct ht_text *out, const struct ht_metric *metric, const char *name)
{
	const char *note = metric->unit == HT_UNIT_PERCENT ? " (as a ratio: 1 for 100)" : "";
	ht_text_add_format(out, "# HELP %s %s%s\n# TYPE %s %s\n", name, metric->help, note, name,
	    metric->kind == HT_KIND_COUNTER ? "counter" : "gauge");
}

/* Living processes alone: an ended one may have had the pid of a living one. */
static bool
has_value(const struct ht_process *process, const struct ht_metric *metric, union ht_value *value)
{
	bool of_heap = metric->scope == HT_SCOPE_HEAP;
	if (process->quality == HT_QUALITY_DEAD || process->key.pid <= 0 ||
	    (of_heap && process->heap == NULL))
		return false;
	uint64_t present = of_heap ? process->heap->values.present : process->values.present;
	const union ht_value *values =
	    of_heap ? process->heap->values.value : process->values.value;
	if (!is_known(metric, present, values))
		return false;
	*value = values[metric->index];
	return true;
}

static void
write_processes(const struct ht_frame *frame, const struct ht_metric *metric, struct ht_text *out)
{
	char name[HT_PROMETHEUS_NAME_BYTES];
	union ht_value value;
	bool headed = false;
	ht_prometheus_name(metric, name);
	for (size_t i = 0; i < frame->process_count; i++) {
		if (!has_value(&frame->processes[i], metric, &value))
			continue;
		if (!headed)
			add_head(out, metric, name);
		headed = true;
		ht_text_add_string(out, name);
		add_labels(out, &frame->processes[i]);
		add_value(out, metric, value);
	}
}

static void
write_host(const struct ht_host_values *host, struct ht_text *out)
{
	size_t count;
	const struct ht_metric *metrics = ht_metric_table(HT_SCOPE_HOST, &count);
	for (size_t i = 0; i < count; i++) {
		char name[HT_PROMETHEUS_NAME_BYTES];
		if (!is_known(&metrics[i], host->present, host->value))
			continue;
		ht_prometheus_name(&metrics[i], name);
		add_head(out, &metrics[i], name);
		ht_text_add_format(out, "%s ", name);
		add_value(out, &metrics[i], host->value[i]);
	}
}

static void
write_scope(const struct ht_frame *frame, enum ht_metric_scope scope,
    const struct ht_fields *fields, struct ht_text *out)
{
	size_t count;
	const struct ht_metric *metrics = ht_metric_table(scope, &count);
	for (size_t i = 0; i < count; i++)
		if (fields == NULL ||
		    ht_fields_have(fields, &(struct ht_field){ .metric = &metrics[i] }))
			write_processes(frame, &metrics[i], out);
}

int
ht_prometheus_write(
    const struct ht_frame *frame, const struct ht_fields *fields, struct ht_text *out)
{
	ht_assert_slow(ht_frame_is_valid(frame));
	write_host(&frame->host, out);
	write_scope(frame, HT_SCOPE_PROCESS, fields, out);
	write_scope(frame, HT_SCOPE_HEAP, fields, out);
	return out->failed ? -ENOMEM : 0;
}
