/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/line.h"

#include "views/table.h"

enum { GAP = 2 };

bool
ht_line_put(struct ht_line *line, int gap, enum ht_role role, const char *text)
{
	int column = line->column != 0 ? line->column + gap : 0;
	int width = ht_grid_text_width(text, line->grid->ascii);
	if (width == 0 || column + width > line->end)
		return false;
	line->column = ht_grid_put_text(line->grid, line->row, column, role, text);
	return true;
}

bool
ht_line_put_pair(struct ht_line *line, const char *word, enum ht_role role, const char *figure)
{
	bool ascii = line->grid->ascii;
	int needed = ht_grid_text_width(word, ascii) + 1 + ht_grid_text_width(figure, ascii);
	if (line->column + GAP + needed > line->end)
		return false;
	ht_line_put(line, GAP, HT_ROLE_LABEL, word);
	return ht_line_put(line, 1, role, figure);
}

bool
ht_line_put_metric(struct ht_line *line, const char *word, enum ht_role role,
    const struct ht_metric *metric, uint64_t present, const union ht_value *values)
{
	char figure[HT_TABLE_CELL_BYTES];
	if ((present >> metric->index & 1u) == 0)
		return false;
	ht_table_format_in(metric, values[metric->index], line->units, figure);
	return ht_line_put_pair(line, word, role, figure);
}
