/* SPDX-License-Identifier: MIT */
/* A built segment, decoded: for the tests of what a sample says.  Asserts by cmocka. */
#ifndef HT_TESTS_SEGMENT_READING_H
#define HT_TESTS_SEGMENT_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/frame.h"
#include "model/sample.h"
#include "segment_builder.h"

/* Every list that a segment has. */
extern const uint32_t everything;

/* A builder's segment, a copy made of it before, and the sample that comes of both. */
struct reading {
	struct segment_builder *builder;
	unsigned char *first; /* NULL: the same as the second */
	struct ht_arena *arena;
	struct ht_sample sample;
};

/* Takes BUILDER over. */
struct reading reading_of(struct segment_builder *builder);
void reading_release(struct reading *reading);

/* Makes the first copy; what the test changes from now on is only in the second. */
void keep_first(struct reading *reading);

/* Decodes both copies at monotonic time 77; returns as ht_segment_decode does. */
int decode(struct reading *reading, uint32_t detail, bool last_try);

/* Figures that must be known. */
uint64_t heap_value(const struct reading *reading, enum ht_heap_metric metric);
uint64_t thread_value(const struct ht_thread *thread, enum ht_thread_metric metric);

bool heap_has(const struct reading *reading, enum ht_heap_metric metric);

/* The sum over threads and exited is the heap's total, for all four counters. */
void assert_sums(const struct reading *reading);

#endif
