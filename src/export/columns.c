/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "export/columns.h"

#include <string.h>

#include "base/assert.h"

/* Characters of a string that ht_text_add_printable made: one a code point, none of width 0. */
static size_t
width_of(const char *string)
{
	size_t width = 0;
	for (; *string != '\0'; string++)
		width += ((unsigned char)*string & 0xc0u) != 0x80u;
	return width;
}

void
ht_columns_init(struct ht_columns *table, const struct ht_column *columns, size_t count)
{
	ht_assert(count > 0 && count <= HT_COLUMNS_MOST);
	*table = (struct ht_columns){ .columns = columns, .count = count };
	ht_text_init(&table->cells);
	for (size_t i = 0; i < count; i++)
		ht_columns_add(table, columns[i].title, true);
}

void
ht_columns_release(struct ht_columns *table)
{
	ht_text_release(&table->cells);
}

/* Blanks inside a cell would shift the columns behind it. */
static void
join_words(char *cell)
{
	for (; *cell != '\0'; cell++)
		if (*cell == ' ')
			*cell = '_';
}

void
ht_columns_add(struct ht_columns *table, const char *string, bool ascii_only)
{
	struct ht_text *cells = &table->cells;
	size_t start = cells->length, column = table->next;
	if (string == NULL || string[0] == '\0')
		string = "-";
	ht_text_add_printable(cells, string, ascii_only);
	if (!cells->failed && column + 1 < table->count)
		join_words(cells->bytes + start);
	ht_text_add(cells, "", 1);
	if (cells->failed)
		return;
	size_t width = width_of(cells->bytes + start);
	if (width > table->widths[column])
		table->widths[column] = width;
	table->next = (column + 1) % table->count;
}

static void
add_cell(const struct ht_columns *table, size_t column, const char *cell, struct ht_text *line)
{
	bool last = column + 1 == table->count;
	size_t gap = table->widths[column] - width_of(cell);
	if (!table->columns[column].left)
		ht_text_add_blanks(line, gap);
	ht_text_add_string(line, cell);
	if (table->columns[column].left && !last)
		ht_text_add_blanks(line, gap);
	if (!last)
		ht_text_add_blanks(line, 1);
}

/* Bytes of STRING that make up its first WIDTH characters. */
static size_t
bytes_within(const char *string, size_t width)
{
	size_t bytes = 0;
	for (; string[bytes] != '\0'; bytes++)
		if (((unsigned char)string[bytes] & 0xc0u) != 0x80u && width-- == 0)
			break;
	return bytes;
}

void
ht_columns_write(const struct ht_columns *table, size_t indent, size_t width, struct ht_text *out)
{
	struct ht_text line;
	ht_text_init(&line);
	const char *cell = ht_text_string(&table->cells), *end = cell + table->cells.length;
	while (cell < end && !line.failed) {
		ht_text_clear(&line);
		ht_text_add_blanks(&line, indent);
		for (size_t i = 0; i < table->count && cell < end; i++) {
			add_cell(table, i, cell, &line);
			cell += strlen(cell) + 1;
		}
		const char *text = ht_text_string(&line);
		ht_text_add(out, text, width != 0 ? bytes_within(text, width) : line.length);
		ht_text_add(out, "\n", 1);
	}
	out->failed = out->failed || line.failed || table->cells.failed;
	ht_text_release(&line);
}
