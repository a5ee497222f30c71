/* SPDX-License-Identifier: MIT */
/* The Overview's graph: which figures, limits and events are on it, and over which span. */
#include "config.h"

#include "views/overview_parts.h"

#include <string.h>

#include "heaptop/segment.h"
#include "views/moment.h"

#define SECOND_NS UINT64_C(1000000000)

/* Round spans of time to choose from; people think in minutes, then in hours. */
static const uint32_t spans[] = { 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21600, 43200,
	86400 };

enum { SPANS = sizeof(spans) / sizeof(spans[0]), USUAL_LEAST = 1, USUAL_MOST = 4, SERIES_MOST = 2 };

uint64_t
ht_overview_usual_span(const struct ht_view_input *input)
{
	uint64_t now = input->frame->monotonic_ns;
	uint64_t begin = now;
	if (input->history != NULL && ht_history_count(input->history) != 0)
		begin = ht_history_time(input->history, 0);
	for (size_t i = USUAL_LEAST; i < USUAL_MOST; i++)
		if (now < begin || now - begin <= spans[i] * SECOND_NS)
			return spans[i] * SECOND_NS;
	return spans[USUAL_MOST] * SECOND_NS;
}

uint64_t
ht_overview_next_span(uint64_t span_ns, int steps)
{
	size_t i = 0;
	while (i + 1 < SPANS && spans[i] * SECOND_NS < span_ns)
		i++;
	if (steps > 0 && i + 1 < SPANS)
		i++;
	if (steps < 0 && i > 0)
		i--;
	return spans[i] * SECOND_NS;
}

/* The value of METRIC in the frame that is shown; false: not known. */
static bool
current_value(const struct ht_view_input *input, const struct ht_metric *metric, double *value)
{
	const struct ht_process *process = input->process;
	const union ht_value *values = process->values.value;
	uint64_t present = process->values.present;
	if (metric->scope == HT_SCOPE_HEAP) {
		if (process->heap == NULL)
			return false;
		values = process->heap->values.value;
		present = process->heap->values.present;
	}
	if ((present >> metric->index & 1u) == 0)
		return false;
	*value =
	    ht_metric_is_real(metric) ? values[metric->index].f : (double)values[metric->index].u;
	return true;
}

const struct ht_history_bucket *
ht_overview_series(const struct ht_view_input *input, const struct ht_metric *metric,
    uint64_t from_ns, uint64_t to_ns, size_t count, struct ht_grid *grid)
{
	double value;
	struct ht_history_bucket *buckets = ht_arena_array(grid->arena, count, sizeof(*buckets));
	if (buckets == NULL) {
		grid->failed = true;
		return NULL;
	}
	if (input->history != NULL)
		ht_history_series(
		    input->history, &input->process->key, metric, from_ns, to_ns, buckets, count);
	/* The frame in sight may be too young to be in the history. */
	if (count != 0 && !buckets[count - 1].known && current_value(input, metric, &value))
		buckets[count - 1] = (struct ht_history_bucket){ true, value, value, value };
	return buckets;
}

/* How an event looks on the axis; NULL: too common to be there. */
static const struct ht_graph_event *
look_of(uint32_t kind)
{
	static const struct {
		uint32_t kind;
		struct ht_graph_event look;
	} looks[] = {
		{ HEAPTOP_EVENT_OOM, { 0, "\xe2\x9c\x97", "!", "refused", HT_ROLE_LIMIT } },
		{ HEAPTOP_EVENT_TRIM, { 0, "\xe2\x96\xbc", "v", "trim", HT_ROLE_EVENT } },
		{ HEAPTOP_EVENT_HIGH_WATER, { 0, "\xe2\x96\xb2", "^", "", HT_ROLE_PEAK } },
		{ HEAPTOP_EVENT_HEAP_GROW, { 0, "+", "+", "", HT_ROLE_EVENT } },
		{ HEAPTOP_EVENT_HEAP_SHRINK, { 0, "-", "-", "", HT_ROLE_EVENT } },
		{ HEAPTOP_EVENT_FORK, { 0, "\xe2\x97\x8b", "o", "fork", HT_ROLE_EVENT } },
		{ HEAPTOP_EVENT_EXEC, { 0, "\xe2\x97\x8f", "@", "exec", HT_ROLE_EVENT } },
	};
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		if (looks[i].kind == kind)
			return &looks[i].look;
	return NULL;
}

/* The events of the span by rising time, the mark among them. */
static void
gather_events(const struct ht_view_input *input, struct ht_graph *graph, struct ht_grid *grid)
{
	const struct ht_heap *heap = input->process->heap;
	size_t count = heap != NULL ? heap->event_count : 0;
	uint64_t mark_ns = input->mark != NULL ? input->mark->monotonic_ns : UINT64_MAX;
	struct ht_graph_event *events = ht_arena_array(grid->arena, count + 1, sizeof(*events));
	if (events == NULL) {
		grid->failed = true;
		return;
	}
	for (size_t i = 0; i <= count; i++) {
		uint64_t at_ns = i < count ? heap->events[i].monotonic_ns : UINT64_MAX;
		if (mark_ns != UINT64_MAX && mark_ns <= at_ns) {
			events[graph->event_count++] = (struct ht_graph_event){ mark_ns,
				"\xe2\x97\x86", "*", "mark", HT_ROLE_KEY };
			mark_ns = UINT64_MAX;
		}
		const struct ht_graph_event *look =
		    i < count ? look_of(heap->events[i].kind) : NULL;
		if (look == NULL || at_ns < graph->from_ns)
			continue;
		events[graph->event_count] = *look;
		events[graph->event_count++].at_ns = at_ns;
	}
	graph->events = events;
}

static const struct ht_metric *
heap_metric(enum ht_heap_metric metric)
{
	return &ht_metric_table(HT_SCOPE_HEAP, NULL)[metric];
}

static const struct ht_metric *
process_metric(enum ht_process_metric metric)
{
	return &ht_metric_table(HT_SCOPE_PROCESS, NULL)[metric];
}

static size_t
gather_limits(const struct ht_view_input *input, struct ht_graph_limit limits[2])
{
	double value;
	size_t count = 0;
	if (current_value(input, heap_metric(HT_HEAP_PEAK), &value))
		limits[count++] = (struct ht_graph_limit){ "peak", HT_ROLE_PEAK, value };
	if (current_value(input, process_metric(HT_PROCESS_LIMIT), &value))
		limits[count++] = (struct ht_graph_limit){ "memory.max", HT_ROLE_LIMIT, value };
	return count;
}

/* The area is the heap, or where nobody tells it, what is nearest to it. */
static void
gather_series(const struct ht_view_input *input, struct ht_graph *graph,
    struct ht_graph_series series[SERIES_MOST], struct ht_grid *grid)
{
	bool has_heap = input->process->heap != NULL;
	const struct ht_metric *area =
	    has_heap ? heap_metric(HT_HEAP_LIVE) : process_metric(HT_PROCESS_ANONYMOUS);
	series[0] = (struct ht_graph_series){ .name = has_heap ? "live" : "anonymous",
		.role = HT_ROLE_LIVE,
		.body = HT_ROLE_LIVE_BODY,
		.filled = true };
	series[1] = (struct ht_graph_series){ .name = "resident", .role = HT_ROLE_RESIDENT };
	series[0].buckets = ht_overview_series(
	    input, area, graph->from_ns, graph->to_ns, graph->bucket_count, grid);
	series[1].buckets = ht_overview_series(input, process_metric(HT_PROCESS_RESIDENT),
	    graph->from_ns, graph->to_ns, graph->bucket_count, grid);
	graph->series = series;
	graph->series_count =
	    series[0].buckets != NULL && series[1].buckets != NULL ? SERIES_MOST : 0;
}

/* The right end: "now", or of a picture of the past its time of day. */
static const char *
name_end(const struct ht_view_input *input, char text[HT_MOMENT_TEXT_BYTES])
{
	uint64_t shown_ns = input->frame->realtime_ns;
	size_t count = input->history != NULL ? ht_history_count(input->history) : 0;
	bool is_past =
	    count != 0 && ht_history_time(input->history, count - 1) > input->frame->monotonic_ns;
	if (!is_past && !input->replayed)
		return "now";
	ht_moment_format(shown_ns, shown_ns, text);
	return text;
}

void
ht_overview_draw_graph(
    const struct ht_view_input *input, uint64_t span_ns, struct ht_grid *grid, int top, int height)
{
	struct ht_graph_series series[SERIES_MOST];
	struct ht_graph_limit limits[2];
	char end[HT_MOMENT_TEXT_BYTES];
	uint64_t now = input->frame->monotonic_ns;
	size_t count = ht_graph_buckets(grid, grid->width);
	if (count == 0)
		return;
	/*
	 * Buckets begin at multiples of their length: else what is past would change its shape from tick to
	 * tick, with the moments that fall into one bucket.
	 */
	uint64_t bucket_ns = span_ns / count > 0 ? span_ns / count : 1;
	uint64_t end_ns = (now / bucket_ns + 1) * bucket_ns;
	struct ht_graph graph = { .limits = limits,
		.bucket_count = count,
		.bridge = 3,
		.from_ns = end_ns > bucket_ns * count ? end_ns - bucket_ns * count : 0,
		.to_ns = end_ns,
		.units = input->settings->units,
		.now_ns = now,
		.end = name_end(input, end) };
	gather_series(input, &graph, series, grid);
	graph.limit_count = gather_limits(input, limits);
	gather_events(input, &graph, grid);
	ht_graph_draw(&graph, grid, top, grid->width, height);
}
