/* SPDX-License-Identifier: MIT */
/*
 * A table: columns over rows, sorted, scrolled, with the least important columns left out where it
 * is narrow.  The views that are tables consist of a table of columns and a few functions.
 */
#ifndef HT_VIEWS_TABLE_H
#define HT_VIEWS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "views/view.h"

enum { HT_TABLE_CELL_BYTES = 32 };

/* What stands in a cell before it is fitted to its column. */
struct ht_draft {
	enum ht_role role;
	const char *text;                  /* raw bytes: `own`, or borrowed from the frame */
	const struct ht_view_input *input; /* what the view looks at; NULL: nothing is drawn */
	const struct ht_row_item *row;     /* the row it is in; NULL: in none */
	int width;                         /* of the column */
	bool rich;                         /* graphs may be drawn with more than consoles have */
	char own[HT_TABLE_CELL_BYTES];
};

struct ht_column {
	const char *title;        /* NULL: the metric's */
	const char *ascii_title;  /* where there is nothing but ASCII; NULL: the same */
	const char *help;         /* NULL: the metric's */
	bool unsorted;            /* rows can't be put in order by it */
	bool costly;              /* sorting by it needs costly values of all processes */
	bool searched;            /* drawn text that a search looks into */
	bool left;                /* text; figures stand at the right */
	unsigned char importance; /* the least important column leaves first */
	unsigned char width;      /* columns; for the one that `grows`, its least */
	unsigned char most;       /* over 0: it gets so wide before another one `grows` */
	unsigned char wanted; /* over 0: the least important ones leave so that it gets so wide */
	bool bytes;           /* drawn figures of bytes: it is widened for large units */
	bool grows;           /* takes what is left of the line */
	bool (*shown)(const struct ht_view_input *input); /* NULL: always */
	enum ht_sort_field field; /* it orders by this; HT_SORT_METRIC: by the metric below */
	enum ht_metric_scope scope;
	unsigned metric;
	/* Fills DRAFT, which is empty but for its input, for ITEM; NULL: the metric's value. */
	void (*draw)(const void *item, struct ht_draft *draft);
};

struct ht_table {
	const struct ht_column *columns;
	size_t count;
	unsigned scopes; /* bits, 1 << enum ht_metric_scope: of the metrics that items have */
	/* The value of METRIC of ITEM; false: unknown, or not a metric of such an item. */
	bool (*value)(const void *item, const struct ht_metric *metric, union ht_value *value);
	/* Below 0: A comes before B. */
	int (*compare)(const struct ht_sort *sort, const void *a, const void *b);
};

enum { HT_TABLE_MOST_COLUMNS = 32 };

/* The columns that fit, each where it stands, and what their drawing depends on. */
struct ht_table_layout {
	const struct ht_view_input *input; /* borrowed */
	size_t shift;                      /* columns by which the one that grows is scrolled */
	size_t count;
	struct {
		struct ht_column column;
		size_t index; /* in the table; SIZE_MAX: it was added */
		int at;
		int width;
	} shown[HT_TABLE_MOST_COLUMNS];
};

/* Chooses and places columns for WIDTH; a metric that sorts and is no column of TABLE becomes one. */
void ht_table_lay_out(const struct ht_table *table, const struct ht_view_input *input,
    const struct ht_view_state *state, int width, struct ht_table_layout *layout);

/* Draws the headings into one row. */
void ht_table_draw_headings(const struct ht_table_layout *layout, const struct ht_sort *sort,
    struct ht_grid *grid, int row);

/* Draws ITEM into one row. */
void ht_table_draw_item(const struct ht_table *table, const struct ht_table_layout *layout,
    const void *item, struct ht_grid *grid, int row);

/* Draws headings and as many rows as there is room for, the selected one among them. */
void ht_table_draw(const struct ht_table *table, const struct ht_table_layout *layout,
    struct ht_view_state *state, struct ht_grid *grid, int top, int height);

/* Moves the selection and changes the order; what tables answer to. */
enum ht_answer ht_table_key(
    const struct ht_table *table, struct ht_view_state *state, enum ht_command command);

/* Whether a search has text to look into; a TABLE of NULL has none. */
bool ht_table_is_searched(const struct ht_table *table);

/* The column that SORT is about, or NULL. */
const struct ht_column *ht_table_sort_column(
    const struct ht_table *table, const struct ht_sort *sort);

/* By the metric of SORT: high figures first unless reversed, unknown ones last either way. */
int ht_table_compare_metric(
    const struct ht_table *table, const struct ht_sort *sort, const void *a, const void *b);

/* BYTES as UNITS have it: in the unit that fits, in a fixed one, or whole. */
void ht_table_bytes(uint64_t bytes, enum ht_units units, char out[HT_TABLE_CELL_BYTES]);

/* A figure of METRIC for people: at most seven columns. */
void ht_table_format(
    const struct ht_metric *metric, union ht_value value, char out[HT_TABLE_CELL_BYTES]);

/* The same, with bytes as UNITS have them. */
void ht_table_format_in(const struct ht_metric *metric, union ht_value value, enum ht_units units,
    char out[HT_TABLE_CELL_BYTES]);

#endif
