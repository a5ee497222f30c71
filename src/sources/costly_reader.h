/* SPDX-License-Identifier: MIT */
/*
 * The costly values of one process, read of the files of /proc that have them.  Nothing is kept
 * here but limits of cgroups; the costly part of the procfs source, its caller, knows what is due.
 */
#ifndef HT_SOURCES_COSTLY_READER_H
#define HT_SOURCES_COSTLY_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sources/proc_dir.h"
#include "sources/process_table.h"
#include "sources/share.h"

struct ht_cgroups;

/* What can be asked for. */
enum {
	HT_COSTLY_COMMAND = 1 << 0,
	HT_COSTLY_SWAP = 1 << 1,
	HT_COSTLY_PROPORTIONAL = 1 << 2,
	HT_COSTLY_LIMIT = 1 << 3,
};

/* One process to be read, and what was read.  What wasn't asked for is unknown. */
struct ht_costly_reading {
	const struct ht_process_record *record; /* borrowed; whom to read */
	unsigned parts;                         /* HT_COSTLY_... asked for */
	bool is_gone;                           /* it has ended: nothing was read */
	char *command;                          /* owned by the caller, to be freed; NULL: none */
	uint64_t swap_bytes;                    /* UINT64_MAX: unknown, as below */
	uint64_t proportional_bytes;
	uint64_t limit_bytes; /* UINT64_MAX: none */
	uint64_t cost_ns;     /* time that reading took */
};

struct ht_costly_reader {
	const struct ht_proc_dir *dir; /* borrowed */
	struct ht_cgroups
	    *cgroups[HT_SHARE_THREADS]; /* owned; of each thread, NULL until the first use */
};

void ht_costly_reader_init(struct ht_costly_reader *reader, const struct ht_proc_dir *dir);
void ht_costly_reader_release(struct ht_costly_reader *reader);

/* Reads COUNT processes, in two threads where they are many. */
void ht_costly_reader_read(
    struct ht_costly_reader *reader, struct ht_costly_reading *readings, size_t count);

#endif
