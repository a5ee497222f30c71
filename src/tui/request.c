/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/request.h"

#include <errno.h>
#include <stdlib.h>

#include "tui/dialogs.h"
#include "views/table.h"

void
ht_screen_request_init(struct ht_screen_request *wanted)
{
	*wanted = (struct ht_screen_request){ .request.only_uid = UINT32_MAX };
}

void
ht_screen_request_release(struct ht_screen_request *wanted)
{
	free(wanted->rows);
	wanted->rows = NULL;
}

/* Text of rows out of sight is looked into: they need their command lines. */
static bool
needs_names(const struct ht_screen *screen)
{
	return !ht_views_get(screen->current)->of_process &&
	       (ht_search_is_asking(screen) || screen->search.word[0] != '\0');
}

/* Rows of the view in sight, which shows processes, from *FIRST on. */
static size_t
rows_in_sight(const struct ht_screen *screen, size_t *first)
{
	const struct ht_view_state *state = &screen->states[screen->current];
	*first = state->top;
	if (screen->frame != NULL && needs_names(screen)) {
		*first = 0;
		return state->row_count;
	}
	if (screen->frame == NULL || ht_views_get(screen->current)->of_process ||
	    state->top >= state->row_count)
		return 0;
	size_t left = state->row_count - state->top;
	return left < state->page ? left : state->page;
}

/* The pids that costly values are for.  1: others than before, 0: the same, -ENOMEM. */
static int
update_rows(struct ht_screen_request *wanted, const struct ht_screen *screen)
{
	size_t first, count = rows_in_sight(screen, &first);
	const struct ht_view_state *state = &screen->states[screen->current];
	bool of_process = ht_views_get(screen->current)->of_process;
	size_t needed = of_process ? 1 : count;
	if (needed > wanted->capacity) {
		int32_t *rows = reallocarray(wanted->rows, needed, sizeof(*rows));
		if (rows == NULL)
			return -ENOMEM;
		wanted->rows = rows;
		wanted->capacity = needed;
	}
	struct ht_pid_list *list = &wanted->request.costly_for;
	bool changed = list->count != needed;
	for (size_t i = 0; i < needed; i++) {
		int32_t pid =
		    of_process ? screen->chosen.pid : (int32_t)state->rows[first + i].key.id;
		changed |= i >= list->count || wanted->rows[i] != pid;
		wanted->rows[i] = pid;
	}
	*list = (struct ht_pid_list){ wanted->rows, needed };
	return changed ? 1 : 0;
}

/* The lists of the chosen process. */
static bool
update_detail(struct ht_screen_request *wanted, const struct ht_screen *screen)
{
	const struct ht_view *view = ht_views_get(screen->current);
	int32_t chosen = screen->chosen.pid;
	if (screen->frame == NULL)
		chosen = screen->options->pid;
	uint32_t detail = view->of_process ? view->detail : 0;
	if (screen->frame == NULL && chosen != 0)
		detail = ht_views_get(ht_views_of_process())->detail;
	bool changed = wanted->request.detail != detail || wanted->chosen != chosen;
	wanted->chosen = chosen;
	wanted->request.detail = detail;
	wanted->request.detail_for = (struct ht_pid_list){ &wanted->chosen, chosen != 0 };
	return changed;
}

/* What model/request.h names as costly, of the metrics that have no column of their own. */
static bool
is_costly(const struct ht_metric *metric)
{
	return metric->scope == HT_SCOPE_PROCESS &&
	       (metric->index == HT_PROCESS_PROPORTIONAL || metric->index == HT_PROCESS_SWAP ||
		   metric->index == HT_PROCESS_LIMIT);
}

/* Rows in order of a costly value need it of every process. */
static bool
needs_all(const struct ht_screen *screen)
{
	const struct ht_view *view = ht_views_get(screen->current);
	if (view->table == NULL || view->of_process)
		return false;
	const struct ht_sort *sort = &screen->states[screen->current].sort;
	const struct ht_column *column = ht_table_sort_column(view->table, sort);
	if (column != NULL)
		return column->costly;
	return sort->field == HT_SORT_METRIC && is_costly(sort->metric);
}

int
ht_screen_request_update(struct ht_screen_request *wanted, const struct ht_screen *screen)
{
	struct ht_request *request = &wanted->request;
	int changed = update_rows(wanted, screen);
	if (changed < 0)
		return changed;
	changed |= update_detail(wanted, screen);
	bool all = needs_all(screen);
	changed |= all != request->all_costly;
	request->all_costly = all;
	request->only = screen->options->only;
	request->only_uid = screen->options->only_uid;
	request->dead = screen->options->dead;
	return changed;
}

bool
ht_screen_is_lacking(const struct ht_screen *screen)
{
	size_t first, count = rows_in_sight(screen, &first);
	const struct ht_view_state *state = &screen->states[screen->current];
	const struct ht_view *view = ht_views_get(screen->current);
	for (size_t i = 0; i < count; i++) {
		const struct ht_process *process = state->rows[first + i].item;
		if (process->command == NULL && process->quality != HT_QUALITY_DEAD)
			return true;
	}
	if (screen->frame == NULL || !view->of_process)
		return false;
	const struct ht_process *process = ht_screen_input(screen).process;
	return process != NULL && (process->detail & view->detail) != view->detail;
}
