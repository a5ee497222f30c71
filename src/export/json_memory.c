/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "export/json_memory.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "model/maps.h"

static const struct {
	const char *key;
	size_t offset;
} figures[] = {
	{ "size_bytes", offsetof(struct ht_map_figures, size) },
	{ "resident_bytes", offsetof(struct ht_map_figures, resident) },
	{ "proportional_bytes", offsetof(struct ht_map_figures, proportional) },
	{ "private_dirty_bytes", offsetof(struct ht_map_figures, private_dirty) },
	{ "anonymous_bytes", offsetof(struct ht_map_figures, anonymous) },
	{ "swap_bytes", offsetof(struct ht_map_figures, swap) },
};

static void
write_figures(struct ht_json_writer *json, const struct ht_map_figures *values)
{
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		uint64_t value = *(const uint64_t *)((const char *)values + figures[i].offset);
		ht_json_figure(json, figures[i].key, value, value != UINT64_MAX);
	}
}

static void
write_parts(struct ht_json_writer *json, const struct ht_resident *resident)
{
	for (int i = 0; i < HT_RESIDENT_PARTS; i++)
		ht_json_figure(json, ht_resident_part_key((enum ht_resident_part)i),
		    resident->bytes[i], ((resident->present >> i) & 1u) != 0);
	ht_json_open_array(json, "estimated");
	for (int i = 0; i < HT_RESIDENT_PARTS; i++)
		if ((resident->estimated >> i) & 1u)
			ht_json_string(json, NULL, ht_resident_part_key((enum ht_resident_part)i));
	ht_json_close_array(json);
}

static void
write_kinds(struct ht_json_writer *json, const struct ht_maps *maps)
{
	ht_json_open_array(json, "kinds");
	for (int i = 0; i < HT_MAP_KINDS; i++) {
		if (maps->kind_counts[i] == 0)
			continue;
		ht_json_open_object(json, NULL);
		ht_json_string(json, "kind", ht_map_kind_name((enum ht_map_kind)i));
		ht_json_unsigned(json, "mappings", maps->kind_counts[i]);
		write_figures(json, &maps->kinds[i]);
		ht_json_close_object(json);
	}
	ht_json_close_array(json);
}

void
ht_json_memory_write(struct ht_json_writer *json, uint64_t now_ns, const struct ht_process *process)
{
	static const struct ht_maps nothing = { .reason = "the process has ended" };
	const struct ht_maps *maps = process->maps != NULL ? process->maps : &nothing;
	bool known = ht_maps_were_read(maps);
	uint64_t age_ns = now_ns > maps->monotonic_ns ? now_ns - maps->monotonic_ns : 0;
	ht_json_open_object(json, "memory");
	ht_json_string(json, "reason", maps->reason);
	ht_json_figure(json, "age_ns", age_ns, known);
	ht_json_string(json, "allocator", maps->allocator == HT_ALLOCATOR_GLIBC ? "glibc" : NULL);
	ht_json_figure(json, "mappings", maps->mapping_count, known);
	ht_json_figure(json, "resident_bytes", maps->total.resident,
	    known && maps->total.resident != UINT64_MAX);
	write_parts(json, &maps->resident);
	write_kinds(json, maps);
	ht_json_close_object(json);
}

/* Addresses as text: a number that large is not exact in every reader of JSON. */
static void
write_address(struct ht_json_writer *json, const char *key, const struct ht_map *map, uint64_t at)
{
	char text[24];
	snprintf(text, sizeof(text), "0x%" PRIx64, at);
	ht_json_string(json, key, map->count == 1 ? text : NULL);
}

void
ht_json_maps_write(struct ht_json_writer *json, const struct ht_process *process)
{
	const struct ht_maps *maps = process->maps;
	if (maps == NULL || !ht_maps_were_read(maps)) {
		ht_json_null(json, "maps");
		return;
	}
	ht_json_open_array(json, "maps");
	for (size_t i = 0; i < maps->count; i++) {
		const struct ht_map *map = &maps->maps[i];
		ht_json_open_object(json, NULL);
		write_address(json, "start", map, map->start);
		write_address(json, "end", map, map->end);
		ht_json_string(json, "kind", ht_map_kind_name(map->kind));
		ht_json_string(json, "flags", map->flags[0] != '\0' ? map->flags : NULL);
		ht_json_string(json, "name", map->name[0] != '\0' ? map->name : NULL);
		ht_json_unsigned(json, "mappings", map->count);
		write_figures(json, &map->figures);
		ht_json_close_object(json);
	}
	ht_json_close_array(json);
}
