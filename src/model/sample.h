/* SPDX-License-Identifier: MIT */
/*
 * A sample: what one source said of one process at one moment.  The border
 * between bytes and numbers: decoders and sources make samples, core reads them.
 * Plain data, no I/O.
 *
 * Ownership: a sample and everything it points to lives in the arena that its
 * maker was given, for one tick.
 */
#ifndef HT_MODEL_SAMPLE_H
#define HT_MODEL_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/maps.h"
#include "model/metric.h"

/* A process, safe against reuse of its pid. */
struct ht_process_key {
	int32_t pid; /* as the monitor sees it; 0: only known inside another namespace */
	uint64_t start_time_ticks; /* field 22 of /proc/PID/stat; 0: unknown */
};

enum ht_source_kind { HT_SOURCE_NONE, HT_SOURCE_SEGMENT, HT_SOURCE_GO, HT_SOURCE_JVM };

/* One of HT_SOURCE_KINDS as the word that JSON's "source" has. */
const char *ht_source_kind_name(enum ht_source_kind kind);

/* How far the numbers of a source can be believed at this tick. */
enum ht_quality {
	HT_QUALITY_LIVE,    /* read now, from a living process */
	HT_QUALITY_STALE,   /* stopped, torn or unreadable now: the last good figures */
	HT_QUALITY_DEAD,    /* the process ended; its last figures */
	HT_QUALITY_CORRUPT, /* content that breaks the format's rules: no figures */
};

/* One of enum ht_quality as the word that JSON and the table have. */
const char *ht_quality_name(enum ht_quality quality);

/*
 * A thread.  Values: what it did since it started.  Threads known from /proc
 * alone have 0 for the totals in an instrumented process, unknown otherwise.
 */
struct ht_thread {
	int32_t tid;          /* as the monitor sees it */
	uint32_t generation;  /* of its slot; pairs ticks together with tid */
	bool in_segment;      /* it has a slot */
	char state;           /* R S D T Z ... of proc_pid_stat(5); 0: unknown */
	char name[16];        /* NUL-terminated raw bytes: not safe to print */
	uint64_t cpu_time_ns; /* since its start; UINT64_MAX: unknown */
	struct ht_thread_values values;
};

/* Sum of the threads that ended, and of what no living thread owns. */
struct ht_exited_threads {
	uint64_t count;
	uint64_t allocated_bytes;
	uint64_t allocated_blocks;
	uint64_t freed_bytes;
	uint64_t freed_blocks;
};

struct ht_size_class {
	uint64_t size_bytes; /* upper bound, usable size; UINT64_MAX: all larger */
	uint64_t allocated_blocks;
	uint64_t freed_blocks;
	/* In frames alone; the former two as model/size_class.h says, UINT64_MAX: unknown. */
	uint64_t live_blocks;
	uint64_t live_bytes_estimate;
	bool has_rate;
	double allocated_blocks_per_second; /* valid where has_rate */
};

/* A figure of an event that was not given is UINT64_MAX. */
struct ht_event {
	uint64_t realtime_ns;  /* CLOCK_REALTIME since the epoch */
	uint64_t monotonic_ns; /* CLOCK_MONOTONIC */
	uint32_t kind;         /* enum heaptop_event_kind; unknown kinds never get here */
	int32_t tid;           /* as the monitor sees it; 0: unknown */
	uint64_t duration_ns;
	uint64_t bytes_before;
	uint64_t bytes_after;
	uint64_t requested_bytes;
	char label[65]; /* NUL-terminated raw bytes: not safe to print */
};

/* The word for an event's kind, or NULL for a kind that this program doesn't know. */
const char *ht_event_kind_name(uint32_t kind);

/* What it means, in one phrase, or NULL. */
const char *ht_event_kind_help(uint32_t kind);

/* What could not be kept.  UINT64_MAX: unknown. */
struct ht_dropped {
	uint64_t threads;
	uint64_t events;
	uint64_t sites;
	uint64_t samples;
};

/* The heap as an instrumented program told it.  Rates are core's: never present here. */
struct ht_heap_sample {
	struct ht_heap_values values;
	bool bytes_unknown;        /* the allocator has no usable size: blocks only */
	uint32_t exec_generation;  /* a change starts all counters anew */
	struct ht_thread *threads; /* living slots, by slot order */
	size_t thread_count;
	struct ht_exited_threads exited;
	struct ht_size_class *size_classes; /* classes in use, rising */
	size_t size_class_count;
	struct ht_event *events; /* by rising time */
	size_t event_count;
	struct ht_dropped dropped;
	uint64_t heartbeat_ns; /* CLOCK_MONOTONIC; 0: unknown */
};

struct ht_sample {
	struct ht_process_key key;
	/*
	 * The process wasn't there at the tick before: nothing may be paired with it, even if a
	 * process of the same pid ended and this one started within one clock tick.
	 */
	bool is_new;
	bool clock_is_exact; /* cpu_time_ns counts every nanosecond that it ran */
	enum ht_source_kind source;
	enum ht_quality quality;
	const char *quality_reason; /* one short phrase, or NULL; static or in the arena */
	uint64_t monotonic_ns;      /* when it was read */
	uint32_t detail;            /* HT_DETAIL_... lists that were asked for of the process */

	/* Identity; a source fills what it knows. */
	const char *name;     /* comm, raw bytes; NULL: not told */
	const char *command;  /* command line with spaces, raw bytes; NULL: not told */
	const char *user;     /* NULL: not told */
	uint32_t uid;         /* UINT32_MAX: not told */
	int32_t parent_pid;   /* -1: not told */
	char state;           /* 0: not told */
	uint64_t cpu_time_ns; /* since its start; UINT64_MAX: unknown */
	uint64_t data_bytes;  /* private writable memory and stacks; UINT64_MAX: unknown */

	struct ht_process_values process;
	struct ht_heap_sample *heap; /* NULL: this source has no heap of it */

	/* /proc's threads, where they were asked for; NULL otherwise. */
	struct ht_thread *tasks;
	size_t task_count;

	const struct ht_maps *maps; /* where they were asked for; NULL otherwise */
};

/*
 * Takes the threads out of HEAP that IS_ALIVE denies, and gives what they did to
 * exited threads: a thread may die without telling.  Sums and the order of the rest stay.
 */
void ht_heap_sample_retire(struct ht_heap_sample *heap,
    bool (*is_alive)(const struct ht_thread *thread, void *context), void *context);

#endif
