/* SPDX-License-Identifier: MIT */
/* What the files of the Overview share: its sections, and who draws which. */
#ifndef HT_VIEWS_OVERVIEW_PARTS_H
#define HT_VIEWS_OVERVIEW_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "views/graph.h"
#include "views/view.h"

/* One metric of the chosen process over the span in sight, in COUNT buckets from the grid's arena; NULL: no memory. */
const struct ht_history_bucket *ht_overview_series(const struct ht_view_input *input,
    const struct ht_metric *metric, uint64_t from_ns, uint64_t to_ns, size_t count,
    struct ht_grid *grid);

/* The span that is shown where nobody chose one: what the history has of it, from a minute to ten. */
uint64_t ht_overview_usual_span(const struct ht_view_input *input);

/* The next longer (STEPS 1) or shorter (-1) round span; SPAN_NS itself at either end. */
uint64_t ht_overview_next_span(uint64_t span_ns, int steps);

void ht_overview_draw_graph(
    const struct ht_view_input *input, uint64_t span_ns, struct ht_grid *grid, int top, int height);

/* The names and figures of the graph's lines, where there is no room for them beside it. */
void ht_overview_draw_names(const struct ht_view_input *input, struct ht_grid *grid, int row);

/* Where resident memory is: a bar in one row; with two, the names of its parts in the other. */
void ht_overview_draw_resident(
    const struct ht_view_input *input, struct ht_grid *grid, int row, int rows);

/* What is allocated and freed a second, and how that went, in one or two rows. */
void ht_overview_draw_rates(
    const struct ht_view_input *input, uint64_t span_ns, struct ht_grid *grid, int row, int rows);

/* How much a process that tells no heap grew over the span in sight. */
void ht_overview_draw_growth(
    const struct ht_view_input *input, uint64_t span_ns, struct ht_grid *grid, int row);

void ht_overview_draw_totals(const struct ht_view_input *input, struct ht_grid *grid, int row);

/* A place for a list: some rows of some columns. */
struct ht_overview_box {
	int row, rows;
	int column, width;
};

/* The threads that allocate fastest, and the latest events: in a line, or below each other in several rows. */
void ht_overview_draw_threads(
    const struct ht_view_input *input, struct ht_grid *grid, const struct ht_overview_box *box);
void ht_overview_draw_events(
    const struct ht_view_input *input, struct ht_grid *grid, const struct ht_overview_box *box);

#endif
