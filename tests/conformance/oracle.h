/* SPDX-License-Identifier: MIT */
/*
 * An allocator that counts: loaded below the hooks, it says what reached it.
 * All of it is async-signal-safe, so a signal handler may allocate at any
 * moment, which no C library's allocator bears.  It never uses memory again.
 *
 * Where ORACLE_FILE names a file and ORACLE_PID this process, the totals lie in
 * that file, as struct oracle_totals, up to the last moment.
 */
#ifndef HT_CONFORMANCE_ORACLE_H
#define HT_CONFORMANCE_ORACLE_H

#include <stdint.h>

struct oracle_totals {
	uint64_t allocated_bytes;
	uint64_t allocated_blocks;
	uint64_t freed_bytes;
	uint64_t freed_blocks;
};

/* What was done since the program started.  Exact while no thread is in the allocator. */
struct oracle_totals oracle_read(void);

#endif
