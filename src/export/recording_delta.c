/* SPDX-License-Identifier: MIT */
/* Which rows are as they were, have changed, are new or gone: model/recording_row.h tells how. */
#include "config.h"

#include <string.h>

#include "export/recording_parts.h"

enum { LOOK_AHEAD = 256 }; /* rows that may have gone at once and still be noticed */

/* Rows BEFORE and NOW of one table, at places of theirs. */
struct walk {
	struct ht_record_coder *coder;
	struct ht_record_layout *layouts;
	enum ht_record_table table;
	const struct ht_record_rows *before;
	struct ht_record_rows *now;
	size_t from; /* next row of before */
	size_t to;   /* next row of now */
};

static uint64_t *
row_of(const struct walk *walk, const struct ht_record_rows *rows, size_t index)
{
	return rows->words + index * walk->layouts[walk->table].words;
}

static bool
are_equal(const struct ht_record_layout *layout, const struct ht_record_rows *a,
    const struct ht_record_rows *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count * layout->words; i += layout->words)
		if (memcmp(a->words + i, b->words + i, layout->columns * sizeof(*a->words)) != 0)
			return false;
	return true;
}

/* What is remembered of rows that haven't changed goes along with them. */
static void
carry_over(const struct ht_record_layout *layout, const struct ht_record_rows *before,
    struct ht_record_rows *now)
{
	if (now->count != 0)
		memcpy(now->words, before->words, now->count * layout->words * sizeof(*now->words));
}

static struct ht_record_rows *
lists_of(const struct ht_record_rows *rows, size_t index)
{
	return rows->lists + index * HT_RECORD_LISTS;
}

static void tell_rows(struct ht_record_coder *coder, struct ht_record_layout *layouts,
    enum ht_record_table table, const struct ht_record_rows *before, struct ht_record_rows *now);

/* The lists of a sample, as they differ from those of before. */
static void
tell_lists(const struct ht_record_telling *telling, const struct ht_record_rows *before,
    struct ht_record_rows *now)
{
	for (size_t i = 0; i < HT_RECORD_LISTS; i++) {
		const enum ht_record_table table = (enum ht_record_table)(HT_RECORD_FIRST_LIST + i);
		const struct ht_record_layout *layout = &telling->layouts[table];
		if (ht_record_code_listed(telling, i, !are_equal(layout, &before[i], &now[i])))
			tell_rows(telling->coder, telling->layouts, table, &before[i], &now[i]);
		else
			carry_over(layout, &before[i], &now[i]);
	}
}

/* The next row, as it differs from BEFORE; NULL: as a new one, whose neighbour is alike in much. */
static void
tell_row(struct walk *walk, const uint64_t *before)
{
	static const struct ht_record_rows none[HT_RECORD_LISTS];
	uint64_t *row = row_of(walk, walk->now, walk->to);
	struct ht_record_telling telling = { .coder = walk->coder,
		.layouts = walk->layouts,
		.table = walk->table,
		.before = before,
		.above = walk->to > 0 ? row_of(walk, walk->now, walk->to - 1) : NULL,
		.row = row };
	ht_record_begin_row(&telling);
	if (walk->table == HT_RECORD_SAMPLE) {
		struct ht_record_rows *now = lists_of(walk->now, walk->to);
		telling.lists = now;
		telling.lists_before = before != NULL ? lists_of(walk->before, walk->from) : NULL;
		tell_lists(&telling, before != NULL ? telling.lists_before : none, now);
	}
	ht_record_code_columns(&telling);
}

static bool
has_same_lists(const struct walk *walk)
{
	const struct ht_record_rows *before = lists_of(walk->before, walk->from);
	const struct ht_record_rows *now = lists_of(walk->now, walk->to);
	for (size_t i = 0; i < HT_RECORD_LISTS; i++)
		if (!are_equal(&walk->layouts[HT_RECORD_FIRST_LIST + i], &before[i], &now[i]))
			return false;
	return true;
}

static bool
is_same_row(const struct walk *walk, size_t from)
{
	const size_t keys = ht_record_table_info(walk->table)->keys;
	return memcmp(row_of(walk, walk->before, from), row_of(walk, walk->now, walk->to),
		   keys * sizeof(uint64_t)) == 0;
}

static bool
is_kept(const struct walk *walk)
{
	const size_t columns = walk->layouts[walk->table].columns;
	return memcmp(row_of(walk, walk->before, walk->from), row_of(walk, walk->now, walk->to),
		   columns * sizeof(uint64_t)) == 0 &&
	       (walk->table != HT_RECORD_SAMPLE || has_same_lists(walk));
}

/* What becomes of the next row of before, for the next row of now to come. */
static enum ht_recording_operation
next_operation(const struct walk *walk)
{
	if (is_kept(walk))
		return HT_RECORDING_KEEP;
	if (is_same_row(walk, walk->from))
		return HT_RECORDING_CHANGE;
	for (size_t i = 1; i < LOOK_AHEAD && walk->from + i < walk->before->count; i++)
		if (is_same_row(walk, walk->from + i))
			return HT_RECORDING_DROP;
	return HT_RECORDING_ADD;
}

static void
keep(struct walk *walk)
{
	const struct ht_record_layout *layout = &walk->layouts[walk->table];
	uint64_t *row = row_of(walk, walk->now, walk->to);
	memcpy(row, row_of(walk, walk->before, walk->from), layout->words * sizeof(*row));
	ht_record_keep(layout, row);
	for (size_t i = 0; walk->table == HT_RECORD_SAMPLE && i < HT_RECORD_LISTS; i++)
		carry_over(&walk->layouts[HT_RECORD_FIRST_LIST + i],
		    lists_of(walk->before, walk->from) + i, lists_of(walk->now, walk->to) + i);
}

static void
tell_next(struct walk *walk)
{
	enum ht_recording_operation operation = HT_RECORDING_ADD;
	const uint64_t *before = NULL;
	/* Behind the last row of before there are only new ones, and nothing is said of that. */
	if (walk->from < walk->before->count) {
		before = row_of(walk, walk->before, walk->from);
		operation = ht_record_code_operation(
		    walk->coder, &walk->layouts[walk->table], before, next_operation(walk));
	}
	if (operation == HT_RECORDING_KEEP)
		keep(walk);
	else if (operation != HT_RECORDING_DROP)
		tell_row(walk, operation == HT_RECORDING_CHANGE ? before : NULL);
	walk->from += operation != HT_RECORDING_ADD;
	walk->to += operation != HT_RECORDING_DROP;
}

static void
tell_rows(struct ht_record_coder *coder, struct ht_record_layout *layouts,
    enum ht_record_table table, const struct ht_record_rows *before, struct ht_record_rows *now)
{
	struct walk walk = { coder, layouts, table, before, now, 0, 0 };
	ht_record_code_count(coder, &layouts[table].count, before->count, now->count);
	while (walk.to < now->count)
		tell_next(&walk);
}

void
ht_recording_tell(struct ht_record_coder *coder, struct ht_record_layout *layouts,
    const struct ht_recording_state *before, struct ht_recording_state *now)
{
	ht_record_code_count(
	    coder, &layouts[HT_RECORD_SAMPLE].living, before->process_count, now->process_count);
	tell_rows(coder, layouts, HT_RECORD_HOST, &before->host, &now->host);
	tell_rows(coder, layouts, HT_RECORD_SAMPLE, &before->samples, &now->samples);
}
