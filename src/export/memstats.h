/* SPDX-License-Identifier: MIT */
/*
 * The heap of one process as Go's expvar writes runtime.MemStats: {"memstats": {...}} with all of its
 * fields, so that what reads /debug/vars of a Go program reads a C program.  What is unknown is
 * null, which a Go program reads as "not told".
 */
#ifndef HT_EXPORT_MEMSTATS_H
#define HT_EXPORT_MEMSTATS_H

#include <stdbool.h>

#include "base/text.h"
#include "model/frame.h"

/* Appends PROCESS, which has a heap, and a newline to OUT: indented, or all in one line.  0 or -ENOMEM. */
int ht_memstats_write(const struct ht_process *process, bool indented, struct ht_text *out);

#endif
