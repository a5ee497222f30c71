/* SPDX-License-Identifier: MIT */
/* Finding a row by its text: the columns that are marked as searched, as they are drawn. */
#ifndef HT_VIEWS_SEARCH_H
#define HT_VIEWS_SEARCH_H

#include "views/table.h"

/* True when a searched column of ITEM has WORD within it, letters of either case; a number must begin with it. */
bool ht_search_matches(const struct ht_table *table, const void *item, const char *word);

/*
 * The next row of STATE from row FIRST on that matches, STEP (1 or -1) by STEP and around the end.  False: none
 * does, *FOUND is as it was.
 */
bool ht_search_find(const struct ht_table *table, const struct ht_view_state *state,
    const char *word, size_t first, int step, size_t *found);

#endif
