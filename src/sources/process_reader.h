/* SPDX-License-Identifier: MIT */
/*
 * What each process of the table is like: its memory and processor time each
 * tick, the rest when it may have changed.  Called by the procfs source.
 */
#ifndef HT_SOURCES_PROCESS_READER_H
#define HT_SOURCES_PROCESS_READER_H

#include "decode/procfs.h"
#include "sources/descriptors.h"
#include "sources/proc_dir.h"
#include "sources/process_table.h"

/* What is read of a process each tick. */
struct ht_process_reading {
	struct ht_procfs_statm statm;
	uint64_t cpu_time_ns; /* since its start */
	bool clock_is_exact;  /* that counts every nanosecond that it ran */
};

struct ht_process_ahead;

struct ht_process_reader {
	const struct ht_proc_dir *dir; /* borrowed */
	struct ht_process_ahead
	    *ahead; /* owned; what _begin has read, by the table's order; or NULL */
	uint64_t ns_per_tick;
	uint64_t ticks;       /* that have ended */
	uint64_t turns;       /* so far; stats of processes at rest are read in turn, ... */
	uint64_t turn_ns;     /* CLOCK_MONOTONIC of the last turn */
	bool is_turn;         /* ... if it is time for that in this tick */
	size_t slices;        /* each process's stat is read once in so many turns, at least */
	size_t moving_slices; /* the stat of one that ran, once in so many ticks */
	size_t moving_count; /* processes that ran since their stat was read; of this tick so far */
};

void ht_process_reader_init(struct ht_process_reader *reader, const struct ht_proc_dir *dir);

/*
 * Begins a tick, when TABLE is up to date.  Where many processes are new, as they are at first,
 * a second thread reads some of them until this returns.
 */
void ht_process_reader_begin(struct ht_process_reader *reader, struct ht_process_table *table,
    struct ht_descriptors *descriptors);

/*
 * Brings record INDEX of TABLE up to date.  0 and READING, or -errno.  A pid that passed to another process
 * since the tick before is read as the new one.
 */
int ht_process_reader_read(struct ht_process_reader *reader, struct ht_process_table *table,
    size_t index, struct ht_descriptors *descriptors, struct ht_process_reading *reading);

/* Ends the tick. */
void ht_process_reader_end(struct ht_process_reader *reader);

#endif
