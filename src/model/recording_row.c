/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "model/recording_row.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	SAMPLES = 1,    /* the table whose rows have lists */
	PACE_SHIFT = 2, /* a pace follows changes by a quarter */

	/* What is remembered of a row, besides habits: two bits for each of these. */
	OF_ROW = 0,
	OF_COLUMNS = 1, /* as many as there are, then the lists of a sample */
	A_WORD = 32,
};

static int
init(struct ht_record_layout *layout, size_t lists)
{
	size_t habits = 0;
	for (size_t i = 0; i < layout->columns; i++)
		if (layout->guess[i].habit != HT_RECORD_STANDS)
			layout->guess[i].memory = layout->columns + habits++;
	layout->words =
	    layout->columns + habits + (OF_COLUMNS + layout->columns + lists + A_WORD - 1) / A_WORD;
	layout->numbers = calloc(2 * layout->columns + 1, sizeof(*layout->numbers));
	return layout->numbers != NULL ? 0 : -ENOMEM;
}

int
ht_record_layouts_init(struct ht_record_layout *layouts, size_t count)
{
	int status = 0;
	for (size_t i = 0; i < count && status == 0; i++)
		status = init(&layouts[i], i == SAMPLES ? count - SAMPLES - 1 : 0);
	return status;
}

void
ht_record_layouts_release(struct ht_record_layout *layouts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(layouts[i].numbers);
		layouts[i].numbers = NULL;
	}
}

void
ht_record_begin_key(struct ht_record_coder *coder, struct ht_record_layout *layouts, size_t count)
{
	coder->key++;
	for (size_t i = 0; i < count; i++) {
		struct ht_record_layout *layout = &layouts[i];
		memset(layout->kept, 0, sizeof(layout->kept));
		memset(layout->changed, 0, sizeof(layout->changed));
		memset(layout->listed, 0, sizeof(layout->listed));
		layout->dropped = (struct ht_record_chance){ 0 };
	}
}

uint64_t
ht_record_code_count(struct ht_record_coder *coder, struct ht_record_numbers *numbers,
    uint64_t before, uint64_t count)
{
	static const struct ht_record_prospect none;
	return before + ht_record_code_difference(coder, numbers, &none, count - before);
}

/* The two bits that ROW remembers of PLACE. */
static unsigned
history(const struct ht_record_layout *layout, const uint64_t *row, size_t place)
{
	const uint64_t *bits = row + layout->words - 1 - place / A_WORD;
	return (unsigned)(*bits >> 2 * (place % A_WORD)) & 3u;
}

static void
remember(const struct ht_record_layout *layout, uint64_t *row, size_t place, bool is_other)
{
	const unsigned at = 2 * (unsigned)(place % A_WORD);
	const uint64_t two = (history(layout, row, place) << 1 | is_other) & 3u;
	uint64_t *bits = row + layout->words - 1 - place / A_WORD;
	*bits = (*bits & ~((uint64_t)3 << at)) | two << at;
}

enum ht_recording_operation
ht_record_code_operation(struct ht_record_coder *coder, struct ht_record_layout *layout,
    const uint64_t *before, enum ht_recording_operation operation)
{
	const unsigned past = history(layout, before, OF_ROW);
	if (ht_record_code(coder, &layout->kept[past], operation == HT_RECORDING_KEEP))
		return HT_RECORDING_KEEP;
	if (ht_record_code(coder, &layout->changed[past], operation == HT_RECORDING_CHANGE))
		return HT_RECORDING_CHANGE;
	return ht_record_code(coder, &layout->dropped, operation == HT_RECORDING_DROP)
		   ? HT_RECORDING_DROP
		   : HT_RECORDING_ADD;
}

void
ht_record_keep(const struct ht_record_layout *layout, uint64_t *row)
{
	remember(layout, row, OF_ROW, false);
}

void
ht_record_begin_row(const struct ht_record_telling *telling)
{
	const struct ht_record_layout *layout = &telling->layouts[telling->table];
	if (telling->before == NULL)
		return;
	memcpy(telling->row + layout->columns, telling->before + layout->columns,
	    (layout->words - layout->columns) * sizeof(*telling->row));
	remember(layout, telling->row, OF_ROW, true);
}

bool
ht_record_code_listed(const struct ht_record_telling *telling, size_t list, bool differs)
{
	struct ht_record_layout *layout = &telling->layouts[telling->table];
	const size_t place = OF_COLUMNS + layout->columns + list;
	const unsigned past = history(layout, telling->row, place);
	differs = ht_record_code(telling->coder, &layout->listed[list][past], differs);
	if (telling->before != NULL)
		remember(layout, telling->row, place, differs);
	return differs;
}

/* The sum of a column over the rows of one list. */
static uint64_t
sum(const struct ht_record_telling *telling, const struct ht_record_rows *lists,
    const struct ht_record_column_guess *guess)
{
	const size_t list = (size_t)guess->sum_list;
	const size_t words = telling->layouts[SAMPLES + 1 + list].words;
	uint64_t total = 0;
	for (size_t i = 0; i < lists[list].count; i++)
		total += lists[list].words[i * words + guess->sum_column];
	return total;
}

/* How much a column is thought to change because of others; CHANGE has the columns before it. */
static uint64_t
owed(const struct ht_record_telling *telling, const struct ht_record_column_guess *guess,
    const uint64_t *change)
{
	uint64_t total = 0;
	if (guess->plus >= 0)
		total += change[guess->plus];
	if (guess->minus >= 0)
		total -= change[guess->minus];
	if (guess->sum_list >= 0 && telling->lists_before != NULL)
		total += sum(telling, telling->lists, guess) -
			 sum(telling, telling->lists_before, guess);
	return total;
}

/* And by itself. */
static uint64_t
habitual(const struct ht_record_telling *telling, const struct ht_record_column_guess *guess)
{
	switch (guess->habit) {
	case HT_RECORD_STANDS:
	case HT_RECORD_HABITS:
		break;
	case HT_RECORD_PACED:
		return telling->row[guess->memory];
	case HT_RECORD_AS_ABOVE:
		if (telling->above != NULL && telling->before != NULL)
			return telling->above[guess->memory];
		break;
	}
	return 0;
}

/* A column that stands still has no pace, and takes on another at once. */
static void
form_habit(uint64_t *row, const struct ht_record_column_guess *guess, uint64_t change)
{
	uint64_t *memory = &row[guess->memory];
	if (guess->habit == HT_RECORD_STANDS)
		return;
	if (guess->habit == HT_RECORD_AS_ABOVE || *memory == 0 || change == 0)
		*memory = change;
	else
		*memory += (uint64_t)((int64_t)(change - *memory) >> PACE_SHIFT);
}

void
ht_record_code_columns(const struct ht_record_telling *telling)
{
	struct ht_record_layout *layout = &telling->layouts[telling->table];
	const bool is_new = telling->before == NULL;
	const uint64_t *base = is_new ? telling->above : telling->before;
	uint64_t change[HT_RECORDING_COLUMNS_MOST], *row = telling->row;
	for (size_t i = 0; i < layout->columns; i++) {
		const struct ht_record_column_guess *guess = &layout->guess[i];
		const uint64_t from = base != NULL ? base[i] : 0;
		const uint64_t due = owed(telling, guess, change);
		struct ht_record_prospect prospect = { .grain = guess->grain,
			.likely = due + habitual(telling, guess) };
		prospect.history = history(layout, row, OF_COLUMNS + i);
		const uint64_t rest = ht_record_code_difference(telling->coder,
		    &layout->numbers[2 * i + is_new], &prospect, row[i] - from - prospect.likely);
		change[i] = prospect.likely + rest;
		row[i] = from + change[i];
		if (is_new)
			continue;
		form_habit(row, guess, change[i] - due);
		remember(layout, row, OF_COLUMNS + i, rest != 0);
	}
}
