/* SPDX-License-Identifier: MIT */
/*
 * glibc's malloc gives each further arena an address range of 64 MiB on a
 * boundary of 64 MiB: the part in use can be written, the tail can't be accessed.  A
 * thread's stack lies above a guard that can't be accessed.  Memory for a program's zeroed
 * variables follows its data.  None of these has a name, unless glibc was asked for names
 * (glibc.mem.decorate_maps) and the kernel keeps them.
 */
#include "config.h"

#include "decode/map_kind.h"

#include <string.h>

#define ARENA_BYTES      (UINT64_C(64) << 20) /* HEAP_MAX_SIZE of glibc's arena.c */
#define LEAST_MANY_START (UINT64_C(1) << 40)
#define MOST_GUARD_BYTES (UINT64_C(1) << 20)
#define MOST_ZERO_BYTES  (UINT64_C(1) << 20)

static bool
begins_with(const char *text, const char *beginning)
{
	return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* So many decimal digits and dots as the three numbers of a segment's name. */
static bool
is_segment_name(const char *name)
{
	unsigned numbers = 0;
	for (; *name >= '0' && *name <= '9'; name++) {
		numbers++;
		while (*name >= '0' && *name <= '9')
			name++;
		if (*name != '.')
			break;
	}
	return numbers == 3 && (*name == '\0' || strcmp(name, " (deleted)") == 0);
}

static bool
is_segment(const struct ht_map *map)
{
	const char *slash = strrchr(map->name, '/');
	return map->flags[3] == 's' && slash != NULL && is_segment_name(slash + 1);
}

/* Names that the kernel gives to shared memory which is no file of a person's. */
static bool
is_shared_memory(const char *name)
{
	static const char *const beginnings[] = { "/dev/zero", "/SYSV", "/memfd:", "/dev/shm/",
		"[anon_shmem:" };
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (begins_with(name, beginnings[i]))
			return true;
	return false;
}

/* Memory that a program named by prctl(2), glibc's own names among them. */
static enum ht_map_kind
kind_of_named(const char *name)
{
	if (begins_with(name, "[anon: glibc: malloc arena"))
		return HT_MAP_ARENA;
	if (begins_with(name, "[anon: glibc: pthread stack"))
		return HT_MAP_THREAD_STACK;
	return HT_MAP_ANONYMOUS;
}

static bool
is_inaccessible(const struct ht_map *map)
{
	return begins_with(map->flags, "---");
}

/* Brackets without a file are the kernel's words; a file may have any name, but with a slash before it. */
static enum ht_map_kind
kind_of_no_file(const struct ht_map *map)
{
	if (strcmp(map->name, "[heap]") == 0)
		return HT_MAP_HEAP;
	if (begins_with(map->name, "[stack"))
		return HT_MAP_STACK;
	if (begins_with(map->name, "[anon:"))
		return kind_of_named(map->name);
	if (map->name[0] != '\0')
		return HT_MAP_KERNEL;
	return is_inaccessible(map) ? HT_MAP_RESERVED : HT_MAP_ANONYMOUS;
}

enum ht_map_kind
ht_map_kind_by_line(const struct ht_mapping *mapping)
{
	const struct ht_map *map = &mapping->map;
	if (is_segment(map))
		return HT_MAP_SEGMENT;
	if (is_shared_memory(map->name))
		return HT_MAP_SHARED;
	if (mapping->inode == 0 && map->name[0] != '/')
		return kind_of_no_file(map);
	return map->flags[2] == 'x' ? HT_MAP_FILE_TEXT : HT_MAP_FILE_DATA;
}

/* It has no name and no file: only its neighbours tell. */
static bool
is_nameless(const struct ht_mapping *mapping)
{
	return mapping->inode == 0 && mapping->map.name[0] == '\0';
}

static bool
is_written(const struct ht_mapping *mapping)
{
	return begins_with(mapping->map.flags, "rw") && mapping->map.flags[3] == 'p';
}

static uint64_t
size_of(const struct ht_mapping *mapping)
{
	return mapping->map.end - mapping->map.start;
}

static bool
touches(const struct ht_mapping *mapping, const struct ht_mapping *next)
{
	return next != NULL && mapping->map.end == next->map.start;
}

/*
 * An arena's tail goes to the boundary at least: a guard may have joined it.  And where other
 * memory has joined the arena's beginning, the tail must be too large to be a guard.
 */
static bool
has_tail(const struct ht_mapping *mapping, const struct ht_mapping *next)
{
	uint64_t end = mapping->map.end;
	uint64_t rest = (ARENA_BYTES - end % ARENA_BYTES) % ARENA_BYTES;
	if (!touches(mapping, next) || !is_nameless(next) || !is_inaccessible(&next->map))
		return false;
	return rest != 0 && size_of(next) >= rest &&
	       (mapping->map.start % ARENA_BYTES == 0 || rest > MOST_GUARD_BYTES);
}

/*
 * An arena in full use has no tail, and where several lie side by side the kernel makes one mapping of them.  A block that
 * malloc maps by itself has a page more than it was asked for, and begins at such a place once in 16,384 times.
 * Go and Java reserve large aligned heaps, but at low addresses, where mmap gives nobody any; where the address space
 * is small (39 bits) several stay anonymous.
 */
static bool
is_full_arena(const struct ht_mapping *mapping)
{
	uint64_t size = size_of(mapping);
	if (mapping->map.start % ARENA_BYTES != 0 || size % ARENA_BYTES != 0)
		return false;
	return size == ARENA_BYTES || (size != 0 && mapping->map.start >= LEAST_MANY_START);
}

/* Zeroed variables follow data that is written; the program's own may be of any size, up to its heap. */
static bool
is_zeroed_data(const struct ht_mapping *before, const struct ht_mapping *mapping, bool has_heap)
{
	return before != NULL && touches(before, mapping) && before->map.kind == HT_MAP_FILE_DATA &&
	       is_written(before) && (!has_heap || size_of(mapping) <= MOST_ZERO_BYTES);
}

/* What lies above inaccessible MAPPING has its guard there, if that's what it is. */
static bool
guards(const struct ht_mapping *mapping, const struct ht_mapping *next)
{
	if (!touches(mapping, next) || !is_nameless(next) || !is_written(next) ||
	    next->map.start % ARENA_BYTES == 0)
		return false;
	return mapping->is_tail || size_of(mapping) <= MOST_GUARD_BYTES;
}

static void
settle_reserved(struct ht_mapping *mapping, struct ht_mapping *next)
{
	bool is_guard = guards(mapping, next);
	if (mapping->is_tail)
		mapping->map.kind = HT_MAP_ARENA;
	else if (is_guard)
		mapping->map.kind = HT_MAP_THREAD_STACK;
	if (is_guard)
		next->is_guarded = true;
}

static void
settle_anonymous(const struct ht_mapping *before, struct ht_mapping *mapping,
    struct ht_mapping *next, bool has_heap)
{
	if (!is_written(mapping))
		return;
	if (has_tail(mapping, next)) {
		mapping->map.kind = HT_MAP_ARENA;
		next->is_tail = true;
	} else if (is_full_arena(mapping)) {
		mapping->map.kind = HT_MAP_ARENA;
	} else if (mapping->is_guarded) {
		mapping->map.kind = HT_MAP_THREAD_STACK;
	} else if (is_zeroed_data(before, mapping, has_heap)) {
		mapping->map.kind = HT_MAP_FILE_DATA;
		mapping->map.name = before->map.name;
	}
}

void
ht_map_kind_settle(const struct ht_mapping *before, struct ht_mapping *mapping,
    struct ht_mapping *next, bool has_heap)
{
	if (!is_nameless(mapping))
		return;
	if (mapping->map.kind == HT_MAP_RESERVED)
		settle_reserved(mapping, next);
	else if (mapping->map.kind == HT_MAP_ANONYMOUS)
		settle_anonymous(before, mapping, next, has_heap);
}
