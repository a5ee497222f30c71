/* SPDX-License-Identifier: MIT */
/* Texts that occur again and again (names, command lines, reasons), each kept once under a number. */
#include "config.h"

#include "model/history_store.h"

#include <errno.h>
#include <string.h>

enum { INDEX_LEAST = 64 };

static uint32_t
hash_of(const char *text)
{
	/* FNV-1a */
	uint32_t hash = 2166136261u;
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}

const char *
ht_history_text(const struct ht_history *history, uint64_t number)
{
	return number != 0 ? history->strings.all[number].text : NULL;
}

static void
put_in_index(struct ht_history_strings *strings, uint32_t number)
{
	uint32_t mask = strings->index_size - 1, at = strings->all[number].hash & mask;
	while (strings->index[at] != 0)
		at = (at + 1) & mask;
	strings->index[at] = number;
}

/* An index of SIZE places with all texts in it.  0 or -ENOMEM. */
static int
build_index(struct ht_history *history, uint32_t size)
{
	struct ht_history_strings *strings = &history->strings;
	uint32_t *index = ht_history_take(history, size * sizeof(*index));
	if (index == NULL)
		return -ENOMEM;
	ht_history_give(history, strings->index, strings->index_size * sizeof(*index));
	memset(index, 0, size * sizeof(*index));
	strings->index = index;
	strings->index_size = size;
	for (uint32_t number = 1; number < strings->count; number++)
		if (strings->all[number].text != NULL)
			put_in_index(strings, number);
	return 0;
}

static uint32_t
look_up(const struct ht_history_strings *strings, const char *text, uint32_t hash)
{
	uint32_t mask = strings->index_size - 1;
	if (strings->index_size == 0)
		return 0;
	for (uint32_t at = hash & mask; strings->index[at] != 0; at = (at + 1) & mask) {
		const struct ht_history_string *string = &strings->all[strings->index[at]];
		if (string->hash == hash && strcmp(string->text, text) == 0)
			return strings->index[at];
	}
	return 0;
}

/* Room for one text more, in the list and in the index.  0 or -ENOMEM. */
static int
make_room(struct ht_history *history)
{
	struct ht_history_strings *strings = &history->strings;
	/* Number 0 is taken. */
	struct ht_history_string *all = ht_history_grow(
	    history, strings->all, &strings->capacity, strings->count + (size_t)2, sizeof(*all));
	if (all == NULL)
		return -ENOMEM;
	strings->all = all;
	if (strings->used * 2 < strings->index_size)
		return 0;
	return build_index(
	    history, strings->index_size != 0 ? strings->index_size * 2 : INDEX_LEAST);
}

static uint32_t
free_number(struct ht_history_strings *strings)
{
	uint32_t number = strings->lowest_free > 0 ? strings->lowest_free : 1;
	while (number < strings->count && strings->all[number].text != NULL)
		number++;
	strings->lowest_free = number + 1;
	if (number >= strings->count)
		strings->count = number + 1;
	return number;
}

static int
add(struct ht_history *history, const char *text, uint32_t hash, uint64_t *out)
{
	struct ht_history_strings *strings = &history->strings;
	size_t size = strlen(text) + 1;
	if (make_room(history) != 0)
		return -ENOMEM;
	char *copy = ht_history_take(history, size);
	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, text, size);
	uint32_t number = free_number(strings);
	strings->all[number] = (struct ht_history_string){ copy, hash, history->round };
	strings->used++;
	put_in_index(strings, number);
	*out = number;
	return 0;
}

int
ht_history_intern(struct ht_history *history, const char *text, uint64_t before, uint64_t *number)
{
	*number = 0;
	if (text == NULL)
		return 0;
	if (before != 0 && strcmp(history->strings.all[before].text, text) == 0) {
		*number = before;
		return 0;
	}
	uint32_t hash = hash_of(text);
	*number = look_up(&history->strings, text, hash);
	if (*number == 0)
		return add(history, text, hash, number);
	ht_history_mark_text(history, *number);
	return 0;
}

void
ht_history_mark_text(struct ht_history *history, uint64_t number)
{
	if (number != 0)
		history->strings.all[number].round = history->round;
}

void
ht_history_sweep_texts(struct ht_history *history)
{
	struct ht_history_strings *strings = &history->strings;
	for (uint32_t number = 1; number < strings->count; number++) {
		struct ht_history_string *string = &strings->all[number];
		if (string->text == NULL || string->round == history->round)
			continue;
		ht_history_give(history, string->text, strlen(string->text) + 1);
		string->text = NULL;
		strings->used--;
	}
	strings->lowest_free = 1;
	/* Open addressing knows no holes. */
	memset(strings->index, 0, strings->index_size * sizeof(*strings->index));
	for (uint32_t number = 1; number < strings->count; number++)
		if (strings->all[number].text != NULL)
			put_in_index(strings, number);
}

void
ht_history_release_texts(struct ht_history *history)
{
	struct ht_history_strings *strings = &history->strings;
	for (uint32_t number = 1; number < strings->count; number++)
		if (strings->all[number].text != NULL)
			ht_history_give(history, strings->all[number].text,
			    strlen(strings->all[number].text) + 1);
	ht_history_give(history, strings->all, strings->capacity * sizeof(*strings->all));
	ht_history_give(history, strings->index, strings->index_size * sizeof(*strings->index));
	*strings = (struct ht_history_strings){ 0 };
}
