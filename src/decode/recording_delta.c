/* SPDX-License-Identifier: MIT */
/*
 * Differences -> rows.  Knows nothing of what the words mean.  Version 1 of the format and those since tell the same
 * operations on rows: the one as bytes, in which columns are told before lists, the others to a coder,
 * which wants lists first.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "decode/recording_parts.h"

enum {
	SAMPLES = 1, /* the table whose rows have lists */
	FIRST_LIST = 2,
};

/* Rows of one table, before and in the making. */
struct walk {
	struct ht_recording_making *making;
	size_t table;
	const struct ht_record_rows *before;
	struct ht_record_rows *out;
	size_t from; /* next row of before */
	size_t to;   /* next row of out */
};

static size_t
lists_of(const struct ht_recording_making *making)
{
	return making->schemas->table_count - FIRST_LIST;
}

/* Room for COUNT rows.  0, -EBADMSG: that is more than anybody has; or -ENOMEM. */
static int
make_room(
    struct ht_recording_making *making, size_t table, uint64_t count, struct ht_record_rows *out)
{
	size_t words = making->schemas->tables[table].words;
	size_t cost = words > HT_RECORDING_ROW_WORDS_LEAST ? words : HT_RECORDING_ROW_WORDS_LEAST;
	if (count > (HT_RECORDING_WORDS_MOST - making->words) / cost)
		return -EBADMSG;
	if (table == SAMPLES && count > HT_RECORDING_SAMPLES_MOST)
		return -EBADMSG;
	making->words += (size_t)count * cost;
	out->count = (size_t)count;
	out->words = ht_arena_array(making->arena, (size_t)count * words + 1, sizeof(*out->words));
	if (out->words == NULL)
		return -ENOMEM;
	if (table != SAMPLES)
		return 0;
	out->lists = ht_arena_array(
	    making->arena, (size_t)count * lists_of(making) + 1, sizeof(*out->lists));
	return out->lists != NULL ? 0 : -ENOMEM;
}

/* A row as BEFORE (NULL: all unknown) with the changes that follow, in version 1. */
static int
read_columns(struct ht_recording_making *making, const struct ht_record_layout *table,
    const uint64_t *before, uint64_t *row)
{
	uint64_t change[HT_RECORDING_COLUMNS_MOST];
	const uint8_t *bits = ht_recording_read_bytes(&making->shape, (table->columns + 7) / 8);
	if (bits == NULL)
		return -EBADMSG;
	for (size_t i = 0; i < table->columns; i++) {
		const struct ht_record_column_guess *guess = &table->guess[i];
		change[i] = (guess->plus >= 0 ? change[guess->plus] : 0) -
			    (guess->minus >= 0 ? change[guess->minus] : 0);
		if ((bits[i / 8] >> i % 8 & 1u) != 0)
			change[i] += ht_record_unfold(ht_recording_read_varint(&making->numbers));
		row[i] = (before != NULL ? before[i] : 0) + change[i];
	}
	return making->numbers.failed ? -EBADMSG : 0;
}

static int copy_list(struct ht_recording_making *making, size_t table,
    const struct ht_record_rows *before, struct ht_record_rows *out);

static int make_rows(struct ht_recording_making *making, size_t table,
    const struct ht_record_rows *before, struct ht_record_rows *out);

/* The lists of the sample TO: those of BEFORE (NULL: empty ones) with the changes that follow. */
static int
make_lists(const struct walk *walk, const struct ht_record_telling *telling,
    const struct ht_record_rows *before, struct ht_record_rows *out)
{
	static const struct ht_record_rows none;
	struct ht_recording_making *making = walk->making;
	const bool is_coded = making->coder != NULL;
	uint64_t changed = is_coded ? 0 : ht_recording_read_varint(&making->shape);
	int status = 0;
	for (size_t i = 0; i < lists_of(making) && status == 0; i++) {
		const struct ht_record_rows *list = before != NULL ? &before[i] : &none;
		if (is_coded ? ht_record_code_listed(telling, i, false) : (changed >> i & 1u) != 0)
			status = make_rows(making, FIRST_LIST + i, list, &out[i]);
		else
			status = copy_list(making, FIRST_LIST + i, list, &out[i]);
	}
	return status;
}

/* The row TO, as it differs from the next of before or, where that is NULL, from the one above. */
static int
make_row(const struct walk *walk, const uint64_t *before)
{
	struct ht_recording_making *making = walk->making;
	struct ht_record_layout *layout = &making->schemas->tables[walk->table];
	uint64_t *row = walk->out->words + walk->to * layout->words;
	struct ht_record_telling telling = { .coder = making->coder,
		.layouts = making->schemas->tables,
		.table = walk->table,
		.before = before,
		.above = walk->to > 0 ? row - layout->words : NULL,
		.row = row };
	int status = 0;
	if (walk->table == SAMPLES) {
		telling.lists = walk->out->lists + walk->to * lists_of(making);
		if (before != NULL)
			telling.lists_before = walk->before->lists + walk->from * lists_of(making);
	}
	if (making->coder != NULL)
		ht_record_begin_row(&telling);
	else
		status = read_columns(making, layout, before != NULL ? before : telling.above, row);
	if (status == 0 && walk->table == SAMPLES)
		status = make_lists(walk, &telling, telling.lists_before,
		    walk->out->lists + walk->to * lists_of(making));
	if (status == 0 && making->coder != NULL)
		ht_record_code_columns(&telling);
	return status;
}

static int
copy_list(struct ht_recording_making *making, size_t table, const struct ht_record_rows *before,
    struct ht_record_rows *out)
{
	if (before->count == 0)
		return 0;
	int status = make_room(making, table, before->count, out);
	if (status == 0)
		memcpy(out->words, before->words,
		    before->count * making->schemas->tables[table].words * sizeof(*before->words));
	return status;
}

/* ROWS rows as they were. */
static int
keep(struct walk *walk, uint64_t rows)
{
	struct ht_recording_making *making = walk->making;
	const struct ht_record_layout *layout = &making->schemas->tables[walk->table];
	const size_t lists = lists_of(making);
	if (rows == 0 || rows > walk->before->count - walk->from ||
	    rows > walk->out->count - walk->to)
		return -EBADMSG;
	uint64_t *row = walk->out->words + walk->to * layout->words;
	memcpy(row, walk->before->words + walk->from * layout->words,
	    (size_t)rows * layout->words * sizeof(*row));
	if (making->coder != NULL)
		ht_record_keep(layout, row);
	int status = 0;
	for (size_t i = 0; i < (size_t)rows && walk->table == SAMPLES && status == 0; i++)
		for (size_t j = 0; j < lists && status == 0; j++)
			status = copy_list(making, FIRST_LIST + j,
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
	if (walk->from >= walk->before->count)
		return -EBADMSG;
	int status = make_row(walk,
	    walk->before->words + walk->from * walk->making->schemas->tables[walk->table].words);
	walk->from++;
	walk->to++;
	return status;
}

static int
add(struct walk *walk)
{
	int status = make_row(walk, NULL);
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

/* What becomes of the rows of before, and in version 1 of how many. */
static uint64_t
next_operation(const struct walk *walk)
{
	struct ht_recording_making *making = walk->making;
	struct ht_record_layout *layout = &making->schemas->tables[walk->table];
	if (making->coder == NULL)
		return ht_recording_read_varint(&making->shape);
	if (walk->from >= walk->before->count)
		return HT_RECORDING_ADD;
	return 1u << 2 | ht_record_code_operation(making->coder, layout,
			     walk->before->words + walk->from * layout->words, HT_RECORDING_KEEP);
}

static bool
has_failed(const struct ht_recording_making *making)
{
	return making->coder != NULL ? making->coder->failed
				     : making->shape.failed || making->numbers.failed;
}

static int
make_rows(struct ht_recording_making *making, size_t table, const struct ht_record_rows *before,
    struct ht_record_rows *out)
{
	struct walk walk = { making, table, before, out, 0, 0 };
	struct ht_record_layout *layout = &making->schemas->tables[table];
	uint64_t count = making->coder != NULL
			     ? ht_record_code_count(making->coder, &layout->count, before->count, 0)
			     : ht_recording_read_varint(&making->shape);
	int status = has_failed(making) ? -EBADMSG : make_room(making, table, count, out);
	while (status == 0 && walk.to < out->count) {
		uint64_t word = next_operation(&walk);
		status = has_failed(making) ? -EBADMSG : operate(&walk, word);
	}
	return status == 0 && has_failed(making) ? -EBADMSG : status;
}

int
ht_recording_make(struct ht_recording_making *making, const struct ht_recording_state *before,
    struct ht_recording_state *out)
{
	if (making->coder != NULL)
		out->process_count = (size_t)ht_record_code_count(making->coder,
		    &making->schemas->tables[SAMPLES].living, before->process_count, 0);
	int status = make_rows(making, 0, &before->host, &out->host);
	if (status == 0)
		status = make_rows(making, SAMPLES, &before->samples, &out->samples);
	return status;
}
