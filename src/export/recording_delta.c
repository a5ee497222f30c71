/* SPDX-License-Identifier: MIT */
/*
 * Rows -> differences from the rows before.  What is alike from tick to tick (which rows, which
 * columns) goes to one stream, for which compression leaves next to nothing, what isn't to another.
 */
#include "config.h"

#include <string.h>

#include "export/recording_parts.h"

enum { LOOK_AHEAD = 256 }; /* rows that may have gone at once and still be noticed */

void
ht_recording_add_varint(struct ht_text *out, uint64_t number)
{
	char bytes[10];
	size_t length = 0;
	for (; number > 127; number >>= 7)
		bytes[length++] = (char)(number | 128);
	bytes[length++] = (char)number;
	ht_text_add(out, bytes, length);
}

static bool
is_same_row(const struct ht_recording_schema *schemas, enum ht_record_table table,
    const uint64_t *a, const uint64_t *b)
{
	return memcmp(a, b, ht_record_table_info(table)->keys * sizeof(*a)) == 0 &&
	       schemas[table].count != 0;
}

static bool
are_equal(size_t columns, const struct ht_recording_rows *a, const struct ht_recording_rows *b)
{
	return a->count == b->count &&
	       (a->count == 0 ||
		   memcmp(a->words, b->words, a->count * columns * sizeof(*a->words)) == 0);
}

/* A bit for each list of rows A and B that differs. */
static unsigned
changed_lists(const struct ht_recording_schema *schemas, const struct ht_recording_rows *a,
    const struct ht_recording_rows *b)
{
	unsigned changed = 0;
	for (unsigned i = 0; i < HT_RECORD_LISTS; i++)
		if (!are_equal(schemas[HT_RECORD_FIRST_LIST + i].count, &a[i], &b[i]))
			changed |= 1u << i;
	return changed;
}

/* Which columns differ, as bits, and by how much more than is guessed. */
static void
add_columns(struct ht_recording_difference *difference, const struct ht_recording_schema *schema,
    const uint64_t *before, const uint64_t *now)
{
	uint64_t change[HT_RECORDING_COLUMNS_MOST];
	unsigned char bits[HT_RECORDING_COLUMNS_MOST / 8] = { 0 };
	for (size_t i = 0; i < schema->count; i++) {
		change[i] = now[i] - (before != NULL ? before[i] : 0);
		uint64_t guess = (schema->plus[i] >= 0 ? change[schema->plus[i]] : 0) -
				 (schema->minus[i] >= 0 ? change[schema->minus[i]] : 0);
		if (change[i] == guess)
			continue;
		bits[i / 8] |= (unsigned char)(1u << i % 8);
		ht_recording_add_varint(&difference->numbers, ht_record_fold(change[i] - guess));
	}
	ht_text_add(&difference->shape, (const char *)bits, (schema->count + 7) / 8);
}

/* Rows BEFORE and NOW of one table, at places of theirs. */
struct walk {
	struct ht_recording_difference *difference;
	const struct ht_recording_schema *schemas;
	enum ht_record_table table;
	const struct ht_recording_rows *before;
	const struct ht_recording_rows *now;
	size_t from; /* next row of before */
	size_t to;   /* next row of now */
};

static const uint64_t *
row_of(const struct walk *walk, const struct ht_recording_rows *rows, size_t index)
{
	return rows->words + index * walk->schemas[walk->table].count;
}

static void add_rows(struct ht_recording_difference *difference,
    const struct ht_recording_schema *schemas, enum ht_record_table table,
    const struct ht_recording_rows *before, const struct ht_recording_rows *now);

/* The lists of row TO, as the difference from those of row FROM of before; without that, from none. */
static void
add_lists(const struct walk *walk, bool has_before)
{
	static const struct ht_recording_rows none[HT_RECORD_LISTS];
	if (walk->table != HT_RECORD_SAMPLE)
		return;
	const struct ht_recording_rows *now = walk->now->lists + walk->to * HT_RECORD_LISTS;
	const struct ht_recording_rows *before =
	    has_before ? walk->before->lists + walk->from * HT_RECORD_LISTS : none;
	unsigned changed = changed_lists(walk->schemas, before, now);
	ht_recording_add_varint(&walk->difference->shape, changed);
	for (unsigned i = 0; i < HT_RECORD_LISTS; i++)
		if ((changed >> i & 1u) != 0)
			add_rows(walk->difference, walk->schemas, HT_RECORD_FIRST_LIST + i,
			    &before[i], &now[i]);
}

static void
add_operation(const struct walk *walk, enum ht_recording_operation operation, size_t rows)
{
	ht_recording_add_varint(&walk->difference->shape, (uint64_t)rows << 2 | operation);
}

/* How many rows from here on are as they were. */
static size_t
count_kept(const struct walk *walk)
{
	size_t kept = 0;
	size_t columns = walk->schemas[walk->table].count;
	while (walk->from + kept < walk->before->count && walk->to + kept < walk->now->count) {
		size_t from = walk->from + kept, to = walk->to + kept;
		if (memcmp(row_of(walk, walk->before, from), row_of(walk, walk->now, to),
			columns * sizeof(uint64_t)) != 0)
			break;
		if (walk->table == HT_RECORD_SAMPLE &&
		    changed_lists(walk->schemas, walk->before->lists + from * HT_RECORD_LISTS,
			walk->now->lists + to * HT_RECORD_LISTS) != 0)
			break;
		kept++;
	}
	return kept;
}

/* How many rows of before have gone before the next row of now; SIZE_MAX: that one is new. */
static size_t
count_gone(const struct walk *walk)
{
	for (size_t gone = 0; gone < LOOK_AHEAD && walk->from + gone < walk->before->count; gone++)
		if (is_same_row(walk->schemas, walk->table,
			row_of(walk, walk->before, walk->from + gone),
			row_of(walk, walk->now, walk->to)))
			return gone;
	return SIZE_MAX;
}

static void
add_next_row(struct walk *walk)
{
	const struct ht_recording_schema *schema = &walk->schemas[walk->table];
	const uint64_t *now = row_of(walk, walk->now, walk->to);
	size_t gone = count_gone(walk);
	if (gone != SIZE_MAX) {
		if (gone != 0)
			add_operation(walk, HT_RECORDING_DROP, gone);
		walk->from += gone;
		add_operation(walk, HT_RECORDING_CHANGE, 0);
		add_columns(walk->difference, schema, row_of(walk, walk->before, walk->from), now);
		add_lists(walk, true);
		walk->from++;
	} else {
		/* Neighbours are alike in much. */
		add_operation(walk, HT_RECORDING_ADD, 0);
		add_columns(walk->difference, schema,
		    walk->to > 0 ? row_of(walk, walk->now, walk->to - 1) : NULL, now);
		add_lists(walk, false);
	}
	walk->to++;
}

static void
add_rows(struct ht_recording_difference *difference, const struct ht_recording_schema *schemas,
    enum ht_record_table table, const struct ht_recording_rows *before,
    const struct ht_recording_rows *now)
{
	struct walk walk = { difference, schemas, table, before, now, 0, 0 };
	ht_recording_add_varint(&difference->shape, now->count);
	while (walk.to < now->count) {
		size_t kept = count_kept(&walk);
		if (kept != 0) {
			add_operation(&walk, HT_RECORDING_KEEP, kept);
			walk.from += kept;
			walk.to += kept;
		} else {
			add_next_row(&walk);
		}
	}
}

void
ht_recording_difference_add(struct ht_recording_difference *difference,
    const struct ht_recording_schema *schemas, const struct ht_recording_state *before,
    const struct ht_recording_state *now)
{
	add_rows(difference, schemas, HT_RECORD_HOST, &before->host, &now->host);
	add_rows(difference, schemas, HT_RECORD_SAMPLE, &before->samples, &now->samples);
}
