/* SPDX-License-Identifier: MIT */
/*
 * In glibc's terms: HeapInuse is uordblks + hblkhd, HeapSys arena + hblkhd; what malloc spends
 * on blocks lies inside the heap, so that, unlike in Go, MSpanSys is part of HeapSys.
 */
#include "config.h"

#include "model/memstats.h"

#include "heaptop/segment.h"
#include "model/maps.h"

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

/* Sum of A and B; unknown where one is, or where no program could have so much. */
static uint64_t
sum(uint64_t a, uint64_t b)
{
	uint64_t both;
	return a == UNKNOWN || b == UNKNOWN || __builtin_add_overflow(a, b, &both) ? UNKNOWN : both;
}

static uint64_t
heap_inuse(const struct ht_process *process)
{
	return sum(live_bytes(process), resident_part(process, HT_RESIDENT_OVERHEAD));
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

/* Memory of ours: what the library publishes. */
static uint64_t
other_sys(const struct ht_process *process)
{
	const struct ht_map_figures *figures = kind_of(process, HT_MAP_SEGMENT);
	return figures != NULL ? figures->size : UNKNOWN;
}

static uint64_t
sys(const struct ht_process *process)
{
	return sum(sum(heap_sys(process), stack_sys(process)), other_sys(process));
}

static uint64_t
block_costs(const struct ht_process *process)
{
	return resident_part(process, HT_RESIDENT_OVERHEAD);
}

/* There is no pointer to look up, and no table of sites. */
static uint64_t
none(const struct ht_process *process)
{
	(void)process;
	return 0;
}

static uint64_t
untold(const struct ht_process *process)
{
	(void)process;
	return UNKNOWN;
}

/* What interrupts a C program to give memory back. */
static bool
is_pause(const struct ht_event *event)
{
	return event->kind == HEAPTOP_EVENT_TRIM;
}

/* The pauses that are remembered, and the end of the latest. */
struct pauses {
	uint64_t count;
	uint64_t latest_ns; /* since 1970 */
};

static struct pauses
pauses_of(const struct ht_process *process)
{
	struct pauses pauses = { 0 };
	const struct ht_heap *heap = process->heap;
	for (size_t i = 0; heap != NULL && i < heap->event_count; i++) {
		if (!is_pause(&heap->events[i]))
			continue;
		pauses.count++;
		pauses.latest_ns = heap->events[i].realtime_ns;
	}
	return pauses;
}

static uint64_t
last_gc(const struct ht_process *process)
{
	struct pauses pauses = pauses_of(process);
	return pauses.count != 0 || num_gc(process) == 0 ? pauses.latest_ns : UNKNOWN;
}

/* Trims are what the program asked for; known where all pauses are remembered. */
static uint64_t
num_forced_gc(const struct ht_process *process)
{
	struct pauses pauses = pauses_of(process);
	return pauses.count == num_gc(process) ? pauses.count : UNKNOWN;
}

static const struct {
	const char *name;
	uint64_t (*value)(const struct ht_process *process);
} fields[HT_MEMSTATS] = {
	[HT_MEMSTAT_ALLOC] = { "Alloc", live_bytes },
	[HT_MEMSTAT_TOTAL_ALLOC] = { "TotalAlloc", total_alloc },
	[HT_MEMSTAT_SYS] = { "Sys", sys },
	[HT_MEMSTAT_LOOKUPS] = { "Lookups", none },
	[HT_MEMSTAT_MALLOCS] = { "Mallocs", mallocs },
	[HT_MEMSTAT_FREES] = { "Frees", frees },
	[HT_MEMSTAT_HEAP_ALLOC] = { "HeapAlloc", live_bytes },
	[HT_MEMSTAT_HEAP_SYS] = { "HeapSys", heap_sys },
	[HT_MEMSTAT_HEAP_IDLE] = { "HeapIdle", heap_idle },
	[HT_MEMSTAT_HEAP_INUSE] = { "HeapInuse", heap_inuse },
	[HT_MEMSTAT_HEAP_RELEASED] = { "HeapReleased", heap_released },
	[HT_MEMSTAT_HEAP_OBJECTS] = { "HeapObjects", heap_objects },
	[HT_MEMSTAT_STACK_INUSE] = { "StackInuse", stack_inuse },
	[HT_MEMSTAT_STACK_SYS] = { "StackSys", stack_sys },
	[HT_MEMSTAT_MSPAN_INUSE] = { "MSpanInuse", block_costs },
	[HT_MEMSTAT_MSPAN_SYS] = { "MSpanSys", block_costs },
	[HT_MEMSTAT_MCACHE_INUSE] = { "MCacheInuse", untold },
	[HT_MEMSTAT_MCACHE_SYS] = { "MCacheSys", untold },
	[HT_MEMSTAT_BUCK_HASH_SYS] = { "BuckHashSys", none },
	[HT_MEMSTAT_GC_SYS] = { "GCSys", untold },
	[HT_MEMSTAT_OTHER_SYS] = { "OtherSys", other_sys },
	[HT_MEMSTAT_NEXT_GC] = { "NextGC", next_gc },
	[HT_MEMSTAT_LAST_GC] = { "LastGC", last_gc },
	[HT_MEMSTAT_PAUSE_TOTAL_NS] = { "PauseTotalNs", pause_total },
	[HT_MEMSTAT_NUM_GC] = { "NumGC", num_gc },
	[HT_MEMSTAT_NUM_FORCED_GC] = { "NumForcedGC", num_forced_gc },
};

const char *
ht_memstat_name(enum ht_memstat field)
{
	return fields[field].name;
}

uint64_t
ht_memstat_value(const struct ht_process *process, enum ht_memstat field)
{
	return fields[field].value(process);
}

void
ht_memstat_pauses(const struct ht_process *process, uint64_t ns[HT_MEMSTAT_PAUSES],
    uint64_t end[HT_MEMSTAT_PAUSES])
{
	const struct ht_heap *heap = process->heap;
	uint64_t count = num_gc(process);
	for (size_t i = 0; i < HT_MEMSTAT_PAUSES; i++)
		ns[i] = end[i] = count == UNKNOWN || i < count ? UNKNOWN : 0;
	if (heap == NULL || count == UNKNOWN)
		return;
	/* The newest first, as far back as both remember. */
	for (size_t i = heap->event_count; i > 0 && count > 0; i--) {
		const struct ht_event *event = &heap->events[i - 1];
		if (!is_pause(event))
			continue;
		size_t at = (size_t)(--count % HT_MEMSTAT_PAUSES);
		if (ns[at] != UNKNOWN)
			return;
		ns[at] = event->duration_ns;
		end[at] = event->realtime_ns;
	}
}
