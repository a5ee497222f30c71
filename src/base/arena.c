/* SPDX-License-Identifier: MIT */
/* Chunks in a list; the first is the one in use.  Large pieces get their own. */
#include "config.h"

#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 64 * 1024 };

struct chunk {
	struct chunk *next;
	size_t size; /* bytes in data */
	size_t used;
	alignas(max_align_t) unsigned char data[];
};

struct ht_arena {
	struct chunk *first; /* owned */
};

static struct chunk *
chunk_new(size_t size)
{
	struct chunk *chunk = malloc(sizeof(*chunk) + size);
	if (chunk == NULL)
		return NULL;
	chunk->next = NULL;
	chunk->size = size;
	chunk->used = 0;
	return chunk;
}

struct ht_arena *
ht_arena_new(void)
{
	return calloc(1, sizeof(struct ht_arena));
}

void
ht_arena_free(struct ht_arena *arena)
{
	if (arena == NULL)
		return;
	for (struct chunk *chunk = arena->first, *next; chunk != NULL; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(arena);
}

void
ht_arena_reset(struct ht_arena *arena)
{
	for (struct chunk *chunk = arena->first; chunk != NULL; chunk = chunk->next)
		chunk->used = 0;
}

/* A chunk with room for SIZE, moved to the front; NULL for lack of memory. */
static struct chunk *
chunk_with_room(struct ht_arena *arena, size_t size)
{
	for (struct chunk **link = &arena->first; *link != NULL; link = &(*link)->next) {
		struct chunk *chunk = *link;
		if (chunk->used == 0 && chunk->size >= size) {
			*link = chunk->next;
			chunk->next = arena->first;
			arena->first = chunk;
			return chunk;
		}
	}
	struct chunk *chunk = chunk_new(size > CHUNK_BYTES ? size : CHUNK_BYTES);
	if (chunk == NULL)
		return NULL;
	chunk->next = arena->first;
	arena->first = chunk;
	return chunk;
}

void *
ht_arena_alloc(struct ht_arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + align - 1) / align * align;
	if (size == 0)
		size = align;

	struct chunk *chunk = arena->first;
	if (chunk == NULL || chunk->size - chunk->used < size)
		chunk = chunk_with_room(arena, size);
	if (chunk == NULL)
		return NULL;
	void *piece = chunk->data + chunk->used;
	chunk->used += size;
	return memset(piece, 0, size);
}

void *
ht_arena_array(struct ht_arena *arena, size_t count, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	return ht_arena_alloc(arena, bytes);
}

char *
ht_arena_text(struct ht_arena *arena, const char *text, size_t length)
{
	if (length == SIZE_MAX)
		return NULL;
	char *copy = ht_arena_alloc(arena, length + 1);
	if (copy != NULL && length != 0)
		memcpy(copy, text, length);
	return copy;
}

size_t
ht_arena_held_bytes(const struct ht_arena *arena)
{
	size_t sum = 0;
	for (const struct chunk *chunk = arena->first; chunk != NULL; chunk = chunk->next)
		sum += sizeof(*chunk) + chunk->size;
	return sum;
}
