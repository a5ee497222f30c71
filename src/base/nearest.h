/* SPDX-License-Identifier: MIT */
/* What a mistyped word was probably meant to be. */
#ifndef HT_BASE_NEAREST_H
#define HT_BASE_NEAREST_H

#include <stddef.h>

/*
 * Of COUNT CANDIDATES the one nearest to WORD: at most two letters away (one in a word of up to three),
 * letters exchanged, left out, put in or swapped with their neighbour; NULL when none is.
 */
const char *ht_nearest(const char *word, const char *const *candidates, size_t count);

#endif
