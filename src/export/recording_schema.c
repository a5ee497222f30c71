/* SPDX-License-Identifier: MIT */
/* Which tables and columns a recording has, and how their changes are guessed. */
#include "config.h"

#include <string.h>

#include "export/recording_parts.h"

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

/* The place of the column called NAME among those of TABLE so far; -1: there is none. */
static int
place_of(const struct ht_recording_schema *schema, enum ht_record_table table, const char *name)
{
	const struct ht_record_table_info *info = ht_record_table_info(table);
	for (size_t i = 0; name != NULL && i < schema->layouts[table].columns; i++)
		if (strcmp(info->columns[schema->column[table][i]].name, name) == 0)
			return (int)i;
	return -1;
}

static void
add_column(struct ht_recording_schema *schema, enum ht_record_table table, size_t column,
    const struct ht_record_guess *guess)
{
	struct ht_record_layout *layout = &schema->layouts[table];
	struct ht_record_column_guess *to = &layout->guess[layout->columns];
	*to = (struct ht_record_column_guess){ .plus = place_of(schema, table, guess->plus),
		.minus = place_of(schema, table, guess->minus),
		.sum_list = -1,
		.grain = guess->grain,
		.habit = guess->habit };
	if (guess->sum_list >= HT_RECORD_FIRST_LIST) {
		to->sum_list = (int)guess->sum_list - HT_RECORD_FIRST_LIST;
		to->sum_column = (unsigned)place_of(schema, guess->sum_list, guess->sum);
	}
	schema->column[table][layout->columns++] = (uint8_t)column;
}

static void
add_table(struct ht_recording_schema *schema, enum ht_record_table table)
{
	const struct ht_record_table_info *info = ht_record_table_info(table);
	for (int guessed = 0; guessed <= 2; guessed++)
		for (size_t i = 0; i < info->column_count; i++) {
			const struct ht_record_guess *guess =
			    ht_record_guess(table, info->columns[i].name);
			if ((guess->plus != NULL) + (guess->minus != NULL) == guessed)
				add_column(schema, table, i, guess);
		}
}

int
ht_recording_schema_init(struct ht_recording_schema *schema)
{
	/* Lists first: sums over them are sought by name. */
	for (int i = HT_RECORD_TABLES - 1; i >= 0; i--)
		add_table(schema, (enum ht_record_table)i);
	return ht_record_layouts_init(schema->layouts, HT_RECORD_TABLES);
}

void
ht_recording_schema_release(struct ht_recording_schema *schema)
{
	ht_record_layouts_release(schema->layouts, HT_RECORD_TABLES);
}

static void
add_name(struct ht_text *out, const char *name)
{
	ht_recording_add_varint(out, strlen(name));
	ht_text_add_string(out, name);
}

/* Places are told from 1, 0 for none. */
static void
tell_guess(const struct ht_record_column_guess *guess, struct ht_text *out)
{
	ht_recording_add_varint(out, (uint64_t)(guess->plus + 1));
	ht_recording_add_varint(out, (uint64_t)(guess->minus + 1));
	ht_recording_add_varint(out, (uint64_t)(guess->sum_list + 1));
	ht_recording_add_varint(out, guess->sum_column);
	ht_recording_add_varint(out, guess->grain);
	ht_recording_add_varint(out, (uint64_t)guess->habit);
}

void
ht_recording_schema_add(const struct ht_recording_schema *schema, struct ht_text *out)
{
	ht_recording_add_varint(out, 0);
	ht_recording_add_varint(out, HT_RECORDING_CODING);
	ht_recording_add_varint(out, HT_RECORD_TABLES);
	for (int i = 0; i < HT_RECORD_TABLES; i++) {
		const struct ht_record_table_info *info =
		    ht_record_table_info((enum ht_record_table)i);
		const struct ht_record_layout *layout = &schema->layouts[i];
		add_name(out, info->name);
		ht_recording_add_varint(out, layout->columns);
		for (size_t j = 0; j < layout->columns; j++) {
			add_name(out, info->columns[schema->column[i][j]].name);
			tell_guess(&layout->guess[j], out);
		}
	}
}
