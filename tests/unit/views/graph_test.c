/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "views/graph.h"
#include "views/plot.h"
#include "views/scale.h"

#define MIB(n)  ((double)(UINT64_C(n) << 20))
#define SECONDS UINT64_C(1000000000)

enum { MOST = 1024 };

static struct ht_history_bucket live[MOST], resident[MOST];

static struct ht_history_bucket
bucket(double value)
{
	return (struct ht_history_bucket){ true, value, value, value };
}

static void
assert_row(const struct ht_grid *grid, int row, const char *wanted)
{
	struct ht_text text;
	ht_text_init(&text);
	ht_grid_row_text(grid, row, &text);
	assert_string_equal(ht_text_string(&text), wanted);
	ht_text_release(&text);
}

/* Ten minutes of one series in LIVE. */
static struct ht_graph
one_series(struct ht_graph_series *series, size_t count, bool filled)
{
	*series = (struct ht_graph_series){ "live", HT_ROLE_LIVE, HT_ROLE_LIVE_BODY, filled, live };
	return (struct ht_graph){ .series = series,
		.series_count = 1,
		.bucket_count = count,
		.from_ns = 1000 * SECONDS,
		.to_ns = 1600 * SECONDS,
		.now_ns = 1600 * SECONDS,
		.end = "now" };
}

static void
a_line_rises_dot_by_dot(void **state)
{
	(void)state;
	struct ht_graph_series series;
	struct ht_grid *grid = ht_grid_new(11, 2, false);
	size_t count = ht_graph_buckets(grid, grid->width);
	assert_int_equal(count, 8);
	for (size_t i = 0; i < count; i++)
		live[i] = bucket((double)i * 1024);
	struct ht_graph graph = one_series(&series, count, false);
	ht_graph_draw(&graph, grid, 0, grid->width, 2);
	assert_row(grid, 0, "   4K ┤· ⡠⠊");
	assert_row(grid, 1, "    0 ┤⡠⠊");
	ht_grid_free(grid);
}

static void
an_area_has_an_edge_and_a_body(void **state)
{
	(void)state;
	struct ht_graph_series series;
	struct ht_grid *grid = ht_grid_new(11, 2, true);
	for (size_t i = 0; i < 4; i++)
		live[i] = bucket(i < 2 ? 2048 : 1024);
	live[0] = bucket(4095);
	struct ht_graph graph = one_series(&series, 4, true);
	ht_graph_draw(&graph, grid, 0, grid->width, 2);
	assert_row(grid, 0, "   2K +:.");
	assert_row(grid, 1, "    0 +::::");
	assert_int_equal(grid->rows[1].cells[2].role, HT_ROLE_LIVE_BODY);
	assert_int_equal(grid->rows[1].cells[3].role, HT_ROLE_LIVE);
	ht_grid_free(grid);
}

static void
what_is_not_known_is_a_gap(void **state)
{
	(void)state;
	struct ht_graph_series series;
	struct ht_grid *grid = ht_grid_new(17, 1, true);
	for (size_t i = 0; i < 10; i++)
		live[i] = bucket(0);
	for (size_t i = 3; i < 6; i++)
		live[i].known = false;
	struct ht_graph graph = one_series(&series, 10, false);
	ht_graph_draw(&graph, grid, 0, grid->width, 1);
	assert_row(grid, 0, "    0 +___   ____");
	ht_grid_free(grid);

	grid = ht_grid_new(17, 1, true);
	graph.bridge = 3;
	ht_graph_draw(&graph, grid, 0, grid->width, 1);
	assert_row(grid, 0, "    0 +__________");
	ht_grid_free(grid);

	grid = ht_grid_new(17, 1, true);
	memset(live, 0, sizeof(live));
	ht_graph_draw(&graph, grid, 0, grid->width, 1);
	assert_row(grid, 0, "    0 +");
	ht_grid_free(grid);
}

static void
peaks_within_a_bucket_are_seen(void **state)
{
	(void)state;
	struct ht_graph_series series;
	struct ht_grid *grid = ht_grid_new(11, 2, true);
	for (size_t i = 0; i < 4; i++)
		live[i] = bucket(0);
	live[2].high = 4000;
	struct ht_graph graph = one_series(&series, 4, false);
	ht_graph_draw(&graph, grid, 0, grid->width, 2);
	assert_row(grid, 0, "   2K +. |");
	assert_row(grid, 1, "    0 +__|_");
	ht_grid_free(grid);
}

static void
limits_are_lines_and_far_ones_are_named(void **state)
{
	(void)state;
	struct ht_graph_series series;
	struct ht_grid *grid = ht_grid_new(80, 10, true);
	size_t count = ht_graph_buckets(grid, grid->width);
	for (size_t i = 0; i < count; i++)
		live[i] = bucket(MIB(100));
	struct ht_graph graph = one_series(&series, count, true);
	struct ht_graph_limit limits[] = { { "peak", HT_ROLE_PEAK, MIB(120) },
		{ "memory.max", HT_ROLE_LIMIT, MIB(9000) } };
	graph.limits = limits;
	graph.limit_count = 2;
	ht_graph_draw(&graph, grid, 0, grid->width, 10);
	assert_row(grid, 0,
	    "      |------------------------------------------------------ memory.max 8.8G ^");
	assert_row(
	    grid, 1, "  96M +...................................................... peak 120M");
	assert_row(
	    grid, 2, "      |:::::::::::::::::::::::::::::::::::::::::::::::::::::: live 100M");
	ht_grid_free(grid);
}

/* Row of the name that begins with WORD; -1: it isn't there. */
static int
row_of_name(const struct ht_grid *grid, const char *word)
{
	for (int row = 0; row < grid->height; row++) {
		struct ht_text text;
		ht_text_init(&text);
		ht_grid_row_text(grid, row, &text);
		bool found = strstr(ht_text_string(&text), word) != NULL;
		ht_text_release(&text);
		if (found)
			return row;
	}
	return -1;
}

static void
names_of_equal_figures_keep_their_order(void **state)
{
	(void)state;
	for (int live_kib = 90 * 1024; live_kib <= 120 * 1024; live_kib += 512) {
		struct ht_graph_series series[2];
		struct ht_graph_limit limit = { "peak", HT_ROLE_PEAK, MIB(120) };
		struct ht_grid *grid = ht_grid_new(80, 10, true);
		size_t count = ht_graph_buckets(grid, grid->width);
		for (size_t i = 0; i < count; i++) {
			live[i] = bucket(live_kib * 1024.0);
			resident[i] = bucket(MIB(120));
		}
		struct ht_graph graph = one_series(series, count, true);
		series[1] = series[0];
		series[1].name = "resident";
		series[1].buckets = resident;
		graph.series_count = 2;
		graph.limits = &limit;
		graph.limit_count = 1;
		ht_graph_draw(&graph, grid, 0, grid->width, 10);
		assert_in_range(row_of_name(grid, " peak"), 0, 9);
		assert_true(row_of_name(grid, " peak") < row_of_name(grid, " resident"));
		assert_true(row_of_name(grid, " resident") < row_of_name(grid, " live"));
		ht_grid_free(grid);
	}
}

static void
names_have_their_figures_in_the_units_asked_for(void **state)
{
	(void)state;
	struct ht_graph_series series;
	struct ht_graph_limit limit = { "memory.max", HT_ROLE_LIMIT, MIB(120) };
	struct ht_grid *grid = ht_grid_new(80, 10, true);
	size_t count = ht_graph_buckets(grid, grid->width);
	for (size_t i = 0; i < count; i++)
		live[i] = bucket(MIB(100));
	struct ht_graph graph = one_series(&series, count, true);
	graph.limits = &limit;
	graph.limit_count = 1;
	graph.units = HT_UNITS_BYTES;
	ht_graph_draw(&graph, grid, 0, grid->width, 10);
	assert_true(row_of_name(grid, " live 104857600") >= 0);
	/* Whole, it would be cut. */
	assert_true(row_of_name(grid, " memory.max 120M") >= 0);
	ht_grid_free(grid);
}

static void
events_stand_on_the_axis_at_their_time(void **state)
{
	(void)state;
	static const struct ht_graph_event events[] = {
		{ 900 * SECONDS, "x", "x", "early", HT_ROLE_EVENT },
		{ 1060 * SECONDS, "x", "v", "trim", HT_ROLE_EVENT },
		{ 1300 * SECONDS, "x", "#", "a label too long", HT_ROLE_EVENT },
		{ 1540 * SECONDS, "x", "o", "one", HT_ROLE_EVENT },
		{ 1599 * SECONDS, "x", "!", "", HT_ROLE_EVENT },
	};
	struct ht_graph_series series;
	struct ht_grid *grid = ht_grid_new(47, 6, true);
	size_t count = ht_graph_buckets(grid, grid->width);
	for (size_t i = 0; i < count; i++)
		live[i] = bucket(0);
	struct ht_graph graph = one_series(&series, count, true);
	graph.events = events;
	graph.event_count = sizeof(events) / sizeof(events[0]);
	ht_graph_draw(&graph, grid, 0, grid->width, 6);
	assert_row(grid, 4, "      +----vtrim-----------#---------------o--!");
	assert_row(grid, 5, "     -10m                 -5m               now");
	ht_grid_free(grid);
}

static void
every_size_and_style_can_be_drawn(void **state)
{
	(void)state;
	struct ht_graph_series series[2];
	struct ht_graph_limit limit = { "memory.max", HT_ROLE_LIMIT, MIB(300) };
	struct ht_graph_event event = { 1200 * SECONDS, "x", "x", "trim", HT_ROLE_EVENT };
	for (int height = 1; height < 12; height++) {
		for (int width = 1; width < 200; width += 3) {
			struct ht_grid *grid = ht_grid_new(width, height, width % 2 == 0);
			grid->graphs = width % 3 == 0 ? HT_GRAPHS_BLOCKS : HT_GRAPHS_AUTO;
			size_t count = ht_graph_buckets(grid, width);
			assert_true(count <= MOST);
			for (size_t i = 0; i < count; i++) {
				live[i] = bucket(MIB(100) + MIB(90) * sin((double)i / 9));
				resident[i] = bucket(MIB(250));
				resident[i].known = i % 7 != 0;
			}
			struct ht_graph graph = one_series(series, count, true);
			series[1] = series[0];
			series[1].filled = false;
			series[1].buckets = resident;
			graph.series_count = 2;
			graph.limits = &limit;
			graph.events = &event;
			graph.limit_count = graph.event_count = 1;
			ht_graph_draw(&graph, grid, 0, width, height);
			assert_false(grid->failed);
			ht_grid_free(grid);
		}
	}
}

static void
figures_of_the_axis_are_round_and_reach_the_top(void **state)
{
	(void)state;
	for (int rows = 1; rows < 60; rows++) {
		for (double most = 1; most < 1e15; most *= 1.37) {
			struct ht_scale scale = ht_scale_bytes(most, rows);
			assert_true(scale.per_row * rows >= most);
			assert_true(scale.per_row * rows <= most * 1.7 || most < 100);
			assert_true(fabs(scale.per_row * scale.rows_per_step -
					 (double)scale.step_bytes) < 1e-3 * scale.per_row);
		}
	}
	assert_true(ht_scale_bytes(MIB(498), 12).step_bytes == (uint64_t)MIB(128));
	assert_true(ht_scale_bytes(0, 5).per_row > 0);
	assert_true(ht_scale_bytes(1e300, 5).per_row > 0);
}

static void
times_of_the_axis_are_round(void **state)
{
	(void)state;
	assert_int_equal(ht_scale_time_step(600 * SECONDS, 5), 120 * SECONDS);
	assert_int_equal(ht_scale_time_step(60 * SECONDS, 3), 30 * SECONDS);
	assert_int_equal(ht_scale_time_step(3600 * SECONDS, 4), 900 * SECONDS);
	assert_true(ht_scale_time_step(UINT64_MAX / 2, 1) >= UINT64_MAX / 4);
}

/* The bits of Unicode's braille patterns, one by one. */
static void
dots_are_where_they_belong(void **state)
{
	(void)state;
	static const char *const glyphs[2][4] = { { "⡀", "⠄", "⠂", "⠁" }, { "⢀", "⠠", "⠐", "⠈" } };
	struct ht_arena *arena = ht_arena_new();
	for (int x = 0; x < 2; x++) {
		for (int y = 0; y < 4; y++) {
			struct ht_plot plot;
			char glyph[HT_PLOT_GLYPH_BYTES];
			ht_plot_init(&plot, arena, HT_PLOT_BRAILLE, 1, 1);
			ht_plot_line(&plot, x, y, y, HT_ROLE_LIVE);
			ht_plot_glyph(&plot, ht_plot_cell(&plot, 0, 0), glyph);
			assert_string_equal(glyph, glyphs[x][y]);
		}
	}
	ht_arena_free(arena);
}

static void
blocks_are_halves(void **state)
{
	(void)state;
	struct ht_graph_series series;
	struct ht_grid *grid = ht_grid_new(11, 1, false);
	grid->graphs = HT_GRAPHS_BLOCKS;
	assert_int_equal(ht_graph_buckets(grid, grid->width), 4);
	live[0] = bucket(0);
	live[1] = bucket(512);
	live[2] = live[3] = bucket(1023);
	struct ht_graph graph = one_series(&series, 4, false);
	ht_graph_draw(&graph, grid, 0, grid->width, 1);
	assert_row(grid, 0, "    0 ┤▄▀▀▀");
	ht_grid_free(grid);
}

int
main(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_rises_dot_by_dot),
		cmocka_unit_test(an_area_has_an_edge_and_a_body),
		cmocka_unit_test(what_is_not_known_is_a_gap),
		cmocka_unit_test(peaks_within_a_bucket_are_seen),
		cmocka_unit_test(limits_are_lines_and_far_ones_are_named),
		cmocka_unit_test(names_of_equal_figures_keep_their_order),
		cmocka_unit_test(names_have_their_figures_in_the_units_asked_for),
		cmocka_unit_test(events_stand_on_the_axis_at_their_time),
		cmocka_unit_test(every_size_and_style_can_be_drawn),
		cmocka_unit_test(figures_of_the_axis_are_round_and_reach_the_top),
		cmocka_unit_test(times_of_the_axis_are_round),
		cmocka_unit_test(dots_are_where_they_belong),
		cmocka_unit_test(blocks_are_halves),
	};
	return cmocka_run_group_tests_name("views/graph", tests, NULL, NULL);
}
