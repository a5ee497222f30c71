/* SPDX-License-Identifier: MIT */
/* The Overview's lines of figures: names, rates with their course, growth, totals. */
#include "config.h"

#include "views/overview_parts.h"

#include <stdio.h>

#include "base/units.h"
#include "views/line.h"
#include "views/plot.h"
#include "views/table.h"

enum {
	SPARK_MOST = 40,
	SPARK_LEAST = 5,
	RATE_WORD = 11,
	RATE_FIGURES = 36,
	UNIT_MORE = 6,
	FIGURE_BYTES = 48
};

static bool
put_heap(struct ht_line *line, const char *word, enum ht_role role,
    const struct ht_view_input *input, enum ht_heap_metric metric)
{
	const struct ht_heap *heap = input->process->heap;
	return heap != NULL &&
	       ht_line_put_metric(line, word, role, &ht_metric_table(HT_SCOPE_HEAP, NULL)[metric],
		   heap->values.present, heap->values.value);
}

static bool
put_process(struct ht_line *line, const char *word, enum ht_role role,
    const struct ht_view_input *input, enum ht_process_metric metric)
{
	const struct ht_process_values *values = &input->process->values;
	return ht_line_put_metric(line, word, role,
	    &ht_metric_table(HT_SCOPE_PROCESS, NULL)[metric], values->present, values->value);
}

void
ht_overview_draw_names(const struct ht_view_input *input, struct ht_grid *grid, int row)
{
	struct ht_line line = { grid, row, 0, grid->width, input->settings->units };
	put_heap(&line, "live", HT_ROLE_LIVE, input, HT_HEAP_LIVE);
	if (input->process->heap == NULL)
		put_process(&line, "anonymous", HT_ROLE_LIVE, input, HT_PROCESS_ANONYMOUS);
	put_process(&line, "resident", HT_ROLE_RESIDENT, input, HT_PROCESS_RESIDENT);
	put_heap(&line, "peak", HT_ROLE_PEAK, input, HT_HEAP_PEAK);
	put_process(&line, "memory.max", HT_ROLE_LIMIT, input, HT_PROCESS_LIMIT);
}

/* A rate in bytes and one in blocks, and the course of the former. */
struct rate {
	const char *word;
	const char *sign;
	enum ht_heap_metric bytes, blocks;
};

static const struct rate rates[] = {
	{ "allocating", "+", HT_HEAP_ALLOC_RATE, HT_HEAP_ALLOC_BLOCKS_RATE },
	{ "freeing", "-", HT_HEAP_FREE_RATE, HT_HEAP_FREE_BLOCKS_RATE },
};

/* "41.2M/s", or "-" where it isn't known. */
static void
format_rate(const struct ht_view_input *input, enum ht_heap_metric metric, const char *unit,
    char out[FIGURE_BYTES])
{
	const struct ht_heap *heap = input->process->heap;
	char figure[HT_TABLE_CELL_BYTES];
	if (!HT_HAS(&heap->values, metric)) {
		snprintf(out, FIGURE_BYTES, "-%s", unit);
		return;
	}
	ht_table_format_in(&ht_metric_table(HT_SCOPE_HEAP, NULL)[metric],
	    heap->values.value[metric], input->settings->units, figure);
	snprintf(out, FIGURE_BYTES, "%s%s", figure, unit);
}

static void
put_course(const struct ht_view_input *input, uint64_t span_ns, const struct rate *rate,
    struct ht_grid *grid, int row, int column, int width)
{
	char text[SPARK_MOST * HT_SPARKLINE_CHARACTER_BYTES + 1];
	if (width < SPARK_LEAST)
		return;
	size_t count = width < SPARK_MOST ? (size_t)width : SPARK_MOST;
	uint64_t now = input->frame->monotonic_ns;
	uint64_t bucket_ns = span_ns / count > 0 ? span_ns / count : 1;
	uint64_t end_ns = (now / bucket_ns + 1) * bucket_ns;
	uint64_t from_ns = end_ns > bucket_ns * count ? end_ns - bucket_ns * count : 0;
	const struct ht_history_bucket *buckets = ht_overview_series(input,
	    &ht_metric_table(HT_SCOPE_HEAP, NULL)[rate->bytes], from_ns, end_ns, count, grid);
	if (buckets == NULL)
		return;
	ht_graph_sparkline_from_zero(buckets, count, !ht_plot_is_rich(grid), text, sizeof(text));
	ht_grid_put_text(grid, row, column, HT_ROLE_BAR, text);
}

static void
draw_rate(const struct ht_view_input *input, uint64_t span_ns, const struct rate *rate,
    struct ht_grid *grid, const struct ht_overview_box *box)
{
	char figure[FIGURE_BYTES];
	enum ht_units units = input->settings->units;
	int more = units == HT_UNITS_AUTO ? 0 : UNIT_MORE;
	struct ht_line line = { grid, box->row, box->column, box->column + box->width, units };
	ht_grid_put_text(grid, box->row, box->column, HT_ROLE_LABEL, rate->word);
	line.column = box->column + RATE_WORD;
	format_rate(input, rate->bytes, "/s", figure);
	ht_grid_put(grid, box->row, line.column, 8 + more, HT_ALIGN_RIGHT, HT_ROLE_NUMBER, figure);
	line.column += 8 + more;
	format_rate(input, rate->blocks, "", figure);
	ht_grid_put(grid, box->row, line.column + 1, 7, HT_ALIGN_RIGHT, HT_ROLE_NUMBER, figure);
	line.column += 8;
	ht_line_put(&line, 1, HT_ROLE_LABEL, "blocks/s");
	put_course(input, span_ns, rate, grid, box->row, box->column + RATE_FIGURES + more + 2,
	    box->width - RATE_FIGURES - more - 4);
}

/* Both in a row as short as they can be told. */
static void
draw_short_rates(const struct ht_view_input *input, struct ht_grid *grid, int row)
{
	char figure[FIGURE_BYTES], text[FIGURE_BYTES + 2];
	struct ht_line line = { grid, row, 0, grid->width, input->settings->units };
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		format_rate(input, rates[i].bytes, "/s", figure);
		snprintf(text, sizeof(text), "%s%s", rates[i].sign, figure);
		ht_line_put(&line, 2, HT_ROLE_NUMBER, text);
	}
	put_heap(&line, "blocks", HT_ROLE_NUMBER, input, HT_HEAP_LIVE_BLOCKS);
	put_heap(&line, "failed", HT_ROLE_NUMBER, input, HT_HEAP_FAILED);
}

enum { LEAST_FOR_RATES = 46, LEAST_BESIDE = 100 };

void
ht_overview_draw_rates(
    const struct ht_view_input *input, uint64_t span_ns, struct ht_grid *grid, int row, int rows)
{
	if (rows < 2 && grid->width < LEAST_BESIDE) {
		draw_short_rates(input, grid, row);
		return;
	}
	if (grid->width < LEAST_FOR_RATES) {
		draw_short_rates(input, grid, row);
		return;
	}
	for (int i = 0; i < 2; i++) {
		struct ht_overview_box box = { row + i, 1, 0, grid->width };
		if (rows < 2) {
			box.row = row;
			box.width = grid->width / 2;
			box.column = i * box.width;
		}
		draw_rate(input, span_ns, &rates[i], grid, &box);
	}
}

void
ht_overview_draw_totals(const struct ht_view_input *input, struct ht_grid *grid, int row)
{
	const struct ht_heap_values *values = &input->process->heap->values;
	struct ht_line line = { grid, row, 0, grid->width, input->settings->units };
	put_heap(&line, "total", HT_ROLE_NUMBER, input, HT_HEAP_ALLOCATED);
	put_heap(&line, "in", HT_ROLE_NUMBER, input, HT_HEAP_ALLOCATED_BLOCKS);
	ht_line_put(&line, 1, HT_ROLE_LABEL, "blocks");
	put_heap(&line, "live blocks", HT_ROLE_NUMBER, input, HT_HEAP_LIVE_BLOCKS);
	if (HT_HAS(values, HT_HEAP_LIVE) && HT_HAS(values, HT_HEAP_LIVE_BLOCKS) &&
	    values->value[HT_HEAP_LIVE_BLOCKS].u != 0) {
		char mean[HT_TABLE_CELL_BYTES];
		ht_table_bytes(values->value[HT_HEAP_LIVE].u / values->value[HT_HEAP_LIVE_BLOCKS].u,
		    input->settings->units, mean);
		ht_line_put_pair(&line, "mean", HT_ROLE_NUMBER, mean);
	}
	bool failed = HT_HAS(values, HT_HEAP_FAILED) && values->value[HT_HEAP_FAILED].u != 0;
	put_heap(&line, "failed", failed ? HT_ROLE_WARNING : HT_ROLE_NUMBER, input, HT_HEAP_FAILED);
	put_process(&line, "threads", HT_ROLE_NUMBER, input, HT_PROCESS_THREAD_COUNT);
	put_process(&line, "swap", HT_ROLE_NUMBER, input, HT_PROCESS_SWAP);
}

/* The first and the last known of BUCKETS; false: fewer than two are. */
static bool
find_ends(const struct ht_history_bucket *buckets, size_t count, size_t *first, size_t *last)
{
	*first = count;
	for (size_t i = 0; i < count; i++) {
		if (!buckets[i].known)
			continue;
		if (*first == count)
			*first = i;
		*last = i;
	}
	return *first<count && * last> * first;
}

void
ht_overview_draw_growth(
    const struct ht_view_input *input, uint64_t span_ns, struct ht_grid *grid, int row)
{
	enum { BUCKETS = 60 };
	uint64_t now = input->frame->monotonic_ns, from_ns = now > span_ns ? now - span_ns : 0;
	size_t first, last = 0;
	struct ht_line line = { grid, row, 0, grid->width, input->settings->units };
	const struct ht_history_bucket *buckets = ht_overview_series(input,
	    &ht_metric_table(HT_SCOPE_PROCESS, NULL)[HT_PROCESS_ANONYMOUS], from_ns, now + 1,
	    BUCKETS, grid);
	put_process(&line, "anonymous", HT_ROLE_LIVE, input, HT_PROCESS_ANONYMOUS);
	if (buckets != NULL && find_ends(buckets, BUCKETS, &first, &last)) {
		char bytes[HT_TABLE_CELL_BYTES], time[HT_UNITS_TEXT_BYTES];
		char text[HT_TABLE_CELL_BYTES + FIGURE_BYTES];
		double change = buckets[last].last - buckets[first].last;
		ht_table_bytes(
		    ht_units_whole(change < 0 ? -change : change), input->settings->units, bytes);
		ht_units_duration((last - first) * (span_ns / BUCKETS), time);
		snprintf(text, sizeof(text), "%s%s in %s", change < 0 ? "-" : "+", bytes, time);
		ht_line_put_pair(&line, "growth", HT_ROLE_NUMBER, text);
	}
	put_process(&line, "swap", HT_ROLE_NUMBER, input, HT_PROCESS_SWAP);
	put_process(&line, "threads", HT_ROLE_NUMBER, input, HT_PROCESS_THREAD_COUNT);
	put_process(&line, "cpu", HT_ROLE_NUMBER, input, HT_PROCESS_CPU);
}
