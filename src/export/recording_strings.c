/* SPDX-License-Identifier: MIT */
/* The strings of a recording, each stored once until the next key. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "export/recording_parts.h"

enum { FIRST_CAPACITY = 1024 };

int
ht_recording_strings_init(struct ht_recording_strings *strings)
{
	*strings = (struct ht_recording_strings){
		.arena = ht_arena_new(),
		.slots = calloc(FIRST_CAPACITY, sizeof(*strings->slots)),
		.numbers = calloc(FIRST_CAPACITY, sizeof(*strings->numbers)),
		.capacity = FIRST_CAPACITY,
	};
	ht_text_init(&strings->added);
	if (strings->arena != NULL && strings->slots != NULL && strings->numbers != NULL)
		return 0;
	ht_recording_strings_release(strings);
	return -ENOMEM;
}

void
ht_recording_strings_release(struct ht_recording_strings *strings)
{
	ht_arena_free(strings->arena);
	free(strings->slots);
	free(strings->numbers);
	ht_text_release(&strings->added);
	*strings = (struct ht_recording_strings){ 0 };
}

void
ht_recording_strings_clear(struct ht_recording_strings *strings)
{
	memset(strings->slots, 0, strings->capacity * sizeof(*strings->slots));
	ht_arena_reset(strings->arena);
	strings->count = strings->added_count = 0;
	ht_text_clear(&strings->added);
}

/* FNV-1a. */
static uint64_t
hash(const char *text, size_t length)
{
	uint64_t value = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < length; i++)
		value = (value ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
	return value ^ value >> 32;
}

/* Where TEXT is, or would be. */
static size_t
find(const struct ht_recording_strings *strings, const char *text, size_t length)
{
	size_t at = hash(text, length) & (strings->capacity - 1);
	for (; strings->slots[at] != NULL; at = (at + 1) & (strings->capacity - 1))
		if (strncmp(strings->slots[at], text, length) == 0 &&
		    strings->slots[at][length] == '\0')
			break;
	return at;
}

static int
grow(struct ht_recording_strings *strings)
{
	struct ht_recording_strings larger = *strings;
	larger.capacity *= 2;
	larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
	larger.numbers = calloc(larger.capacity, sizeof(*larger.numbers));
	if (larger.slots == NULL || larger.numbers == NULL) {
		free(larger.slots);
		free(larger.numbers);
		return -ENOMEM;
	}
	for (size_t i = 0; i < strings->capacity; i++) {
		const char *text = strings->slots[i];
		if (text == NULL)
			continue;
		size_t at = find(&larger, text, strlen(text));
		larger.slots[at] = text;
		larger.numbers[at] = strings->numbers[i];
	}
	free(strings->slots);
	free(strings->numbers);
	*strings = larger;
	return 0;
}

uint32_t
ht_recording_strings_number(struct ht_recording_strings *strings, const char *text, size_t length)
{
	size_t at = find(strings, text, length);
	if (strings->slots[at] != NULL)
		return strings->numbers[at];
	if (strings->count >= strings->capacity / 2) {
		if (grow(strings) != 0)
			return 0;
		at = find(strings, text, length);
	}
	const char *copy = ht_arena_text(strings->arena, text, length);
	if (copy == NULL)
		return 0;
	strings->slots[at] = copy;
	strings->numbers[at] = ++strings->count;
	strings->added_count++;
	ht_recording_add_varint(&strings->added, length);
	ht_text_add(&strings->added, text, length);
	return strings->count;
}
