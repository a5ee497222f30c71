/* SPDX-License-Identifier: MIT */
/*
 * Which ticks stay.  When memory runs short, one in a few goes: where two ticks are close to each other
 * for their age.  So what is left lies the closer the younger it is, and the newest are all
 * there.  Then the rows are compacted, a few at each tick, so that none takes long.
 */
#include "config.h"

#include "model/history_store.h"

#include <errno.h>

enum {
	DROP_ONE_IN = 4, /* ticks that go in a round */
	SPARE_PARTS =
	    16, /* of so many parts of the memory, the last is what a round has time for */
	LEAST_STEP = 256, /* at least one row of so many a tick */
	HASTE = 4, /* a round is through when a part of the spare memory of so many is used up */
	LEAST_TICKS = 2, /* the first and the newest */
};

size_t
ht_history_tick_at(const struct ht_history *history, uint32_t serial)
{
	size_t low = 0, high = history->tick_count;
	if (high != 0 && history->ticks[high - 1].serial < serial)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (history->ticks[middle].serial < serial)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Whether a tick may go when what it leaves is no wider than PART of its age. */
static bool
may_go(const struct ht_history *history, size_t before, size_t index, double part)
{
	const struct ht_history_tick *ticks = history->ticks;
	uint64_t gap_ns = ticks[index + 1].monotonic_ns - ticks[before].monotonic_ns;
	uint64_t age_ns = ticks[history->tick_count - 1].monotonic_ns - ticks[index].monotonic_ns;
	return (double)gap_ns <= (double)age_ns * part;
}

/* Goes through all ticks but the first and the newest, drops those that may go; COUNT_ONLY: only says how many. */
static size_t
drop(struct ht_history *history, double part, bool count_only)
{
	size_t kept = 0, dropped = 0, last = history->tick_count - 1;
	size_t before = 0; /* index of the last one kept, where it was */
	bool dropped_before = false;
	for (size_t i = 1; i <= last; i++) {
		/* Of two neighbours one stays: a round halves at most. */
		bool goes = i < last && !dropped_before && may_go(history, before, i, part);
		dropped_before = goes;
		dropped += goes;
		if (goes)
			continue;
		before = count_only ? i : before;
		kept++;
		if (!count_only) {
			history->ticks[kept] = history->ticks[i];
			before = kept;
		}
	}
	if (!count_only)
		history->tick_count = kept + 1;
	return dropped;
}

/* Drops about one tick in DROP_ONE_IN; false: there is none left to drop. */
static bool
drop_ticks(struct ht_history *history)
{
	if (history->tick_count <= LEAST_TICKS)
		return false;
	size_t wanted = history->tick_count / DROP_ONE_IN + 1;
	double low = 0, high = 1;
	while (drop(history, high, true) < wanted && high < 1e9)
		high *= 4;
	for (int i = 0; i < 20; i++) {
		double middle = (low + high) / 2;
		if (drop(history, middle, true) < wanted)
			low = middle;
		else
			high = middle;
	}
	return drop(history, high, false) != 0;
}

/* Compacts up to COUNT rows of the round; the last one ends it. */
static void
compact(struct ht_history *history, size_t count)
{
	struct ht_history_table *table = &history->processes;
	for (; count > 0 && history->thin_next < table->count; count--)
		history->thin_next = ht_history_table_compact(history, table, history->thin_next);
	if (history->thin_next < table->count)
		return;
	history->thinning = false;
	ht_history_table_fit(history, table);
	if (!history->cut)
		ht_history_sweep_texts(history);
}

static bool
begin_round(struct ht_history *history)
{
	if (!drop_ticks(history))
		return false;
	history->ticks = ht_history_fit(history, history->ticks, &history->tick_capacity,
	    history->tick_count, sizeof(*history->ticks));
	history->round++;
	history->thinning = true;
	history->cut = false;
	history->thin_next = 0;
	return true;
}

/* Everything goes: not even two ticks fit. */
static int
forget_all(struct ht_history *history)
{
	ht_history_table_release(history, &history->processes);
	ht_history_release_texts(history);
	history->tick_count = 0;
	history->thinning = false;
	return -ENOMEM;
}

int
ht_history_keep_within(struct ht_history *history, size_t added)
{
	size_t spare = history->most_bytes / SPARE_PARTS;
	if (!history->thinning && history->bytes > history->most_bytes - spare)
		begin_round(history);
	if (history->thinning) {
		size_t rows = history->processes.count;
		compact(history,
		    rows / LEAST_STEP + 1 +
			(size_t)((double)rows * HASTE * (double)added / (double)(spare + 1)));
	}
	while (history->bytes > history->most_bytes) {
		if (!history->thinning && !begin_round(history))
			return forget_all(history);
		compact(history, history->processes.count);
	}
	return 0;
}
