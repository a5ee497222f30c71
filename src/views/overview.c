/* SPDX-License-Identifier: MIT */
/*
 * The Overview of one process: the graph is the largest thing, then where resident memory is, then figures.
 * What there is no room for is left out, the least important first, and not asked for either.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "model/maps.h"
#include "views/identity.h"
#include "views/line.h"
#include "views/moment.h"
#include "views/overview_parts.h"
#include "views/registry.h"
#include "views/statistics.h"

enum {
	TEXT_BYTES = 160,
	GRAPH_LEAST = 3,
	NAMED_BESIDE = 66,
	ASIDE_LEAST = 100,
	LIST_MOST = 11,
	LEAST_FOR_LISTS = 28,
	END_WIDTH = 20
};

/* The sections below (the first: above) the graph, from top to bottom. */
enum section {
	NAMES,
	RESIDENT,
	PARTS,
	RATES,
	FREEING,
	GROWTH,
	TOTALS,
	STATISTICS,
	THREADS,
	EVENTS,
	SECTIONS
};

/* Rows of each section and of the graph. */
struct plan {
	int rows[SECTIONS];
	int graph;
	bool aside; /* the two lists stand beside each other */
};

/* Gives SECTION so many ROWS more where the graph keeps LEAST; false: it would not, or there are none. */
static bool
give(struct plan *plan, enum section section, int rows, int least)
{
	if (rows <= 0 || plan->graph - rows < least)
		return false;
	plan->rows[section] += rows;
	plan->graph -= rows;
	return true;
}

static void
plan_lists(struct plan *plan, int width, int least)
{
	plan->aside = width >= ASIDE_LEAST && plan->graph - least >= 4;
	while (plan->rows[EVENTS] < LIST_MOST && plan->rows[EVENTS] >= 1) {
		/* Beside each other they share their rows. */
		if (!give(plan, EVENTS, 1, least) ||
		    (!plan->aside && !give(plan, THREADS, 1, least)))
			break;
	}
	if (plan->aside && plan->rows[THREADS] == 1) {
		plan->rows[THREADS] = plan->rows[EVENTS];
		plan->graph++;
	}
}

/* What fits into HEIGHT rows, the most important first. */
static struct plan
make_plan(const struct ht_view_input *input, int width, int height)
{
	bool has_heap = input->process->heap != NULL;
	struct plan plan = { .graph = height };
	int least = height * 2 / 5 > GRAPH_LEAST ? height * 2 / 5 : GRAPH_LEAST;
	if (width < NAMED_BESIDE)
		give(&plan, NAMES, 1, GRAPH_LEAST);
	if (input->settings->statistics) {
		int rows = ht_statistics_rows(width);
		give(&plan, STATISTICS, rows < height - GRAPH_LEAST ? rows : height - GRAPH_LEAST,
		    GRAPH_LEAST);
		return plan;
	}
	give(&plan, has_heap ? RATES : GROWTH, 1, GRAPH_LEAST);
	if (has_heap)
		give(&plan, TOTALS, 1, least);
	give(&plan, RESIDENT, 1, least);
	if (has_heap && width < ASIDE_LEAST)
		give(&plan, FREEING, 1, least);
	if (plan.rows[RESIDENT] != 0)
		give(&plan, PARTS, 1, least);
	if (!has_heap)
		return plan;
	give(&plan, THREADS, 1, least);
	give(&plan, EVENTS, 1, least);
	if (plan.rows[EVENTS] == 1 && height >= LEAST_FOR_LISTS)
		plan_lists(&plan, width, height / 2);
	return plan;
}

/* What of the view's lists a picture by PLAN has no use for. */
static uint32_t
unneeded_detail(const struct plan *plan)
{
	uint32_t unneeded = 0;
	if (plan->rows[THREADS] == 0)
		unneeded |= HT_DETAIL_THREADS;
	if (plan->rows[RESIDENT] == 0 && plan->rows[STATISTICS] == 0)
		unneeded |= HT_DETAIL_ALLOCATOR;
	/* The graph has the latter on its axis. */
	if (plan->rows[EVENTS] == 0 && plan->graph < GRAPH_LEAST + 2)
		unneeded |= HT_DETAIL_EVENTS;
	return unneeded;
}

static void
draw_sections(const struct ht_view_input *input, const struct plan *plan, uint64_t span_ns,
    struct ht_grid *grid, int row)
{
	if (plan->rows[RESIDENT] != 0)
		ht_overview_draw_resident(
		    input, grid, row, plan->rows[RESIDENT] + plan->rows[PARTS]);
	row += plan->rows[RESIDENT] + plan->rows[PARTS];
	if (plan->rows[RATES] != 0)
		ht_overview_draw_rates(
		    input, span_ns, grid, row, plan->rows[RATES] + plan->rows[FREEING]);
	row += plan->rows[RATES] + plan->rows[FREEING];
	if (plan->rows[GROWTH] != 0)
		ht_overview_draw_growth(input, span_ns, grid, row++);
	if (plan->rows[TOTALS] != 0)
		ht_overview_draw_totals(input, grid, row++);
	if (plan->rows[STATISTICS] != 0)
		ht_statistics_draw(input, grid, row, plan->rows[STATISTICS]);
	struct ht_overview_box box = { row, plan->rows[THREADS], 0,
		plan->aside ? grid->width / 2 - 2 : grid->width };
	if (plan->rows[THREADS] != 0)
		ht_overview_draw_threads(input, grid, &box);
	if (!plan->aside)
		box.row += box.rows;
	else
		box.column = grid->width / 2;
	box.rows = plan->rows[EVENTS];
	if (box.rows != 0)
		ht_overview_draw_events(input, grid, &box);
}

/* How far the figures can be believed. */
static void
format_quality(const struct ht_process *process, char out[TEXT_BYTES])
{
	char age[HT_MOMENT_TEXT_BYTES];
	ht_moment_format_age(process->age_ns, age);
	switch (process->quality) {
	case HT_QUALITY_LIVE:
		snprintf(
		    out, TEXT_BYTES, "%s", process->heap != NULL ? "exact" : "not instrumented");
		break;
	case HT_QUALITY_STALE:
		snprintf(out, TEXT_BYTES, "last figures, %s", age);
		break;
	case HT_QUALITY_DEAD:
		snprintf(out, TEXT_BYTES, "ended");
		break;
	case HT_QUALITY_CORRUPT:
		snprintf(out, TEXT_BYTES, "its segment is corrupt");
		break;
	}
}

/* Since when it runs.  Start times count from boot, as CLOCK_MONOTONIC does but for times of sleep. */
static bool
format_up_time(const struct ht_view_input *input, char out[HT_UNITS_TEXT_BYTES])
{
	long per_second = sysconf(_SC_CLK_TCK);
	uint64_t ticks = input->process->key.start_time_ticks, now = input->frame->monotonic_ns;
	uint64_t begun;
	if (ticks == 0 || per_second <= 0 ||
	    __builtin_mul_overflow(ticks, UINT64_C(1000000000) / (uint64_t)per_second, &begun) ||
	    begun > now)
		return false;
	ht_units_duration(now - begun, out);
	return true;
}

/* When it ended, at the right end. */
static void
draw_end(uint64_t ended_ns, struct ht_line *line)
{
	char text[TEXT_BYTES], age[HT_MOMENT_TEXT_BYTES];
	ht_moment_format_age(ended_ns, age);
	snprintf(text, sizeof(text), "ended %s", age);
	int column = line->grid->width - (int)strlen(text);
	if (line->column + 2 <= column)
		ht_grid_put_text(line->grid, line->row, column, HT_ROLE_WARNING, text);
}

static void
draw_title(const struct ht_view_input *input, uint64_t ended_ns, struct ht_grid *grid, int row)
{
	const struct ht_process *process = input->process;
	char text[TEXT_BYTES], up[HT_UNITS_TEXT_BYTES];
	struct ht_line line = { grid, row, 0, grid->width, HT_UNITS_AUTO };
	snprintf(text, sizeof(text), "%d", process->key.pid);
	ht_line_put(&line, 0, HT_ROLE_TITLE, process->name);
	ht_line_put(&line, 1, HT_ROLE_TITLE, text);
	if (process->user != NULL)
		ht_line_put(&line, 1, HT_ROLE_DIM, process->user);
	/* On a narrow screen that it ended says more than where the figures are from. */
	line.end -= ended_ns != 0 ? END_WIDTH : 0;
	if (format_up_time(input, up))
		ht_line_put_pair(&line, "up", HT_ROLE_NUMBER, up);
	if (process->source == HT_SOURCE_SEGMENT)
		ht_line_put(&line, 2, HT_ROLE_LABEL, "heaptop run");
	format_quality(process, text);
	ht_line_put(
	    &line, 2, process->quality == HT_QUALITY_LIVE ? HT_ROLE_LABEL : HT_ROLE_WARNING, text);
	if (ended_ns != 0)
		draw_end(ended_ns, &line);
}

/* The whole picture of a process that is in the frame. */
static void
draw_process(const struct ht_view_input *input, uint64_t ended_ns, struct ht_view_state *state,
    struct ht_grid *grid, int top, int height)
{
	draw_title(input, ended_ns, grid, top++);
	height--;
	if (height > 2 * GRAPH_LEAST) {
		int used = ht_identity_draw_reason(input->process, grid, top, 2);
		top += used;
		height -= used;
	}
	if (height <= 0)
		return;
	struct plan plan = make_plan(input, grid->width, height);
	state->unneeded_detail = unneeded_detail(&plan);
	state->shown_span_ns = state->span_ns != 0 ? state->span_ns : ht_overview_usual_span(input);
	if (plan.rows[NAMES] != 0)
		ht_overview_draw_names(input, grid, top++);
	ht_overview_draw_graph(input, state->shown_span_ns, grid, top, plan.graph);
	draw_sections(input, &plan, state->shown_span_ns, grid, top + plan.graph);
}

/* When the process was seen last before what is shown; false: the history doesn't know it so early. */
static bool
last_seen(const struct ht_view_input *input, size_t *tick)
{
	enum { BUCKETS = 512 };
	struct ht_history_bucket buckets[BUCKETS];
	size_t count = input->history != NULL ? ht_history_count(input->history) : 0;
	if (count == 0 || input->chosen.pid == 0)
		return false;
	uint64_t from = ht_history_time(input->history, 0);
	uint64_t to = input->frame->monotonic_ns + 1;
	if (to <= from)
		return false;
	ht_history_series(input->history, &input->chosen,
	    &ht_metric_table(HT_SCOPE_PROCESS, NULL)[HT_PROCESS_RESIDENT], from, to, buckets,
	    BUCKETS);
	for (size_t i = BUCKETS; i > 0; i--) {
		if (!buckets[i - 1].known)
			continue;
		*tick = ht_history_find(
		    input->history, from + (uint64_t)((double)(to - from) / BUCKETS * (double)i));
		return true;
	}
	return false;
}

/* The last picture of a process that isn't there any more; false: none is kept. */
static bool
draw_ended(const struct ht_view_input *input, struct ht_view_state *state, struct ht_grid *grid,
    int top, int height)
{
	enum { TRIES = 8 }; /* the bucket's end may lie some ticks behind the last one */
	size_t tick;
	bool drawn = false;
	if (!last_seen(input, &tick))
		return false;
	for (int i = 0; i < TRIES && !drawn; i++) {
		struct ht_frame *frame;
		struct ht_view_input past = *input;
		if (ht_history_frame(input->history, tick, &frame) != 0)
			return false;
		past.frame = frame;
		past.process = ht_frame_find(frame, input->chosen.pid);
		drawn = past.process != NULL &&
			past.process->key.start_time_ticks == input->chosen.start_time_ticks;
		if (drawn)
			draw_process(&past, input->frame->monotonic_ns - frame->monotonic_ns + 1,
			    state, grid, top, height);
		ht_frame_free(frame);
		if (tick-- == 0)
			break;
	}
	return drawn;
}

static void
draw(const struct ht_view_input *input, struct ht_view_state *state, struct ht_grid *grid, int top,
    int height)
{
	if (input->process != NULL)
		draw_process(input, 0, state, grid, top, height);
	else if (!draw_ended(input, state, grid, top, height))
		ht_identity_draw_absence(input, grid, top, height);
}

static int
select_rows(const struct ht_view_input *input, struct ht_view_state *state)
{
	(void)input;
	(void)state;
	return 0;
}

static enum ht_answer
key(struct ht_view_state *state, enum ht_command command)
{
	/* Of several keys at once, only the last one's picture is drawn. */
	uint64_t shown = state->span_ns != 0 ? state->span_ns : state->shown_span_ns;
	switch ((int)command) {
	case HT_COMMAND_ZOOM_IN:
		state->span_ns = ht_overview_next_span(shown, -1);
		return HT_ANSWER_DONE;
	case HT_COMMAND_ZOOM_OUT:
		state->span_ns = ht_overview_next_span(shown, 1);
		return HT_ANSWER_DONE;
	}
	return HT_ANSWER_IGNORED;
}

static void
describe(const struct ht_view_input *input, const struct ht_view_state *state, struct ht_text *out)
{
	(void)state;
	const struct ht_process *process = input->process;
	const struct ht_metric *live = &ht_metric_table(HT_SCOPE_HEAP, NULL)[HT_HEAP_LIVE];
	char age[HT_MOMENT_TEXT_BYTES];
	if (process == NULL)
		return;
	ht_text_add_format(out, "live: %s.", live->help);
	ht_describe_quality(process, live, out);
	if (process->maps == NULL || !ht_maps_were_read(process->maps))
		return;
	uint64_t now = input->frame->monotonic_ns, read = process->maps->monotonic_ns;
	ht_moment_format_age(now > read ? now - read : 0, age);
	ht_text_add_format(out, ". resident by use: read %s, ~ estimated", age);
}

const struct ht_view ht_view_overview = {
	.name = "Overview",
	.of_process = true,
	.zooms = true,
	.detail = HT_DETAIL_THREADS | HT_DETAIL_EVENTS | HT_DETAIL_ALLOCATOR,
	.initial_sort = ht_sort_default,
	.select = select_rows,
	.draw = draw,
	.key = key,
	.describe = describe,
};
