/* SPDX-License-Identifier: MIT */
/*
 * A source: something that knows about processes and is asked once a tick.
 * Sources do I/O and nothing else: bytes become numbers in decode/, samples
 * become a frame in core/.  To add one: a file with its struct ht_source, and a line
 * in the registry in source.c.
 */
#ifndef HT_SOURCES_SOURCE_H
#define HT_SOURCES_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/request.h"
#include "model/sample.h"
#include "sources/descriptors.h"
#include "sources/process_table.h"

/* One tick's question to all sources, and their answers. */
struct ht_poll {
	const struct ht_request *request; /* borrowed */
	struct ht_arena *arena; /* borrowed; what samples point to lives here, for this tick */
	struct ht_descriptors *descriptors; /* borrowed, lasting */
	struct ht_process_table
	    *processes; /* borrowed, lasting; procfs, the first source, fills it */

	struct ht_sample *samples; /* owned by the caller; moves when one is added */
	size_t sample_count;
	size_t sample_capacity;
	size_t process_samples; /* the first so many are procfs's, by rising pid */
	struct ht_host_values host;
	size_t hidden_count;  /* processes that may not be read */
	uint64_t realtime_ns; /* of the tick: CLOCK_REALTIME as it began, or a recording's */
	uint64_t monotonic_ns;
	uint64_t last_pid; /* given out last when procfs began; 0: not known */
};

struct ht_source {
	const char *name;
	/* 0 and *STATE, or -errno with ERROR filled when nothing can work without this source. */
	int (*open)(void **state, struct ht_error *error);
	/* Adds samples.  0, or -ENOMEM; what could not be read is missing, or said in a sample. */
	int (*poll)(void *state, struct ht_poll *poll);
	void (*close)(void *state);
};

/* All sources, in the order in which they are asked; ends with NULL. */
extern const struct ht_source *const ht_sources[];

/*
 * A new sample in POLL with everything unknown, or NULL for lack of memory.
 * Valid until the next one is added.
 */
struct ht_sample *ht_poll_add(struct ht_poll *poll);

/* The sample that procfs made of PID, or NULL. */
struct ht_sample *ht_poll_find_process(const struct ht_poll *poll, int32_t pid);

/* True when LIST names PID, or is empty and stands for all. */
bool ht_pid_list_covers(const struct ht_pid_list *list, int32_t pid);

#endif
