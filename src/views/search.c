/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/search.h"

#include <string.h>

/* Text is found by what it has within, a number as one types it: from its first digit on. */
static bool
has_word(const struct ht_column *column, const char *text, const char *word)
{
	if (column->left)
		return strcasestr(text, word) != NULL;
	return strncmp(text, word, strlen(word)) == 0;
}

bool
ht_search_matches(const struct ht_table *table, const void *item, const char *word)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct ht_column *column = &table->columns[i];
		struct ht_draft draft = { .role = HT_ROLE_PLAIN, .text = "" };
		if (!column->searched)
			continue;
		column->draw(item, &draft);
		if (has_word(column, draft.text, word))
			return true;
	}
	return false;
}

bool
ht_search_find(const struct ht_table *table, const struct ht_view_state *state, const char *word,
    size_t first, int step, size_t *found)
{
	size_t count = state->row_count;
	for (size_t i = 0; i < count; i++) {
		size_t row = (step > 0 ? first + i : first + count - i) % count;
		if (!ht_search_matches(table, state->rows[row].item, word))
			continue;
		*found = row;
		return true;
	}
	return false;
}
