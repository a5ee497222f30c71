/* SPDX-License-Identifier: MIT */
/* The tokens of a filter expression; for filter_parse.c alone. */
#ifndef HT_MODEL_FILTER_LEX_H
#define HT_MODEL_FILTER_LEX_H

#include <stdbool.h>
#include <stddef.h>

enum ht_token_kind {
	HT_TOKEN_END,
	HT_TOKEN_WORD,
	HT_TOKEN_QUOTED, /* begin and length are of what stands between the quotes */
	HT_TOKEN_OPEN,
	HT_TOKEN_CLOSE,
	HT_TOKEN_COMMA,
	HT_TOKEN_TIMES,
	HT_TOKEN_OPERATOR, /* = == != < <= > >= ~ !~ */
	HT_TOKEN_AND,
	HT_TOKEN_OR,
	HT_TOKEN_NOT,
	HT_TOKEN_UNENDED, /* a quote that nothing closes */
	HT_TOKEN_STRAY,   /* a character that begins nothing */
};

struct ht_token {
	enum ht_token_kind kind;
	size_t begin; /* in the text */
	size_t length;
	size_t next; /* behind the token and its closing quote */
	int op;      /* of OPERATOR: enum ht_filter_operator */
};

/* The token of TEXT at or behind AT. */
struct ht_token ht_filter_lex(const char *text, size_t at);

/*
 * The same where a word for a comparison with text is expected: whatever is no blank, bracket or quote
 * belongs to it.
 */
struct ht_token ht_filter_lex_value(const char *text, size_t at);

#endif
