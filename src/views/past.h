/* SPDX-License-Identifier: MIT */
/* Columns about what was: the course of a figure, and how much it grew since the mark or within a minute. */
#ifndef HT_VIEWS_PAST_H
#define HT_VIEWS_PAST_H

#include "views/table.h"

/* The heading of columns that count from the mark. */
#define HT_PAST_DELTA       "\xce\x94mark"
#define HT_PAST_DELTA_ASCII "+mark"

/*
 * The figure that stands for the memory of PROCESS: its live heap, or where nobody tells that, its anonymous
 * resident memory.
 */
const struct ht_metric *ht_past_metric(const struct ht_process *process);

/* For columns of processes: the last minute of that figure; what it grew since the mark. */
void ht_past_draw_trend(const void *item, struct ht_draft *draft);
void ht_past_draw_process_growth(const void *item, struct ht_draft *draft);

/* For a column of threads: what the thread allocated since the mark. */
void ht_past_draw_thread_growth(const void *item, struct ht_draft *draft);

/* Whether there is a mark to count from. */
bool ht_past_has_mark(const struct ht_view_input *input);

/* Appends ", +1.2M in 58s": how much that figure of PROCESS grew in the last minute, or since it is watched. */
void ht_past_describe_growth(
    const struct ht_view_input *input, const struct ht_process *process, struct ht_text *out);

#endif
