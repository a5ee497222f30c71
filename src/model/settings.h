/* SPDX-License-Identifier: MIT */
/*
 * What a person chose to have in every session: settings.def as a struct, read from lines of text and
 * written back to them.  Plain data, no I/O: cli/ reads and writes the file, the screen changes the values.
 *
 * The text is lines of "name = value"; what begins with # is a comment.  Whatever isn't understood is
 * left alone, so that programs of different ages can share a file.
 */
#ifndef HT_MODEL_SETTINGS_H
#define HT_MODEL_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "model/sort.h"

/* Bytes are written in the unit that fits, in one for all, or as whole numbers; order of settings.def's steps. */
enum ht_units { HT_UNITS_AUTO, HT_UNITS_K, HT_UNITS_M, HT_UNITS_G, HT_UNITS_BYTES };

/* What the screen looks like; order of settings.def's steps. */
enum ht_theme_name {
	HT_THEME_AUTO,  /* what the terminal can show */
	HT_THEME_FULL,  /* 256 colours */
	HT_THEME_BASIC, /* 16 colours */
	HT_THEME_SAFE,  /* no two that a colour-blind person would take for one another */
	HT_THEME_MONO,  /* none */
};

/* What graphs are drawn with; order of settings.def's steps. */
enum ht_graphs {
	HT_GRAPHS_AUTO,    /* what the terminal can show */
	HT_GRAPHS_BRAILLE, /* and sparklines of eighths of a block */
	HT_GRAPHS_BLOCKS, /* what the fonts of consoles have: half blocks, and sparklines in ASCII */
	HT_GRAPHS_ASCII,
};

enum ht_setting_kind {
	HT_SETTING_IS_FLAG,
	HT_SETTING_IS_UNITS,
	HT_SETTING_IS_THEME,
	HT_SETTING_IS_GRAPHS,
	HT_SETTING_IS_SPAN, /* of time */
	HT_SETTING_IS_SIZE, /* in bytes */
	HT_SETTING_IS_ORDER,
};

#define HT_SETTING_TYPE_FLAG   bool
#define HT_SETTING_TYPE_UNITS  enum ht_units
#define HT_SETTING_TYPE_THEME  enum ht_theme_name
#define HT_SETTING_TYPE_GRAPHS enum ht_graphs
#define HT_SETTING_TYPE_SPAN   uint64_t
#define HT_SETTING_TYPE_SIZE   uint64_t
#define HT_SETTING_TYPE_ORDER  struct ht_sort

/* A value; owns nothing. */
struct ht_settings {
#define HT_SETTING(id, member, name, kind, ...) HT_SETTING_TYPE_##kind member;
#include "model/settings.def"
#undef HT_SETTING
};

enum ht_setting_id {
#define HT_SETTING(id, ...) HT_SETTING_##id,
#include "model/settings.def"
#undef HT_SETTING
	HT_SETTINGS
};

/* One line of settings.def. */
struct ht_setting {
	const char *name;
	enum ht_setting_kind kind;
	const char *initial;
	const char *steps;
	const char *help;
	size_t offset; /* in struct ht_settings */
};

enum { HT_SETTING_TEXT_BYTES = 40 }; /* room that any value needs as text, NUL included */

/* The line of ID. */
const struct ht_setting *ht_setting(enum ht_setting_id id);

/* What is so where nobody chose. */
void ht_settings_init(struct ht_settings *settings);

/* Sets one from text; 0, or -EINVAL: no such value, nothing is changed. */
int ht_setting_set(struct ht_settings *settings, enum ht_setting_id id, const char *text);

/* The value as the file has it. */
void ht_setting_get(
    const struct ht_settings *settings, enum ht_setting_id id, char out[HT_SETTING_TEXT_BYTES]);

/*
 * Goes to the next of its steps, or back with FORWARD false; with AROUND, from the last to the first and back,
 * else it stays there.
 */
void ht_setting_step(
    struct ht_settings *settings, enum ht_setting_id id, bool forward, bool around);

/*
 * Reads LENGTH bytes of TEXT (of a file: anything) over SETTINGS.  What a value can't be leaves the setting as it was.
 * Returns how many lines were so, the first of them named in FAULT.
 */
size_t ht_settings_parse(
    struct ht_settings *settings, const char *text, size_t length, struct ht_error *fault);

/*
 * Appends TEXT as it was but with the values of SETTINGS: comments, order and lines that aren't understood
 * stay; settings that have no line get one at the end unless they are as nobody chose.
 */
void ht_settings_rewrite(
    const struct ht_settings *settings, const char *text, size_t length, struct ht_text *out);

#endif
