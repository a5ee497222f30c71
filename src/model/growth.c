/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "model/growth.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

/* A window is remembered in so many points: each is 1/126 of it behind the one before. */
enum { POINTS = 128 };

struct point {
	uint64_t at_ns; /* CLOCK_MONOTONIC */
	double value;
};

/* What is known of one growth of one process. */
struct series {
	bool begun;
	double first;
	double last;
	bool last_known;
	struct point *points; /* owned; a ring; NULL: it has no window */
	size_t oldest, count;
};

/* A process, or, with pid 0, the host. */
struct watched {
	struct ht_process_key key;
	struct series *series; /* owned; one a growth */
};

struct ht_growth {
	struct ht_filter_growth growths[HT_GROWTHS_MOST];
	size_t count;
	struct watched *watched; /* owned; by rising pid */
	size_t watched_count;
	uint64_t now_ns;
};

struct ht_growth *
ht_growth_new(const struct ht_filter_growth *growths, size_t count)
{
	struct ht_growth *growth = calloc(1, sizeof(*growth));
	ht_assert(count <= HT_GROWTHS_MOST);
	if (growth == NULL)
		return NULL;
	memcpy(growth->growths, growths, count * sizeof(*growths));
	growth->count = count;
	return growth;
}

static void
release(const struct ht_growth *growth, struct watched *watched)
{
	for (size_t i = 0; watched->series != NULL && i < growth->count; i++)
		free(watched->series[i].points);
	free(watched->series);
}

void
ht_growth_free(struct ht_growth *growth)
{
	if (growth == NULL)
		return;
	for (size_t i = 0; i < growth->watched_count; i++)
		release(growth, &growth->watched[i]);
	free(growth->watched);
	free(growth);
}

/* The newest point that is at least WINDOW_NS old, or NULL. */
static const struct point *
find_point(const struct series *series, uint64_t now_ns, uint64_t window_ns)
{
	const struct point *found = NULL;
	for (size_t i = 0; i < series->count; i++) {
		const struct point *point = &series->points[(series->oldest + i) % POINTS];
		if (now_ns - point->at_ns < window_ns)
			break;
		found = point;
	}
	return found;
}

static void
add_point(struct series *series, uint64_t now_ns, uint64_t window_ns, double value)
{
	size_t last = (series->oldest + series->count - 1) % POINTS;
	if (series->count != 0 && now_ns - series->points[last].at_ns < window_ns / (POINTS - 2))
		return;
	if (series->count == POINTS) {
		series->oldest = (series->oldest + 1) % POINTS;
		series->count--;
	}
	series->points[(series->oldest + series->count++) % POINTS] =
	    (struct point){ now_ns, value };
}

static int
step(struct series *series, uint64_t now_ns, uint64_t window_ns, bool known, double value)
{
	series->last_known = known;
	if (!known)
		return 0;
	if (!series->begun)
		series->first = value;
	series->begun = true;
	series->last = value;
	if (window_ns == 0)
		return 0;
	if (series->points == NULL)
		series->points = calloc(POINTS, sizeof(*series->points));
	if (series->points == NULL)
		return -ENOMEM;
	add_point(series, now_ns, window_ns, value);
	return 0;
}

/* Takes in what SUBJECT has of each growth. */
static int
look(const struct ht_growth *growth, const struct ht_filter_subject *subject,
    struct watched *watched)
{
	int error = 0;
	if (watched->series == NULL)
		watched->series = calloc(growth->count, sizeof(*watched->series));
	if (watched->series == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < growth->count && error == 0; i++) {
		const struct ht_filter_growth *each = &growth->growths[i];
		double value = 0;
		bool known = ht_filter_value(subject, each->metric, &value);
		error = step(&watched->series[i], growth->now_ns, each->window_ns, known, value);
	}
	return error;
}

static bool
is_same(const struct ht_process_key *a, const struct ht_process_key *b)
{
	return a->pid == b->pid && a->start_time_ticks == b->start_time_ticks;
}

/*
 * Moves what is known of KEY to *OUT, from OLD on, which goes up by pid; what is passed by has
 * ended.
 */
static void
take_over(
    struct ht_growth *growth, size_t *old, const struct ht_process_key *key, struct watched *out)
{
	*out = (struct watched){ .key = *key };
	while (*old < growth->watched_count && growth->watched[*old].key.pid <= key->pid) {
		struct watched *watched = &growth->watched[(*old)++];
		if (is_same(&watched->key, key))
			*out = *watched;
		else
			release(growth, watched);
	}
}

int
ht_growth_add(struct ht_growth *growth, const struct ht_frame *frame)
{
	const struct ht_process_key host = { 0 };
	size_t old = 0, count = 0;
	struct watched *watched = calloc(frame->process_count + 1, sizeof(*watched));
	struct ht_filter_subject subject = { .host = &frame->host };
	if (watched == NULL)
		return -ENOMEM;
	growth->now_ns = frame->monotonic_ns;
	take_over(growth, &old, &host, &watched[count]);
	int error = look(growth, &subject, &watched[count++]);
	for (size_t i = 0; i < frame->process_count; i++) {
		const struct ht_process *process = &frame->processes[i];
		if (process->quality == HT_QUALITY_DEAD || process->key.pid <= 0)
			continue;
		subject.process = process;
		take_over(growth, &old, &process->key, &watched[count]);
		if (error == 0)
			error = look(growth, &subject, &watched[count]);
		count++;
	}
	while (old < growth->watched_count)
		release(growth, &growth->watched[old++]);
	free(growth->watched);
	growth->watched = watched;
	growth->watched_count = count;
	return error;
}

static const struct watched *
find(const struct ht_growth *growth, const struct ht_process_key *key)
{
	size_t low = 0, high = growth->watched_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (growth->watched[middle].key.pid < key->pid)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == growth->watched_count || !is_same(&growth->watched[low].key, key))
		return NULL;
	return &growth->watched[low];
}

bool
ht_growth_of(void *context, const struct ht_process *process, const struct ht_metric *metric,
    uint64_t window_ns, double *out)
{
	const struct ht_growth *growth = context;
	struct ht_process_key key = { 0 };
	if (process != NULL && metric->scope != HT_SCOPE_HOST)
		key = process->key;
	const struct watched *watched = find(growth, &key);
	if (watched == NULL || watched->series == NULL)
		return false;
	for (size_t i = 0; i < growth->count; i++) {
		const struct series *series = &watched->series[i];
		if (growth->growths[i].metric != metric ||
		    growth->growths[i].window_ns != window_ns || !series->last_known)
			continue;
		const struct point *then = find_point(series, growth->now_ns, window_ns);
		if (window_ns != 0 && then == NULL)
			return false;
		*out = series->last - (window_ns != 0 ? then->value : series->first);
		return true;
	}
	return false;
}
