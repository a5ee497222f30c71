/* SPDX-License-Identifier: MIT */
/* Which tables and columns a recording has, and where ours are among them. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "decode/recording_parts.h"

enum { FIRST_LIST = 2 }; /* among a file's tables */

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

/* A place below COUNT, told from 1; -1: none. */
static int
read_place(struct ht_recording_cursor *cursor, size_t count)
{
	uint64_t place = ht_recording_read_varint(cursor);
	if (place > count) {
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

/* Version 1 knows columns plus and minus alone. */
static void
read_guess(const struct ht_recording_schemas *schemas, size_t column,
    struct ht_recording_cursor *cursor, struct ht_record_column_guess *guess)
{
	*guess = (struct ht_record_column_guess){ .sum_list = -1 };
	guess->plus = read_place(cursor, column);
	guess->minus = read_place(cursor, column);
	if (!schemas->is_coded)
		return;
	guess->sum_list = read_place(cursor, schemas->table_count - FIRST_LIST);
	uint64_t sum_column = ht_recording_read_varint(cursor);
	uint64_t grain = ht_recording_read_varint(cursor);
	uint64_t habit = ht_recording_read_varint(cursor);
	cursor->failed |=
	    sum_column >= HT_RECORDING_COLUMNS_MOST || grain > 63 || habit >= HT_RECORD_HABITS;
	guess->sum_column = (unsigned)sum_column;
	guess->grain = (unsigned)grain & 63u;
	guess->habit = habit < HT_RECORD_HABITS ? (enum ht_record_habit)habit : HT_RECORD_STANDS;
}

static void
read_table(struct ht_recording_schemas *schemas, size_t place, struct ht_recording_cursor *cursor)
{
	struct ht_record_layout *table = &schemas->tables[place];
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
	table->columns = table->words = (size_t)columns;
	for (size_t i = 0; i < table->columns && !cursor->failed; i++) {
		read_name(cursor, name);
		read_guess(schemas, i, cursor, &table->guess[i]);
		if (ours < HT_RECORD_TABLES)
			note_column(schemas, ours, name, i);
	}
}

/* Sums are of columns that there are, and few: each goes through a whole list. */
static bool
sums_are_sound(const struct ht_recording_schemas *schemas)
{
	size_t sums = 0;
	for (size_t i = 0; i < schemas->table_count; i++)
		for (size_t j = 0; j < schemas->tables[i].columns; j++) {
			const struct ht_record_column_guess *guess = &schemas->tables[i].guess[j];
			if (guess->sum_list < 0)
				continue;
			const size_t list = FIRST_LIST + (size_t)guess->sum_list;
			if (i != FIRST_LIST - 1 || ++sums > HT_RECORDING_SUMS_MOST ||
			    guess->sum_column >= schemas->tables[list].columns)
				return false;
		}
	return true;
}

/* The number of tables; since version 2 behind a 0, which no file of version 1 has, and the coding.  0: it makes no sense. */
static size_t
read_table_count(struct ht_recording_schemas *schemas, struct ht_recording_cursor *cursor)
{
	uint64_t count = ht_recording_read_varint(cursor);
	schemas->is_coded = count == 0;
	if (schemas->is_coded) {
		if (ht_recording_read_varint(cursor) != HT_RECORDING_CODING)
			return 0;
		count = ht_recording_read_varint(cursor);
	}
	return count >= FIRST_LIST && count <= HT_RECORDING_TABLES_MOST ? (size_t)count : 0;
}

int
ht_recording_schemas_read(struct ht_recording_schemas *schemas, struct ht_recording_cursor *cursor)
{
	memset(schemas->table, -1, sizeof(schemas->table));
	memset(schemas->column, -1, sizeof(schemas->column));
	size_t count = read_table_count(schemas, cursor);
	if (count == 0)
		return -EBADMSG;
	schemas->tables = calloc(count, sizeof(*schemas->tables));
	if (schemas->tables == NULL)
		return -ENOMEM;
	schemas->table_count = count;
	for (size_t i = 0; i < schemas->table_count && !cursor->failed; i++)
		read_table(schemas, i, cursor);
	/* The first two have places of their own in a tick. */
	bool in_place =
	    schemas->table[HT_RECORD_HOST] == 0 && schemas->table[HT_RECORD_SAMPLE] == 1;
	if (cursor->failed || !in_place || !sums_are_sound(schemas))
		return -EBADMSG;
	return schemas->is_coded ? ht_record_layouts_init(schemas->tables, count) : 0;
}

void
ht_recording_schemas_release(struct ht_recording_schemas *schemas)
{
	ht_record_layouts_release(schemas->tables, schemas->table_count);
	free(schemas->tables);
	schemas->tables = NULL;
	schemas->table_count = 0;
}
