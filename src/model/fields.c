/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "model/fields.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"

enum { NAME_BYTES = 64 };

static const struct {
	const char *name;
	const char *title;
	enum ht_field_kind kind;
} words[] = {
	{ "time", "TIME", HT_FIELD_IS_TIME },
	{ "pid", "PID", HT_FIELD_IS_PID },
	{ "user", "USER", HT_FIELD_IS_USER },
	{ "name", "NAME", HT_FIELD_IS_NAME },
	{ "command", "COMMAND", HT_FIELD_IS_COMMAND },
	{ "state", "S", HT_FIELD_IS_STATE },
	{ "source", "SRC", HT_FIELD_IS_SOURCE },
};

static const enum ht_metric_scope scopes[] = { HT_SCOPE_PROCESS, HT_SCOPE_HEAP };

enum {
	WORDS = sizeof(words) / sizeof(words[0]),
	SCOPES = sizeof(scopes) / sizeof(scopes[0]),
};

_Static_assert(WORDS + (int)HT_PROCESS_METRICS + (int)HT_HEAP_METRICS <= HT_FIELDS_MOST,
    "all fields fit a list");

void
ht_fields_all(struct ht_fields *fields)
{
	fields->count = 0;
	for (int i = 0; i < WORDS; i++)
		fields->fields[fields->count++] = (struct ht_field){ .kind = words[i].kind };
	for (int i = 0; i < SCOPES; i++) {
		size_t count;
		const struct ht_metric *table = ht_metric_table(scopes[i], &count);
		for (size_t j = 0; j < count; j++)
			fields->fields[fields->count++] = (struct ht_field){ .metric = &table[j] };
	}
}

/* The names that a person may type, from ALL: a word or a short name each. */
static const char *
typed_name(const struct ht_field *field)
{
	return field->metric != NULL ? field->metric->short_name : ht_field_name(field);
}

static int
add_named(
    const char *name, const struct ht_fields *all, struct ht_fields *fields, struct ht_error *error)
{
	const char *names[HT_FIELDS_MOST];
	if (fields->count == HT_FIELDS_MOST) {
		ht_error_set(error, HT_ERROR_USAGE, "more than %d fields", HT_FIELDS_MOST);
		return -EINVAL;
	}
	for (size_t i = 0; i < all->count; i++) {
		const struct ht_field *field = &all->fields[i];
		names[i] = typed_name(field);
		if (strcmp(name, names[i]) == 0 || strcmp(name, ht_field_name(field)) == 0) {
			fields->fields[fields->count++] = *field;
			return 0;
		}
	}
	const char *nearest = ht_nearest(name, names, all->count);
	if (nearest != NULL)
		ht_error_set(
		    error, HT_ERROR_USAGE, "unknown field '%s': did you mean '%s'?", name, nearest);
	else
		ht_error_set(error, HT_ERROR_USAGE,
		    "unknown field '%s': man heaptop-snapshot says where the names are, and all "
		    "stands for all of them",
		    name);
	return -EINVAL;
}

int
ht_fields_parse(const char *list, struct ht_fields *fields, struct ht_error *error)
{
	struct ht_fields all;
	char name[NAME_BYTES];
	int status = 0;
	ht_fields_all(&all);
	fields->count = 0;
	if (strcmp(list, "all") == 0) {
		*fields = all;
		return 0;
	}
	do {
		size_t length = strcspn(list, ",");
		snprintf(name, sizeof(name), "%.*s", length < NAME_BYTES ? (int)length : NAME_BYTES,
		    list);
		status = add_named(name, &all, fields, error);
		list += length;
	} while (status == 0 && *list++ == ',');
	return status;
}

const char *
ht_field_name(const struct ht_field *field)
{
	for (int i = 0; i < WORDS; i++)
		if (words[i].kind == field->kind)
			return words[i].name;
	return field->metric->json_key;
}

const char *
ht_field_title(const struct ht_field *field)
{
	for (int i = 0; i < WORDS; i++)
		if (words[i].kind == field->kind)
			return words[i].title;
	return field->metric->title;
}

bool
ht_fields_have(const struct ht_fields *fields, const struct ht_field *field)
{
	for (size_t i = 0; i < fields->count; i++)
		if (fields->fields[i].kind == field->kind &&
		    fields->fields[i].metric == field->metric)
			return true;
	return fields->count == 0;
}

bool
ht_process_value(
    const struct ht_process *process, const struct ht_metric *metric, union ht_value *value)
{
	const struct ht_heap *heap = process->heap;
	if (metric->scope == HT_SCOPE_PROCESS && HT_HAS(&process->values, metric->index)) {
		*value = process->values.value[metric->index];
		return true;
	}
	if (metric->scope == HT_SCOPE_HEAP && heap != NULL &&
	    HT_HAS(&heap->values, metric->index)) {
		*value = heap->values.value[metric->index];
		return true;
	}
	return false;
}

static const char *
user_word(const struct ht_process *process, char own[HT_FIELD_OWN_BYTES])
{
	if (process->user != NULL)
		return process->user;
	if (process->uid == UINT32_MAX)
		return NULL;
	snprintf(own, HT_FIELD_OWN_BYTES, "%u", (unsigned)process->uid);
	return own;
}

/* A program that ended is in no /proc any more: X, as proc_pid_stat(5) calls the dead. */
static const char *
state_word(const struct ht_process *process, char own[HT_FIELD_OWN_BYTES])
{
	char state = process->state;
	if (state == 0 && process->quality == HT_QUALITY_DEAD)
		state = 'X';
	snprintf(own, HT_FIELD_OWN_BYTES, "%c", state);
	return state != 0 ? own : NULL;
}

const char *
ht_field_word(
    const struct ht_field *field, const struct ht_process *process, char own[HT_FIELD_OWN_BYTES])
{
	switch (field->kind) {
	case HT_FIELD_IS_PID:
		snprintf(own, HT_FIELD_OWN_BYTES, "%d", (int)process->key.pid);
		return process->key.pid > 0 ? own : NULL;
	case HT_FIELD_IS_USER:
		return user_word(process, own);
	case HT_FIELD_IS_NAME:
		return process->name;
	case HT_FIELD_IS_COMMAND:
		return process->command;
	case HT_FIELD_IS_STATE:
		return state_word(process, own);
	case HT_FIELD_IS_SOURCE:
		return ht_source_kind_name(process->source);
	case HT_FIELD_IS_METRIC:
	case HT_FIELD_IS_TIME:
		break;
	}
	return NULL;
}
