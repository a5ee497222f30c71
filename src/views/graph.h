/* SPDX-License-Identifier: MIT */
/*
 * A graph of figures in bytes over time: areas and lines of several series, limits as lines across, events
 * on the time axis.  Draws what it is given; what is shown is the business of its view.
 */
#ifndef HT_VIEWS_GRAPH_H
#define HT_VIEWS_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/bucket.h"
#include "views/grid.h"
#include "views/sparkline.h"

/* All pointers are borrowed. */
struct ht_graph_series {
	const char *name;
	enum ht_role role; /* of a line, and of an area's edge */
	enum ht_role body; /* of an area */
	bool filled;
	const struct ht_history_bucket *buckets; /* the oldest first: bucket_count of the graph */
};

/* A line across; one far above everything else is named at the top with an arrow. */
struct ht_graph_limit {
	const char *name;
	enum ht_role role;
	double value;
};

struct ht_graph_event {
	uint64_t at_ns;    /* on the clock of from_ns */
	const char *glyph; /* one column wide */
	const char *ascii_glyph;
	const char *label; /* raw bytes; "": none */
	enum ht_role role;
};

struct ht_graph {
	const struct ht_graph_series *series; /* later ones are drawn over earlier ones */
	size_t series_count;
	const struct ht_graph_limit *limits;
	size_t limit_count;
	const struct ht_graph_event *events; /* by rising time */
	size_t event_count;
	size_t bucket_count; /* ht_graph_buckets() of the width it is drawn in */
	size_t bridge;       /* so many unknown buckets in a row lie between two looks: no gap */
	uint64_t from_ns, to_ns; /* what the buckets cover; from_ns < to_ns */
	enum ht_units units;     /* of the figures beside the names */
	uint64_t now_ns;         /* what the right end stands for; nearly to_ns */
	const char *end;         /* what it is called */
};

/* How many buckets a graph of WIDTH columns in GRID shows; 0: it is too narrow to draw. */
size_t ht_graph_buckets(const struct ht_grid *grid, int width);

/* Draws GRAPH into WIDTH columns from column 0 on of HEIGHT rows. */
void ht_graph_draw(
    const struct ht_graph *graph, struct ht_grid *grid, int top, int width, int height);

#endif
