/* SPDX-License-Identifier: MIT */
/*
 * Who is there: one compact record a process, ordered by pid.  The procfs source
 * keeps it; other sources look processes up in it.
 */
#ifndef HT_SOURCES_PROCESS_TABLE_H
#define HT_SOURCES_PROCESS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode/procfs.h"
#include "sources/descriptors.h"

/* A process as the directory /proc lists it. */
struct ht_process_entry {
	int32_t pid;
	uint32_t
	    inode; /* of its directory: another one for each process, also when a pid comes back */
};

struct ht_process_record {
	struct ht_process_entry entry;
	int statm_fd; /* owned, counted in the descriptors; -1: none is kept */
	uint32_t uid; /* effective; UINT32_MAX: unknown */
	uint64_t start_time_ticks;
	uint64_t stat_cpu_ticks; /* as of the last look at stat */
	uint64_t stat_clock_ns; /* its processor time by its clock before that look; 0: not known */
	int32_t parent_pid;
	uint32_t thread_count;
	uint32_t text_pages;      /* another program has another: tells of an exec */
	uint32_t mount_namespace; /* inode; 0: not asked yet, or not permitted */
	uint8_t looks;            /* ticks since it was first seen, as far as it matters */
	bool is_known;            /* the fields above and below are filled */
	bool is_new;              /* known since this tick */
	bool is_kernel_thread;
	bool is_gone; /* ended during this tick */
	bool is_mount_namespace_asked;
	char state;
	char name[HT_PROCFS_NAME_BYTES];
};

struct ht_process_table {
	struct ht_process_record *records; /* owned; by rising pid, each pid once */
	size_t count;
	size_t capacity;
	struct ht_process_record *spare; /* owned; where the next tick's table is built */
	size_t spare_capacity;
	uint64_t changes; /* one more for each process that came or went */
};

void ht_process_table_init(struct ht_process_table *table);
void ht_process_table_release(struct ht_process_table *table, struct ht_descriptors *descriptors);

/*
 * Makes TABLE hold exactly the COUNT processes of ENTRIES, which rise by pid:
 * those it knew keep their records, others get an unknown one, and what a process that
 * left had open is closed.  0 or -ENOMEM (TABLE is as it was).
 */
int ht_process_table_update(struct ht_process_table *table, const struct ht_process_entry *entries,
    size_t count, struct ht_descriptors *descriptors);

/*
 * The one for PID of COUNT elements of SIZE bytes from FIRST on, or NULL.  Each begins with its pid,
 * an int32_t, and they rise by it.
 */
void *ht_pid_find(const void *first, size_t count, size_t size, int32_t pid);

/* The record of PID, or NULL. */
struct ht_process_record *ht_process_table_find(const struct ht_process_table *table, int32_t pid);

/* Forgets all about a record but its pid and inode. */
void ht_process_record_reset(struct ht_process_record *record, struct ht_descriptors *descriptors);

#endif
