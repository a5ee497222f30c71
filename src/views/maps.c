/* SPDX-License-Identifier: MIT */
/* The view of what one process has mapped: heap, arenas, stacks, each library; and where its resident memory is. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "views/identity.h"
#include "views/moment.h"
#include "views/registry.h"
#include "views/table.h"

/* A row below the others: no kind of mapping. */
#define TOTAL HT_MAP_KINDS

static const char *
name_of(const struct ht_map *map)
{
	if (map->kind == TOTAL)
		return "total";
	return map->name[0] != '\0' ? map->name : ht_map_kind_name(map->kind);
}

/* A file's name without its directories: what tells it from others must be seen in a narrow column too. */
static void
draw_name(const void *item, struct ht_draft *draft)
{
	const struct ht_map *map = item;
	const char *slash = strrchr(map->name, '/');
	draft->role = map->kind == TOTAL || map->name[0] == '\0' ? HT_ROLE_LABEL : HT_ROLE_NAME;
	draft->text = slash != NULL && slash[1] != '\0' ? slash + 1 : name_of(map);
}

static void
draw_kind(const void *item, struct ht_draft *draft)
{
	const struct ht_map *map = item;
	draft->role = HT_ROLE_DIM;
	if (map->kind != TOTAL)
		draft->text = ht_map_kind_name(map->kind);
}

/* clang-format off */
static const struct ht_column columns[] = {
	{ .title = "KIND", .help = "what the mappings are", .field = HT_SORT_USER, .draw = draw_kind,
	  .width = 12, .left = true, .importance = 40 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_MAP, .metric = HT_MAP_COUNT,
	  .width = 5, .importance = 45 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_MAP, .metric = HT_MAP_SIZE,
	  .width = 6, .importance = 80 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_MAP, .metric = HT_MAP_RESIDENT,
	  .width = 6, .importance = 95 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_MAP, .metric = HT_MAP_PROPORTIONAL,
	  .width = 6, .importance = 75 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_MAP, .metric = HT_MAP_DIRTY,
	  .width = 6, .importance = 70 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_MAP, .metric = HT_MAP_ANON_BYTES,
	  .width = 6, .importance = 30 },
	{ .field = HT_SORT_METRIC, .scope = HT_SCOPE_MAP, .metric = HT_MAP_SWAP,
	  .width = 6, .importance = 60 },
	{ .title = "NAME", .help = "the file that is mapped", .searched = true, .field = HT_SORT_NAME,
	  .draw = draw_name, .width = 12, .left = true, .grows = true, .importance = 90 },
};
/* clang-format on */

static bool
value_of(const void *item, const struct ht_metric *metric, union ht_value *value)
{
	const struct ht_map *map = item;
	if (metric->scope != HT_SCOPE_MAP)
		return false;
	value->u = UINT64_MAX;
	switch ((enum ht_map_metric)metric->index) {
	case HT_MAP_COUNT:
		value->u = map->count;
		break;
	case HT_MAP_SIZE:
		value->u = map->figures.size;
		break;
	case HT_MAP_RESIDENT:
		value->u = map->figures.resident;
		break;
	case HT_MAP_PROPORTIONAL:
		value->u = map->figures.proportional;
		break;
	case HT_MAP_DIRTY:
		value->u = map->figures.private_dirty;
		break;
	case HT_MAP_ANON_BYTES:
		value->u = map->figures.anonymous;
		break;
	case HT_MAP_SWAP:
		value->u = map->figures.swap;
		break;
	case HT_MAP_METRICS:
		break;
	}
	return value->u != UINT64_MAX;
}

static const struct ht_table table;

static int
compare_names(const struct ht_map *a, const struct ht_map *b)
{
	int order = strcmp(name_of(a), name_of(b));
	return order != 0 ? order : (a->kind > b->kind) - (a->kind < b->kind);
}

static int
compare(const struct ht_sort *sort, const void *item_a, const void *item_b)
{
	const struct ht_map *a = item_a, *b = item_b;
	int order = 0;
	switch (sort->field) {
	case HT_SORT_METRIC:
		order = ht_table_compare_metric(&table, sort, a, b);
		break;
	case HT_SORT_PID:
	case HT_SORT_USER:
		order = (a->kind > b->kind) - (a->kind < b->kind);
		order = sort->reversed ? -order : order;
		break;
	case HT_SORT_NAME:
		order = sort->reversed ? compare_names(b, a) : compare_names(a, b);
		break;
	}
	return order != 0 ? order : compare_names(a, b);
}

static const struct ht_table table = {
	.columns = columns,
	.count = sizeof(columns) / sizeof(columns[0]),
	.scopes = 1 << HT_SCOPE_MAP,
	.value = value_of,
	.compare = compare,
};

/* The same thing in the next frame: what it is and its name, mixed to a number (FNV-1a). */
static struct ht_row_key
key_of(const struct ht_map *map)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	for (const char *c = map->name; *c != '\0'; c++)
		hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
	return (struct ht_row_key){ hash, (uint64_t)map->kind };
}

/* Where the list isn't there, a row for each kind. */
static int
select_kinds(const struct ht_maps *maps, struct ht_view_state *state)
{
	struct ht_arena *arena = ht_view_state_arena(state);
	struct ht_map *rows =
	    arena != NULL ? ht_arena_array(arena, HT_MAP_KINDS, sizeof(*rows)) : NULL;
	int error = rows != NULL ? 0 : -ENOMEM;
	for (size_t i = 0; i < HT_MAP_KINDS && error == 0; i++) {
		rows[i] = (struct ht_map){ .kind = (enum ht_map_kind)i,
			.count = maps->kind_counts[i],
			.name = "",
			.figures = maps->kinds[i] };
		if (rows[i].count != 0)
			error = ht_view_state_add(state, key_of(&rows[i]), &rows[i]);
	}
	return error;
}

static int
select_rows(const struct ht_view_input *input, struct ht_view_state *state)
{
	const struct ht_maps *maps = input->process != NULL ? input->process->maps : NULL;
	int error = 0;
	if (maps == NULL)
		return 0;
	if (maps->group_count == 0)
		return select_kinds(maps, state);
	for (size_t i = 0; i < maps->group_count && error == 0; i++)
		error = ht_view_state_add(state, key_of(&maps->groups[i]), &maps->groups[i]);
	return error;
}

/* "resident 498M  live <318M  free in heap ~134M ...": all parts in one line, as far as they go. */
static void
draw_parts(const struct ht_resident *resident, enum ht_units units, struct ht_grid *grid, int row)
{
	char figure[HT_TABLE_CELL_BYTES + 1] = "";
	ht_table_bytes(resident->total_bytes, units, figure);
	int column = ht_grid_put_text(grid, row, 0, HT_ROLE_LABEL, "resident");
	column = ht_grid_put_text(grid, row, column + 1, HT_ROLE_NUMBER, figure);
	for (int i = 0; i < HT_RESIDENT_PARTS; i++) {
		if (((resident->present >> i) & 1u) == 0)
			continue;
		const char *name = ht_resident_part_name((enum ht_resident_part)i);
		bool estimated = ((resident->estimated >> i) & 1u) != 0;
		char bytes[HT_TABLE_CELL_BYTES];
		ht_table_bytes(resident->bytes[i], units, bytes);
		snprintf(figure, sizeof(figure), "%s%s", estimated ? "~" : "", bytes);
		if (column + 3 + ht_grid_text_width(name, grid->ascii) + (int)strlen(figure) >
		    grid->width)
			return;
		column = ht_grid_put_text(grid, row, column + 2, HT_ROLE_LABEL, name);
		column = ht_grid_put_text(grid, row, column + 1, HT_ROLE_NUMBER, figure);
	}
}

/* Why nothing is shown, or no more than that.  A tick that is past has what was asked for then. */
static void
tell_lack(const struct ht_view_input *input, struct ht_text *text)
{
	const struct ht_process *process = input->process;
	const struct ht_maps *maps = process->maps;
	if (maps == NULL)
		ht_text_add_format(text, "Its mappings were %s%s.", ht_identity_unread(input),
		    input->replayed ? ht_identity_remedy(input, HT_DETAIL_MAPS)
				    : ": that is done while this view is open");
	else if (!ht_maps_were_read(maps))
		ht_text_add_format(text, "Its mappings can't be shown: %s.",
		    maps->reason != NULL ? maps->reason : "not read");
	else if (maps->mapping_count == 0)
		ht_text_add_string(text, "It has no mappings of its own.");
	else if (maps->group_count == 0 && (process->detail & HT_DETAIL_MAPS) == 0)
		ht_text_add_format(text, "Sums by kind: their list was %s%s.",
		    ht_identity_unread(input),
		    input->replayed ? ht_identity_remedy(input, HT_DETAIL_MAPS)
				    : ", as this view was not open");
	else if (maps->group_count == 0)
		ht_text_add_string(
		    text, "Sums by kind: their list is too long to be kept for the past.");
}

/* Returns the rows it took. */
static int
draw_lack(const struct ht_view_input *input, struct ht_grid *grid, int top, int rows)
{
	struct ht_text text;
	ht_text_init(&text);
	tell_lack(input, &text);
	int used = ht_grid_put_lines(grid, top, rows, HT_ROLE_WARNING, ht_text_string(&text));
	ht_text_release(&text);
	return used;
}

static void
draw_total(
    const struct ht_maps *maps, const struct ht_table_layout *layout, struct ht_grid *grid, int row)
{
	const struct ht_map total = {
		.kind = TOTAL, .name = "", .count = maps->mapping_count, .figures = maps->total
	};
	ht_table_draw_item(&table, layout, &total, grid, row);
}

/* Rows of HEIGHT that go to something else than the table go only where it has enough left. */
enum { TABLE_ROWS_LEAST = 4 };

/* What stands above the table; returns the rows it took.  A table without rows leaves them for the reason. */
static int
draw_head(
    const struct ht_view_input *input, bool has_rows, struct ht_grid *grid, int top, int height)
{
	const struct ht_process *process = input->process;
	int used = 0;
	if (height > TABLE_ROWS_LEAST)
		ht_identity_draw(input, grid, top + used++);
	if (height > TABLE_ROWS_LEAST + 2)
		used += draw_lack(input, grid, top + used, 2);
	else if (!has_rows)
		used += draw_lack(input, grid, top + used, height - used - 1);
	if (height > TABLE_ROWS_LEAST + 3 && process->maps != NULL &&
	    process->maps->resident.present != 0)
		draw_parts(&process->maps->resident, input->settings->units, grid, top + used++);
	return used;
}

static void
draw(const struct ht_view_input *input, struct ht_view_state *state, struct ht_grid *grid, int top,
    int height)
{
	const struct ht_process *process = input->process;
	struct ht_table_layout layout;
	if (process == NULL) {
		ht_identity_draw_absence(input, grid, top, height);
		return;
	}
	int used = draw_head(input, state->row_count != 0, grid, top, height);
	top += used;
	height -= used;
	ht_table_lay_out(&table, input, state, grid->width, &layout);
	if (state->row_count != 0 && height > TABLE_ROWS_LEAST) {
		int rows = state->row_count < (size_t)height ? 1 + (int)state->row_count : height;
		height--;
		draw_total(process->maps, &layout, grid, top + (rows < height ? rows : height));
	}
	ht_table_draw(&table, &layout, state, grid, top, height);
}

static struct ht_sort
by_metric(enum ht_map_metric metric)
{
	return (struct ht_sort){ .field = HT_SORT_METRIC,
		.metric = &ht_metric_table(HT_SCOPE_MAP, NULL)[metric] };
}

static struct ht_sort
initial_sort(void)
{
	return by_metric(HT_MAP_RESIDENT);
}

static enum ht_answer
key(struct ht_view_state *state, enum ht_command command)
{
	if (command != HT_COMMAND_SORT_RESIDENT && command != HT_COMMAND_SORT_LIVE)
		return ht_table_key(&table, state, command);
	state->sort = initial_sort();
	return HT_ANSWER_DONE;
}

/* What the selected row is, what the column means, and how old all of it is. */
static void
describe(const struct ht_view_input *input, const struct ht_view_state *state, struct ht_text *out)
{
	const struct ht_maps *maps = input->process != NULL ? input->process->maps : NULL;
	const struct ht_row_item *row = ht_view_selected(state);
	char age[HT_MOMENT_TEXT_BYTES];
	ht_describe_column(&table, &state->sort, out);
	if (maps == NULL || !ht_maps_were_read(maps))
		return;
	uint64_t now_ns = input->frame->monotonic_ns;
	ht_moment_format_age(now_ns > maps->monotonic_ns ? now_ns - maps->monotonic_ns : 0, age);
	ht_text_add_format(out, " smaps, read %s", age);
	if (row == NULL)
		return;
	const struct ht_map *map = row->item;
	ht_text_add_format(out, "; %s: %s", name_of(map), ht_map_kind_help(map->kind));
}

const struct ht_view ht_view_maps = {
	.name = "Maps",
	.of_process = true,
	.detail = HT_DETAIL_MAPS,
	.table = &table,
	.initial_sort = initial_sort,
	.select = select_rows,
	.draw = draw,
	.key = key,
	.describe = describe,
};
