/* SPDX-License-Identifier: MIT */
/* One line that a person types, in place of the footer: the question, what was typed, what was wrong. */
#ifndef HT_TUI_PROMPT_H
#define HT_TUI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "views/grid.h"

enum { HT_PROMPT_BYTES = 256 };

struct ht_prompt {
	bool open;
	const char *question; /* static */
	char typed[HT_PROMPT_BYTES];
	size_t length;
};

enum ht_prompt_answer {
	HT_PROMPT_GOING_ON,
	HT_PROMPT_ENTERED,  /* `typed` is the answer; the prompt stays open until it is closed */
	HT_PROMPT_CANCELLED /* and closed */
};

void ht_prompt_open(struct ht_prompt *prompt, const char *question);
/* Puts TEXT there to be changed, as if it had been typed. */
void ht_prompt_fill(struct ht_prompt *prompt, const char *text);

void ht_prompt_close(struct ht_prompt *prompt);

/* Takes the key that curses calls CODE. */
enum ht_prompt_answer ht_prompt_key(struct ht_prompt *prompt, int code);

/* Draws it; the end of what was typed stays in sight. */
void ht_prompt_draw(const struct ht_prompt *prompt, struct ht_grid *grid, int row);

#endif
