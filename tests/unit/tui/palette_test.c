/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tui/palette.h"

struct rgb {
	int red, green, blue;
};

/* Of xterm's colours beyond the first 16, which every terminal shows the same. */
static struct rgb
rgb_of(short color)
{
	static const int levels[] = { 0, 95, 135, 175, 215, 255 };
	if (color >= 232) {
		int grey = 8 + 10 * (color - 232);
		return (struct rgb){ grey, grey, grey };
	}
	int cube = color - 16;
	return (struct rgb){ levels[cube / 36], levels[cube / 6 % 6], levels[cube % 6] };
}

static double
linear(int channel)
{
	double value = channel / 255.0;
	return value <= 0.03928 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

/* Relative luminance and contrast as WCAG 2 defines them. */
static double
luminance(struct rgb color)
{
	return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) +
	       0.0722 * linear(color.blue);
}

static double
contrast(struct rgb a, struct rgb b)
{
	double x = luminance(a) + 0.05, y = luminance(b) + 0.05;
	return x > y ? x / y : y / x;
}

static void
assert_readable(struct ht_look look)
{
	const struct rgb black = { 0, 0, 0 }, white = { 255, 255, 255 };
	if (look.foreground == HT_LOOK_DEFAULT && look.background == HT_LOOK_DEFAULT)
		return;
	/* Nobody knows the terminal's own text on a background of ours. */
	assert_int_not_equal(look.foreground, HT_LOOK_DEFAULT);
	assert_true(look.foreground >= 16);
	struct rgb text = rgb_of(look.foreground);
	if (look.background != HT_LOOK_DEFAULT) {
		assert_true(contrast(text, rgb_of(look.background)) >= 4.5);
		return;
	}
	assert_true(contrast(text, black) >= 3.3);
	assert_true(contrast(text, white) >= 3.3);
}

static void
rich_palettes_can_be_read_on_light_and_dark(void **state)
{
	(void)state;
	for (unsigned role = 0; role < HT_LOOKS; role++) {
		assert_readable(ht_palette_look(HT_PALETTE_FULL, role));
		assert_readable(ht_palette_look(HT_PALETTE_SAFE, role));
	}
}

/* What is no text need not be as clear. */
static bool
is_drawing(unsigned role)
{
	return role == HT_ROLE_BAR || role == HT_ROLE_LIVE_BODY;
}

static void
text_in_16_colours_is_of_those_that_show_everywhere(void **state)
{
	(void)state;
	for (unsigned role = 0; role < HT_LOOKS; role++) {
		struct ht_look look = ht_palette_look(HT_PALETTE_BASIC, role);
		assert_true(look.foreground < 8 && look.background < 8);
		if (look.background == HT_LOOK_DEFAULT && !is_drawing(role))
			assert_true(look.foreground == HT_LOOK_DEFAULT ||
				    look.foreground == COLOR_MAGENTA ||
				    look.foreground == COLOR_RED);
		look = ht_palette_look(HT_PALETTE_SAFE_BASIC, role);
		assert_true(look.foreground < 8 && look.background < 8);
		if (look.background == HT_LOOK_DEFAULT && !is_drawing(role))
			assert_int_equal(look.foreground, HT_LOOK_DEFAULT);
	}
}

/* Grey, blue or orange: no green, and no red that a green could be taken for. */
static void
assert_safe(short color)
{
	if (color == HT_LOOK_DEFAULT)
		return;
	struct rgb rgb = rgb_of(color);
	bool grey = rgb.red == rgb.green && rgb.green == rgb.blue;
	bool blue = rgb.blue > rgb.green && rgb.green >= rgb.red;
	bool orange = rgb.red > rgb.green && rgb.green > rgb.blue && rgb.green * 3 >= rgb.red;
	assert_true(grey || blue || orange);
}

static void
safe_palettes_have_no_red_and_no_green(void **state)
{
	(void)state;
	for (unsigned role = 0; role < HT_LOOKS; role++) {
		struct ht_look look = ht_palette_look(HT_PALETTE_SAFE, role);
		assert_safe(look.foreground);
		assert_safe(look.background);
		look = ht_palette_look(HT_PALETTE_SAFE_BASIC, role);
		assert_true(look.foreground != COLOR_RED && look.foreground != COLOR_GREEN);
		assert_true(look.background != COLOR_RED && look.background != COLOR_GREEN);
	}
}

static void
monochrome_has_no_colour(void **state)
{
	(void)state;
	for (unsigned role = 0; role < HT_LOOKS; role++) {
		struct ht_look look = ht_palette_look(HT_PALETTE_MONO, role);
		assert_int_equal(look.foreground, HT_LOOK_DEFAULT);
		assert_int_equal(look.background, HT_LOOK_DEFAULT);
	}
}

static bool
is_same(enum ht_palette palette, unsigned a, unsigned b)
{
	struct ht_look x = ht_palette_look(palette, a), y = ht_palette_look(palette, b);
	return x.attributes == y.attributes && x.foreground == y.foreground &&
	       x.background == y.background;
}

static void
what_stands_side_by_side_differs(void **state)
{
	(void)state;
	for (unsigned i = 0; i < HT_PALETTES; i++) {
		enum ht_palette palette = (enum ht_palette)i;
		assert_false(is_same(palette, HT_LOOK_SELECTED, HT_ROLE_PLAIN));
		assert_false(is_same(palette, HT_ROLE_HEADING, HT_ROLE_PLAIN));
		assert_false(is_same(palette, HT_ROLE_HEADING, HT_ROLE_HEADING_SORTED));
		assert_false(is_same(palette, HT_ROLE_TAB, HT_ROLE_TAB_CURRENT));
		assert_false(is_same(palette, HT_ROLE_KEY, HT_ROLE_LABEL));
		assert_false(is_same(palette, HT_ROLE_WARNING, HT_ROLE_PLAIN));
		for (unsigned part = HT_ROLE_PART_LIVE; part < HT_ROLE_PART_FREE; part++)
			assert_false(is_same(palette, part, part + 1));
		for (unsigned part = HT_ROLE_PART_HEAP; part < HT_ROLE_PART_REST; part++)
			assert_false(is_same(palette, part, part + 1));
		if (palette != HT_PALETTE_MONO)
			assert_false(is_same(palette, HT_ROLE_LIVE, HT_ROLE_RESIDENT));
	}
}

static void
the_terminal_decides_what_can_be_had(void **state)
{
	(void)state;
	assert_int_equal(ht_palette_choose(HT_THEME_AUTO, 256, true), HT_PALETTE_FULL);
	assert_int_equal(ht_palette_choose(HT_THEME_AUTO, 16, true), HT_PALETTE_BASIC);
	assert_int_equal(ht_palette_choose(HT_THEME_AUTO, 8, false), HT_PALETTE_BASIC);
	assert_int_equal(ht_palette_choose(HT_THEME_AUTO, 0, false), HT_PALETTE_MONO);
	assert_int_equal(ht_palette_choose(HT_THEME_FULL, 8, true), HT_PALETTE_BASIC);
	assert_int_equal(ht_palette_choose(HT_THEME_BASIC, 256, true), HT_PALETTE_BASIC);
	assert_int_equal(ht_palette_choose(HT_THEME_SAFE, 256, true), HT_PALETTE_SAFE);
	assert_int_equal(ht_palette_choose(HT_THEME_SAFE, 16, true), HT_PALETTE_SAFE_BASIC);
	assert_int_equal(ht_palette_choose(HT_THEME_MONO, 256, true), HT_PALETTE_MONO);
	assert_int_equal(ht_palette_choose(HT_THEME_SAFE, 2, true), HT_PALETTE_MONO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rich_palettes_can_be_read_on_light_and_dark),
		cmocka_unit_test(text_in_16_colours_is_of_those_that_show_everywhere),
		cmocka_unit_test(safe_palettes_have_no_red_and_no_green),
		cmocka_unit_test(monochrome_has_no_colour),
		cmocka_unit_test(what_stands_side_by_side_differs),
		cmocka_unit_test(the_terminal_decides_what_can_be_had),
	};
	return cmocka_run_group_tests_name("tui/palette", tests, NULL, NULL);
}
