/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/theme.h"

enum { DEFAULT = -1 };

/* A role with 256 colours, with 8, and with none.  What isn't listed is as the terminal has it. */
struct style {
	enum ht_role role;
	attr_t attributes; /* in colour */
	short foreground, background;
	short foreground_8, background_8;
	attr_t plain; /* without colours */
};

/* clang-format off */
static const struct style styles[] = {
	{ HT_ROLE_TITLE, A_BOLD, 39, DEFAULT, COLOR_CYAN, DEFAULT, A_BOLD },
	{ HT_ROLE_NAME, A_BOLD, DEFAULT, DEFAULT, DEFAULT, DEFAULT, A_BOLD },
	{ HT_ROLE_DIM, 0, 244, DEFAULT, DEFAULT, DEFAULT, 0 },
	{ HT_ROLE_MARK, A_BOLD, 40, DEFAULT, COLOR_GREEN, DEFAULT, A_BOLD },
	{ HT_ROLE_BAR, 0, 40, DEFAULT, COLOR_GREEN, DEFAULT, 0 },
	{ HT_ROLE_BAR_REST, 0, 240, DEFAULT, DEFAULT, DEFAULT, 0 },
	{ HT_ROLE_HEADING, 0, 252, 238, COLOR_BLACK, COLOR_GREEN, A_REVERSE },
	{ HT_ROLE_HEADING_SORTED, A_BOLD, 16, 39, COLOR_BLACK, COLOR_CYAN, A_REVERSE | A_BOLD },
	{ HT_ROLE_TAB, 0, 250, DEFAULT, DEFAULT, DEFAULT, 0 },
	{ HT_ROLE_TAB_CURRENT, A_BOLD, 16, 39, COLOR_BLACK, COLOR_CYAN, A_REVERSE },
	{ HT_ROLE_KEY, A_BOLD, 39, DEFAULT, COLOR_CYAN, DEFAULT, A_BOLD },
	{ HT_ROLE_WARNING, 0, 214, DEFAULT, COLOR_YELLOW, DEFAULT, A_BOLD },
	{ HT_ROLE_AXIS, 0, 240, DEFAULT, DEFAULT, DEFAULT, 0 },
	{ HT_ROLE_LIVE, A_BOLD, 84, DEFAULT, COLOR_GREEN, DEFAULT, A_BOLD },
	{ HT_ROLE_LIVE_BODY, 0, 29, DEFAULT, COLOR_GREEN, DEFAULT, 0 },
	{ HT_ROLE_RESIDENT, A_BOLD, 75, DEFAULT, COLOR_CYAN, DEFAULT, A_BOLD },
	{ HT_ROLE_PEAK, 0, 178, DEFAULT, COLOR_YELLOW, DEFAULT, 0 },
	{ HT_ROLE_LIMIT, 0, 203, DEFAULT, COLOR_RED, DEFAULT, A_BOLD },
	{ HT_ROLE_EVENT, 0, 214, DEFAULT, COLOR_MAGENTA, DEFAULT, A_BOLD },
	{ HT_ROLE_PART_LIVE, 0, 16, 78, COLOR_BLACK, COLOR_GREEN, A_REVERSE },
	{ HT_ROLE_PART_OVERHEAD, 0, 16, 179, COLOR_BLACK, COLOR_YELLOW, 0 },
	{ HT_ROLE_PART_FREE, 0, 16, 74, COLOR_BLACK, COLOR_CYAN, A_REVERSE },
	{ HT_ROLE_PART_HEAP, 0, 16, 74, COLOR_BLACK, COLOR_CYAN, A_REVERSE },
	{ HT_ROLE_PART_STACKS, 0, 16, 175, COLOR_BLACK, COLOR_MAGENTA, 0 },
	{ HT_ROLE_PART_FILES, 0, 16, 146, COLOR_WHITE, COLOR_BLUE, A_REVERSE },
	{ HT_ROLE_PART_REST, 0, 255, 241, COLOR_BLACK, COLOR_WHITE, 0 },
};
/* clang-format on */

enum { SELECTED_PAIR = HT_ROLES + 1, SELECTED_FOREGROUND = 231, SELECTED_BACKGROUND = 25 };

static void
init_plain(struct ht_theme *theme)
{
	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++)
		theme->attributes[styles[i].role] = styles[i].plain;
	theme->selected = A_REVERSE;
}

static void
init_colors(struct ht_theme *theme, bool has_default)
{
	bool rich = COLORS >= 256 && has_default;
	short fallback_foreground = has_default ? DEFAULT : COLOR_WHITE;
	short fallback_background = has_default ? DEFAULT : COLOR_BLACK;
	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++) {
		const struct style *style = &styles[i];
		short foreground = rich ? style->foreground : style->foreground_8;
		short background = rich ? style->background : style->background_8;
		short pair = (short)(style->role + 1);
		init_pair(pair, foreground == DEFAULT ? fallback_foreground : foreground,
		    background == DEFAULT ? fallback_background : background);
		theme->attributes[style->role] = style->attributes;
		theme->pairs[style->role] = pair;
	}
	init_pair(SELECTED_PAIR, rich ? SELECTED_FOREGROUND : COLOR_BLACK,
	    rich ? SELECTED_BACKGROUND : COLOR_CYAN);
	theme->selected_pair = SELECTED_PAIR;
}

void
ht_theme_init(struct ht_theme *theme, bool no_color)
{
	*theme = (struct ht_theme){ 0 };
	if (no_color || !has_colors() || start_color() == ERR || COLORS < 8 ||
	    COLOR_PAIRS <= SELECTED_PAIR) {
		init_plain(theme);
		return;
	}
	init_colors(theme, use_default_colors() == OK);
}
