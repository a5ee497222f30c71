/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "export/csv.h"

#include <errno.h>
#include <string.h>

#include "base/assert.h"
#include "export/timestamp.h"

/* Appends WORD, made harmless and quoted where it has to be. */
static void
add_word(struct ht_text *out, const char *word)
{
	struct ht_text safe;
	ht_text_init(&safe);
	if (word[0] != '\0' && strchr("=+-@\t\r", word[0]) != NULL)
		ht_text_add(&safe, "'", 1);
	ht_text_add_printable(&safe, word, false);
	const char *rest = ht_text_string(&safe);
	bool quoted = strpbrk(rest, ",\"' ") != NULL;
	if (quoted)
		ht_text_add(out, "\"", 1);
	for (const char *quote; (quote = strchr(rest, '"')) != NULL; rest = quote + 1) {
		ht_text_add(out, rest, (size_t)(quote - rest));
		ht_text_add(out, "\"\"", 2);
	}
	ht_text_add_string(out, rest);
	if (quoted)
		ht_text_add(out, "\"", 1);
	out->failed = out->failed || safe.failed;
	ht_text_release(&safe);
}

static void
add_value(struct ht_text *out, const struct ht_metric *metric, union ht_value value)
{
	if (ht_metric_is_real(metric))
		ht_text_add_format(out, "%.3f", value.f);
	else
		ht_text_add_unsigned(out, value.u);
}

static void
add_field(struct ht_text *out, const struct ht_field *field, const char *time,
    const struct ht_process *process)
{
	char own[HT_FIELD_OWN_BYTES];
	union ht_value value;
	if (field->kind == HT_FIELD_IS_TIME) {
		ht_text_add_string(out, time);
	} else if (field->kind == HT_FIELD_IS_METRIC) {
		if (ht_process_value(process, field->metric, &value))
			add_value(out, field->metric, value);
	} else {
		const char *word = ht_field_word(field, process, own);
		add_word(out, word != NULL ? word : "");
	}
}

int
ht_csv_write_head(const struct ht_fields *fields, struct ht_text *out)
{
	for (size_t i = 0; i < fields->count; i++) {
		ht_text_add(out, ",", i > 0);
		ht_text_add_string(out, ht_field_name(&fields->fields[i]));
	}
	ht_text_add(out, "\n", 1);
	return out->failed ? -ENOMEM : 0;
}

int
ht_csv_write(const struct ht_frame *frame, const struct ht_fields *fields, struct ht_text *out)
{
	char time[HT_TIMESTAMP_BYTES];
	ht_assert_slow(ht_frame_is_valid(frame));
	ht_timestamp_utc(frame->realtime_ns, time);
	for (size_t i = 0; i < frame->process_count; i++) {
		for (size_t j = 0; j < fields->count; j++) {
			ht_text_add(out, ",", j > 0);
			add_field(out, &fields->fields[j], time, &frame->processes[i]);
		}
		ht_text_add(out, "\n", 1);
	}
	return out->failed ? -ENOMEM : 0;
}
