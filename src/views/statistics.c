/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/statistics.h"

#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "model/maps.h"

enum { NAME_WIDTH = 14, ENTRY_WIDTH = 26, UNKNOWN_ROWS = 1 };

#define UNKNOWN UINT64_MAX

static uint64_t
heap_value(const struct ht_process *process, enum ht_heap_metric metric)
{
	const struct ht_heap *heap = process->heap;
	return heap != NULL && HT_HAS(&heap->values, metric) ? heap->values.value[metric].u
							     : UNKNOWN;
}

/* The sums of a kind of mapping; NULL: nothing was read. */
static const struct ht_map_figures *
kind_of(const struct ht_process *process, enum ht_map_kind kind)
{
	const struct ht_maps *maps = process->maps;
	return maps != NULL && ht_maps_were_read(maps) ? &maps->kinds[kind] : NULL;
}

/* What the mappings of malloc's own take: address space, and what is resident of it. */
static bool
heap_mappings(const struct ht_process *process, struct ht_map_figures *sum)
{
	static const enum ht_map_kind kinds[] = { HT_MAP_HEAP, HT_MAP_ARENA, HT_MAP_ANONYMOUS };
	*sum = (struct ht_map_figures){ 0 };
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct ht_map_figures *figures = kind_of(process, kinds[i]);
		if (figures == NULL)
			return false;
		ht_map_figures_add(sum, figures);
	}
	return sum->size != UNKNOWN && sum->resident != UNKNOWN;
}

static uint64_t
resident_part(const struct ht_process *process, enum ht_resident_part part)
{
	const struct ht_maps *maps = process->maps;
	if (maps == NULL || (maps->resident.present >> part & 1u) == 0)
		return UNKNOWN;
	return maps->resident.bytes[part];
}

static uint64_t
live_bytes(const struct ht_process *process)
{
	return heap_value(process, HT_HEAP_LIVE);
}

static uint64_t
total_alloc(const struct ht_process *process)
{
	return heap_value(process, HT_HEAP_ALLOCATED);
}

static uint64_t
sys(const struct ht_process *process)
{
	const struct ht_maps *maps = process->maps;
	return maps != NULL && ht_maps_were_read(maps) ? maps->total.size : UNKNOWN;
}

static uint64_t
mallocs(const struct ht_process *process)
{
	return heap_value(process, HT_HEAP_ALLOCATED_BLOCKS);
}

static uint64_t
frees(const struct ht_process *process)
{
	return heap_value(process, HT_HEAP_FREED_BLOCKS);
}

static uint64_t
heap_objects(const struct ht_process *process)
{
	return heap_value(process, HT_HEAP_LIVE_BLOCKS);
}

static uint64_t
heap_sys(const struct ht_process *process)
{
	struct ht_map_figures sum;
	return heap_mappings(process, &sum) ? sum.size : UNKNOWN;
}

static uint64_t
heap_inuse(const struct ht_process *process)
{
	uint64_t live = live_bytes(process);
	uint64_t overhead = resident_part(process, HT_RESIDENT_OVERHEAD);
	return live != UNKNOWN && overhead != UNKNOWN ? live + overhead : UNKNOWN;
}

static uint64_t
heap_idle(const struct ht_process *process)
{
	uint64_t all = heap_sys(process), used = heap_inuse(process);
	return all != UNKNOWN && used != UNKNOWN && all >= used ? all - used : UNKNOWN;
}

static uint64_t
heap_released(const struct ht_process *process)
{
	struct ht_map_figures sum;
	if (!heap_mappings(process, &sum) || sum.size < sum.resident)
		return UNKNOWN;
	return sum.size - sum.resident;
}

static uint64_t
stack_figure(const struct ht_process *process, bool resident)
{
	const struct ht_map_figures *first = kind_of(process, HT_MAP_STACK);
	const struct ht_map_figures *rest = kind_of(process, HT_MAP_THREAD_STACK);
	if (first == NULL || rest == NULL)
		return UNKNOWN;
	struct ht_map_figures sum = *first;
	ht_map_figures_add(&sum, rest);
	return resident ? sum.resident : sum.size;
}

static uint64_t
stack_inuse(const struct ht_process *process)
{
	return stack_figure(process, true);
}

static uint64_t
stack_sys(const struct ht_process *process)
{
	return stack_figure(process, false);
}

static uint64_t
next_gc(const struct ht_process *process)
{
	return HT_HAS(&process->values, HT_PROCESS_LIMIT)
		   ? process->values.value[HT_PROCESS_LIMIT].u
		   : UNKNOWN;
}

static uint64_t
num_gc(const struct ht_process *process)
{
	return heap_value(process, HT_HEAP_GC_EVENTS);
}

static uint64_t
pause_total(const struct ht_process *process)
{
	return heap_value(process, HT_HEAP_GC_PAUSE);
}

static uint64_t
last_pause(const struct ht_process *process)
{
	return heap_value(process, HT_HEAP_LAST_GC_PAUSE);
}

static uint64_t
untold(const struct ht_process *process)
{
	(void)process;
	return UNKNOWN;
}

static const struct {
	const char *name; /* as Go has it */
	enum ht_metric_unit unit;
	uint64_t (*value)(const struct ht_process *process);
} entries[] = {
	{ "Alloc", HT_UNIT_BYTES, live_bytes },
	{ "TotalAlloc", HT_UNIT_BYTES, total_alloc },
	{ "Sys", HT_UNIT_BYTES, sys },
	{ "Mallocs", HT_UNIT_BLOCKS, mallocs },
	{ "Frees", HT_UNIT_BLOCKS, frees },
	{ "HeapAlloc", HT_UNIT_BYTES, live_bytes },
	{ "HeapObjects", HT_UNIT_BLOCKS, heap_objects },
	{ "HeapSys", HT_UNIT_BYTES, heap_sys },
	{ "HeapInuse", HT_UNIT_BYTES, heap_inuse },
	{ "HeapIdle", HT_UNIT_BYTES, heap_idle },
	{ "HeapReleased", HT_UNIT_BYTES, heap_released },
	{ "StackInuse", HT_UNIT_BYTES, stack_inuse },
	{ "StackSys", HT_UNIT_BYTES, stack_sys },
	{ "GCSys", HT_UNIT_BYTES, untold },
	{ "NextGC", HT_UNIT_BYTES, next_gc },
	{ "NumGC", HT_UNIT_COUNT, num_gc },
	{ "PauseTotalNs", HT_UNIT_NS, pause_total },
	{ "PauseNs", HT_UNIT_NS, last_pause },
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
format(enum ht_metric_unit unit, uint64_t value, char out[HT_UNITS_TEXT_BYTES])
{
	switch (unit) {
	case HT_UNIT_BYTES:
		ht_units_bytes(value, out);
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
why_unknown(const struct ht_process *process)
{
	const struct ht_maps *maps = process->maps;
	if (process->heap == NULL)
		return process->quality_reason != NULL ? process->quality_reason
						       : "the program is not instrumented";
	if (maps == NULL || !ht_maps_were_read(maps))
		return maps != NULL && maps->reason != NULL ? maps->reason
							    : "its mappings are not read yet";
	return "malloc keeps no such figure, or none was set";
}

void
ht_statistics_draw(const struct ht_process *process, struct ht_grid *grid, int top, int height)
{
	char text[160];
	int columns = columns_in(grid->width);
	int rows = (ENTRIES + columns - 1) / columns;
	bool lacking = false;
	/* Down the columns, as Go lists them; row by row, since cells are put from left to right. */
	for (int i = 0; i < rows * columns; i++) {
		int row = i / columns, at = i % columns * rows + row;
		char figure[HT_UNITS_TEXT_BYTES] = "-";
		if (at >= ENTRIES || row >= height)
			continue;
		uint64_t value = entries[at].value(process);
		lacking |= value == UNKNOWN;
		if (value != UNKNOWN)
			format(entries[at].unit, value, figure);
		int column = i % columns * ENTRY_WIDTH;
		ht_grid_put(grid, top + row, column, NAME_WIDTH, HT_ALIGN_LEFT, HT_ROLE_LABEL,
		    entries[at].name);
		ht_grid_put(grid, top + row, column + NAME_WIDTH, 8, HT_ALIGN_RIGHT,
		    value != UNKNOWN ? HT_ROLE_NUMBER : HT_ROLE_DIM, figure);
	}
	if (!lacking || rows >= height)
		return;
	snprintf(text, sizeof(text), "- unknown: %s", why_unknown(process));
	ht_grid_put(grid, top + rows, 0, grid->width, HT_ALIGN_LEFT, HT_ROLE_DIM, text);
}
