/* SPDX-License-Identifier: MIT */
/*
 * What the writer and the reader of recordings share: the constants of the format
 * (heaptop-recording(5)) and, for each of its tables, the columns that samples are taken apart into.
 * A column is a number of 64 bits, its "word"; 0 stands for unknown, so that unknown is never mixed up
 * with a figure.  Files name tables and columns, so that either side may have some that the other lacks.
 */
#ifndef HT_MODEL_RECORDING_H
#define HT_MODEL_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/sample.h"

#define HT_RECORDING_MAGIC       "\x89HTREC\r\n"
#define HT_RECORDING_BLOCK_MAGIC UINT32_C(0x6b627468) /* "htbk" */

enum {
	HT_RECORDING_VERSION = 2,
	HT_RECORDING_OLDEST_READER = 2,
	HT_RECORDING_CODING = 2, /* of the schema, where it isn't as in version 1 */
	HT_RECORDING_HEADER_BYTES = 64,
	HT_RECORDING_BLOCK_HEADER_BYTES = 40,

	/* Beyond these, a file is refused; nothing real comes near. */
	HT_RECORDING_PAYLOAD_MOST = 1 << 24, /* bytes of one block, before and after compression */
	HT_RECORDING_WORDS_MOST = 1 << 23,   /* of one tick; a row counts as 16 at least */
	HT_RECORDING_ROW_WORDS_LEAST = 16,
	HT_RECORDING_SAMPLES_MOST = 1 << 17,
	HT_RECORDING_STRINGS_MOST = 1 << 20, /* since a key */
	HT_RECORDING_COLUMNS_MOST = 256,     /* of a table */
	HT_RECORDING_TABLES_MOST = 32,
	HT_RECORDING_SUMS_MOST = 16, /* of all columns, those guessed from a sum */
	HT_RECORDING_NAME_MOST = 64, /* bytes of a table's or a column's name */
};

/* Unknown ones are skipped. */
enum ht_recording_block_type {
	HT_RECORDING_SCHEMA = 1, /* tables and columns of the ticks that follow */
	HT_RECORDING_KEY = 2,    /* a tick that needs none before it */
	HT_RECORDING_DELTA = 3,  /* a tick as the difference from the one before */
};

/* What becomes of the rows of the tick before; a number of rows stands beside it. */
enum ht_recording_operation {
	HT_RECORDING_KEEP,   /* so many rows are as they were */
	HT_RECORDING_DROP,   /* so many are gone */
	HT_RECORDING_CHANGE, /* the next one has other figures */
	HT_RECORDING_ADD,    /* a new one, told by its difference from the row above it */
};

/* Tables: the host's one row, the samples, and the lists that belong to a sample. */
enum ht_record_table {
	HT_RECORD_HOST,
	HT_RECORD_SAMPLE,
	HT_RECORD_TASKS,
	HT_RECORD_THREADS,
	HT_RECORD_SIZE_CLASSES,
	HT_RECORD_EVENTS,
	HT_RECORD_MAP_SUMS,
	HT_RECORD_MAPPINGS,
	HT_RECORD_TABLES,
	HT_RECORD_FIRST_LIST = HT_RECORD_TASKS
};

/* How a word is made of what it stands for. */
enum ht_record_kind {
	HT_RECORD_NUMBER,    /* unsigned; UINT64_MAX is unknown */
	HT_RECORD_SIGNED,    /* -1 is unknown */
	HT_RECORD_FLAG,      /* bool */
	HT_RECORD_LETTER,    /* a char that is a letter, or 0 */
	HT_RECORD_AGE,       /* a time, counted back from the tick's */
	HT_RECORD_VALUE,     /* of a value set, by its present bit */
	HT_RECORD_REAL,      /* the same, a double that is finite */
	HT_RECORD_PART,      /* of where resident memory is, by its present bit */
	HT_RECORD_ESTIMATED, /* whether such a part is an estimate */
	/* From here on the word is the number of one of the file's strings, ... */
	HT_RECORD_STRING,   /* const char *, raw bytes */
	HT_RECORD_PHRASE,   /* the same, printable */
	HT_RECORD_CHARS,    /* an array of char, raw bytes */
	HT_RECORD_MAP_KIND, /* the name of an enum ht_map_kind */
	/* ... or 1 where the sample has that part. */
	HT_RECORD_HEAP,
	HT_RECORD_MAPS,
};

/* What a row of the sample table is taken from; other tables have one part. */
enum ht_record_part { HT_PART_ROW, HT_PART_HEAP, HT_PART_MAPS, HT_RECORD_PARTS };

struct ht_record_column {
	const char *name;
	enum ht_record_kind kind;
	enum ht_record_part part;
	unsigned offset; /* in the part */
	unsigned size;   /* of the member */
	unsigned index;  /* in a value set, or of a part of resident memory */
	uint64_t most;   /* greater numbers are not understood */
};

struct ht_record_table_info {
	const char *name;
	size_t keys; /* so many columns at the front tell which row it is */
	const struct ht_record_column *columns;
	size_t column_count;
};

/* One kind of mapping in ht_maps, as a row. */
struct ht_record_map_sum {
	enum ht_map_kind kind;
	uint64_t count;
	struct ht_map_figures figures;
};

const struct ht_record_table_info *ht_record_table_info(enum ht_record_table table);

/* True for kinds whose word is a string's number, or says that a part is there. */
bool ht_record_is_plain(enum ht_record_kind kind);

/* A difference as a number that is small where the difference is, whatever its sign; and back. */
uint64_t ht_record_fold(uint64_t difference);
uint64_t ht_record_unfold(uint64_t folded);

/* The word of a plain COLUMN in the part at BASE, at a tick of the given time. */
uint64_t ht_record_load(
    const struct ht_record_column *column, const void *base, uint64_t monotonic_ns);

/*
 * Puts WORD of a plain COLUMN to the part at BASE.  A word that the member can't hold leaves it as it
 * was: that is what a newer writer's values look like.
 */
void ht_record_store(
    const struct ht_record_column *column, uint64_t word, uint64_t monotonic_ns, void *base);

/* What a column does by itself.  Numbers that files hold. */
enum ht_record_habit {
	HT_RECORD_STANDS,   /* stays as it is */
	HT_RECORD_PACED,    /* goes on as before */
	HT_RECORD_AS_ABOVE, /* changes as in the row above */
	HT_RECORD_HABITS
};

/* What a column's change is guessed from, by name.  All zeros: it is thought to stand still. */
struct ht_record_guess {
	const char *column;
	const char *plus, *minus; /* columns of the same row; NULL: none */
	enum ht_record_table
	    sum_list;    /* of a sample, the change of a sum over its rows; HT_RECORD_HOST: none */
	const char *sum; /* a column of that list */
	unsigned grain;  /* it changes by multiples of 2 to the power of this */
	enum ht_record_habit habit;
};

/* The guess at COLUMN of TABLE. */
const struct ht_record_guess *ht_record_guess(enum ht_record_table table, const char *column);

#endif
