/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/prompt.h"

#include <stdio.h>
#include <string.h>

#include "tui/keyname.h"

enum { ERASE_LINE = 'U' - '@' };

void
ht_prompt_open(struct ht_prompt *prompt, const char *question)
{
	*prompt = (struct ht_prompt){ .open = true, .question = question };
}

void
ht_prompt_fill(struct ht_prompt *prompt, const char *text)
{
	snprintf(prompt->typed, sizeof(prompt->typed), "%s", text);
	prompt->length = strlen(prompt->typed);
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

/* A character may be several bytes, of which all but the first begin with the bits 10. */
static void
erase_character(struct ht_prompt *prompt)
{
	size_t length = prompt->length;
	if (length == 0)
		return;
	do
		length--;
	while (length > 0 && ((unsigned char)prompt->typed[length] & 0xc0) == 0x80);
	cut_to(prompt, length);
}

/* Letters beyond ASCII come byte by byte. */
static bool
is_text(int code)
{
	return code >= ' ' && code <= 0xff && code != 0x7f;
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
	if (is_key("Backspace", code))
		erase_character(prompt);
	else if (code == ERASE_LINE)
		cut_to(prompt, 0);
	else if (is_text(code) && prompt->length + 1 < sizeof(prompt->typed)) {
		prompt->typed[prompt->length] = (char)code;
		cut_to(prompt, prompt->length + 1);
	}
	return HT_PROMPT_GOING_ON;
}

void
ht_prompt_draw(const struct ht_prompt *prompt, struct ht_grid *grid, int row)
{
	int column = ht_grid_put_text(grid, row, 0, HT_ROLE_LABEL, prompt->question);
	const char *shown = prompt->typed;
	/* Cut before a character, not within one. */
	while (*shown != '\0' && ht_grid_text_width(shown, grid->ascii) > grid->width - column - 2)
		do
			shown++;
		while (((unsigned char)*shown & 0xc0) == 0x80);
	column = ht_grid_put_text(grid, row, column + 1, HT_ROLE_TITLE, shown);
	ht_grid_put_text(grid, row, column, HT_ROLE_TAB_CURRENT, " ");
}
