/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/layout.h"

#include <string.h>

#include "tui/help.h"
#include "views/choice.h"

/* Where the parts of a screen are; -1: left out, it is too low. */
struct rows {
	int header;
	int tabs;
	int top; /* of the view */
	int height;
	int description;
	int footer;
};

/* Screens lower than that do without the part: the view keeps a heading and three rows the longest. */
enum { LEAST_FOR_HEADER = 5, LEAST_FOR_FOOTER = 6, LEAST_FOR_TABS = 7, LEAST_FOR_DESCRIPTION = 8 };

static struct rows
place_rows(int height)
{
	struct rows rows = { -1, -1, 0, height, -1, -1 };
	if (height >= LEAST_FOR_HEADER)
		rows.header = rows.top++;
	if (height >= LEAST_FOR_TABS)
		rows.tabs = rows.top++;
	rows.height -= rows.top;
	if (height >= LEAST_FOR_FOOTER)
		rows.footer = rows.top + --rows.height;
	if (height >= LEAST_FOR_DESCRIPTION)
		rows.description = rows.top + --rows.height;
	return rows;
}

static void
draw_description(struct ht_screen *screen, struct ht_grid *grid, int row)
{
	struct ht_text text;
	struct ht_view_input input = ht_screen_input(screen);
	ht_text_init(&text);
	ht_screen_view(screen)->describe(&input, ht_screen_state(screen), &text);
	ht_grid_put(grid, row, 0, grid->width, HT_ALIGN_LEFT, HT_ROLE_DIM, ht_text_string(&text));
	ht_text_release(&text);
}

static void
draw_writing(const struct ht_screen *screen, struct ht_grid *grid, int row)
{
	struct ht_text text;
	ht_text_init(&text);
	ht_writing_describe(screen, &text);
	ht_grid_put_text(grid, row, 0, HT_ROLE_LABEL, ht_text_string(&text));
	ht_text_release(&text);
}

static void
draw_footer(const struct ht_screen *screen, struct ht_grid *grid, int row)
{
	if (screen->message[0] != '\0')
		ht_grid_put_text(grid, row, 0, HT_ROLE_WARNING, screen->message);
	else if (screen->help)
		ht_grid_put_text(
		    grid, row, 0, HT_ROLE_LABEL, "arrows scroll, any other key leaves");
	else if (screen->picker.open)
		ht_grid_put_text(grid, row, 0, HT_ROLE_LABEL,
		    "Enter takes, Esc leaves, arrows move, letters find");
	else if (screen->settings_dialog.open)
		ht_settings_dialog_footer(grid, row);
	else if (screen->writing != NULL)
		draw_writing(screen, grid, row);
	else if (screen->ended)
		ht_grid_put_text(grid, row, 0, HT_ROLE_WARNING,
		    "The program has ended, this is the last of it: q leaves");
	else
		ht_footer_draw(
		    ht_screen_view(screen), screen->playback.timeline != NULL, grid, row);
}

static void
draw_tabs(struct ht_screen *screen, struct ht_grid *grid, int row)
{
	struct ht_text note;
	ht_text_init(&note);
	ht_choice_describe(ht_screen_state(screen), screen->frame, &note);
	ht_tabs_draw(screen->current, ht_text_string(&note), grid, row);
	ht_text_release(&note);
}

/* What there is to say about what is typed stands above it. */
static void
draw_prompt(const struct ht_screen *screen, struct ht_grid *grid, const struct rows *rows)
{
	if (screen->message[0] != '\0')
		ht_grid_put_text(grid, rows->description, 0, HT_ROLE_WARNING, screen->message);
	ht_prompt_draw(&screen->prompt, grid, rows->footer);
}

static void
draw_help(struct ht_screen *screen, struct ht_grid *grid, const struct rows *rows)
{
	int height = rows->height + (rows->description >= 0);
	size_t lines = ht_help_lines(), page = height > 0 ? (size_t)height : 1;
	size_t last = lines > page ? lines - page : 0;
	screen->help_page = page;
	/* It may have become larger since it was scrolled to its end. */
	if (screen->help_first > last)
		screen->help_first = last;
	ht_help_draw(screen->help_first, grid, rows->top, height);
}

static void
draw_settings(struct ht_screen *screen, struct ht_grid *grid, const struct rows *rows)
{
	ht_settings_dialog_draw(
	    &screen->settings_dialog, &screen->settings, grid, rows->top, rows->height);
	ht_settings_dialog_describe(&screen->settings_dialog, grid, rows->description);
}

static void
draw_view(struct ht_screen *screen, struct ht_grid *grid, const struct rows *rows)
{
	if (screen->frame == NULL) {
		ht_grid_put_text(grid, rows->top, 0, HT_ROLE_DIM,
		    screen->ended ? "The program ended before a first look."
				  : "Taking the first look ...");
		return;
	}
	struct ht_view_input input = ht_screen_input(screen);
	ht_screen_view(screen)->draw(
	    &input, ht_screen_state(screen), grid, rows->top, rows->height);
	if (!screen->prompt.open || screen->message[0] == '\0')
		draw_description(screen, grid, rows->description);
}

/* The grid doesn't live until there is a click. */
static void
keep_targets(struct ht_screen *screen, const struct ht_grid *grid)
{
	screen->target_count = grid->target_count;
	if (grid->target_count != 0)
		memcpy(screen->targets, grid->targets, grid->target_count * sizeof(*grid->targets));
}

struct ht_grid *
ht_layout_draw(struct ht_screen *screen, int width, int height)
{
	struct ht_grid *grid = ht_grid_new(width, height, screen->ascii);
	if (grid == NULL)
		return NULL;
	grid->graphs = screen->settings.graphs;
	if (grid->graphs == HT_GRAPHS_AUTO && screen->console)
		grid->graphs = HT_GRAPHS_BLOCKS;
	screen->header.units = screen->settings.header_units;
	struct rows rows = place_rows(grid->height);
	/* A question must be seen on however low a screen: it takes the last row. */
	if (screen->prompt.open && rows.footer < 0 && rows.height > 0)
		rows.footer = rows.top + --rows.height;
	if (screen->prompt.open && screen->message[0] != '\0' && rows.description < 0 &&
	    rows.height > 0)
		rows.description = rows.top + --rows.height;
	ht_past_describe(&screen->past, screen->frame, &screen->header);
	if (screen->playback.timeline != NULL && screen->frame != NULL)
		ht_playback_describe(&screen->playback, screen->frame, &screen->header);
	ht_header_draw(screen->frame, &screen->header, grid, rows.header);
	draw_tabs(screen, grid, rows.tabs);
	if (screen->help)
		draw_help(screen, grid, &rows);
	else if (screen->picker.open)
		ht_picker_draw(
		    &screen->picker, grid, rows.top, rows.height + (rows.description >= 0));
	else if (screen->settings_dialog.open)
		draw_settings(screen, grid, &rows);
	else if (rows.height > 0)
		draw_view(screen, grid, &rows);
	if (screen->prompt.open)
		draw_prompt(screen, grid, &rows);
	else
		draw_footer(screen, grid, rows.footer);
	keep_targets(screen, grid);
	return grid;
}
