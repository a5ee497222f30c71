/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/past.h"

#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "views/sparkline.h"

enum { TREND_MOST = 16, MINUTE_BUCKETS = 60, GROWTH_BYTES = 24 };

static const uint64_t minute_ns = UINT64_C(60000000000);

const struct ht_metric *
ht_past_metric(const struct ht_process *process)
{
	if (process->heap != NULL)
		return &ht_metric_table(HT_SCOPE_HEAP, NULL)[HT_HEAP_LIVE];
	return &ht_metric_table(HT_SCOPE_PROCESS, NULL)[HT_PROCESS_ANONYMOUS];
}

/* That figure of PROCESS; false: unknown. */
static bool
figure_of(const struct ht_process *process, uint64_t *bytes)
{
	const struct ht_heap *heap = process->heap;
	bool known = heap != NULL ? HT_HAS(&heap->values, HT_HEAP_LIVE)
				  : HT_HAS(&process->values, HT_PROCESS_ANONYMOUS);
	if (known)
		*bytes = heap != NULL ? heap->values.value[HT_HEAP_LIVE].u
				      : process->values.value[HT_PROCESS_ANONYMOUS].u;
	return known;
}

/* A row that isn't one process, but a sum of several or a thread: nothing of its past is known. */
static bool
is_no_process(const struct ht_draft *draft)
{
	return draft->row != NULL && (draft->row->below != 0 || draft->row->is_thread);
}

/*
 * The last minute, or as many looks as there are columns where that is longer.  Buckets begin at multiples of their
 * length, so that the picture moves on by whole columns and stands still between.
 */
void
ht_past_draw_trend(const void *item, struct ht_draft *draft)
{
	const struct ht_process *process = item;
	const struct ht_view_input *input = draft->input;
	struct ht_history_bucket buckets[TREND_MOST];
	size_t count = draft->width < TREND_MOST ? (size_t)draft->width : TREND_MOST;
	if (input == NULL || input->history == NULL || count == 0 || is_no_process(draft))
		return;
	uint64_t step_ns = minute_ns / count;
	if (step_ns < input->look_ns)
		step_ns = input->look_ns;
	uint64_t end_ns = (input->frame->monotonic_ns / step_ns + 1) * step_ns;
	uint64_t from_ns = end_ns > count * step_ns ? end_ns - count * step_ns : 0;
	ht_history_series(input->history, &process->key, ht_past_metric(process), from_ns,
	    from_ns + count * step_ns, buckets, count);
	/* What was later than what is shown isn't its past. */
	for (size_t i = 0; i < count; i++)
		buckets[i].known &= from_ns + i * step_ns <= input->frame->monotonic_ns;
	ht_graph_sparkline(buckets, count, !draft->rich, draft->own, sizeof(draft->own));
	draft->text = draft->own;
	draft->role = process->heap != NULL ? HT_ROLE_LIVE : HT_ROLE_DIM;
}

bool
ht_past_has_mark(const struct ht_view_input *input)
{
	return input != NULL && input->mark != NULL;
}

/* "+1.2M", "-3K", "0". */
static void
format_growth(
    const struct ht_view_input *input, uint64_t before, uint64_t now, char out[GROWTH_BYTES])
{
	char figure[HT_TABLE_CELL_BYTES];
	ht_table_bytes(now > before ? now - before : before - now, input->settings->units, figure);
	snprintf(out, GROWTH_BYTES, "%s%.20s",
	    now > before   ? "+"
	    : now < before ? "-"
			   : "",
	    figure);
}

static const struct ht_process *
process_at_mark(const struct ht_view_input *input, const struct ht_process_key *key)
{
	const struct ht_process *process = ht_frame_find(input->mark, key->pid);
	if (process != NULL && process->key.start_time_ticks == key->start_time_ticks)
		return process;
	return NULL;
}

/* What it grew from BEFORE to NOW; IS_NEW: it began after the mark, where all of it is growth. */
static void
draft_growth(uint64_t before, uint64_t now, bool is_new, struct ht_draft *draft)
{
	char growth[GROWTH_BYTES];
	format_growth(draft->input, before, now, growth);
	snprintf(draft->own, sizeof(draft->own), "%s%s", is_new ? "new" : "", growth);
	draft->text = draft->own;
	draft->role = now != before ? HT_ROLE_NUMBER : HT_ROLE_DIM;
	if (is_new)
		draft->role = HT_ROLE_NAME;
}

void
ht_past_draw_process_growth(const void *item, struct ht_draft *draft)
{
	const struct ht_process *process = item, *before;
	char growth[GROWTH_BYTES];
	uint64_t now, then = 0;
	draft->role = HT_ROLE_DIM;
	draft->text = "-";
	if (!ht_past_has_mark(draft->input) || is_no_process(draft) || !figure_of(process, &now))
		return;
	before = process_at_mark(draft->input, &process->key);
	/* A heap that came into sight since says nothing of what it had then. */
	if (before != NULL &&
	    ((before->heap != NULL) != (process->heap != NULL) || !figure_of(before, &then)))
		return;
	if (process->heap != NULL) {
		draft_growth(then, now, before == NULL, draft);
		return;
	}
	format_growth(draft->input, then, now, growth);
	snprintf(draft->own, sizeof(draft->own), "%s(%s)", before == NULL ? "new" : "", growth);
	draft->text = draft->own;
}

static const struct ht_thread *
thread_at_mark(const struct ht_process *before, const struct ht_thread *thread)
{
	for (size_t i = 0; i < before->thread_count; i++) {
		const struct ht_thread *other = &before->threads[i];
		/* A thread that had no slot then had allocated nothing. */
		if (other->tid == thread->tid &&
		    (other->generation == thread->generation || !other->in_segment))
			return other;
	}
	return NULL;
}

void
ht_past_draw_thread_growth(const void *item, struct ht_draft *draft)
{
	const struct ht_thread *thread = item, *then;
	const struct ht_view_input *input = draft->input;
	/* Sums below the threads have a number that no thread has. */
	if (thread->tid < 0)
		return;
	draft->role = HT_ROLE_DIM;
	draft->text = "-";
	if (!ht_past_has_mark(input) || input->process == NULL ||
	    !HT_HAS(&thread->values, HT_THREAD_ALLOCATED))
		return;
	const struct ht_process *before = process_at_mark(input, &input->process->key);
	/* A mark knows the threads of what was looked at then. */
	if (before != NULL && (before->detail & HT_DETAIL_THREADS) == 0)
		return;
	then = before != NULL ? thread_at_mark(before, thread) : NULL;
	if (then != NULL && !HT_HAS(&then->values, HT_THREAD_ALLOCATED))
		return;
	draft_growth(then != NULL ? then->values.value[HT_THREAD_ALLOCATED].u : 0,
	    thread->values.value[HT_THREAD_ALLOCATED].u, then == NULL, draft);
}

void
ht_past_describe_growth(
    const struct ht_view_input *input, const struct ht_process *process, struct ht_text *out)
{
	struct ht_history_bucket buckets[MINUTE_BUCKETS];
	char growth[GROWTH_BYTES], span[HT_UNITS_TEXT_BYTES];
	uint64_t now, end_ns = input->frame->monotonic_ns;
	uint64_t from_ns = end_ns > minute_ns ? end_ns - minute_ns : 0;
	size_t first = 0;
	if (input->history == NULL || !figure_of(process, &now))
		return;
	ht_history_series(input->history, &process->key, ht_past_metric(process), from_ns, end_ns,
	    buckets, MINUTE_BUCKETS);
	while (first < MINUTE_BUCKETS && !buckets[first].known)
		first++;
	if (first == MINUTE_BUCKETS)
		return;
	format_growth(input, ht_units_whole(buckets[first].last), now, growth);
	ht_units_duration((end_ns - from_ns) / MINUTE_BUCKETS * (MINUTE_BUCKETS - first), span);
	ht_text_add_format(out, ", %s in %s", strcmp(growth, "0") == 0 ? "+0" : growth, span);
}
