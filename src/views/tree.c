/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "views/fold.h"

/* Deeper rows are drawn as if they were as deep: names would leave the screen. */
enum { DEPTH_MOST = 24, STEPS_MOST = 4096 };

#define NONE UINT32_MAX

/* A process of the frame by its number. */
struct place {
	int32_t pid;
	int32_t parent_pid;
	uint32_t row; /* NONE: it isn't shown */
};

/* A row as it hangs in the tree; all are indexes of rows. */
struct node {
	uint32_t parent;
	uint32_t first; /* child */
	uint32_t next;  /* sibling */
	uint32_t walk;  /* that passed it first; 0: none did */
	bool folded;
};

struct tree {
	struct ht_arena *arena;
	struct place *places; /* by pid */
	size_t place_count;
	struct node *nodes;
	struct ht_row_item *rows; /* as they were selected */
	uint32_t *order;
	uint32_t roots;
	size_t count;
};

static int
by_pid(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	return (x->pid > y->pid) - (x->pid < y->pid);
}

static int
place_rows(struct tree *tree, const struct ht_frame *frame)
{
	struct place *places =
	    ht_arena_array(tree->arena, frame->process_count + 1, sizeof(*places));
	if (places == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < frame->process_count; i++)
		places[i] = (struct place){ frame->processes[i].key.pid,
			frame->processes[i].parent_pid, NONE };
	/* Rows are in the frame's order: each is found behind the one before. */
	for (size_t i = 0, row = 0; i < frame->process_count && row < tree->count; i++)
		if (tree->rows[row].process == &frame->processes[i])
			places[i].row = (uint32_t)row++;
	qsort(places, frame->process_count, sizeof(*places), by_pid);
	tree->places = places;
	tree->place_count = frame->process_count;
	return 0;
}

static const struct place *
find_place(const struct tree *tree, int32_t pid)
{
	struct place wanted = { .pid = pid };
	if (pid <= 0)
		return NULL;
	return bsearch(&wanted, tree->places, tree->place_count, sizeof(wanted), by_pid);
}

/* The nearest row above: a parent that isn't shown leaves its children to its own. */
static uint32_t
find_parent(const struct tree *tree, uint32_t row)
{
	int32_t pid = tree->rows[row].process->parent_pid;
	for (int steps = 0; steps < STEPS_MOST; steps++) {
		const struct place *place = find_place(tree, pid);
		if (place == NULL || place->row == row)
			return NONE;
		if (place->row != NONE)
			return place->row;
		pid = place->parent_pid;
	}
	return NONE;
}

/* A row that is its own forebear hangs below nothing. */
static void
cut_circles(struct tree *tree)
{
	for (uint32_t i = 0; i < tree->count; i++) {
		uint32_t before = NONE, row = i;
		while (row != NONE && tree->nodes[row].walk == 0) {
			tree->nodes[row].walk = i + 1;
			before = row;
			row = tree->nodes[row].parent;
		}
		if (row != NONE && tree->nodes[row].walk == i + 1)
			tree->nodes[before].parent = NONE;
	}
}

/* The highest folded row above ROW. */
static uint32_t
highest_fold(const struct tree *tree, uint32_t row)
{
	uint32_t highest = NONE;
	for (row = tree->nodes[row].parent; row != NONE; row = tree->nodes[row].parent)
		if (tree->nodes[row].folded)
			highest = row;
	return highest;
}

static int
fold_rows(struct tree *tree, const struct ht_view_state *state)
{
	if (state->folded_count == 0)
		return 0;
	for (uint32_t i = 0; i < tree->count; i++)
		tree->nodes[i].folded = ht_fold_has(state, tree->rows[i].key);
	for (uint32_t i = 0; i < tree->count; i++) {
		uint32_t at = highest_fold(tree, i);
		if (at != NONE &&
		    ht_fold_add_sum(tree->arena, &tree->rows[at], &tree->rows[i]) != 0)
			return -ENOMEM;
	}
	for (uint32_t i = 0; i < tree->count; i++)
		ht_fold_finish(&tree->rows[i]);
	return 0;
}

struct order {
	const struct tree *tree;
	const struct ht_table *table;
	const struct ht_sort *sort;
};

static int
compare_rows(const void *a, const void *b, void *data)
{
	const struct order *order = data;
	const struct ht_row_item *rows = order->tree->rows;
	return order->table->compare(
	    order->sort, rows[*(const uint32_t *)a].item, rows[*(const uint32_t *)b].item);
}

/* Hangs the rows below their parents, siblings in order. */
static void
hang_rows(struct tree *tree, const struct ht_table *table, const struct ht_sort *sort)
{
	struct order order = { tree, table, sort };
	for (uint32_t i = 0; i < tree->count; i++) {
		tree->order[i] = i;
		tree->nodes[i].first = tree->nodes[i].next = NONE;
	}
	qsort_r(tree->order, tree->count, sizeof(*tree->order), compare_rows, &order);
	tree->roots = NONE;
	for (size_t i = tree->count; i-- > 0;) {
		struct node *node = &tree->nodes[tree->order[i]];
		uint32_t *head =
		    node->parent != NONE ? &tree->nodes[node->parent].first : &tree->roots;
		node->next = *head;
		*head = tree->order[i];
	}
}

/* The lines before ROW: those of the row above it go on, or don't. */
static const char *
branch_of(const struct tree *tree, uint32_t row, const char *above)
{
	size_t length = above != NULL ? strlen(above) : 0;
	if (tree->nodes[row].parent == NONE)
		return "";
	if (length >= DEPTH_MOST)
		length = DEPTH_MOST - 1;
	char *branch = ht_arena_alloc(tree->arena, length + 2);
	if (branch == NULL)
		return NULL;
	memcpy(branch, above != NULL ? above : "", length);
	if (length > 0)
		branch[length - 1] = branch[length - 1] == '+' ? '|' : ' ';
	branch[length] = tree->nodes[row].next != NONE ? '+' : '`';
	return branch;
}

/* The row that comes after ROW and all below it; NONE: it was the last. */
static uint32_t
next_row(const struct tree *tree, uint32_t row)
{
	while (row != NONE && tree->nodes[row].next == NONE)
		row = tree->nodes[row].parent;
	return row != NONE ? tree->nodes[row].next : NONE;
}

/* Writes what is in sight back to STATE, from the top down. */
static int
list_rows(const struct tree *tree, struct ht_view_state *state)
{
	size_t listed = 0;
	for (uint32_t row = tree->roots; row != NONE;) {
		struct ht_row_item *item = &tree->rows[row];
		uint32_t parent = tree->nodes[row].parent;
		bool folded = item->below != 0;
		item->branch =
		    branch_of(tree, row, parent != NONE ? tree->rows[parent].branch : NULL);
		if (item->branch == NULL)
			return -ENOMEM;
		item->is_parent = tree->nodes[row].first != NONE;
		state->rows[listed++] = *item;
		bool goes_down = item->is_parent && !folded;
		row = goes_down ? tree->nodes[row].first : next_row(tree, row);
	}
	state->row_count = listed;
	return 0;
}

int
ht_tree_arrange(
    const struct ht_view_input *input, const struct ht_table *table, struct ht_view_state *state)
{
	struct tree tree = { .arena = ht_view_state_arena(state), .count = state->row_count };
	if (tree.arena == NULL)
		return -ENOMEM;
	if (tree.count == 0)
		return 0;
	tree.rows = ht_arena_array(tree.arena, tree.count, sizeof(*tree.rows));
	tree.nodes = ht_arena_array(tree.arena, tree.count, sizeof(*tree.nodes));
	tree.order = ht_arena_array(tree.arena, tree.count, sizeof(*tree.order));
	if (tree.rows == NULL || tree.nodes == NULL || tree.order == NULL)
		return -ENOMEM;
	memcpy(tree.rows, state->rows, tree.count * sizeof(*tree.rows));
	int error = place_rows(&tree, input->frame);
	if (error != 0)
		return error;
	ht_fold_forget(state, input->frame);
	for (uint32_t i = 0; i < tree.count; i++)
		tree.nodes[i].parent = find_parent(&tree, i);
	cut_circles(&tree);
	error = fold_rows(&tree, state);
	if (error != 0)
		return error;
	hang_rows(&tree, table, &state->sort);
	return list_rows(&tree, state);
}

static size_t
depth_of(const struct ht_row_item *row)
{
	return row->branch != NULL ? strlen(row->branch) : 0;
}

/* The row that the selected one is below, or it itself; ROW_COUNT: there is none. */
static size_t
find_above(const struct ht_view_state *state, bool itself)
{
	const struct ht_row_item *rows = state->rows;
	size_t index = state->index;
	if (index >= state->row_count || (itself && !rows[index].is_thread))
		return index < state->row_count ? index : state->row_count;
	size_t depth = depth_of(&rows[index]);
	while (index-- > 0)
		if (!rows[index].is_thread && depth_of(&rows[index]) < depth)
			return index;
	return state->row_count;
}

int
ht_tree_fold(struct ht_view_state *state)
{
	size_t index = find_above(state, true);
	if (index < state->row_count &&
	    (!state->rows[index].is_parent || state->rows[index].below != 0))
		index = find_above(state, false);
	if (index >= state->row_count)
		return 0;
	ht_view_state_select(state, index);
	return ht_fold_add(state, state->rows[index].key);
}

void
ht_tree_unfold(struct ht_view_state *state)
{
	if (state->index < state->row_count)
		ht_fold_remove(state, state->rows[state->index].key);
}

int
ht_tree_fold_all(struct ht_view_state *state)
{
	int error = 0;
	if (state->folded_count != 0) {
		state->folded_count = 0;
		return 0;
	}
	/* Everything hangs below one or two: these alone would be nothing to look at. */
	for (size_t least = 2; least-- > 0 && state->folded_count == 0;)
		for (size_t i = 0; i < state->row_count && error == 0; i++)
			if (state->rows[i].is_parent && depth_of(&state->rows[i]) >= least)
				error = ht_fold_add(state, state->rows[i].key);
	return error;
}

void
ht_tree_draw_branch(const struct ht_row_item *row, bool ascii, struct ht_text *out)
{
	static const struct {
		char code;
		const char *line, *ascii;
	} lines[] = {
		{ '|', "\xe2\x94\x82 ", "| " },            /* goes on below */
		{ ' ', "  ", "  " },                       /* has ended */
		{ '+', "\xe2\x94\x9c\xe2\x94\x80", "|-" }, /* one that others follow */
		{ '`', "\xe2\x94\x94\xe2\x94\x80", "`-" }, /* the last */
		{ 't', "\xe2\x95\xb6 ", "- " },            /* a thread */
	};
	for (const char *c = row->branch; c != NULL && *c != '\0'; c++)
		for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
			if (lines[i].code == *c)
				ht_text_add_string(out, ascii ? lines[i].ascii : lines[i].line);
	if (row->below != 0)
		ht_text_add_format(out, "+%u ", (unsigned)row->below);
	else if (row->branch != NULL && row->branch[0] != '\0' && !row->is_thread)
		ht_text_add_string(out, " ");
}
