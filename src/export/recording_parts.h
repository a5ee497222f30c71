/* SPDX-License-Identifier: MIT */
/*
 * The parts of the recording's writer: strings by number (recording_strings.c), samples as rows of words
 * (recording_rows.c), rows as differences (recording_delta.c).  Only recording*.c include this.
 */
#ifndef HT_EXPORT_RECORDING_PARTS_H
#define HT_EXPORT_RECORDING_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "model/recording.h"
#include "model/tick.h"

/* The columns of a table in the order of the file: those whose change is guessed come behind what it is guessed from. */
struct ht_recording_schema {
	size_t count;
	uint8_t column[HT_RECORDING_COLUMNS_MOST]; /* of ht_record_table_info */
	int plus[HT_RECORDING_COLUMNS_MOST];       /* places in the file; -1: none */
	int minus[HT_RECORDING_COLUMNS_MOST];
};

void ht_recording_schema_init(struct ht_recording_schema *schema, enum ht_record_table table);

/* The strings of a file since its last key, numbered from 1 in the order of their first use. */
struct ht_recording_strings {
	struct ht_arena *arena; /* owned */
	const char **slots;     /* owned; by hash, NULL: free */
	uint32_t *numbers;      /* owned; of the strings in slots */
	size_t capacity;        /* a power of 2 */
	uint32_t count;
	struct ht_text added; /* length and bytes of those that aren't in the file yet */
	uint32_t added_count;
};

int ht_recording_strings_init(struct ht_recording_strings *strings);
void ht_recording_strings_release(struct ht_recording_strings *strings);
void ht_recording_strings_clear(struct ht_recording_strings *strings);

/* The number of the LENGTH bytes at TEXT, which have no NUL; 0 for lack of memory. */
uint32_t ht_recording_strings_number(
    struct ht_recording_strings *strings, const char *text, size_t length);

/* Rows of one table; those of the sample table have further lists. */
struct ht_recording_rows {
	uint64_t *words; /* count times the table's columns */
	size_t count;
	struct ht_recording_rows *lists; /* HT_RECORD_LISTS a row; NULL: none */
};

enum { HT_RECORD_LISTS = HT_RECORD_TABLES - HT_RECORD_FIRST_LIST };

/* One tick taken apart. */
struct ht_recording_state {
	struct ht_recording_rows host;
	struct ht_recording_rows samples;
};

/* What taking apart needs. */
struct ht_recording_taking {
	const struct ht_recording_schema *schemas; /* of all tables */
	struct ht_recording_strings *strings;
	struct ht_arena *arena; /* of the state */
	uint64_t monotonic_ns;
	size_t words; /* taken so far */
};

/* 0, -ENOMEM or -E2BIG. */
int ht_recording_take(struct ht_recording_taking *taking, const struct ht_tick *tick,
    struct ht_recording_state *state);

/* What differs, in two streams: which rows and columns, and by how much. */
struct ht_recording_difference {
	struct ht_text shape;
	struct ht_text numbers;
};

void ht_recording_difference_add(struct ht_recording_difference *difference,
    const struct ht_recording_schema *schemas, const struct ht_recording_state *before,
    const struct ht_recording_state *now);

void ht_recording_add_varint(struct ht_text *out, uint64_t number);

#endif
