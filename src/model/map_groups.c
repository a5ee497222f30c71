/* SPDX-License-Identifier: MIT */
/* Mappings put together by what they are, and files by their name: a library is five mappings, but one thing. */
#include "config.h"

#include "model/maps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Kinds whose names tell things apart; all of another kind is one thing. */
static bool
is_told_by_name(enum ht_map_kind kind)
{
	return kind == HT_MAP_FILE_TEXT || kind == HT_MAP_FILE_DATA || kind == HT_MAP_SHARED;
}

/* A file's code and data belong together. */
static enum ht_map_kind
group_kind(enum ht_map_kind kind)
{
	return kind == HT_MAP_FILE_TEXT ? HT_MAP_FILE_DATA : kind;
}

static int
compare(const void *a, const void *b)
{
	const struct ht_map *map_a = *(const struct ht_map *const *)a;
	const struct ht_map *map_b = *(const struct ht_map *const *)b;
	enum ht_map_kind kind_a = group_kind(map_a->kind), kind_b = group_kind(map_b->kind);
	if (kind_a != kind_b)
		return kind_a < kind_b ? -1 : 1;
	if (!is_told_by_name(kind_a) || map_a->name == map_b->name)
		return 0;
	return strcmp(map_a->name, map_b->name);
}

static struct ht_map
group_of(const struct ht_map *map)
{
	return (struct ht_map){
		.kind = group_kind(map->kind),
		.name = is_told_by_name(map->kind) ? map->name : "",
	};
}

int
ht_maps_group(struct ht_maps *maps, struct ht_arena *arena)
{
	if (maps->count == 0)
		return 0;
	const struct ht_map **order = reallocarray(NULL, maps->count, sizeof(*order));
	struct ht_map *groups = ht_arena_array(arena, maps->count, sizeof(*groups));
	if (order == NULL || groups == NULL) {
		free(order);
		return -ENOMEM;
	}
	for (size_t i = 0; i < maps->count; i++)
		order[i] = &maps->maps[i];
	qsort(order, maps->count, sizeof(*order), compare);
	size_t count = 0;
	for (size_t i = 0; i < maps->count; i++) {
		if (i == 0 || compare(&order[i - 1], &order[i]) != 0)
			groups[count++] = group_of(order[i]);
		groups[count - 1].count += order[i]->count;
		ht_map_figures_add(&groups[count - 1].figures, &order[i]->figures);
	}
	free(order);
	maps->groups = groups;
	maps->group_count = count;
	return 0;
}
