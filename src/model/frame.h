/* SPDX-License-Identifier: MIT */
/*
 * A frame: everything known at one tick, from all sources, rates included.
 * core makes it; views, exporters and commands read it.  A frame is a value:
 * const to whoever gets it, and complete.
 *
 * Ownership: ht_frame_new gives a frame with an arena of its own; every pointer
 * in it leads into that arena; ht_frame_free ends all at once.
 * Threads: a frame may be handed from one thread to another, not shared while
 * it is being built.
 */
#ifndef HT_MODEL_FRAME_H
#define HT_MODEL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/maps.h"
#include "model/metric.h"
#include "model/sample.h"

/* Lists that a reader may ask for; bits of ht_frame.detail and of --detail. */
enum ht_detail {
	HT_DETAIL_THREADS = 1 << 0,
	HT_DETAIL_SIZE_CLASSES = 1 << 1,
	HT_DETAIL_EVENTS = 1 << 2,
	HT_DETAIL_MAPS = 1 << 3,      /* mappings one by one, and what follows */
	HT_DETAIL_ALLOCATOR = 1 << 4, /* where resident memory is, sums by kind of mapping */
};

/* The heap of one process with its rates. */
struct ht_heap {
	struct ht_heap_values values;
	bool bytes_unknown;
	uint32_t exec_generation;        /* a change starts all counters and the peak anew */
	struct ht_exited_threads exited; /* valid where threads were asked for */
	struct ht_size_class *size_classes;
	size_t size_class_count;
	struct ht_event *events; /* by rising time, those the monitor saw itself included */
	size_t event_count;
	struct ht_dropped dropped;
};

struct ht_process {
	struct ht_process_key key;
	const char *name;    /* comm; raw bytes, not safe to print; never NULL ("" when unknown) */
	const char *command; /* command line; NULL: not read for this row */
	const char *user;    /* NULL: unknown */
	uint32_t uid;        /* UINT32_MAX: unknown */
	int32_t parent_pid;  /* -1: unknown */
	char state;          /* 0: unknown */
	enum ht_source_kind source;
	enum ht_quality quality;
	const char *quality_reason; /* NULL: none; why heap is NULL or old */
	uint64_t age_ns;            /* of the heap's figures at the frame's time */
	struct ht_process_values values;
	struct ht_heap *heap;      /* NULL: no source has the heap of this process */
	struct ht_thread *threads; /* every task; NULL where not asked for */
	size_t thread_count;
	const struct ht_maps *maps; /* NULL: neither maps nor allocator was asked for */
	uint32_t detail;            /* HT_DETAIL_... lists that are filled for this process */
};

struct ht_frame {
	struct ht_arena *arena; /* owned; all pointers lead into it */
	uint64_t realtime_ns;   /* CLOCK_REALTIME of the tick */
	uint64_t monotonic_ns;  /* CLOCK_MONOTONIC of the tick */
	uint64_t interval_ns;   /* since the tick before; 0: this is the first, no rates */
	struct ht_host_values host;
	struct ht_process *processes;
	size_t process_count;
	size_t instrumented_count; /* processes with a heap */
	size_t hidden_count;       /* processes that could not be read for lack of permission */
};

/* A frame with an arena and nothing in it, or NULL for lack of memory. */
struct ht_frame *ht_frame_new(void);

/* Ends FRAME and all it points to.  NULL is allowed. */
void ht_frame_free(struct ht_frame *frame);

/* The process with PID in FRAME, or NULL. */
const struct ht_process *ht_frame_find(const struct ht_frame *frame, int32_t pid);

/* For ht_assert_slow: counts, pointers and present bits agree with each other. */
bool ht_frame_is_valid(const struct ht_frame *frame);

#endif
