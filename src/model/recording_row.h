/* SPDX-License-Identifier: MIT */
/*
 * How a row of a recording's table is told from the one before: the same for the writer and the reader of files
 * of version 2.  Knows nothing of what the words mean.
 *
 * Where a function takes what is to be told, a reader gives anything and is given what was.
 */
#ifndef HT_MODEL_RECORDING_ROW_H
#define HT_MODEL_RECORDING_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/recording.h"
#include "model/recording_coder.h"

/* Rows of one table; those of the second table, the samples, have further lists. */
struct ht_record_rows {
	uint64_t *words; /* count times the layout's words */
	size_t count;
	struct ht_record_rows *lists; /* one a row for each table behind the second; NULL: none */
};

/* What the change of a column is guessed from. */
struct ht_record_column_guess {
	int plus, minus; /* columns before it; -1: none */
	int sum_list;    /* a list of the sample's, counted from 0; -1: none */
	unsigned sum_column;
	unsigned grain; /* changes are multiples of 2 to the power of it, as a rule */
	enum ht_record_habit habit;
	size_t memory; /* among the words of a row, what the habit rests on; unless it stands */
};

/* A table as a file has it. */
struct ht_record_layout {
	size_t columns;
	size_t words; /* of a row: the columns, and what is remembered for the coder */
	struct ht_record_column_guess guess[HT_RECORDING_COLUMNS_MOST];

	/* What is known of the ticks since the key. */
	struct ht_record_numbers
	    *numbers; /* owned; two a column: of rows that change, and of new ones */
	struct ht_record_numbers count, living;
	struct ht_record_chance kept[4], changed[4], dropped;
	struct ht_record_chance listed[HT_RECORDING_TABLES_MOST][4];
};

/*
 * Fills in words, memory and numbers of the COUNT tables of a file, whose columns and
 * guesses are known.  0 or -ENOMEM; release in any case.
 */
int ht_record_layouts_init(struct ht_record_layout *layouts, size_t count);
void ht_record_layouts_release(struct ht_record_layout *layouts, size_t count);

/* A key: all is forgotten. */
void ht_record_begin_key(
    struct ht_record_coder *coder, struct ht_record_layout *layouts, size_t count);

/* How many rows there are, of BEFORE. */
uint64_t ht_record_code_count(struct ht_record_coder *coder, struct ht_record_numbers *numbers,
    uint64_t before, uint64_t count);

/* What becomes of the row BEFORE, or that another comes before it. */
enum ht_recording_operation ht_record_code_operation(struct ht_record_coder *coder,
    struct ht_record_layout *layout, const uint64_t *before, enum ht_recording_operation operation);

/* One row of LAYOUTS[TABLE]. */
struct ht_record_telling {
	struct ht_record_coder *coder;
	struct ht_record_layout *layouts;
	size_t table;
	const uint64_t *before; /* the row at the tick before; NULL: it is new */
	const uint64_t *above;  /* of a new row the one above; NULL: none */
	uint64_t *row;
	const struct ht_record_rows *lists_before; /* of a sample; NULL: none */
	const struct ht_record_rows *lists;
};

/* What is remembered of BEFORE, in the row.  Behind rows that are kept, nothing else follows. */
void ht_record_keep(const struct ht_record_layout *layout, uint64_t *row);
void ht_record_begin_row(const struct ht_record_telling *telling);

/* Whether list number LIST of a sample differs. */
bool ht_record_code_listed(const struct ht_record_telling *telling, size_t list, bool differs);

/* The columns.  The lists are there. */
void ht_record_code_columns(const struct ht_record_telling *telling);

#endif
