/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/theme.h"

#include "tui/palette.h"

/* Colours that this terminal has; 0: none, or too few pairs of them. */
static int
colors_there(void)
{
	return has_colors() && start_color() != ERR && COLOR_PAIRS > HT_LOOKS ? COLORS : 0;
}

/* The pair of LOOK, which is made number PAIR; 0 where it has no colours. */
static short
make_pair(struct ht_look look, short pair, bool has_default)
{
	short foreground = look.foreground, background = look.background;
	if (foreground == HT_LOOK_DEFAULT && background == HT_LOOK_DEFAULT)
		return 0;
	if (foreground == HT_LOOK_DEFAULT && !has_default)
		foreground = COLOR_WHITE;
	if (background == HT_LOOK_DEFAULT && !has_default)
		background = COLOR_BLACK;
	return init_pair(pair, foreground, background) == OK ? pair : 0;
}

void
ht_theme_init(struct ht_theme *theme, enum ht_theme_name name, bool no_color)
{
	int colors = no_color ? 0 : colors_there();
	bool has_default = colors != 0 && use_default_colors() == OK;
	enum ht_palette palette = ht_palette_choose(name, colors, has_default);
	*theme = (struct ht_theme){ 0 };
	for (unsigned role = 0; role < HT_ROLES; role++) {
		struct ht_look look = ht_palette_look(palette, role);
		theme->attributes[role] = look.attributes;
		theme->pairs[role] = make_pair(look, (short)(role + 1), has_default);
	}
	struct ht_look selected = ht_palette_look(palette, HT_LOOK_SELECTED);
	theme->selected = selected.attributes;
	theme->selected_pair = make_pair(selected, HT_LOOK_SELECTED + 1, has_default);
}
