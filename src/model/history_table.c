/* SPDX-License-Identifier: MIT */
/*
 * Rows matched from tick to tick.  Frames list things mostly in a rising order, so what comes is mostly what
 * comes next in the tick before; where it isn't, the row is looked up.
 */
#include "config.h"

#include "model/history_store.h"

#include <errno.h>
#include <string.h>

#include "base/assert.h"

/* Below 0: A is before the identity ID, GENERATION. */
static int
compare(const struct ht_history_row *a, uint64_t id, uint64_t generation)
{
	if (a->id != id)
		return a->id < id ? -1 : 1;
	return (a->generation > generation) - (a->generation < generation);
}

int
ht_history_table_begin(struct ht_history *history, struct ht_history_table *table, size_t most)
{
	/* What isn't asked for may have to stay, too. */
	size_t needed = most + table->living_count;
	struct ht_history_row **living = ht_history_grow(
	    history, table->living, &table->living_capacity, needed, sizeof(*living));
	if (living == NULL)
		return -ENOMEM;
	table->living = living;
	struct ht_history_row **next =
	    ht_history_grow(history, table->next, &table->next_capacity, needed, sizeof(*next));
	if (next == NULL)
		return -ENOMEM;
	table->next = next;
	table->next_count = 0;
	table->at = 0;
	return 0;
}

size_t
ht_history_table_find(const struct ht_history_table *table, uint64_t id, uint64_t generation)
{
	size_t low = 0, high = table->count;
	/* New things mostly have the highest numbers. */
	if (high != 0 && compare(table->rows[high - 1], id, generation) < 0)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare(table->rows[middle], id, generation) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* True for a row of the tick before that nobody has claimed in this one. */
static bool
is_free(
    const struct ht_history *history, const struct ht_history_row *row, enum ht_history_kind kind)
{
	return row->living && row->kind == kind && row->seen != history->serial;
}

/* The row of the tick before, or NULL. */
static struct ht_history_row *
match(struct ht_history *history, struct ht_history_table *table, enum ht_history_kind kind,
    uint64_t id, uint64_t generation)
{
	while (table->at < table->living_count &&
	       compare(table->living[table->at], id, generation) < 0)
		table->at++;
	if (table->at < table->living_count) {
		struct ht_history_row *row = table->living[table->at];
		if (compare(row, id, generation) == 0 && is_free(history, row, kind)) {
			table->at++;
			return row;
		}
	}
	for (size_t i = ht_history_table_find(table, id, generation);
	     i < table->count && compare(table->rows[i], id, generation) == 0; i++)
		if (is_free(history, table->rows[i], kind))
			return table->rows[i];
	return NULL;
}

/* Puts ROW behind the rows of the same identity.  0 or -ENOMEM. */
static int
insert(struct ht_history *history, struct ht_history_table *table, struct ht_history_row *row)
{
	struct ht_history_row **rows = ht_history_grow(
	    history, table->rows, &table->capacity, table->count + 1, sizeof(*rows));
	if (rows == NULL)
		return -ENOMEM;
	table->rows = rows;
	size_t at = ht_history_table_find(table, row->id, row->generation);
	while (at < table->count && compare(table->rows[at], row->id, row->generation) == 0)
		at++;
	memmove(&table->rows[at + 1], &table->rows[at], (table->count - at) * sizeof(*table->rows));
	table->rows[at] = row;
	table->count++;
	return 0;
}

static struct ht_history_row *
make(struct ht_history *history, struct ht_history_table *table, enum ht_history_kind kind,
    uint64_t id, uint64_t generation)
{
	size_t slots = ht_history_slot_count(kind) * sizeof(uint64_t);
	struct ht_history_row *row = ht_history_take(history, sizeof(*row) + slots);
	if (row == NULL)
		return NULL;
	*row = (struct ht_history_row){
		.id = id, .generation = generation, .born = history->serial, .kind = kind
	};
	memset(row->now, 0, slots);
	if (insert(history, table, row) == 0)
		return row;
	ht_history_row_free(history, row);
	return NULL;
}

struct ht_history_row *
ht_history_table_row(struct ht_history *history, struct ht_history_table *table,
    enum ht_history_kind kind, uint64_t id, uint64_t generation)
{
	struct ht_history_row *row = match(history, table, kind, id, generation);
	if (row == NULL)
		row = make(history, table, kind, id, generation);
	if (row == NULL)
		return NULL;
	ht_assert(table->next_count < table->next_capacity);
	row->living = true;
	row->seen = history->serial;
	table->next[table->next_count++] = row;
	return row;
}

void
ht_history_table_end(struct ht_history *history, struct ht_history_table *table, bool cut)
{
	struct ht_history_row **spare = table->living;
	size_t spare_capacity = table->living_capacity;
	for (size_t i = 0; i < table->living_count; i++) {
		struct ht_history_row *row = table->living[i];
		if (row->seen == history->serial)
			continue;
		row->living = cut;
		if (cut)
			table->next[table->next_count++] = row;
	}
	table->living = table->next;
	table->living_count = table->next_count;
	table->living_capacity = table->next_capacity;
	table->next = spare;
	table->next_capacity = spare_capacity;
	table->next_count = 0;
}

size_t
ht_history_table_compact(struct ht_history *history, struct ht_history_table *table, size_t index)
{
	struct ht_history_row *row = table->rows[index];
	size_t tick = ht_history_tick_at(history, row->born);
	bool kept = tick < history->tick_count && history->ticks[tick].serial <= row->seen;
	if (row->lists != NULL)
		ht_history_lists_compact(history, row->lists);
	if (row->living || kept) {
		ht_history_row_compact(history, row);
		return index + 1;
	}
	table->count--;
	memmove(&table->rows[index], &table->rows[index + 1],
	    (table->count - index) * sizeof(*table->rows));
	ht_history_row_free(history, row);
	return index;
}

void
ht_history_table_fit(struct ht_history *history, struct ht_history_table *table)
{
	table->rows = ht_history_fit(
	    history, table->rows, &table->capacity, table->count, sizeof(*table->rows));
	table->living = ht_history_fit(history, table->living, &table->living_capacity,
	    table->living_count, sizeof(*table->living));
	table->next = ht_history_fit(
	    history, table->next, &table->next_capacity, table->living_count, sizeof(*table->next));
}

void
ht_history_table_release(struct ht_history *history, struct ht_history_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		ht_history_row_free(history, table->rows[i]);
	ht_history_give(history, table->rows, table->capacity * sizeof(*table->rows));
	ht_history_give(history, table->living, table->living_capacity * sizeof(*table->living));
	ht_history_give(history, table->next, table->next_capacity * sizeof(*table->next));
	*table = (struct ht_history_table){ 0 };
}

static void
compact_all(struct ht_history *history, struct ht_history_table *table)
{
	for (size_t i = 0; i < table->count;)
		i = ht_history_table_compact(history, table, i);
	ht_history_table_fit(history, table);
}

void
ht_history_lists_compact(struct ht_history *history, struct ht_history_lists *lists)
{
	compact_all(history, &lists->threads);
	compact_all(history, &lists->size_classes);
	compact_all(history, &lists->events);
	compact_all(history, &lists->readings);
	compact_all(history, &lists->groups);
}

void
ht_history_lists_free(struct ht_history *history, struct ht_history_lists *lists)
{
	if (lists == NULL)
		return;
	ht_history_table_release(history, &lists->threads);
	ht_history_table_release(history, &lists->size_classes);
	ht_history_table_release(history, &lists->events);
	ht_history_table_release(history, &lists->readings);
	ht_history_table_release(history, &lists->groups);
	ht_history_give(history, lists, sizeof(*lists));
}
