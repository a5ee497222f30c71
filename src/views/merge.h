/* SPDX-License-Identifier: MIT */
/* Threads of one name as one row: workers that differ in a number at the end of it are one name, "worker-*". */
#ifndef HT_VIEWS_MERGE_H
#define HT_VIEWS_MERGE_H

#include "views/view.h"

/* Of a row that stands for several threads: none has such a number. */
enum { HT_MERGED_TID = -2 };

/* Adds the threads of the chosen process that STATE shows, merged.  0 or -ENOMEM. */
int ht_merge_select(const struct ht_view_input *input, struct ht_view_state *state);

/* How many threads the row of a thread with HT_MERGED_TID stands for. */
size_t ht_merge_count(const struct ht_thread *thread);

/* Of how many of them METRIC is known: what is summed in that row. */
size_t ht_merge_known(const struct ht_thread *thread, const struct ht_metric *metric);

#endif
