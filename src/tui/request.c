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
	free(wanted->sight);
	wanted->rows = wanted->sight = NULL;
}

/* Text of rows out of sight is looked into: they need their command lines. */
static bool
needs_names(const struct ht_screen *screen)
{
	const struct ht_filter *filter = screen->states[screen->current].filter;
	return !ht_views_get(screen->current)->of_process &&
	       (ht_search_is_asking(screen) || screen->search.word[0] != '\0' ||
		   ht_user_is_picking(screen) || (filter != NULL && ht_filter_is_costly(filter)));
}

/* How many processes need their costly values. */
static size_t
count_wanted(const struct ht_screen *screen)
{
	const struct ht_view_state *state = &screen->states[screen->current];
	if (ht_views_get(screen->current)->of_process)
		return 1;
	if (screen->frame == NULL)
		return 0;
	if (needs_names(screen))
		return screen->frame->process_count;
	if (state->top >= state->row_count)
		return 0;
	size_t left = state->row_count - state->top;
	return left < state->page ? left : state->page;
}

/* Which one the one of that INDEX is, in a view of processes. */
static const struct ht_process *
wanted_process(const struct ht_screen *screen, size_t index)
{
	const struct ht_view_state *state = &screen->states[screen->current];
	if (needs_names(screen))
		return &screen->frame->processes[index];
	return state->rows[state->top + index].process;
}

static int32_t
wanted_pid(const struct ht_screen *screen, size_t index)
{
	if (ht_views_get(screen->current)->of_process)
		return screen->chosen.pid;
	return wanted_process(screen, index)->key.pid;
}

/* The pids that costly values are for.  1: others than before, 0: the same, -ENOMEM. */
static int
update_rows(struct ht_screen_request *wanted, const struct ht_screen *screen)
{
	size_t needed = count_wanted(screen);
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
		int32_t pid = wanted_pid(screen, i);
		changed |= i >= list->count || wanted->rows[i] != pid;
		wanted->rows[i] = pid;
	}
	*list = (struct ht_pid_list){ wanted->rows, needed };
	return changed ? 1 : 0;
}

/* Where threads are rows, those in sight need them.  1, 0 or -ENOMEM, as update_rows. */
static int
update_threads(struct ht_screen_request *wanted, const struct ht_screen *screen)
{
	const struct ht_view_state *state = &screen->states[screen->current];
	size_t most = state->page < state->row_count ? state->page : state->row_count, count = 0;
	/* Only then does SIGHT say whom it was about. */
	bool changed = wanted->request.detail != HT_DETAIL_THREADS ||
		       wanted->request.detail_for.pids != wanted->sight;
	int32_t *sight = reallocarray(wanted->sight, most + 1, sizeof(*sight));
	if (sight == NULL)
		return -ENOMEM;
	wanted->sight = sight;
	for (size_t i = state->top; i < state->row_count && i - state->top < most; i++) {
		int32_t pid = state->rows[i].process->key.pid;
		if (count > 0 && sight[count - 1] == pid)
			continue;
		changed |= count >= wanted->request.detail_for.count || sight[count] != pid;
		sight[count++] = pid;
	}
	changed |= wanted->request.detail_for.count != count;
	wanted->request.detail = count != 0 ? HT_DETAIL_THREADS : 0;
	wanted->request.detail_for = (struct ht_pid_list){ sight, count };
	return changed;
}

/* The lists of the chosen process. */
static bool
update_detail(struct ht_screen_request *wanted, const struct ht_screen *screen)
{
	const struct ht_view *view = ht_views_get(screen->current);
	int32_t chosen = screen->chosen.pid;
	if (screen->frame == NULL)
		chosen = screen->options->pid;
	const struct ht_view_state *state = &screen->states[screen->current];
	uint32_t detail = view->of_process ? view->detail & ~state->unneeded_detail : 0;
	if (screen->frame == NULL && chosen != 0)
		detail = ht_views_get(ht_views_of_process())->detail;
	bool changed = wanted->request.detail != detail || wanted->chosen != chosen ||
		       wanted->request.detail_for.pids != &wanted->chosen;
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
	const struct ht_filter *filter = screen->states[screen->current].filter;
	if (filter != NULL &&
	    (ht_filter_is_dear(filter) || (screen->frame == NULL && ht_filter_is_costly(filter))))
		return true;
	const struct ht_sort *sort = &screen->states[screen->current].sort;
	const struct ht_column *column = ht_table_sort_column(view->table, sort);
	if (column != NULL)
		return column->costly;
	return sort->field == HT_SORT_METRIC && is_costly(sort->metric);
}

/* Of a recording everything is there: it isn't read anew for whoever looks at something else. */
static int
update_for_recording(struct ht_screen_request *wanted, const struct ht_screen *screen)
{
	bool changed = !wanted->request.all_costly;
	wanted->request = (struct ht_request){
		.only = screen->options->only,
		.only_uid = UINT32_MAX,
		.dead = true,
		.detail = HT_DETAIL_THREADS | HT_DETAIL_SIZE_CLASSES | HT_DETAIL_EVENTS |
			  HT_DETAIL_MAPS | HT_DETAIL_ALLOCATOR,
		.all_costly = true,
	};
	return changed;
}

int
ht_screen_request_update(struct ht_screen_request *wanted, const struct ht_screen *screen)
{
	struct ht_request *request = &wanted->request;
	if (screen->playback.timeline != NULL)
		return update_for_recording(wanted, screen);
	int changed = update_rows(wanted, screen);
	if (changed < 0)
		return changed;
	bool rows_have_threads = screen->frame != NULL && screen->settings.threads &&
				 !ht_views_get(screen->current)->of_process;
	int detail =
	    rows_have_threads ? update_threads(wanted, screen) : update_detail(wanted, screen);
	if (detail < 0)
		return detail;
	changed |= detail;
	bool all = needs_all(screen);
	changed |= all != request->all_costly;
	request->all_costly = all;
	/* A picture at once; what it lacks is asked for when it is there. */
	bool is_hurried = screen->frame == NULL;
	changed |= is_hurried != request->is_hurried;
	request->is_hurried = is_hurried;
	request->only = screen->options->only;
	uint32_t only_uid = request->only_uid;
	request->only_uid = screen->users_known ? UINT32_MAX : screen->options->only_uid;
	changed |= request->only_uid != only_uid;
	request->dead = screen->options->dead;
	return changed;
}

/* Some process that a costly value is wanted of lacks its command line. */
static bool
lacks_commands(const struct ht_screen *screen)
{
	size_t count = ht_views_get(screen->current)->of_process ? 0 : count_wanted(screen);
	for (size_t i = 0; i < count; i++) {
		const struct ht_process *process = wanted_process(screen, i);
		/* A kernel thread has no command line, but a user. */
		if (process->command == NULL && process->user == NULL &&
		    process->quality != HT_QUALITY_DEAD)
			return true;
	}
	return false;
}

/* Some process in sight lacks the threads that are to be rows. */
static bool
lacks_threads(const struct ht_screen *screen)
{
	const struct ht_view_state *state = &screen->states[screen->current];
	if (!screen->settings.threads || ht_views_get(screen->current)->of_process)
		return false;
	for (size_t i = state->top; i < state->row_count && i - state->top < state->page; i++) {
		const struct ht_process *process = state->rows[i].process;
		if ((process->detail & HT_DETAIL_THREADS) == 0 &&
		    process->quality != HT_QUALITY_DEAD)
			return true;
	}
	return false;
}

bool
ht_screen_is_lacking(const struct ht_screen *screen)
{
	const struct ht_view *view = ht_views_get(screen->current);
	/* No tick to come changes what was. */
	if (screen->past.paused || screen->playback.timeline != NULL)
		return false;
	if (lacks_commands(screen) || lacks_threads(screen))
		return true;
	if (screen->frame == NULL || !view->of_process)
		return false;
	const struct ht_process *process = ht_screen_input(screen).process;
	uint32_t needed = view->detail & ~screen->states[screen->current].unneeded_detail;
	return process != NULL && (process->detail & needed) != needed;
}
