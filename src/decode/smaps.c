/* SPDX-License-Identifier: MIT */
/*
 * A mapping is settled when the next one is known, so three are in sight at a
 * time: the one settled last, the one to settle, and the one whose lines are being read.
 */
#include "config.h"

#include "decode/smaps.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "decode/map_kind.h"

/* A path has at most a page, and four bytes for each newline in it; what is longer is cut. */
enum { LINE_BYTES = 8192, MOST_NAME_BYTES = 4096 };

struct ht_smaps {
	struct ht_arena *names; /* owned */
	struct ht_map *list;    /* owned */
	size_t count;
	size_t capacity;
	size_t most;
	struct ht_map rest[HT_MAP_KINDS]; /* of mappings beyond the most */
	struct ht_maps sums;              /* its list is not used */
	const char *last_name;            /* neighbours often have the same */
	struct ht_mapping before;         /* settled last */
	struct ht_mapping waiting;        /* for its successor */
	struct ht_mapping current;        /* whose lines are being read */
	bool has_before, has_waiting, has_current;
	bool has_other_allocator;
	size_t line_length;
	char line[LINE_BYTES]; /* its beginning, where a piece ended within */
};

struct ht_smaps *
ht_smaps_new(size_t most)
{
	struct ht_smaps *smaps = calloc(1, sizeof(*smaps));
	if (smaps == NULL)
		return NULL;
	smaps->most = most;
	smaps->names = ht_arena_new();
	if (smaps->names != NULL)
		return smaps;
	free(smaps);
	return NULL;
}

void
ht_smaps_free(struct ht_smaps *smaps)
{
	if (smaps == NULL)
		return;
	ht_arena_free(smaps->names);
	free(smaps->list);
	free(smaps);
}

static int
append(struct ht_smaps *smaps, const struct ht_map *map)
{
	if (smaps->count == smaps->capacity) {
		size_t capacity = smaps->capacity * 2 + 64;
		struct ht_map *list = reallocarray(smaps->list, capacity, sizeof(*list));
		if (list == NULL)
			return -ENOMEM;
		smaps->list = list;
		smaps->capacity = capacity;
	}
	smaps->list[smaps->count++] = *map;
	return 0;
}

/* The file's name without its directories. */
static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

/* Whose blocks they are: glibc's, unless a library of another allocator is there too. */
static void
note_allocator(struct ht_smaps *smaps, const struct ht_map *map)
{
	static const char *const others[] = { "libjemalloc", "libtcmalloc", "libmimalloc",
		"ld-musl", "libasan", "libtsan", "libmemkind", "librpmalloc", "libsnmalloc",
		"libhoard", "libc++abi-scudo", "libscudo" };
	if (map->kind != HT_MAP_FILE_TEXT)
		return;
	const char *name = base_name(map->name);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strncmp(name, others[i], strlen(others[i])) == 0)
			smaps->has_other_allocator = true;
	if (strcmp(name, "libc.so.6") == 0 || strncmp(name, "libc-2.", 7) == 0)
		smaps->sums.allocator = HT_ALLOCATOR_GLIBC;
}

/* Counts MAP, which is settled, and keeps it. */
static int
keep(struct ht_smaps *smaps, const struct ht_map *map)
{
	struct ht_maps *sums = &smaps->sums;
	sums->mapping_count++;
	sums->kind_counts[map->kind]++;
	ht_map_figures_add(&sums->total, &map->figures);
	ht_map_figures_add(&sums->kinds[map->kind], &map->figures);
	sums->has_thread_stacks |= map->kind == HT_MAP_THREAD_STACK;
	note_allocator(smaps, map);
	if (smaps->count < smaps->most)
		return append(smaps, map);
	smaps->rest[map->kind].count++;
	ht_map_figures_add(&smaps->rest[map->kind].figures, &map->figures);
	return 0;
}

/* The mapping that waits has NEXT behind it (NULL: nothing more). */
static int
settle_waiting(struct ht_smaps *smaps, struct ht_mapping *next)
{
	if (!smaps->has_waiting)
		return 0;
	ht_map_kind_settle(smaps->has_before ? &smaps->before : NULL, &smaps->waiting, next,
	    smaps->sums.kind_counts[HT_MAP_HEAP] != 0);
	smaps->before = smaps->waiting;
	smaps->has_before = true;
	smaps->has_waiting = false;
	return keep(smaps, &smaps->before.map);
}

/* All lines of the current mapping have been read. */
static int
finish_current(struct ht_smaps *smaps)
{
	if (!smaps->has_current)
		return 0;
	int result = settle_waiting(smaps, &smaps->current);
	smaps->waiting = smaps->current;
	smaps->has_waiting = true;
	smaps->has_current = false;
	return result;
}

/* A number in BASE at *AT, which is moved behind it; false: there is none, or it is too large. */
static bool
take_number(const char **at, unsigned base, uint64_t *value)
{
	const char *begin = *at;
	*value = 0;
	for (;; ++*at) {
		unsigned digit = (unsigned char)**at;
		if (digit >= '0' && digit <= '9')
			digit -= '0';
		else if (digit >= 'a' && digit <= 'f')
			digit -= 'a' - 10;
		else
			break;
		if (digit >= base)
			break;
		if (__builtin_mul_overflow(*value, base, value) ||
		    __builtin_add_overflow(*value, digit, value))
			return false;
	}
	return *at != begin;
}

static bool
take_byte(const char **at, char byte)
{
	if (**at != byte)
		return false;
	++*at;
	return true;
}

static bool
take_flags(const char **at, char flags[5])
{
	if (strnlen(*at, 4) < 4)
		return false;
	memcpy(flags, *at, 4);
	flags[4] = '\0';
	for (int i = 0; i < 4; i++)
		if (strchr(i == 3 ? "ps" : "rwx-", flags[i]) == NULL)
			return false;
	*at += 4;
	return true;
}

/* "55d0a0a00000-55d0a0a21000 rw-p 00000000 fe:00 247278      /a/name": all but the name. */
static bool
take_head(const char **at, struct ht_mapping *mapping)
{
	uint64_t skipped;
	struct ht_map *map = &mapping->map;
	return take_number(at, 16, &map->start) && take_byte(at, '-') &&
	       take_number(at, 16, &map->end) && take_byte(at, ' ') && take_flags(at, map->flags) &&
	       take_byte(at, ' ') && take_number(at, 16, &skipped) && take_byte(at, ' ') &&
	       take_number(at, 16, &skipped) && take_byte(at, ':') &&
	       take_number(at, 16, &skipped) && take_byte(at, ' ') &&
	       take_number(at, 10, &mapping->inode) && map->start < map->end;
}

static const char *
keep_name(struct ht_smaps *smaps, const char *name)
{
	if (*name == '\0')
		return "";
	size_t length = strnlen(name, MOST_NAME_BYTES);
	if (smaps->last_name == NULL || strlen(smaps->last_name) != length ||
	    memcmp(smaps->last_name, name, length) != 0)
		smaps->last_name = ht_arena_text(smaps->names, name, length);
	return smaps->last_name;
}

/* A line that begins a mapping; what isn't quite one ends the mapping before it all the same. */
static int
read_head(struct ht_smaps *smaps, const char *line)
{
	const uint64_t unknown = UINT64_MAX;
	int result = finish_current(smaps);
	struct ht_mapping *mapping = &smaps->current;
	*mapping = (struct ht_mapping){ .map.count = 1 };
	if (result != 0 || !take_head(&line, mapping))
		return result;
	while (*line == ' ')
		line++;
	mapping->map.name = keep_name(smaps, line);
	if (mapping->map.name == NULL)
		return -ENOMEM;
	mapping->map.figures = (struct ht_map_figures){ mapping->map.end - mapping->map.start,
		unknown, unknown, unknown, unknown, unknown };
	mapping->map.kind = ht_map_kind_by_line(mapping);
	smaps->has_current = true;
	return 0;
}

static const struct {
	const char *name;
	size_t offset;
} fields[] = {
	{ "Rss:", offsetof(struct ht_map_figures, resident) },
	{ "Pss:", offsetof(struct ht_map_figures, proportional) },
	{ "Private_Dirty:", offsetof(struct ht_map_figures, private_dirty) },
	{ "Anonymous:", offsetof(struct ht_map_figures, anonymous) },
	{ "Swap:", offsetof(struct ht_map_figures, swap) },
};

/* "Rss:                  24 kB" */
static void
read_field(struct ht_smaps *smaps, const char *line)
{
	char *figures = (char *)&smaps->current.map.figures;
	for (size_t i = 0; smaps->has_current && i < sizeof(fields) / sizeof(fields[0]); i++) {
		size_t length = strlen(fields[i].name);
		uint64_t kib, bytes;
		if (strncmp(line, fields[i].name, length) != 0)
			continue;
		const char *at = line + length;
		while (*at == ' ')
			at++;
		if (!take_number(&at, 10, &kib) || strcmp(at, " kB") != 0 ||
		    __builtin_mul_overflow(kib, 1024, &bytes))
			bytes = UINT64_MAX;
		memcpy(figures + fields[i].offset, &bytes, sizeof(bytes));
		return;
	}
}

/* A mapping's line begins with an address; all others with a word and a colon. */
static bool
is_head(const char *line)
{
	while ((*line >= '0' && *line <= '9') || (*line >= 'a' && *line <= 'f'))
		line++;
	return *line == '-';
}

static int
read_line(struct ht_smaps *smaps)
{
	smaps->line[smaps->line_length] = '\0';
	smaps->line_length = 0;
	if (is_head(smaps->line))
		return read_head(smaps, smaps->line);
	read_field(smaps, smaps->line);
	return 0;
}

int
ht_smaps_add(struct ht_smaps *smaps, const char *bytes, size_t length)
{
	int result = 0;
	while (length > 0 && result == 0) {
		const char *newline = memchr(bytes, '\n', length);
		size_t taken = newline != NULL ? (size_t)(newline - bytes) : length;
		size_t room = LINE_BYTES - 1 - smaps->line_length;
		size_t copied = taken < room ? taken : room;
		memcpy(smaps->line + smaps->line_length, bytes, copied);
		smaps->line_length += copied;
		if (newline != NULL) {
			result = read_line(smaps);
			taken++;
		}
		bytes += taken;
		length -= taken;
	}
	return result;
}

int
ht_smaps_end(struct ht_smaps *smaps)
{
	int result = smaps->line_length != 0 ? read_line(smaps) : 0;
	if (result == 0)
		result = finish_current(smaps);
	if (result == 0)
		result = settle_waiting(smaps, NULL);
	for (int i = 0; i < HT_MAP_KINDS && result == 0; i++) {
		struct ht_map *rest = &smaps->rest[i];
		rest->kind = (enum ht_map_kind)i;
		rest->name = "";
		if (rest->count != 0)
			result = append(smaps, rest);
	}
	return result;
}

struct ht_maps
ht_smaps_maps(const struct ht_smaps *smaps)
{
	struct ht_maps maps = smaps->sums;
	maps.maps = smaps->list;
	maps.count = smaps->count;
	if (smaps->has_other_allocator)
		maps.allocator = HT_ALLOCATOR_UNKNOWN;
	return maps;
}
