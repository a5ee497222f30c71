/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/header.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "views/registry.h"
#include "views/table.h"

enum { BAR_LEAST = 4, BAR_MOST = 24, PIECE_BYTES = 48, CLOCK_BYTES = 96 };

static const uint64_t second_ns = UINT64_C(1000000000);

/* One thing the header tells: a word and a figure, left out when it is too narrow. */
struct piece {
	const char *word;
	char figure[PIECE_BYTES];
	int importance; /* 0: nothing to tell */
};

enum {
	PIECE_MEMORY,
	PIECE_SWAP,
	PIECE_PRESSURE,
	PIECE_HEAPS,
	PIECE_RATE,
	PIECE_MARK,
	PIECES,
};

void
ht_header_delay(uint64_t delay_ns, char out[16])
{
	snprintf(out, 16, "%.4gs", (double)delay_ns / 1e9);
}

static void
describe_share(const struct ht_host_values *host, uint64_t used, enum ht_host_metric total,
    enum ht_units units, struct piece *piece)
{
	char text_used[HT_TABLE_CELL_BYTES], text_total[HT_TABLE_CELL_BYTES];
	ht_table_bytes(used, units, text_used);
	ht_table_bytes(host->value[total].u, units, text_total);
	snprintf(piece->figure, sizeof(piece->figure), "%.23s/%.23s", text_used, text_total);
}

static uint64_t
used_memory(const struct ht_host_values *host)
{
	uint64_t total = host->value[HT_HOST_MEMORY_TOTAL].u;
	uint64_t available = host->value[HT_HOST_MEMORY_AVAILABLE].u;
	return available < total ? total - available : 0;
}

static bool
has_memory(const struct ht_host_values *host)
{
	return HT_HAS(host, HT_HOST_MEMORY_TOTAL) && HT_HAS(host, HT_HOST_MEMORY_AVAILABLE);
}

static void
tell_host(const struct ht_host_values *host, enum ht_units units, struct piece pieces[PIECES])
{
	if (has_memory(host)) {
		pieces[PIECE_MEMORY] = (struct piece){ .word = "Mem", .importance = 4 };
		describe_share(
		    host, used_memory(host), HT_HOST_MEMORY_TOTAL, units, &pieces[PIECE_MEMORY]);
	}
	if (HT_HAS(host, HT_HOST_SWAP_TOTAL) && HT_HAS(host, HT_HOST_SWAP_USED)) {
		pieces[PIECE_SWAP] = (struct piece){ .word = "Swap", .importance = 2 };
		describe_share(host, host->value[HT_HOST_SWAP_USED].u, HT_HOST_SWAP_TOTAL, units,
		    &pieces[PIECE_SWAP]);
	}
	if (HT_HAS(host, HT_HOST_PRESSURE_SOME_AVG10)) {
		pieces[PIECE_PRESSURE] = (struct piece){ .word = "Pressure", .importance = 1 };
		snprintf(pieces[PIECE_PRESSURE].figure, PIECE_BYTES, "%.1f",
		    host->value[HT_HOST_PRESSURE_SOME_AVG10].f);
	}
}

static void
tell_heaps(const struct ht_frame *frame, enum ht_units units, struct piece pieces[PIECES])
{
	char live_text[HT_TABLE_CELL_BYTES], rate_text[HT_TABLE_CELL_BYTES];
	uint64_t live = 0;
	double rate = 0;
	bool has_rate = false;
	for (size_t i = 0; i < frame->process_count; i++) {
		const struct ht_heap *heap = frame->processes[i].heap;
		if (heap != NULL && HT_HAS(&heap->values, HT_HEAP_LIVE))
			live += heap->values.value[HT_HEAP_LIVE].u;
		if (heap == NULL || !HT_HAS(&heap->values, HT_HEAP_ALLOC_RATE))
			continue;
		rate += heap->values.value[HT_HEAP_ALLOC_RATE].f;
		has_rate = true;
	}
	ht_table_bytes(live, units, live_text);
	ht_table_bytes(rate > 0 && rate < 9e18 ? (uint64_t)(rate + 0.5) : 0, units, rate_text);
	pieces[PIECE_HEAPS] = (struct piece){ .importance = 6 };
	if (frame->instrumented_count == 0) {
		pieces[PIECE_HEAPS].word = "no heaps";
		return;
	}
	pieces[PIECE_HEAPS].word = frame->instrumented_count == 1 ? "heap" : "heaps";
	snprintf(pieces[PIECE_HEAPS].figure, PIECE_BYTES, "%s", live_text);
	if (has_rate) {
		pieces[PIECE_RATE] = (struct piece){ .word = "", .importance = 5 };
		snprintf(pieces[PIECE_RATE].figure, PIECE_BYTES, "+%s/s", rate_text);
	}
}

/* Whole seconds: the rest would only flicker. */
static void
put_span(uint64_t ns, char out[HT_UNITS_TEXT_BYTES])
{
	if (ns < 60 * second_ns)
		snprintf(out, HT_UNITS_TEXT_BYTES, "%us", (unsigned)(ns / second_ns));
	else
		ht_units_duration(ns, out);
}

static void
tell_mark(const struct ht_header *header, struct piece pieces[PIECES])
{
	char span[HT_UNITS_TEXT_BYTES];
	if (header->mark_ns == 0)
		return;
	put_span(header->mark_ns, span);
	pieces[PIECE_MARK] = (struct piece){ .word = "mark", .importance = 3 };
	snprintf(pieces[PIECE_MARK].figure, PIECE_BYTES, "%s ago", span);
}

/* Columns of PIECE with the gap before it. */
static int
piece_width(const struct piece *piece)
{
	size_t word = strlen(piece->word), figure = strlen(piece->figure);
	return 2 + (int)(word + figure) + (word != 0 && figure != 0);
}

/* Leaves pieces out, the least important first, until they fit into WIDTH; returns what is left of it. */
static int
fit_pieces(struct piece pieces[PIECES], int width)
{
	for (;;) {
		int needed = 0, least = -1;
		for (int i = 0; i < PIECES; i++) {
			if (pieces[i].importance == 0)
				continue;
			needed += piece_width(&pieces[i]);
			if (least < 0 || pieces[i].importance < pieces[least].importance)
				least = i;
		}
		if (needed <= width || least < 0)
			return width - needed;
		pieces[least].importance = 0;
	}
}

static int
put_piece(struct ht_grid *grid, int row, int column, const struct piece *piece)
{
	column += 2;
	if (piece->word[0] != '\0')
		column = ht_grid_put_text(grid, row, column, HT_ROLE_LABEL, piece->word) +
			 (piece->figure[0] != '\0');
	return ht_grid_put_text(grid, row, column, HT_ROLE_NUMBER, piece->figure);
}

/* What of a recording is shown.  All but the time only where it leaves half of WIDTH to the figures. */
static void
replay_text(const struct ht_header *header, int width, char text[CLOCK_BYTES])
{
	char gone[16], speed[16], learned[24] = "";
	int most = width / 2;
	int length = snprintf(text, PIECE_BYTES, "%s %s", header->replay_word, header->replay_time);
	int gone_length = snprintf(gone, sizeof(gone), " %u%%", header->replay_percent);
	int speed_length = snprintf(speed, sizeof(speed), " %gx", header->replay_speed);
	bool has_gone = length + gone_length <= most;
	bool has_speed = has_gone && length + gone_length + speed_length <= most;
	if (header->learned_percent < 100)
		snprintf(learned, sizeof(learned), "reading %u%%  ", header->learned_percent);
	if (!has_speed || length + gone_length + speed_length + (int)strlen(learned) > most)
		learned[0] = '\0';
	snprintf(text, CLOCK_BYTES, "%s%s %s%s%s", learned, header->replay_word,
	    header->replay_time, has_gone ? gone : "", has_speed ? speed : "");
}

/* What stands at the right end of WIDTH: the delay, that a tick hangs, or that the past is shown. */
static void
clock_text(const struct ht_header *header, int width, char text[CLOCK_BYTES])
{
	char span[HT_UNITS_TEXT_BYTES];
	if (header->replay_word != NULL && header->late_ns == 0) {
		replay_text(header, width, text);
	} else if (header->paused[0] != '\0') {
		put_span(header->ago_ns, span);
		bool ago = header->ago_ns >= second_ns;
		snprintf(text, PIECE_BYTES, "PAUSED %s%s%s%s", header->paused, ago ? " " : "",
		    ago ? span : "", ago ? " ago" : "");
	} else if (header->late_ns != 0) {
		ht_units_duration(header->late_ns, span);
		snprintf(text, PIECE_BYTES, "waiting %s", span);
	} else {
		ht_header_delay(header->delay_ns, span);
		snprintf(text, PIECE_BYTES, "%s", span);
	}
}

/* Whether what is shown is what there is now. */
static bool
is_now(const struct ht_header *header)
{
	return header->late_ns == 0 && header->paused[0] == '\0' && header->replay_word == NULL;
}

void
ht_header_draw(
    const struct ht_frame *frame, const struct ht_header *header, struct ht_grid *grid, int row)
{
	struct piece pieces[PIECES] = { 0 };
	char clock[CLOCK_BYTES], heaps[PIECE_BYTES] = "";
	int column = ht_grid_put_text(grid, row, 0, HT_ROLE_TITLE, "heaptop");
	clock_text(header, grid->width, clock);
	int clock_column = grid->width - (int)strlen(clock);
	if (frame != NULL) {
		tell_host(&frame->host, header->units, pieces);
		tell_heaps(frame, header->units, pieces);
		tell_mark(header, pieces);
	}
	if (frame != NULL && frame->instrumented_count != 0) {
		snprintf(heaps, sizeof(heaps), "%zu %s", frame->instrumented_count,
		    pieces[PIECE_HEAPS].word);
		pieces[PIECE_HEAPS].word = heaps;
	}
	int spare = fit_pieces(pieces, clock_column - 2 - column);
	for (int i = 0; i < PIECES; i++) {
		if (pieces[i].importance == 0)
			continue;
		column = put_piece(grid, row, column, &pieces[i]);
		if (i != PIECE_MEMORY || spare <= BAR_LEAST)
			continue;
		int width = spare - 1 < BAR_MOST ? spare - 1 : BAR_MOST;
		double total = (double)frame->host.value[HT_HOST_MEMORY_TOTAL].u;
		column = ht_grid_put_bar(grid, row, column + 1, width,
		    total > 0 ? (double)used_memory(&frame->host) / total : 0);
	}
	if (clock_column > column)
		ht_grid_put_text(grid, row, clock_column,
		    is_now(header) ? HT_ROLE_LABEL : HT_ROLE_WARNING, clock);
}

/* Columns of all tabs; with SHORT, only the current one has its name. */
static int
tabs_width(size_t current, bool is_short)
{
	int width = 0;
	for (size_t i = 0; i < ht_views_count(); i++)
		width +=
		    2 + (is_short && i != current ? 1 : 2 + (int)strlen(ht_views_get(i)->name));
	return width;
}

void
ht_tabs_draw(size_t current, const char *note, struct ht_grid *grid, int row)
{
	static const char help[] = "? help";
	int noted = note[0] != '\0' ? 1 + ht_grid_text_width(note, grid->ascii) : 0;
	bool is_short = tabs_width(current, false) + noted > grid->width;
	int column = 0;
	for (size_t i = 0; i < ht_views_count(); i++) {
		char text[PIECE_BYTES];
		bool named = !is_short || i == current;
		snprintf(
		    text, sizeof(text), named ? " %zu %s " : " %zu ", i + 1, ht_views_get(i)->name);
		ht_grid_target(grid, HT_TARGET_TAB, row, column, (int)strlen(text), i);
		column = ht_grid_put_text(
		    grid, row, column, i == current ? HT_ROLE_TAB_CURRENT : HT_ROLE_TAB, text);
	}
	if (noted != 0)
		column = ht_grid_put_text(grid, row, column + 1, HT_ROLE_WARNING, note);
	int help_column = grid->width - (int)strlen(help);
	if (help_column > column) {
		ht_grid_target(
		    grid, HT_TARGET_KEY, row, help_column, (int)strlen(help), (size_t)help[0]);
		ht_grid_put_text(grid, row, help_column, HT_ROLE_LABEL, help);
	}
}
