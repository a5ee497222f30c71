/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "model/sort.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A row's key: unknown, a whole number, a real number or a word. */
struct sort_key {
	bool known;
	bool real;
	union ht_value value;
	const char *word; /* NULL: this is a number */
};

static const struct {
	const char *name;
	enum ht_sort_field field;
} field_names[] = {
	{ "pid", HT_SORT_PID },
	{ "user", HT_SORT_USER },
	{ "name", HT_SORT_NAME },
};

struct ht_sort
ht_sort_default(void)
{
	return (struct ht_sort){
		.field = HT_SORT_METRIC,
		.metric = &ht_metric_table(HT_SCOPE_HEAP, NULL)[HT_HEAP_LIVE],
	};
}

int
ht_sort_parse(const char *text, struct ht_sort *sort)
{
	struct ht_sort parsed = { .reversed = text[0] == '-' };
	if (text[0] == '-' || text[0] == '+')
		text++;
	for (size_t i = 0; i < sizeof(field_names) / sizeof(field_names[0]); i++) {
		if (strcmp(text, field_names[i].name) == 0) {
			parsed.field = field_names[i].field;
			*sort = parsed;
			return 0;
		}
	}
	parsed.field = HT_SORT_METRIC;
	parsed.metric = ht_metric_find(HT_SCOPE_PROCESS, text);
	if (parsed.metric == NULL)
		parsed.metric = ht_metric_find(HT_SCOPE_HEAP, text);
	if (parsed.metric == NULL)
		return -EINVAL;
	*sort = parsed;
	return 0;
}

void
ht_sort_print(const struct ht_sort *sort, char *out, size_t size)
{
	const char *name = sort->field == HT_SORT_METRIC ? sort->metric->short_name : "";
	for (size_t i = 0; i < sizeof(field_names) / sizeof(field_names[0]); i++)
		if (field_names[i].field == sort->field)
			name = field_names[i].name;
	snprintf(out, size, "%s%s", sort->reversed ? "-" : "", name);
}

static struct sort_key
metric_key(const struct ht_metric *metric, const struct ht_process *process)
{
	struct sort_key key = { .real = ht_metric_is_real(metric) };
	if (metric->scope == HT_SCOPE_PROCESS) {
		key.known = HT_HAS(&process->values, metric->index);
		if (key.known)
			key.value = process->values.value[metric->index];
	} else if (process->heap != NULL) {
		key.known = HT_HAS(&process->heap->values, metric->index);
		if (key.known)
			key.value = process->heap->values.value[metric->index];
	}
	return key;
}

static struct sort_key
key_of(const struct ht_sort *sort, const struct ht_process *process)
{
	switch (sort->field) {
	case HT_SORT_METRIC:
		return metric_key(sort->metric, process);
	case HT_SORT_PID:
		/* Pids rise: the natural order of what people read as names. */
		return (struct sort_key){ .known = process->key.pid > 0,
			.value.u = UINT64_MAX - (uint64_t)process->key.pid };
	case HT_SORT_USER:
		return (struct sort_key){ .known = process->user != NULL, .word = process->user };
	case HT_SORT_NAME:
		return (
		    struct sort_key){ .known = process->name[0] != '\0', .word = process->name };
	}
	return (struct sort_key){ 0 };
}

/* Below 0 when A comes first in the natural order; both are known. */
static int
compare_keys(const struct sort_key *a, const struct sort_key *b)
{
	if (a->word != NULL)
		return strcmp(a->word, b->word);
	if (a->real)
		return (a->value.f < b->value.f) - (a->value.f > b->value.f);
	return (a->value.u < b->value.u) - (a->value.u > b->value.u);
}

static int
compare_ties(const struct ht_process *a, const struct ht_process *b)
{
	const struct ht_metric *resident =
	    &ht_metric_table(HT_SCOPE_PROCESS, NULL)[HT_PROCESS_RESIDENT];
	struct sort_key key_a = metric_key(resident, a), key_b = metric_key(resident, b);
	if (key_a.known != key_b.known)
		return key_a.known ? -1 : 1;
	int order = key_a.known ? compare_keys(&key_a, &key_b) : 0;
	if (order != 0)
		return order;
	if (a->key.pid != b->key.pid)
		return a->key.pid < b->key.pid ? -1 : 1;
	return (a->key.start_time_ticks > b->key.start_time_ticks) -
	       (a->key.start_time_ticks < b->key.start_time_ticks);
}

int
ht_sort_compare(const struct ht_sort *sort, const struct ht_process *a, const struct ht_process *b)
{
	struct sort_key key_a = key_of(sort, a), key_b = key_of(sort, b);
	if (key_a.known != key_b.known)
		return key_a.known ? -1 : 1;
	int order = key_a.known ? compare_keys(&key_a, &key_b) : 0;
	if (order != 0)
		return sort->reversed ? -order : order;
	return compare_ties(a, b);
}

static int
compare_rows(const void *a, const void *b, void *sort)
{
	return ht_sort_compare(sort, a, b);
}

void
ht_sort_processes(const struct ht_sort *sort, struct ht_process *processes, size_t count)
{
	struct ht_sort copy = *sort;
	if (count > 1)
		qsort_r(processes, count, sizeof(*processes), compare_rows, &copy);
}
