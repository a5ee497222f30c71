/* SPDX-License-Identifier: MIT */
/* Differences -> rows.  Knows nothing of what the words mean. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "decode/recording_parts.h"

enum { SAMPLES = 1 }; /* the table whose rows have lists */

/* Rows of one table, before and in the making. */
struct walk {
	struct ht_recording_making *making;
	size_t table;
	const struct ht_recording_rows *before;
	struct ht_recording_rows *out;
	size_t from; /* next row of before */
	size_t to;   /* next row of out */
};

static size_t
lists_of(const struct ht_recording_making *making)
{
	return making->schemas->table_count - 2;
}

/* Room for COUNT rows.  0, -EBADMSG: that is more than anybody has; or -ENOMEM. */
static int
make_room(
    struct ht_recording_making *making, size_t table, uint64_t count, struct ht_recording_rows *out)
{
	size_t columns = making->schemas->tables[table].columns;
	size_t cost =
	    columns > HT_RECORDING_ROW_WORDS_LEAST ? columns : HT_RECORDING_ROW_WORDS_LEAST;
	if (count > (HT_RECORDING_WORDS_MOST - making->words) / cost)
		return -EBADMSG;
	if (table == SAMPLES && count > HT_RECORDING_SAMPLES_MOST)
		return -EBADMSG;
	making->words += (size_t)count * cost;
	out->count = (size_t)count;
	out->words =
	    ht_arena_array(making->arena, (size_t)count * columns + 1, sizeof(*out->words));
	if (out->words == NULL)
		return -ENOMEM;
	if (table != SAMPLES)
		return 0;
	out->lists = ht_arena_array(
	    making->arena, (size_t)count * lists_of(making) + 1, sizeof(*out->lists));
	return out->lists != NULL ? 0 : -ENOMEM;
}

/* A row as BEFORE (NULL: all unknown) with the changes that follow. */
static int
make_columns(struct ht_recording_making *making, const struct ht_recording_table *table,
    const uint64_t *before, uint64_t *row)
{
	uint64_t change[HT_RECORDING_COLUMNS_MOST];
	const uint8_t *bits = ht_recording_read_bytes(&making->shape, (table->columns + 7) / 8);
	if (bits == NULL)
		return -EBADMSG;
	for (size_t i = 0; i < table->columns; i++) {
		change[i] = (table->plus[i] >= 0 ? change[table->plus[i]] : 0) -
			    (table->minus[i] >= 0 ? change[table->minus[i]] : 0);
		if ((bits[i / 8] >> i % 8 & 1u) != 0)
			change[i] += ht_record_unfold(ht_recording_read_varint(&making->numbers));
		row[i] = (before != NULL ? before[i] : 0) + change[i];
	}
	return making->numbers.failed ? -EBADMSG : 0;
}

static int copy_list(struct ht_recording_making *making, size_t table,
    const struct ht_recording_rows *before, struct ht_recording_rows *out);

static int make_rows(struct ht_recording_making *making, size_t table,
    const struct ht_recording_rows *before, struct ht_recording_rows *out);

/* The lists of the sample TO: those of BEFORE (NULL: empty ones) with the changes that follow. */
static int
make_lists(struct walk *walk, const struct ht_recording_rows *before)
{
	static const struct ht_recording_rows none;
	const size_t lists = lists_of(walk->making);
	struct ht_recording_rows *out = walk->out->lists + walk->to * lists;
	uint64_t changed = ht_recording_read_varint(&walk->making->shape);
	int status = 0;
	for (size_t i = 0; i < lists && status == 0; i++) {
		const struct ht_recording_rows *list = before != NULL ? &before[i] : &none;
		if ((changed >> i & 1u) != 0)
			status = make_rows(walk->making, 2 + i, list, &out[i]);
		else
			status = copy_list(walk->making, 2 + i, list, &out[i]);
	}
	return status;
}

static int
copy_list(struct ht_recording_making *making, size_t table, const struct ht_recording_rows *before,
    struct ht_recording_rows *out)
{
	if (before->count == 0)
		return 0;
	int status = make_room(making, table, before->count, out);
	if (status == 0)
		memcpy(out->words, before->words,
		    before->count * making->schemas->tables[table].columns *
			sizeof(*before->words));
	return status;
}

/* ROWS rows as they were. */
static int
keep(struct walk *walk, uint64_t rows)
{
	const size_t columns = walk->making->schemas->tables[walk->table].columns;
	const size_t lists = lists_of(walk->making);
	if (rows == 0 || rows > walk->before->count - walk->from ||
	    rows > walk->out->count - walk->to)
		return -EBADMSG;
	memcpy(walk->out->words + walk->to * columns, walk->before->words + walk->from * columns,
	    (size_t)rows * columns * sizeof(*walk->out->words));
	int status = 0;
	for (size_t i = 0; i < (size_t)rows && walk->table == SAMPLES && status == 0; i++)
		for (size_t j = 0; j < lists && status == 0; j++)
			status = copy_list(walk->making, 2 + j,
			    &walk->before->lists[(walk->from + i) * lists + j],
			    &walk->out->lists[(walk->to + i) * lists + j]);
	walk->from += (size_t)rows;
	walk->to += (size_t)rows;
	return status;
}

static int
drop(struct walk *walk, uint64_t rows)
{
	if (rows == 0 || rows > walk->before->count - walk->from)
		return -EBADMSG;
	walk->from += (size_t)rows;
	return 0;
}

static int
change(struct walk *walk)
{
	const struct ht_recording_table *table = &walk->making->schemas->tables[walk->table];
	if (walk->from >= walk->before->count)
		return -EBADMSG;
	int status =
	    make_columns(walk->making, table, walk->before->words + walk->from * table->columns,
		walk->out->words + walk->to * table->columns);
	if (status == 0 && walk->table == SAMPLES)
		status =
		    make_lists(walk, walk->before->lists + walk->from * lists_of(walk->making));
	walk->from++;
	walk->to++;
	return status;
}

static int
add(struct walk *walk)
{
	const struct ht_recording_table *table = &walk->making->schemas->tables[walk->table];
	uint64_t *row = walk->out->words + walk->to * table->columns;
	int status =
	    make_columns(walk->making, table, walk->to > 0 ? row - table->columns : NULL, row);
	if (status == 0 && walk->table == SAMPLES)
		status = make_lists(walk, NULL);
	walk->to++;
	return status;
}

static int
operate(struct walk *walk, uint64_t word)
{
	switch ((enum ht_recording_operation)(word & 3u)) {
	case HT_RECORDING_KEEP:
		return keep(walk, word >> 2);
	case HT_RECORDING_DROP:
		return drop(walk, word >> 2);
	case HT_RECORDING_CHANGE:
		return change(walk);
	case HT_RECORDING_ADD:
		return add(walk);
	}
	return -EBADMSG;
}

static int
make_rows(struct ht_recording_making *making, size_t table, const struct ht_recording_rows *before,
    struct ht_recording_rows *out)
{
	struct walk walk = { making, table, before, out, 0, 0 };
	uint64_t count = ht_recording_read_varint(&making->shape);
	int status = making->shape.failed ? -EBADMSG : make_room(making, table, count, out);
	while (status == 0 && walk.to < out->count) {
		uint64_t word = ht_recording_read_varint(&making->shape);
		status = making->shape.failed ? -EBADMSG : operate(&walk, word);
	}
	return status;
}

int
ht_recording_make(struct ht_recording_making *making, const struct ht_recording_state *before,
    struct ht_recording_state *out)
{
	int status = make_rows(making, 0, &before->host, &out->host);
	if (status == 0)
		status = make_rows(making, SAMPLES, &before->samples, &out->samples);
	return status;
}
