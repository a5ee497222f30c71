/* SPDX-License-Identifier: MIT */
/*
 * An arena: memory that is given out in pieces and ended all at once.  Frames,
 * samples and whatever lives one tick are made in one.
 *
 * Threads: an arena belongs to one thread at a time.
 */
#ifndef HT_BASE_ARENA_H
#define HT_BASE_ARENA_H

#include <stddef.h>

struct ht_arena;

/* A new arena, or NULL for lack of memory. */
struct ht_arena *ht_arena_new(void);

/* Ends ARENA and everything given out of it.  NULL is allowed. */
void ht_arena_free(struct ht_arena *arena);

/* Takes everything back, keeps the memory for use again. */
void ht_arena_reset(struct ht_arena *arena);

/* SIZE zeroed bytes, aligned for any type; NULL for lack of memory. */
void *ht_arena_alloc(struct ht_arena *arena, size_t size);

/* COUNT zeroed elements of SIZE bytes; NULL for lack of memory or overflow. */
void *ht_arena_array(struct ht_arena *arena, size_t count, size_t size);

/* A copy of the LENGTH bytes at TEXT with a NUL behind; NULL for lack of memory. */
char *ht_arena_text(struct ht_arena *arena, const char *text, size_t length);

/* Bytes the arena holds from the system. */
size_t ht_arena_held_bytes(const struct ht_arena *arena);

#endif
