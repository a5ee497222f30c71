/* SPDX-License-Identifier: MIT */
/* One metric of one process through the ticks. */
#include "config.h"

#include "model/history.h"

#include "model/history_store.h"

struct series {
	const struct ht_metric *metric;
	uint64_t from_ns, to_ns;
	struct ht_history_bucket *buckets;
	size_t count;
	size_t at;     /* bucket of the value before */
	bool has_last; /* the tick before knew the metric */
	double last;
};

static void
put(struct ht_history_bucket *bucket, double value)
{
	if (!bucket->known)
		*bucket = (struct ht_history_bucket){ true, value, value, value };
	if (value < bucket->low)
		bucket->low = value;
	if (value > bucket->high)
		bucket->high = value;
	bucket->last = value;
}

static size_t
bucket_of(const struct series *series, uint64_t time_ns)
{
	double part =
	    (double)(time_ns - series->from_ns) / (double)(series->to_ns - series->from_ns);
	size_t index = (size_t)(part * (double)series->count);
	return index < series->count ? index : series->count - 1;
}

/* What the tick at TIME_NS tells. */
static void
take_tick(struct series *series, uint64_t time_ns, bool known, double value)
{
	size_t first = series->at;
	bool in_span = time_ns >= series->from_ns;
	if (in_span) {
		size_t index = time_ns < series->to_ns ? bucket_of(series, time_ns) : series->count;
		if (known && series->has_last)
			for (size_t i = first; i < index; i++)
				if (!series->buckets[i].known)
					put(&series->buckets[i], series->last);
		if (known && index < series->count)
			put(&series->buckets[index], value);
		series->at = index;
	}
	series->has_last = known;
	series->last = value;
}

/* The row of those from FIRST on that has the tick; NULL: none does. */
static const struct ht_history_row *
row_at(const struct ht_history_table *table, size_t first, const struct ht_process_key *key,
    uint32_t serial)
{
	for (size_t i = first; i < table->count; i++) {
		const struct ht_history_row *row = table->rows[i];
		if (row->id != (uint32_t)key->pid || row->generation != key->start_time_ticks)
			return NULL;
		if (row->born <= serial && serial <= row->seen && row->chain.first != NULL)
			return row;
	}
	return NULL;
}

void
ht_history_series(const struct ht_history *history, const struct ht_process_key *key,
    const struct ht_metric *metric, uint64_t from_ns, uint64_t to_ns,
    struct ht_history_bucket *buckets, size_t count)
{
	struct series series = { metric, from_ns, to_ns, buckets, count, 0, false, 0 };
	struct ht_history_cursor cursor = { .row = NULL };
	size_t first =
	    ht_history_table_find(&history->processes, (uint32_t)key->pid, key->start_time_ticks);
	for (size_t i = 0; i < count; i++)
		buckets[i] = (struct ht_history_bucket){ .known = false };
	if (count == 0 || from_ns >= to_ns || history->tick_count == 0)
		return;
	/* From the tick before the span, which its beginning shows, to the one behind. */
	for (size_t i = ht_history_find(history, from_ns); i < history->tick_count; i++) {
		const struct ht_history_tick *tick = &history->ticks[i];
		const struct ht_history_row *row =
		    row_at(&history->processes, first, key, tick->serial);
		double value = 0;
		if (row != NULL && row != cursor.row) {
			ht_history_cursor_begin(&cursor, row, tick->serial);
			ht_history_cursor_step(&cursor);
		}
		if (row != NULL)
			ht_history_cursor_seek(&cursor, tick->serial);
		bool known = row != NULL && ht_history_slot_value(row->kind, cursor.slots, metric,
						tick->interval_ns, &value);
		take_tick(&series, tick->monotonic_ns, known, value);
		if (tick->monotonic_ns >= to_ns)
			return;
	}
}
