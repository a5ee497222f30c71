/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "model/filter_lex.h"

#include <string.h>
#include <strings.h>

#include "model/filter_parts.h"

static const char blanks[] = " \t\r\n\v\f";

/* What ends a word. */
static const char word_ends[] = " \t\r\n\v\f()=<>!~,*\"'&|";

static const struct {
	const char *text; /* a longer one before its beginning */
	enum ht_token_kind kind;
	int op;
} signs[] = {
	{ "==", HT_TOKEN_OPERATOR, HT_OPERATOR_EQUAL },
	{ "=", HT_TOKEN_OPERATOR, HT_OPERATOR_EQUAL },
	{ "!=", HT_TOKEN_OPERATOR, HT_OPERATOR_UNEQUAL },
	{ "!~", HT_TOKEN_OPERATOR, HT_OPERATOR_LACKS },
	{ "!", HT_TOKEN_NOT, 0 },
	{ "~", HT_TOKEN_OPERATOR, HT_OPERATOR_CONTAINS },
	{ "<=", HT_TOKEN_OPERATOR, HT_OPERATOR_AT_MOST },
	{ "<", HT_TOKEN_OPERATOR, HT_OPERATOR_LESS },
	{ ">=", HT_TOKEN_OPERATOR, HT_OPERATOR_AT_LEAST },
	{ ">", HT_TOKEN_OPERATOR, HT_OPERATOR_MORE },
	{ "(", HT_TOKEN_OPEN, 0 },
	{ ")", HT_TOKEN_CLOSE, 0 },
	{ ",", HT_TOKEN_COMMA, 0 },
	{ "*", HT_TOKEN_TIMES, 0 },
	{ "&&", HT_TOKEN_AND, 0 },
	{ "||", HT_TOKEN_OR, 0 },
};

static const struct {
	const char *text;
	enum ht_token_kind kind;
} keywords[] = {
	{ "and", HT_TOKEN_AND },
	{ "or", HT_TOKEN_OR },
	{ "not", HT_TOKEN_NOT },
};

static struct ht_token
make(enum ht_token_kind kind, size_t begin, size_t length)
{
	return (struct ht_token){ kind, begin, length, begin + length, 0 };
}

static struct ht_token
quoted(const char *text, size_t at)
{
	const char *end = strchr(text + at + 1, text[at]);
	if (end == NULL)
		return make(HT_TOKEN_UNENDED, at, 1);
	struct ht_token token = make(HT_TOKEN_QUOTED, at + 1, (size_t)(end - text) - at - 1);
	token.next++;
	return token;
}

static struct ht_token
word(const char *text, size_t at)
{
	size_t length = strcspn(text + at, word_ends);
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strlen(keywords[i].text) == length &&
		    strncasecmp(text + at, keywords[i].text, length) == 0)
			return make(keywords[i].kind, at, length);
	return make(length != 0 ? HT_TOKEN_WORD : HT_TOKEN_STRAY, at, length != 0 ? length : 1);
}

struct ht_token
ht_filter_lex(const char *text, size_t at)
{
	at += strspn(text + at, blanks);
	if (text[at] == '\0')
		return make(HT_TOKEN_END, at, 0);
	if (text[at] == '"' || text[at] == '\'')
		return quoted(text, at);
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		size_t length = strlen(signs[i].text);
		if (strncmp(text + at, signs[i].text, length) != 0)
			continue;
		struct ht_token token = make(signs[i].kind, at, length);
		token.op = signs[i].op;
		return token;
	}
	return word(text, at);
}

struct ht_token
ht_filter_lex_value(const char *text, size_t at)
{
	at += strspn(text + at, blanks);
	if (text[at] == '"' || text[at] == '\'')
		return quoted(text, at);
	size_t length = strcspn(text + at, " \t\r\n\v\f()\"'");
	return length != 0 ? make(HT_TOKEN_WORD, at, length) : ht_filter_lex(text, at);
}
