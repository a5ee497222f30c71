/* SPDX-License-Identifier: MIT */
/* Which tables and columns a recording has, and where ours are among them. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "decode/recording_parts.h"

uint64_t
ht_recording_read_varint(struct ht_recording_cursor *cursor)
{
	uint64_t number = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		if (cursor->at == cursor->end)
			break;
		uint8_t byte = *cursor->at++;
		number |= (uint64_t)(byte & 127u) << shift;
		if (byte < 128)
			return number;
	}
	cursor->failed = true;
	cursor->at = cursor->end;
	return 0;
}

const uint8_t *
ht_recording_read_bytes(struct ht_recording_cursor *cursor, uint64_t length)
{
	const uint8_t *bytes = cursor->at;
	if (length > (uint64_t)(cursor->end - cursor->at)) {
		cursor->failed = true;
		cursor->at = cursor->end;
		return NULL;
	}
	cursor->at += length;
	return bytes;
}

/* A name of at most HT_RECORDING_NAME_MOST bytes; "" where there is none. */
static void
read_name(struct ht_recording_cursor *cursor, char name[HT_RECORDING_NAME_MOST + 1])
{
	uint64_t length = ht_recording_read_varint(cursor);
	const uint8_t *bytes =
	    length <= HT_RECORDING_NAME_MOST ? ht_recording_read_bytes(cursor, length) : NULL;
	name[0] = '\0';
	if (bytes == NULL) {
		cursor->failed = true;
		return;
	}
	memcpy(name, bytes, length);
	name[length] = '\0';
}

/* The place of a column before COLUMN, told from 1; -1: none. */
static int
read_place(struct ht_recording_cursor *cursor, size_t column)
{
	uint64_t place = ht_recording_read_varint(cursor);
	if (place > column) {
		cursor->failed = true;
		return -1;
	}
	return (int)place - 1;
}

static void
note_column(struct ht_recording_schemas *schemas, enum ht_record_table table, const char *name,
    size_t place)
{
	const struct ht_record_table_info *info = ht_record_table_info(table);
	for (size_t i = 0; i < info->column_count; i++)
		if (strcmp(info->columns[i].name, name) == 0)
			schemas->column[table][i] = (int)place;
}

/* Our table called NAME; HT_RECORD_TABLES: we have none. */
static enum ht_record_table
find_table(const char *name)
{
	int table = 0;
	while (table < HT_RECORD_TABLES &&
	       strcmp(ht_record_table_info((enum ht_record_table)table)->name, name) != 0)
		table++;
	return (enum ht_record_table)table;
}

static void
read_table(struct ht_recording_schemas *schemas, size_t place, struct ht_recording_cursor *cursor)
{
	struct ht_recording_table *table = &schemas->tables[place];
	char name[HT_RECORDING_NAME_MOST + 1];
	read_name(cursor, name);
	enum ht_record_table ours = find_table(name);
	/* Of two tables of a name, the columns of one would be sought in rows of the other. */
	if (ours < HT_RECORD_TABLES && schemas->table[ours] >= 0) {
		cursor->failed = true;
		return;
	}
	if (ours < HT_RECORD_TABLES)
		schemas->table[ours] = (int)place;
	uint64_t columns = ht_recording_read_varint(cursor);
	if (columns > HT_RECORDING_COLUMNS_MOST) {
		cursor->failed = true;
		return;
	}
	table->columns = (size_t)columns;
	for (size_t i = 0; i < table->columns && !cursor->failed; i++) {
		read_name(cursor, name);
		table->plus[i] = read_place(cursor, i);
		table->minus[i] = read_place(cursor, i);
		if (ours < HT_RECORD_TABLES)
			note_column(schemas, ours, name, i);
	}
}

int
ht_recording_schemas_read(struct ht_recording_schemas *schemas, struct ht_recording_cursor *cursor)
{
	memset(schemas->table, -1, sizeof(schemas->table));
	memset(schemas->column, -1, sizeof(schemas->column));
	uint64_t count = ht_recording_read_varint(cursor);
	if (count < 2 || count > HT_RECORDING_TABLES_MOST)
		return -EBADMSG;
	schemas->tables = calloc((size_t)count, sizeof(*schemas->tables));
	if (schemas->tables == NULL)
		return -ENOMEM;
	schemas->table_count = (size_t)count;
	for (size_t i = 0; i < schemas->table_count && !cursor->failed; i++)
		read_table(schemas, i, cursor);
	/* The first two have places of their own in a tick. */
	bool in_place =
	    schemas->table[HT_RECORD_HOST] == 0 && schemas->table[HT_RECORD_SAMPLE] == 1;
	return !cursor->failed && in_place ? 0 : -EBADMSG;
}

void
ht_recording_schemas_release(struct ht_recording_schemas *schemas)
{
	free(schemas->tables);
	schemas->tables = NULL;
	schemas->table_count = 0;
}
