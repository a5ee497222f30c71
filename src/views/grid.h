/* SPDX-License-Identifier: MIT */
/*
 * The border between numbers and text: a grid is rows of cells, each a piece of text of a
 * known width with a role.  Views fill grids; the screen paints them, tests compare them as
 * text.  A grid knows columns, not curses: what a role looks like is the painter's business.
 *
 * Invariant: the text of a cell holds printable characters of the grid's character set
 * alone, and takes exactly `width` columns of a terminal.  Whatever was put, columns never shift and
 * nothing of a hostile name gets through.
 *
 * Lack of memory leaves cells out and sets `failed`; no function here needs its caller to check.
 */
#ifndef HT_VIEWS_GRID_H
#define HT_VIEWS_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"
#include "model/settings.h"

/* What a cell means. */
enum ht_role {
	HT_ROLE_PLAIN,
	HT_ROLE_TITLE,          /* the name of the program, of the process shown */
	HT_ROLE_LABEL,          /* a word beside a figure */
	HT_ROLE_NUMBER,         /* a figure */
	HT_ROLE_NAME,           /* names and command lines of others */
	HT_ROLE_DIM,            /* unknown, zero, of no weight */
	HT_ROLE_MARK,           /* says that a row is instrumented */
	HT_ROLE_BAR,            /* the filled part of a bar */
	HT_ROLE_BAR_REST,       /* and the rest of it */
	HT_ROLE_HEADING,        /* over a column */
	HT_ROLE_HEADING_SORTED, /* over the column that sorts */
	HT_ROLE_TAB,
	HT_ROLE_TAB_CURRENT,
	HT_ROLE_KEY,     /* a key to press */
	HT_ROLE_WARNING, /* what a person should notice */
	/* Of graphs. */
	HT_ROLE_AXIS,
	HT_ROLE_LIVE,      /* the live heap: the edge of its area, its figures */
	HT_ROLE_LIVE_BODY, /* what is below that edge */
	HT_ROLE_RESIDENT,
	HT_ROLE_PEAK,
	HT_ROLE_LIMIT,
	HT_ROLE_EVENT,
	/* Of the bar that divides resident memory: text upon them. */
	HT_ROLE_PART_LIVE,
	HT_ROLE_PART_OVERHEAD,
	HT_ROLE_PART_FREE,
	HT_ROLE_PART_HEAP,
	HT_ROLE_PART_STACKS,
	HT_ROLE_PART_FILES,
	HT_ROLE_PART_REST,
	HT_ROLES
};

enum ht_align { HT_ALIGN_LEFT, HT_ALIGN_RIGHT };

struct ht_cell {
	int column; /* 0: the leftmost */
	int width;  /* columns, over 0 */
	enum ht_role role;
	const char *text; /* owned by the grid */
};

struct ht_grid_row {
	struct ht_cell *cells; /* by rising column, none over another; owned by the grid */
	size_t count;
	size_t capacity;
	enum ht_role background; /* of the columns that no cell covers */
	bool selected;
};

/* What a click on a place of the grid is about. */
enum ht_target_kind {
	HT_TARGET_TAB,     /* index: of the view */
	HT_TARGET_KEY,     /* index: a key's code */
	HT_TARGET_HEADING, /* index: of the table's column */
	HT_TARGET_ROW,     /* index: of the view's row */
	HT_TARGET_ITEM,    /* index: in the list that a person chooses from */
};

struct ht_target {
	enum ht_target_kind kind;
	int row, column, width;
	size_t index;
};

enum { HT_TARGETS_MOST = 320 }; /* what lies beyond can't be clicked */

struct ht_grid {
	struct ht_arena *arena; /* owned */
	int width;              /* columns, 1 to HT_GRID_MOST */
	int height;             /* rows, 1 to HT_GRID_MOST */
	bool ascii;             /* no character beyond ASCII */
	enum ht_graphs graphs;  /* what they are drawn with; auto: braille */
	bool failed;
	struct ht_grid_row *rows;
	struct ht_target *targets; /* owned */
	size_t target_count;
};

enum { HT_GRID_MOST = 4096 };

/* An empty grid; the size is brought within bounds.  NULL for lack of memory. */
struct ht_grid *ht_grid_new(int width, int height, bool ascii);

/* NULL is allowed. */
void ht_grid_free(struct ht_grid *grid);

/*
 * Puts TEXT (raw bytes, NUL-terminated) as the next cell of ROW: at COLUMN, WIDTH columns
 * wide, filled up with blanks, cut with a mark when it is longer.  What lies outside of the grid
 * is left out.  Cells of a row are put from left to right.
 */
void ht_grid_put(struct ht_grid *grid, int row, int column, int width, enum ht_align align,
    enum ht_role role, const char *text);

/* The same, as wide as TEXT is; returns the column behind it. */
int ht_grid_put_text(
    struct ht_grid *grid, int row, int column, enum ht_role role, const char *text);

/* A bar of WIDTH columns of which FRACTION (0 to 1) is filled; returns the column behind it. */
int ht_grid_put_bar(struct ht_grid *grid, int row, int column, int width, double fraction);

/*
 * Puts TEXT from ROW on, broken at blanks, over at most ROWS rows.  Returns how many it took.
 */
int ht_grid_put_lines(struct ht_grid *grid, int row, int rows, enum ht_role role, const char *text);

void ht_grid_set_background(struct ht_grid *grid, int row, enum ht_role role);
void ht_grid_select(struct ht_grid *grid, int row);

/* Says what WIDTH columns from COLUMN on are, for the mouse. */
void ht_grid_target(
    struct ht_grid *grid, enum ht_target_kind kind, int row, int column, int width, size_t index);

/* Columns that TEXT would take in a cell of a grid with ASCII. */
int ht_grid_text_width(const char *text, bool ascii);

/* What of TEXT stands behind its first COLUMNS columns. */
const char *ht_grid_text_behind(const char *text, size_t columns, bool ascii);

/* Appends ROW as text: cells at their columns, blanks between, none at the end. */
void ht_grid_row_text(const struct ht_grid *grid, int row, struct ht_text *out);

#endif
