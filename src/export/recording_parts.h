/* SPDX-License-Identifier: MIT */
/*
 * The parts of the recording's writer: strings by number (recording_strings.c), samples as rows of words
 * (recording_rows.c), rows as they differ from those before (recording_delta.c).  Only recording*.c include this.
 */
#ifndef HT_EXPORT_RECORDING_PARTS_H
#define HT_EXPORT_RECORDING_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "model/recording.h"
#include "model/recording_row.h"
#include "model/tick.h"

enum { HT_RECORD_LISTS = HT_RECORD_TABLES - HT_RECORD_FIRST_LIST };

/* The tables of a file: columns whose change is guessed come behind what it is guessed from. */
struct ht_recording_schema {
	struct ht_record_layout layouts[HT_RECORD_TABLES];
	uint8_t column[HT_RECORD_TABLES][HT_RECORDING_COLUMNS_MOST]; /* of ht_record_table_info */
};

/* 0 or -ENOMEM; release in any case. */
int ht_recording_schema_init(struct ht_recording_schema *schema);
void ht_recording_schema_release(struct ht_recording_schema *schema);

/* Appends it as a file has it. */
void ht_recording_schema_add(const struct ht_recording_schema *schema, struct ht_text *out);

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

/* One tick taken apart. */
struct ht_recording_state {
	struct ht_record_rows host;
	struct ht_record_rows samples;
	size_t process_count;
};

/* What taking apart needs. */
struct ht_recording_taking {
	const struct ht_recording_schema *schema;
	struct ht_recording_strings *strings;
	struct ht_arena *arena; /* of the state */
	uint64_t monotonic_ns;
	size_t words; /* taken so far */
};

/* 0, -ENOMEM or -E2BIG. */
int ht_recording_take(struct ht_recording_taking *taking, const struct ht_tick *tick,
    struct ht_recording_state *state);

/* Tells NOW by how it differs from BEFORE, and remembers in its rows what the next tick needs. */
void ht_recording_tell(struct ht_record_coder *coder, struct ht_record_layout *layouts,
    const struct ht_recording_state *before, struct ht_recording_state *now);

void ht_recording_add_varint(struct ht_text *out, uint64_t number);

#endif
