/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/statistics.h"

#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "model/maps.h"
#include "model/memstats.h"
#include "views/table.h"

enum { NAME_WIDTH = 14, ENTRY_WIDTH = 26, FITTING_WIDTH = 8, UNKNOWN_ROWS = 1 };

#define UNKNOWN UINT64_MAX

static const struct {
	enum ht_memstat field;
	enum ht_metric_unit unit;
} entries[] = {
	{ HT_MEMSTAT_ALLOC, HT_UNIT_BYTES },
	{ HT_MEMSTAT_TOTAL_ALLOC, HT_UNIT_BYTES },
	{ HT_MEMSTAT_SYS, HT_UNIT_BYTES },
	{ HT_MEMSTAT_MALLOCS, HT_UNIT_BLOCKS },
	{ HT_MEMSTAT_FREES, HT_UNIT_BLOCKS },
	{ HT_MEMSTAT_HEAP_ALLOC, HT_UNIT_BYTES },
	{ HT_MEMSTAT_HEAP_OBJECTS, HT_UNIT_BLOCKS },
	{ HT_MEMSTAT_HEAP_SYS, HT_UNIT_BYTES },
	{ HT_MEMSTAT_HEAP_INUSE, HT_UNIT_BYTES },
	{ HT_MEMSTAT_HEAP_IDLE, HT_UNIT_BYTES },
	{ HT_MEMSTAT_HEAP_RELEASED, HT_UNIT_BYTES },
	{ HT_MEMSTAT_STACK_INUSE, HT_UNIT_BYTES },
	{ HT_MEMSTAT_STACK_SYS, HT_UNIT_BYTES },
	{ HT_MEMSTAT_GC_SYS, HT_UNIT_BYTES },
	{ HT_MEMSTAT_NEXT_GC, HT_UNIT_BYTES },
	{ HT_MEMSTAT_NUM_GC, HT_UNIT_COUNT },
	{ HT_MEMSTAT_PAUSE_TOTAL_NS, HT_UNIT_NS },
	{ HT_MEMSTAT_MSPAN_INUSE, HT_UNIT_BYTES },
};

enum { ENTRIES = sizeof(entries) / sizeof(entries[0]) };

static int
columns_in(int width)
{
	int columns = width / ENTRY_WIDTH;
	return columns > 0 ? columns : 1;
}

int
ht_statistics_rows(int width)
{
	int columns = columns_in(width);
	return (ENTRIES + columns - 1) / columns + UNKNOWN_ROWS;
}

static void
format(enum ht_metric_unit unit, uint64_t value, enum ht_units units, char out[HT_TABLE_CELL_BYTES])
{
	switch (unit) {
	case HT_UNIT_BYTES:
		ht_table_bytes(value, units, out);
		break;
	case HT_UNIT_NS:
		ht_units_duration(value, out);
		break;
	case HT_UNIT_BLOCKS:
	case HT_UNIT_COUNT:
	case HT_UNIT_PERCENT:
		ht_units_count(value, out);
		break;
	}
}

/* Why something is missing, of all reasons the one that a person can do most about. */
static const char *
why_unknown(const struct ht_view_input *input)
{
	const struct ht_process *process = input->process;
	const struct ht_maps *maps = process->maps;
	if (process->heap == NULL)
		return process->quality_reason != NULL ? process->quality_reason
						       : "the program is not instrumented";
	if (maps == NULL || !ht_maps_were_read(maps))
		return maps != NULL && maps->reason != NULL ? maps->reason
		       : input->replayed
			   ? "its mappings were not recorded: heaptop record -p NAME does"
			   : "its mappings were not read at this tick";
	return "malloc keeps no such figure, or none was set";
}

void
ht_statistics_draw(const struct ht_view_input *input, struct ht_grid *grid, int top, int height)
{
	const struct ht_process *process = input->process;
	enum ht_units units = input->settings->units;
	int figure_width = units == HT_UNITS_AUTO ? FITTING_WIDTH : ENTRY_WIDTH - NAME_WIDTH - 1;
	char text[160];
	int columns = columns_in(grid->width);
	int rows = (ENTRIES + columns - 1) / columns;
	bool lacking = false;
	/* Down the columns, as Go lists them; row by row, since cells are put from left to right. */
	for (int i = 0; i < rows * columns; i++) {
		int row = i / columns, at = i % columns * rows + row;
		char figure[HT_TABLE_CELL_BYTES] = "-";
		if (at >= ENTRIES || row >= height)
			continue;
		uint64_t value = ht_memstat_value(process, entries[at].field);
		lacking |= value == UNKNOWN;
		if (value != UNKNOWN)
			format(entries[at].unit, value, units, figure);
		int column = i % columns * ENTRY_WIDTH;
		ht_grid_put(grid, top + row, column, NAME_WIDTH, HT_ALIGN_LEFT, HT_ROLE_LABEL,
		    ht_memstat_name(entries[at].field));
		ht_grid_put(grid, top + row, column + NAME_WIDTH, figure_width, HT_ALIGN_RIGHT,
		    value != UNKNOWN ? HT_ROLE_NUMBER : HT_ROLE_DIM, figure);
	}
	if (!lacking || rows >= height)
		return;
	snprintf(text, sizeof(text), "- unknown: %s", why_unknown(input));
	ht_grid_put(grid, top + rows, 0, grid->width, HT_ALIGN_LEFT, HT_ROLE_DIM, text);
}
