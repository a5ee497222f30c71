/* SPDX-License-Identifier: MIT */
/*
 * Fields: what a person picks with --fields, in that order, and what a line of csv or of the table has.
 * A field is a metric of a process or its heap, or one of the words that tell which process it is.
 * Plain data, no I/O.
 */
#ifndef HT_MODEL_FIELDS_H
#define HT_MODEL_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"
#include "model/frame.h"
#include "model/metric.h"

enum ht_field_kind {
	HT_FIELD_IS_METRIC,
	HT_FIELD_IS_TIME, /* of the sample; RFC 3339, UTC */
	HT_FIELD_IS_PID,
	HT_FIELD_IS_USER,
	HT_FIELD_IS_NAME,
	HT_FIELD_IS_COMMAND,
	HT_FIELD_IS_STATE,
	HT_FIELD_IS_SOURCE,
};

struct ht_field {
	enum ht_field_kind kind;
	const struct ht_metric *metric; /* of HT_FIELD_IS_METRIC; scope PROCESS or HEAP; static */
};

enum { HT_FIELDS_MOST = 64 };

struct ht_fields {
	struct ht_field fields[HT_FIELDS_MOST];
	size_t count; /* 0: nobody picked any */
};

/* Every field there is: time, the words, all metrics. */
void ht_fields_all(struct ht_fields *fields);

/*
 * Reads names between commas: those of the words, the short or long names of metrics, or "all".
 * 0, or -EINVAL with ERROR filled: an unknown or empty name, or more than HT_FIELDS_MOST.
 */
int ht_fields_parse(const char *list, struct ht_fields *fields, struct ht_error *error);

/* What the field is called: a word, or the metric's long name, which has its unit. */
const char *ht_field_name(const struct ht_field *field);

/* Its heading in a table: in capitals. */
const char *ht_field_title(const struct ht_field *field);

/* True when it is among FIELDS, or FIELDS is empty and stands for all. */
bool ht_fields_have(const struct ht_fields *fields, const struct ht_field *field);

/* The value of METRIC of PROCESS; false: unknown. */
bool ht_process_value(
    const struct ht_process *process, const struct ht_metric *metric, union ht_value *value);

/*
 * The word that PROCESS has for FIELD, raw bytes; NULL: unknown, or the field is no word.  What is
 * not in the frame is written to OWN.
 */
enum { HT_FIELD_OWN_BYTES = 16 };
const char *ht_field_word(
    const struct ht_field *field, const struct ht_process *process, char own[HT_FIELD_OWN_BYTES]);

#endif
