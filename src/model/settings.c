/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "model/settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"

static const struct ht_setting table[HT_SETTINGS] = {
#define HT_SETTING(id, member, name, kind, initial, steps, help)                                   \
	{ name, HT_SETTING_IS_##kind, initial, steps, help, offsetof(struct ht_settings, member) },
#include "model/settings.def"
#undef HT_SETTING
};

const struct ht_setting *
ht_setting(enum ht_setting_id id)
{
	return &table[id];
}

static void *
value_of(struct ht_settings *settings, enum ht_setting_id id)
{
	return (char *)settings + table[id].offset;
}

static const void *
value_in(const struct ht_settings *settings, enum ht_setting_id id)
{
	return (const char *)settings + table[id].offset;
}

/* The word at *REST, and *REST behind it; false: there is none left. */
static bool
next_step(const char **rest, char word[HT_SETTING_TEXT_BYTES])
{
	*rest += strspn(*rest, " ");
	size_t length = strcspn(*rest, " ");
	if (length == 0)
		return false;
	snprintf(word, HT_SETTING_TEXT_BYTES, "%.*s", (int)length, *rest);
	*rest += length;
	return true;
}

/* The place of WORD among the steps, or -1. */
static int
step_index(enum ht_setting_id id, const char *word)
{
	const char *rest = table[id].steps;
	char step[HT_SETTING_TEXT_BYTES];
	for (int i = 0; next_step(&rest, step); i++)
		if (strcmp(step, word) == 0)
			return i;
	return -1;
}

/* The step at INDEX into WORD; false: there are fewer. */
static bool
step_at(enum ht_setting_id id, int index, char word[HT_SETTING_TEXT_BYTES])
{
	const char *rest = table[id].steps;
	for (int i = 0; next_step(&rest, word); i++)
		if (i == index)
			return true;
	return false;
}

static int
step_count(enum ht_setting_id id)
{
	const char *rest = table[id].steps;
	char word[HT_SETTING_TEXT_BYTES];
	int count = 0;
	while (next_step(&rest, word))
		count++;
	return count;
}

/* A span or a size. */
static int
parse_amount(enum ht_setting_kind kind, const char *text, uint64_t *amount)
{
	return kind == HT_SETTING_IS_SPAN ? ht_units_parse_duration(text, amount)
					  : ht_units_parse_bytes(text, amount);
}

static uint64_t
step_amount(enum ht_setting_id id, int index)
{
	char word[HT_SETTING_TEXT_BYTES];
	uint64_t amount = 0;
	if (step_at(id, index, word) && parse_amount(table[id].kind, word, &amount) != 0)
		return 0;
	return amount;
}

static int
set_amount(enum ht_setting_id id, const char *text, uint64_t *amount)
{
	uint64_t wanted;
	if (parse_amount(table[id].kind, text, &wanted) != 0 || wanted < step_amount(id, 0) ||
	    wanted > step_amount(id, step_count(id) - 1))
		return -EINVAL;
	*amount = wanted;
	return 0;
}

static int
set_flag(const char *text, bool *flag)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = { { "on", true }, { "off", false }, { "yes", true }, { "no", false },
		{ "true", true }, { "false", false }, { "1", true }, { "0", false } };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(text, words[i].word) == 0) {
			*flag = words[i].value;
			return 0;
		}
	}
	return -EINVAL;
}

int
ht_setting_set(struct ht_settings *settings, enum ht_setting_id id, const char *text)
{
	void *value = value_of(settings, id);
	int index = step_index(id, text);
	switch (table[id].kind) {
	case HT_SETTING_IS_FLAG:
		return set_flag(text, value);
	case HT_SETTING_IS_UNITS:
		if (index >= 0)
			*(enum ht_units *)value = (enum ht_units)index;
		return index >= 0 ? 0 : -EINVAL;
	case HT_SETTING_IS_THEME:
		if (index >= 0)
			*(enum ht_theme_name *)value = (enum ht_theme_name)index;
		return index >= 0 ? 0 : -EINVAL;
	case HT_SETTING_IS_GRAPHS:
		if (index >= 0)
			*(enum ht_graphs *)value = (enum ht_graphs)index;
		return index >= 0 ? 0 : -EINVAL;
	case HT_SETTING_IS_SPAN:
	case HT_SETTING_IS_SIZE:
		return set_amount(id, text, value);
	case HT_SETTING_IS_ORDER:
		return ht_sort_parse(text, value);
	}
	return -EINVAL;
}

void
ht_settings_init(struct ht_settings *settings)
{
	*settings = (struct ht_settings){ 0 };
	for (unsigned id = 0; id < HT_SETTINGS; id++)
		ht_setting_set(settings, (enum ht_setting_id)id, table[id].initial);
}

struct unit {
	uint64_t size;
	const char *suffix;
};

/* AMOUNT in the largest of the units that divides it; the last of them is the least. */
static void
print_amount(uint64_t amount, const struct unit *units, char out[HT_SETTING_TEXT_BYTES])
{
	while (units[1].suffix != NULL && (amount == 0 || amount % units->size != 0))
		units++;
	snprintf(out, HT_SETTING_TEXT_BYTES, "%llu%s", (unsigned long long)(amount / units->size),
	    units->suffix);
}

static void
print_span(uint64_t ns, char out[HT_SETTING_TEXT_BYTES])
{
	static const struct unit units[] = { { UINT64_C(3600000000000), "h" },
		{ UINT64_C(60000000000), "m" }, { 1000000000, "s" }, { 1000000, "ms" },
		{ 1000, "us" }, { 0, NULL } };
	if (ns == 0)
		snprintf(out, HT_SETTING_TEXT_BYTES, "0s");
	else
		print_amount(ns, units, out);
}

static void
print_size(uint64_t bytes, char out[HT_SETTING_TEXT_BYTES])
{
	static const struct unit units[] = { { UINT64_C(1) << 30, "G" }, { UINT64_C(1) << 20, "M" },
		{ UINT64_C(1) << 10, "K" }, { 1, "" }, { 0, NULL } };
	print_amount(bytes, units, out);
}

void
ht_setting_get(
    const struct ht_settings *settings, enum ht_setting_id id, char out[HT_SETTING_TEXT_BYTES])
{
	const void *value = value_in(settings, id);
	out[0] = '\0';
	switch (table[id].kind) {
	case HT_SETTING_IS_FLAG:
		snprintf(out, HT_SETTING_TEXT_BYTES, "%s", *(const bool *)value ? "on" : "off");
		break;
	case HT_SETTING_IS_UNITS:
		step_at(id, (int)*(const enum ht_units *)value, out);
		break;
	case HT_SETTING_IS_THEME:
		step_at(id, (int)*(const enum ht_theme_name *)value, out);
		break;
	case HT_SETTING_IS_GRAPHS:
		step_at(id, (int)*(const enum ht_graphs *)value, out);
		break;
	case HT_SETTING_IS_SPAN:
		print_span(*(const uint64_t *)value, out);
		break;
	case HT_SETTING_IS_SIZE:
		print_size(*(const uint64_t *)value, out);
		break;
	case HT_SETTING_IS_ORDER:
		ht_sort_print(value, out, HT_SETTING_TEXT_BYTES);
		break;
	}
}

/* Where an amount is among the steps: the nearest in the other direction, so that one step leads past it. */
static int
amount_index(enum ht_setting_id id, uint64_t amount, bool forward)
{
	int last = step_count(id) - 1, index = forward ? last : 0;
	if (forward)
		while (index > 0 && step_amount(id, index) > amount)
			index--;
	else
		while (index < last && step_amount(id, index) < amount)
			index++;
	return index;
}

/* The value's place among the steps, or -1. */
static int
current_index(const struct ht_settings *settings, enum ht_setting_id id, bool forward)
{
	char word[HT_SETTING_TEXT_BYTES];
	enum ht_setting_kind kind = table[id].kind;
	if (kind == HT_SETTING_IS_SPAN || kind == HT_SETTING_IS_SIZE)
		return amount_index(id, *(const uint64_t *)value_in(settings, id), forward);
	ht_setting_get(settings, id, word);
	return step_index(id, word);
}

void
ht_setting_step(struct ht_settings *settings, enum ht_setting_id id, bool forward, bool around)
{
	char word[HT_SETTING_TEXT_BYTES];
	int count = step_count(id), index = current_index(settings, id, forward);
	int next = forward || index < 0 ? index + 1 : index - 1;
	if (around)
		next = (next + count) % count;
	if (next >= 0 && next < count && step_at(id, next, word))
		ht_setting_set(settings, id, word);
}

/* A line "name = value"; both parts without the blanks around them. */
struct line {
	const char *name, *value;
	size_t name_length, value_length;
};

static void
trim(const char **text, size_t *length)
{
	while (*length > 0 && strchr(" \t\r", **text) != NULL && **text != '\0') {
		(*text)++;
		(*length)--;
	}
	while (*length > 0 && strchr(" \t\r", (*text)[*length - 1]) != NULL &&
	       (*text)[*length - 1] != '\0')
		(*length)--;
}

/* The setting that a line is of, with its parts; HT_SETTINGS: of none that we know. */
static enum ht_setting_id
split_line(const char *text, size_t length, struct line *line)
{
	const char *equals = memchr(text, '=', length);
	if (equals == NULL)
		return HT_SETTINGS;
	*line = (struct line){ text, equals + 1, (size_t)(equals - text),
		length - (size_t)(equals - text) - 1 };
	trim(&line->name, &line->name_length);
	trim(&line->value, &line->value_length);
	for (unsigned id = 0; id < HT_SETTINGS; id++)
		if (strlen(table[id].name) == line->name_length &&
		    memcmp(table[id].name, line->name, line->name_length) == 0)
			return (enum ht_setting_id)id;
	return HT_SETTINGS;
}

/* The length of the line at TEXT, of which LENGTH bytes are left, without its end. */
static size_t
line_length(const char *text, size_t length)
{
	const char *end = length != 0 ? memchr(text, '\n', length) : NULL;
	return end != NULL ? (size_t)(end - text) : length;
}

static void
name_fault(const struct line *line, enum ht_setting_id id, size_t number, struct ht_error *fault)
{
	bool amount = table[id].kind == HT_SETTING_IS_SPAN || table[id].kind == HT_SETTING_IS_SIZE;
	char first[HT_SETTING_TEXT_BYTES], last[HT_SETTING_TEXT_BYTES];
	int shown = line->value_length < 40 ? (int)line->value_length : 40;
	if (amount && step_at(id, 0, first) && step_at(id, step_count(id) - 1, last))
		ht_error_set(fault, HT_ERROR_USAGE, "line %zu: %s can't be '%.*s': from %s to %s",
		    number, table[id].name, shown, line->value, first, last);
	else
		ht_error_set(fault, HT_ERROR_USAGE, "line %zu: %s can't be '%.*s': %s%s", number,
		    table[id].name, shown, line->value, table[id].steps,
		    table[id].kind == HT_SETTING_IS_ORDER ? " ..." : "");
}

/* False: the value can't be that. */
static bool
take_line(struct ht_settings *settings, enum ht_setting_id id, const struct line *line)
{
	char value[HT_SETTING_TEXT_BYTES];
	if (line->value_length >= sizeof(value) ||
	    memchr(line->value, '\0', line->value_length) != NULL)
		return false;
	memcpy(value, line->value, line->value_length);
	value[line->value_length] = '\0';
	return ht_setting_set(settings, id, value) == 0;
}

size_t
ht_settings_parse(
    struct ht_settings *settings, const char *text, size_t length, struct ht_error *fault)
{
	size_t faults = 0, number = 1;
	for (size_t here, at = 0; at < length; at += here + 1, number++) {
		struct line line;
		here = line_length(text + at, length - at);
		enum ht_setting_id id = split_line(text + at, here, &line);
		if (id == HT_SETTINGS || take_line(settings, id, &line))
			continue;
		if (faults++ == 0)
			name_fault(&line, id, number, fault);
	}
	return faults;
}

static void
add_line(const struct ht_settings *settings, enum ht_setting_id id, struct ht_text *out)
{
	char value[HT_SETTING_TEXT_BYTES];
	ht_setting_get(settings, id, value);
	ht_text_add_format(out, "%s = %s\n", table[id].name, value);
}

/* Those that have no line yet and aren't as nobody chose. */
static void
add_missing(const struct ht_settings *settings, const bool *written, struct ht_text *out)
{
	struct ht_settings initial;
	char value[HT_SETTING_TEXT_BYTES], otherwise[HT_SETTING_TEXT_BYTES];
	ht_settings_init(&initial);
	for (unsigned id = 0; id < HT_SETTINGS; id++) {
		ht_setting_get(settings, (enum ht_setting_id)id, value);
		ht_setting_get(&initial, (enum ht_setting_id)id, otherwise);
		if (!written[id] && strcmp(value, otherwise) != 0)
			add_line(settings, (enum ht_setting_id)id, out);
	}
}

void
ht_settings_rewrite(
    const struct ht_settings *settings, const char *text, size_t length, struct ht_text *out)
{
	bool written[HT_SETTINGS] = { false };
	for (size_t here, at = 0; at < length; at += here + 1) {
		struct line line;
		here = line_length(text + at, length - at);
		enum ht_setting_id id = split_line(text + at, here, &line);
		if (id == HT_SETTINGS) {
			ht_text_add(out, text + at, here);
			ht_text_add(out, "\n", 1);
		} else if (!written[id]) {
			written[id] = true;
			add_line(settings, id, out);
		}
	}
	add_missing(settings, written, out);
}
