/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "export/memstats.h"

#include <errno.h>

#include "export/json_writer.h"
#include "model/memstats.h"

/* Go's BySize is an array of so many; a reader in Go leaves out what stands behind them. */
enum { SIZES = 61 };

static void
write_field(struct ht_json_writer *json, const struct ht_process *process, enum ht_memstat field)
{
	uint64_t value = ht_memstat_value(process, field);
	ht_json_figure(json, ht_memstat_name(field), value, value != UINT64_MAX);
}

static void
write_pauses(struct ht_json_writer *json, const char *key, const uint64_t pauses[HT_MEMSTAT_PAUSES])
{
	ht_json_open_array(json, key);
	for (int i = 0; i < HT_MEMSTAT_PAUSES; i++)
		ht_json_figure(json, NULL, pauses[i], pauses[i] != UINT64_MAX);
	ht_json_close_array(json);
}

static void
write_size(struct ht_json_writer *json, uint64_t size, uint64_t mallocs, uint64_t frees)
{
	ht_json_open_object(json, NULL);
	/* A uint32 in Go. */
	ht_json_unsigned(json, "Size", size < UINT32_MAX ? size : UINT32_MAX);
	ht_json_unsigned(json, "Mallocs", mallocs);
	ht_json_unsigned(json, "Frees", frees);
	ht_json_close_object(json);
}

/* The classes in use, the smallest first; the last one has what is larger than the others. */
static void
write_sizes(struct ht_json_writer *json, const struct ht_process *process)
{
	const struct ht_heap *heap = process->heap;
	uint64_t mallocs = 0, frees = 0;
	/* A recording may be without them. */
	if ((process->detail & HT_DETAIL_SIZE_CLASSES) == 0) {
		ht_json_null(json, "BySize");
		return;
	}
	ht_json_open_array(json, "BySize");
	for (size_t i = 0; i < heap->size_class_count; i++) {
		const struct ht_size_class *class = &heap->size_classes[i];
		if (i < SIZES - 1 && class->size_bytes < UINT32_MAX) {
			write_size(
			    json, class->size_bytes, class->allocated_blocks, class->freed_blocks);
			continue;
		}
		mallocs += class->allocated_blocks;
		frees += class->freed_blocks;
	}
	write_size(json, UINT32_MAX, mallocs, frees);
	ht_json_close_array(json);
}

int
ht_memstats_write(const struct ht_process *process, bool indented, struct ht_text *out)
{
	struct ht_json_writer json;
	uint64_t ns[HT_MEMSTAT_PAUSES], end[HT_MEMSTAT_PAUSES];
	ht_memstat_pauses(process, ns, end);
	ht_json_begin(&json, out, indented);
	ht_json_open_object(&json, NULL);
	ht_json_open_object(&json, "memstats");
	for (int i = 0; i < HT_MEMSTAT_NUM_GC; i++)
		write_field(&json, process, (enum ht_memstat)i);
	write_pauses(&json, "PauseNs", ns);
	write_pauses(&json, "PauseEnd", end);
	write_field(&json, process, HT_MEMSTAT_NUM_GC);
	write_field(&json, process, HT_MEMSTAT_NUM_FORCED_GC);
	ht_json_null(&json, "GCCPUFraction");
	/* No collector runs by itself. */
	ht_json_bool(&json, "EnableGC", false);
	ht_json_bool(&json, "DebugGC", false);
	write_sizes(&json, process);
	ht_json_close_object(&json);
	ht_json_close_object(&json);
	ht_text_add(out, "\n", 1);
	return out->failed ? -ENOMEM : 0;
}
