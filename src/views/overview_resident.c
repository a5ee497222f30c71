/* SPDX-License-Identifier: MIT */
/* The Overview's bar: where resident memory is. */
#include "config.h"

#include "views/identity.h"
#include "views/overview_parts.h"

#include <stdio.h>

#include "model/maps.h"
#include "views/line.h"
#include "views/table.h"

enum { TEXT_BYTES = 64, BAR_LEAST = 10, BAR_COLUMN = 15 };

static const enum ht_role roles[HT_RESIDENT_PARTS] = {
	[HT_RESIDENT_LIVE] = HT_ROLE_PART_LIVE,
	[HT_RESIDENT_OVERHEAD] = HT_ROLE_PART_OVERHEAD,
	[HT_RESIDENT_FREE] = HT_ROLE_PART_FREE,
	[HT_RESIDENT_HEAP] = HT_ROLE_PART_HEAP,
	[HT_RESIDENT_STACKS] = HT_ROLE_PART_STACKS,
	[HT_RESIDENT_FILES] = HT_ROLE_PART_FILES,
	[HT_RESIDENT_REST] = HT_ROLE_PART_REST,
};

static bool
has_part(const struct ht_resident *resident, unsigned part)
{
	return (resident->present >> part & 1u) != 0 && resident->bytes[part] != 0;
}

/* "live 318M", with a sign where it is estimated. */
static void
format_part(
    const struct ht_resident *resident, unsigned part, enum ht_units units, char out[TEXT_BYTES])
{
	char bytes[HT_TABLE_CELL_BYTES];
	ht_table_bytes(resident->bytes[part], units, bytes);
	snprintf(out, TEXT_BYTES, "%s %s%s", ht_resident_part_name((enum ht_resident_part)part),
	    (resident->estimated >> part & 1u) != 0 ? "~" : "", bytes);
}

/* Columns of each part in WIDTH: their shares, but one for the least of them. */
static void
divide_columns(const struct ht_resident *resident, int width, int columns[HT_RESIDENT_PARTS])
{
	uint64_t before = 0, total = resident->total_bytes;
	int at = 0, left = 0;
	for (unsigned part = 0; part < HT_RESIDENT_PARTS; part++)
		left += has_part(resident, part);
	for (unsigned part = 0; part < HT_RESIDENT_PARTS; part++) {
		columns[part] = 0;
		if (!has_part(resident, part))
			continue;
		before += resident->bytes[part];
		left--;
		int end = (int)((double)before / (double)total * width + 0.5);
		if (end > width - left)
			end = width - left;
		if (end <= at)
			end = at + 1;
		columns[part] = end - at;
		at = end;
	}
}

static void
draw_bar(const struct ht_resident *resident, struct ht_grid *grid, int row, int at, int width)
{
	int columns[HT_RESIDENT_PARTS];
	divide_columns(resident, width, columns);
	for (unsigned part = 0; part < HT_RESIDENT_PARTS; part++) {
		char text[TEXT_BYTES];
		if (columns[part] == 0)
			continue;
		const char *name = ht_resident_part_name((enum ht_resident_part)part);
		int room = columns[part] - 2;
		snprintf(text, sizeof(text), "%s%s", grid->ascii ? "|" : "\xe2\x96\x8f",
		    ht_grid_text_width(name, grid->ascii) <= room ? name : "");
		ht_grid_put(grid, row, at, columns[part], HT_ALIGN_LEFT, roles[part], text);
		at += columns[part];
	}
}

static void
draw_parts(const struct ht_resident *resident, enum ht_units units, struct ht_grid *grid, int row)
{
	struct ht_line line = { grid, row, 0, grid->width, HT_UNITS_AUTO };
	for (unsigned part = 0; part < HT_RESIDENT_PARTS; part++) {
		char text[TEXT_BYTES];
		if (!has_part(resident, part))
			continue;
		format_part(resident, part, units, text);
		int needed = ht_grid_text_width(text, grid->ascii) + 4;
		if (line.column + needed > line.end)
			continue;
		line.column += line.column != 0 ? 2 : 0;
		ht_grid_put(grid, row, line.column, 1, HT_ALIGN_LEFT, roles[part], "");
		line.column = ht_grid_put_text(grid, row, line.column + 2, HT_ROLE_PLAIN, text);
	}
}

void
ht_overview_draw_resident(
    const struct ht_view_input *input, struct ht_grid *grid, int row, int rows)
{
	const struct ht_maps *maps = input->process->maps;
	char bytes[HT_TABLE_CELL_BYTES];
	if (maps == NULL || !ht_maps_were_read(maps) || maps->resident.total_bytes == 0) {
		struct ht_line line = { grid, row, 0, grid->width, HT_UNITS_AUTO };
		const char *reason = maps != NULL ? maps->reason : NULL;
		char text[TEXT_BYTES];
		ht_line_put(&line, 0, HT_ROLE_DIM, "resident memory by use:");
		snprintf(text, sizeof(text), "%s%s", ht_identity_unread(input),
		    ht_identity_remedy(input, HT_DETAIL_ALLOCATOR));
		if (!ht_line_put(&line, 1, HT_ROLE_DIM, reason != NULL ? reason : text))
			ht_line_put(&line, 1, HT_ROLE_DIM, ht_identity_unread(input));
		return;
	}
	ht_table_bytes(maps->resident.total_bytes, input->settings->units, bytes);
	ht_grid_put_text(grid, row, 0, HT_ROLE_LABEL, "resident");
	int at = ht_grid_put_text(grid, row, 9, HT_ROLE_RESIDENT, bytes) + 1;
	if (at < BAR_COLUMN)
		at = BAR_COLUMN;
	if (grid->width - at >= BAR_LEAST)
		draw_bar(&maps->resident, grid, row, at, grid->width - at);
	if (rows > 1)
		draw_parts(&maps->resident, input->settings->units, grid, row + 1);
}
