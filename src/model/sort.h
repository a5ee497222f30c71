/* SPDX-License-Identifier: MIT */
/*
 * The order of process rows, for the screen and for snapshot.  Plain data, no I/O.
 *
 * Rules: numbers from high to low and words from A to Z unless reversed; what is unknown
 * comes last either way; ties go to the larger resident memory, then to the lower pid, so that rows
 * never change places without a reason.
 */
#ifndef HT_MODEL_SORT_H
#define HT_MODEL_SORT_H

#include <stdbool.h>
#include <stddef.h>

#include "model/frame.h"
#include "model/metric.h"

enum ht_sort_field { HT_SORT_METRIC, HT_SORT_PID, HT_SORT_USER, HT_SORT_NAME };

struct ht_sort {
	enum ht_sort_field field;
	const struct ht_metric *metric; /* for HT_SORT_METRIC: of scope PROCESS or HEAP; static */
	bool reversed;
};

/* The order that nobody asked for otherwise: by live heap. */
struct ht_sort ht_sort_default(void);

/*
 * Reads [+|-]NAME as top does: NAME is "pid", "user", "name" or the short name of a process's or heap's
 * metric; + or nothing is the natural order, - the reverse.  0 or -EINVAL.
 */
int ht_sort_parse(const char *text, struct ht_sort *sort);

/* Writes SORT as ht_sort_parse reads it into the SIZE bytes of OUT. */
void ht_sort_print(const struct ht_sort *sort, char *out, size_t size);

/* Below, at or above 0 as A comes before, beside or after B.  0 only for one and the same process. */
int ht_sort_compare(
    const struct ht_sort *sort, const struct ht_process *a, const struct ht_process *b);

/* Puts COUNT PROCESSES in order. */
void ht_sort_processes(const struct ht_sort *sort, struct ht_process *processes, size_t count);

#endif
