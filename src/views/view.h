/* SPDX-License-Identifier: MIT */
/*
 * A view turns a frame into rows of a grid: it selects items, draws them, and answers the commands
 * that concern it.  No curses, no I/O, no state but what it is handed.  One file and one line in
 * registry.c each; most are tables (table.h).
 */
#ifndef HT_VIEWS_VIEW_H
#define HT_VIEWS_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "model/filter.h"
#include "model/frame.h"
#include "model/history.h"
#include "model/settings.h"
#include "model/sort.h"
#include "views/command.h"
#include "views/grid.h"

/* What a view looks at; all borrowed, for one call. */
struct ht_view_input {
	const struct ht_frame *frame;
	struct ht_process_key chosen;       /* of views of one process; pid 0: none is chosen */
	const char *chosen_name;            /* raw bytes; never NULL */
	const struct ht_process *process;   /* the chosen one in the frame; NULL: it isn't there */
	const struct ht_settings *settings; /* never NULL */
	const struct ht_history *history;   /* of the ticks; NULL: none is kept */
	const struct ht_frame *mark;        /* deltas count from it; NULL: none is set */
	uint64_t look_ns;                   /* between two ticks */
	bool replayed; /* it is a recording's: the history may have what comes later, too */
};

/* What makes a row the same row in the next frame: pid and start time, or tid. */
struct ht_row_key {
	uint64_t id;
	uint64_t generation;
};

/* An item of a view: a process or a thread of the frame. */
struct ht_row_item {
	struct ht_row_key key;
	const void *item; /* borrowed from the frame, or from the state's arena */

	/* Of rows that are processes, or threads among them (tree.h). */
	const struct ht_process *process; /* the frame's own that the row is about; else NULL */
	const char *branch;               /* codes of the lines before it; NULL: none */
	struct ht_fold_sum *sum;          /* its item where rows are folded into it; fold.c's */
	uint32_t below;                   /* rows that are folded into it */
	bool is_parent;                   /* some row is below it, folded or not */
	bool is_thread;
};

/*
 * What a person chose in a view, and its rows as they were arranged last.  Rows point into the
 * frame they were selected from: arrange again before that frame ends.
 */
struct ht_view_state {
	struct ht_sort sort;
	struct ht_filter *filter; /* owned; NULL: none */
	uint32_t uid;             /* only items of this user; UINT32_MAX: of any */
	bool
	    anchored; /* the selection stays on its row wherever that moves; else on the first row */
	bool followed;              /* whatever the order: F was pressed; only where anchored */
	struct ht_row_key selected; /* valid while anchored */
	size_t index;               /* of the selected row */
	size_t top;                 /* first row in sight */
	size_t shift;               /* columns by which long text is scrolled */
	size_t page;                /* rows in sight when it was drawn last */
	struct ht_row_item *rows;   /* owned */
	size_t row_count;
	size_t row_capacity;
	struct ht_arena *arena;    /* owned; what rows need until they are arranged anew */
	struct ht_row_key *folded; /* owned */
	size_t folded_count;
	struct ht_sort arranged_by; /* the order they are in */
	size_t shown;               /* items that a filter or a user left in */
	size_t left_out;            /* and those it left out */
	uint64_t span_ns;           /* of time that a graph shows; 0: nobody chose one */
	uint64_t shown_span_ns;     /* as it was drawn last */
	uint32_t unneeded_detail; /* of the view's lists: what had no room when it was drawn last */
};

struct ht_table;

struct ht_view {
	const char *name;             /* on its tab */
	bool of_process;              /* shows one chosen process */
	bool filtered;                /* a filter is asked for its items */
	bool zooms;                   /* the keys of graphs are its own */
	uint32_t detail;              /* HT_DETAIL_... lists it needs of that process */
	const char *open_label;       /* what Enter does, for the footer; NULL: nothing */
	const struct ht_table *table; /* its columns; NULL: it isn't a table */
	/* The order it starts with. */
	struct ht_sort (*initial_sort)(void);
	/* Puts the frame's items into STATE, unordered.  0 or -ENOMEM. */
	int (*select)(const struct ht_view_input *input, struct ht_view_state *state);
	/* Puts them in order; 0 or -ENOMEM.  NULL: by the table's columns. */
	int (*order)(const struct ht_view_input *input, struct ht_view_state *state);
	/* Fills HEIGHT rows of GRID from TOP on. */
	void (*draw)(const struct ht_view_input *input, struct ht_view_state *state,
	    struct ht_grid *grid, int top, int height);
	enum ht_answer (*key)(struct ht_view_state *state, enum ht_command command);
	/* Appends one line on the sorting column: what it means, how exact and how old it is. */
	void (*describe)(const struct ht_view_input *input, const struct ht_view_state *state,
	    struct ht_text *out);
};

void ht_view_state_init(struct ht_view_state *state, const struct ht_view *view);
void ht_view_state_release(struct ht_view_state *state);

/* Adds an item; for select functions.  0 or -ENOMEM. */
int ht_view_state_add(struct ht_view_state *state, struct ht_row_key key, const void *item);

/* Adds a copy of ITEM.  0 or -ENOMEM. */
int ht_view_state_push(struct ht_view_state *state, const struct ht_row_item *item);

/* Memory that lives until the rows are arranged anew; NULL for lack of it. */
struct ht_arena *ht_view_state_arena(struct ht_view_state *state);

/* Orders the rows by the columns of TABLE. */
void ht_view_state_sort(struct ht_view_state *state, const struct ht_table *table);

/* Selects, orders, and finds the selected row again.  0 or -ENOMEM: no rows then. */
int ht_view_arrange(
    const struct ht_view *view, const struct ht_view_input *input, struct ht_view_state *state);

/* Selects row INDEX, which exists; the selection stays on it from now on. */
void ht_view_state_select(struct ht_view_state *state, size_t index);

/* The selected row, or NULL when there are no rows. */
const struct ht_row_item *ht_view_selected(const struct ht_view_state *state);

/* Appends the heading and the meaning of the column of TABLE that SORT is about. */
void ht_describe_column(
    const struct ht_table *table, const struct ht_sort *sort, struct ht_text *out);

/* Appends where the figures of METRIC for PROCESS come from and how old they are. */
void ht_describe_quality(
    const struct ht_process *process, const struct ht_metric *metric, struct ht_text *out);

#endif
