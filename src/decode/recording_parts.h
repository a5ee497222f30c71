/* SPDX-License-Identifier: MIT */
/* The parts of the recording's decoder.  Only recording*.c include this. */
#ifndef HT_DECODE_RECORDING_PARTS_H
#define HT_DECODE_RECORDING_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "decode/recording.h"
#include "model/recording_row.h"

/* Bytes that are still to be read; reading past the end fails and stays failed. */
struct ht_recording_cursor {
	const uint8_t *at;
	const uint8_t *end;
	bool failed;
};

uint64_t ht_recording_read_varint(struct ht_recording_cursor *cursor);

/* LENGTH bytes, or NULL. */
const uint8_t *ht_recording_read_bytes(struct ht_recording_cursor *cursor, uint64_t length);

struct ht_recording_schemas {
	struct ht_record_layout *tables; /* owned; table_count */
	size_t table_count;              /* at least the host's and the samples' */
	bool is_coded;                   /* as since version 2 */
	/* Where our tables and columns are in the file; -1: nowhere. */
	int table[HT_RECORD_TABLES];
	int column[HT_RECORD_TABLES][HT_RECORDING_COLUMNS_MOST];
};

/* 0, -EBADMSG or -ENOMEM.  Release SCHEMAS first. */
int ht_recording_schemas_read(
    struct ht_recording_schemas *schemas, struct ht_recording_cursor *cursor);
void ht_recording_schemas_release(struct ht_recording_schemas *schemas);

struct ht_recording_state {
	struct ht_record_rows host;
	struct ht_record_rows samples;
	size_t process_count;
};

/* What making a tick's rows out of those before needs. */
struct ht_recording_making {
	struct ht_recording_schemas *schemas; /* what its tables have learnt changes */
	struct ht_arena *arena;               /* of the new rows */
	struct ht_record_coder *coder;        /* NULL: version 1 has these instead */
	struct ht_recording_cursor shape;
	struct ht_recording_cursor numbers;
	size_t words; /* made so far */
};

/* 0, -EBADMSG or -ENOMEM. */
int ht_recording_make(struct ht_recording_making *making, const struct ht_recording_state *before,
    struct ht_recording_state *out);

/* The file's strings since the last key; number 1 is the first. */
struct ht_recording_strings {
	const char **texts; /* owned; the texts are in an arena */
	size_t count;
	size_t capacity;
};

/* What making samples of rows needs. */
struct ht_recording_reading {
	const struct ht_recording_schemas *schemas;
	const struct ht_recording_strings *strings;
	const struct ht_request *request;
	struct ht_arena *arena;
	uint64_t monotonic_ns;
	bool failed; /* memory was lacking */
};

/* 0, -EBADMSG or -ENOMEM. */
int ht_recording_read_tick(struct ht_recording_reading *reading,
    const struct ht_recording_state *state, struct ht_tick *out);

#endif
