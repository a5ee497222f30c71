/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/prompt.h"

#include <string.h>

#include "tui/keyname.h"

enum { ERASE_LINE = 'U' - '@' };

void
ht_prompt_open(struct ht_prompt *prompt, const char *question)
{
	*prompt = (struct ht_prompt){ .open = true, .question = question };
}

void
ht_prompt_close(struct ht_prompt *prompt)
{
	prompt->open = false;
}

static bool
is_key(const char *name, int code)
{
	size_t index;
	return ht_keyname_matches(name, strlen(name), code, &index);
}

static void
cut_to(struct ht_prompt *prompt, size_t length)
{
	prompt->length = length;
	prompt->typed[length] = '\0';
}

enum ht_prompt_answer
ht_prompt_key(struct ht_prompt *prompt, int code)
{
	if (is_key("Enter", code))
		return HT_PROMPT_ENTERED;
	if (is_key("Esc", code)) {
		ht_prompt_close(prompt);
		return HT_PROMPT_CANCELLED;
	}
	if (is_key("Backspace", code) && prompt->length > 0)
		cut_to(prompt, prompt->length - 1);
	else if (code == ERASE_LINE)
		cut_to(prompt, 0);
	else if (code >= ' ' && code < 0x7f && prompt->length + 1 < sizeof(prompt->typed)) {
		prompt->typed[prompt->length] = (char)code;
		cut_to(prompt, prompt->length + 1);
	}
	return HT_PROMPT_GOING_ON;
}

void
ht_prompt_draw(const struct ht_prompt *prompt, struct ht_grid *grid, int row)
{
	int column = ht_grid_put_text(grid, row, 0, HT_ROLE_LABEL, prompt->question);
	int room = grid->width - column - 2;
	size_t shown = prompt->length;
	if (room > 0 && shown > (size_t)room)
		shown = (size_t)room;
	column = ht_grid_put_text(
	    grid, row, column + 1, HT_ROLE_TITLE, prompt->typed + prompt->length - shown);
	ht_grid_put_text(grid, row, column, HT_ROLE_TAB_CURRENT, " ");
}
