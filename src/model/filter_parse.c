/* SPDX-License-Identifier: MIT */
/*
 * Text to struct ht_filter, by recursive descent: any := all { or all }, all := one { and one },
 * one := not one | ( any ) | comparison | word.  Depth and number of nodes are bounded: the text may be
 * anybody's.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "base/units.h"
#include "model/filter_lex.h"
#include "model/filter_parts.h"

struct parser {
	struct ht_filter *filter;
	struct ht_token token; /* the next one, not yet used */
	unsigned depth;
	struct ht_error *error;
};

enum { MOST_NAMES = 128, NAME_BYTES = 64 };

static const char *const field_names[HT_FIELDS] = {
	[HT_FIELD_NAME] = "name",
	[HT_FIELD_COMMAND] = "command",
	[HT_FIELD_USER] = "user",
	[HT_FIELD_STATE] = "state",
	[HT_FIELD_SOURCE] = "source",
};

static const enum ht_metric_scope scopes[] = { HT_SCOPE_PROCESS, HT_SCOPE_HEAP, HT_SCOPE_HOST };
enum { SCOPES = sizeof(scopes) / sizeof(scopes[0]) };

static void
advance(struct parser *parser)
{
	parser->token = ht_filter_lex(parser->filter->text, parser->token.next);
}

static int
fail(struct parser *parser, const char *what)
{
	const char *text = parser->filter->text;
	struct ht_token token = parser->token;
	if (token.kind == HT_TOKEN_END)
		ht_error_set(
		    parser->error, HT_ERROR_USAGE, "the expression ends too early: %s", what);
	else
		ht_error_set(parser->error, HT_ERROR_USAGE, "the expression, at '%.*s': %s",
		    (int)strnlen(text + token.begin, 32), text + token.begin, what);
	return -EINVAL;
}

/* The same of a comparison that is whole, and wrong wherever the expression goes on. */
static int
fail_comparison(struct parser *parser, const struct ht_filter_node *node, const char *what)
{
	size_t length = node->end - node->begin;
	ht_error_set(parser->error, HT_ERROR_USAGE, "the expression, at '%.*s': %s",
	    (int)(length < 32 ? length : 32), parser->filter->text + node->begin, what);
	return -EINVAL;
}

static bool
token_is(const struct parser *parser, const char *word)
{
	return parser->token.length == strlen(word) &&
	       strncmp(parser->filter->text + parser->token.begin, word, parser->token.length) == 0;
}

/* The metric by that short or long name, or NULL. */
static const struct ht_metric *
find_metric(const struct parser *parser)
{
	for (int i = 0; i < SCOPES; i++) {
		size_t count;
		const struct ht_metric *table = ht_metric_table(scopes[i], &count);
		for (size_t j = 0; j < count; j++)
			if (token_is(parser, table[j].short_name) ||
			    token_is(parser, table[j].json_key))
				return &table[j];
	}
	return NULL;
}

static int
fail_unknown_name(struct parser *parser)
{
	const char *names[MOST_NAMES] = { "pid", "growth" };
	size_t count = 2;
	char word[NAME_BYTES], what[160];
	for (int i = 0; i < HT_FIELDS; i++)
		names[count++] = field_names[i];
	for (int i = 0; i < SCOPES; i++) {
		size_t metrics;
		const struct ht_metric *table = ht_metric_table(scopes[i], &metrics);
		for (size_t j = 0; j < metrics && count < MOST_NAMES; j++)
			names[count++] = table[j].short_name;
	}
	snprintf(word, sizeof(word), "%.*s",
	    (int)strnlen(parser->filter->text + parser->token.begin, parser->token.length),
	    parser->filter->text + parser->token.begin);
	const char *nearest = ht_nearest(word, names, count);
	if (nearest != NULL)
		snprintf(what, sizeof(what), "this is no metric: did you mean '%s'?", nearest);
	else
		snprintf(what, sizeof(what), "this is no metric and no number");
	return fail(parser, what);
}

/* Copies the token's text to the filter's words. */
static struct ht_operand
keep_word(struct parser *parser)
{
	struct ht_filter *filter = parser->filter;
	struct ht_operand operand = { .kind = HT_OPERAND_WORD,
		.dimension = HT_DIMENSION_WORD,
		.word = filter->words_length };
	memcpy(filter->words + filter->words_length, filter->text + parser->token.begin,
	    parser->token.length);
	filter->words_length += parser->token.length;
	filter->words[filter->words_length++] = '\0';
	return operand;
}

static bool
read_number(const struct parser *parser, struct ht_operand *operand)
{
	return parser->token.kind == HT_TOKEN_WORD &&
	       ht_filter_read_number(
		   parser->filter->text + parser->token.begin, parser->token.length, operand);
}

static enum ht_dimension
dimension_of(const struct ht_metric *metric)
{
	switch (metric->unit) {
	case HT_UNIT_BYTES:
	case HT_UNIT_BLOCKS:
	case HT_UNIT_COUNT:
		return HT_DIMENSION_SIZE;
	case HT_UNIT_NS:
		return HT_DIMENSION_TIME;
	case HT_UNIT_PERCENT:
		return HT_DIMENSION_SHARE;
	}
	return HT_DIMENSION_PLAIN;
}

static int
expect(struct parser *parser, enum ht_token_kind kind, const char *what)
{
	if (parser->token.kind != kind)
		return fail(parser, what);
	advance(parser);
	return 0;
}

static int
parse_metric(struct parser *parser, struct ht_operand *operand)
{
	operand->metric = parser->token.kind == HT_TOKEN_WORD ? find_metric(parser) : NULL;
	if (operand->metric == NULL)
		return parser->token.kind == HT_TOKEN_WORD ? fail_unknown_name(parser)
							   : fail(parser, "expected a metric");
	operand->kind = HT_OPERAND_METRIC;
	operand->dimension = dimension_of(operand->metric);
	advance(parser);
	return 0;
}

static int
parse_window(struct parser *parser, uint64_t *window_ns)
{
	char word[NAME_BYTES];
	const char *text = parser->filter->text + parser->token.begin;
	snprintf(word, sizeof(word), "%.*s", (int)parser->token.length, text);
	if (parser->token.kind != HT_TOKEN_WORD || ht_units_parse_duration(word, window_ns) != 0 ||
	    *window_ns == 0)
		return fail(parser, "expected a time such as 30s or 10m");
	advance(parser);
	return 0;
}

/* What stands behind "growth". */
static int
parse_growth(struct parser *parser, struct ht_operand *operand)
{
	int error = expect(parser, HT_TOKEN_OPEN, "expected '(' and a metric");
	if (error == 0)
		error = parse_metric(parser, operand);
	operand->kind = HT_OPERAND_GROWTH;
	if (error == 0 && parser->token.kind == HT_TOKEN_COMMA) {
		advance(parser);
		error = parse_window(parser, &operand->window_ns);
	}
	return error != 0 ? error : expect(parser, HT_TOKEN_CLOSE, "expected ')'");
}

/* A name: pid, a word of the process, growth or a metric. */
static int
parse_name(struct parser *parser, struct ht_operand *operand)
{
	for (int i = 0; i < HT_FIELDS; i++) {
		if (!token_is(parser, field_names[i]))
			continue;
		*operand = (struct ht_operand){ .kind = HT_OPERAND_FIELD,
			.dimension = HT_DIMENSION_WORD,
			.field = (enum ht_filter_field)i };
		advance(parser);
		return 0;
	}
	if (token_is(parser, "pid")) {
		operand->kind = HT_OPERAND_PID;
		operand->dimension = HT_DIMENSION_PID;
		advance(parser);
		return 0;
	}
	if (token_is(parser, "growth")) {
		advance(parser);
		return parse_growth(parser, operand);
	}
	return parse_metric(parser, operand);
}

/* One side of a comparison: NUMBER, NUMBER * METRIC or a name. */
static int
parse_operand(struct parser *parser, struct ht_operand *operand)
{
	*operand = (struct ht_operand){ .number = 1 };
	if (!read_number(parser, operand))
		return parse_name(parser, operand);
	advance(parser);
	if (parser->token.kind != HT_TOKEN_TIMES)
		return 0;
	if (operand->dimension != HT_DIMENSION_PLAIN)
		return fail(parser, "only a number without a unit can be multiplied");
	advance(parser);
	struct ht_operand factor = *operand;
	*operand = (struct ht_operand){ .number = factor.number };
	int error = parse_name(parser, operand);
	if (error == 0 && operand->metric == NULL)
		return fail(parser, "only a metric can be multiplied");
	return error;
}

/* "10m" is minutes where a time is on the other side. */
static void
adapt_minutes(const struct parser *parser, size_t begin, const struct ht_operand *other,
    struct ht_operand *operand)
{
	const char *text = parser->filter->text + begin;
	text += strspn(text, "-0123456789.");
	bool is_m = text[0] == 'm' && strchr(" \t\r\n\v\f)=<>!~,*\"'&|", text[1]) != NULL;
	if (operand->kind != HT_OPERAND_NUMBER || other->dimension != HT_DIMENSION_TIME || !is_m)
		return;
	operand->number = operand->number / 0x1p20L * 60e9L;
	operand->dimension = HT_DIMENSION_TIME;
}

static bool
fits(const struct ht_operand *a, const struct ht_operand *b)
{
	enum ht_dimension plain = HT_DIMENSION_PLAIN, time = HT_DIMENSION_TIME;
	if (a->dimension == b->dimension)
		return true;
	return (a->dimension == plain && b->dimension != time &&
		   b->dimension < HT_DIMENSION_WORD) ||
	       (b->dimension == plain && a->dimension != time && a->dimension < HT_DIMENSION_WORD);
}

/* What doesn't fit: two kinds of thing, or a number that says too little of what it is. */
static int
fail_kinds(struct parser *parser, const struct ht_filter_node *node)
{
	static const char *const things[] = {
		[HT_DIMENSION_PLAIN] = "a plain number",
		[HT_DIMENSION_SIZE] = "a number of bytes or a count",
		[HT_DIMENSION_TIME] = "a time",
		[HT_DIMENSION_SHARE] = "a share",
		[HT_DIMENSION_PID] = "a pid",
		[HT_DIMENSION_WORD] = "a word",
	};
	enum ht_dimension a = node->a.dimension, b = node->b.dimension;
	char what[96];
	if ((a == HT_DIMENSION_TIME && b == HT_DIMENSION_PLAIN) ||
	    (a == HT_DIMENSION_PLAIN && b == HT_DIMENSION_TIME))
		return fail_comparison(
		    parser, node, "a time needs its unit: ns, us, ms, s, m or h");
	snprintf(what, sizeof(what), "%s can't be compared with %s", things[a], things[b]);
	return fail_comparison(parser, node, what);
}

static int
check_comparison(struct parser *parser, const struct ht_filter_node *node)
{
	bool words = node->a.dimension == HT_DIMENSION_WORD;
	if (node->a.kind == HT_OPERAND_NUMBER && node->b.kind == HT_OPERAND_NUMBER)
		return fail_comparison(
		    parser, node, "two numbers are compared: one side must be a metric");
	if (!words && (node->op == HT_OPERATOR_CONTAINS || node->op == HT_OPERATOR_LACKS))
		return fail_comparison(
		    parser, node, "~ is for name, command, user, state and source");
	if (words && node->op >= HT_OPERATOR_LESS && node->op <= HT_OPERATOR_AT_LEAST)
		return fail_comparison(parser, node, "words compare with = != ~ and !~");
	return fits(&node->a, &node->b) ? 0 : fail_kinds(parser, node);
}

static int
add_node(struct parser *parser, const struct ht_filter_node *node, size_t *index)
{
	struct ht_filter *filter = parser->filter;
	if (filter->count == HT_FILTER_NODES_MOST)
		return fail(parser, "too many comparisons");
	*index = filter->count;
	filter->nodes[filter->count++] = *node;
	return 0;
}

/* A word or something quoted that isn't compared with anything. */
static int
parse_alone(struct parser *parser, size_t *index)
{
	struct ht_filter_node node = { .kind = HT_NODE_ANY, .begin = parser->token.begin };
	if (parser->token.kind == HT_TOKEN_WORD && find_metric(parser) != NULL)
		return fail(parser, "a metric is compared with something: live > 100M");
	node.end = node.begin + parser->token.length;
	node.b = keep_word(parser);
	advance(parser);
	return add_node(parser, &node, index);
}

static int
parse_comparison(struct parser *parser, size_t *index)
{
	struct ht_filter_node node = { .kind = HT_NODE_COMPARE, .begin = parser->token.begin };
	int error = parse_operand(parser, &node.a);
	if (error != 0)
		return error;
	if (parser->token.kind != HT_TOKEN_OPERATOR)
		return fail(parser, "expected one of = != < <= > >= ~ !~");
	node.op = (enum ht_filter_operator)parser->token.op;
	struct ht_token sign = parser->token;
	if (node.a.kind == HT_OPERAND_FIELD) {
		parser->token = ht_filter_lex_value(parser->filter->text, sign.next);
		if (parser->token.kind == HT_TOKEN_UNENDED)
			return fail(parser, "this quote is never closed");
		if (parser->token.kind != HT_TOKEN_WORD && parser->token.kind != HT_TOKEN_QUOTED)
			return fail(parser, "expected a word to compare with");
		node.b = keep_word(parser);
		node.end = parser->token.next;
		advance(parser);
	} else {
		advance(parser);
		size_t begin = parser->token.begin;
		error = parse_operand(parser, &node.b);
		if (error != 0)
			return error;
		node.end = begin + strcspn(parser->filter->text + begin, ")");
		if (node.b.kind == HT_OPERAND_GROWTH || parser->token.begin < node.end)
			node.end = parser->token.begin;
		adapt_minutes(parser, begin, &node.a, &node.b);
		adapt_minutes(parser, node.begin, &node.b, &node.a);
	}
	while (node.end > node.begin && isspace((unsigned char)parser->filter->text[node.end - 1]))
		node.end--;
	error = check_comparison(parser, &node);
	return error != 0 ? error : add_node(parser, &node, index);
}

static int parse_any(struct parser *parser, size_t *index);
static int parse_one(struct parser *parser, size_t *index);

/* Whether the word at hand stands for itself: no comparison follows. */
static bool
is_alone(const struct parser *parser)
{
	if (parser->token.kind == HT_TOKEN_QUOTED)
		return true;
	struct ht_token next = ht_filter_lex(parser->filter->text, parser->token.next);
	bool growth = token_is(parser, "growth") && next.kind == HT_TOKEN_OPEN;
	return parser->token.kind == HT_TOKEN_WORD && next.kind != HT_TOKEN_OPERATOR &&
	       next.kind != HT_TOKEN_TIMES && !growth;
}

static int
parse_inner(struct parser *parser, size_t *index)
{
	if (parser->token.kind == HT_TOKEN_NOT) {
		struct ht_filter_node node = { .kind = HT_NODE_NOT };
		advance(parser);
		int error = parse_one(parser, &node.left);
		return error != 0 ? error : add_node(parser, &node, index);
	}
	if (parser->token.kind == HT_TOKEN_OPEN) {
		advance(parser);
		int error = parse_any(parser, index);
		return error != 0 ? error : expect(parser, HT_TOKEN_CLOSE, "expected ')'");
	}
	if (parser->token.kind == HT_TOKEN_UNENDED)
		return fail(parser, "this quote is never closed");
	return is_alone(parser) ? parse_alone(parser, index) : parse_comparison(parser, index);
}

static int
parse_one(struct parser *parser, size_t *index)
{
	if (parser->depth == HT_FILTER_DEPTH_MOST)
		return fail(parser, "too many brackets and negations");
	parser->depth++;
	int error = parse_inner(parser, index);
	parser->depth--;
	return error;
}

/* ONE { SIGN ONE }, as nodes of KIND. */
static int
parse_chain(struct parser *parser, enum ht_token_kind sign, enum ht_filter_node_kind kind,
    int (*one)(struct parser *, size_t *), size_t *index)
{
	int error = one(parser, index);
	while (error == 0 && parser->token.kind == sign) {
		struct ht_filter_node node = { .kind = kind, .left = *index };
		advance(parser);
		error = one(parser, &node.right);
		if (error == 0)
			error = add_node(parser, &node, index);
	}
	return error;
}

static int
parse_all(struct parser *parser, size_t *index)
{
	return parse_chain(parser, HT_TOKEN_AND, HT_NODE_AND, parse_one, index);
}

static int
parse_any(struct parser *parser, size_t *index)
{
	return parse_chain(parser, HT_TOKEN_OR, HT_NODE_OR, parse_all, index);
}

static struct ht_filter *
new_filter(const char *text, size_t length)
{
	struct ht_filter *filter = calloc(1, sizeof(*filter));
	if (filter == NULL)
		return NULL;
	filter->text = malloc(length + 1);
	filter->words = malloc(2 * length + 2);
	filter->nodes = calloc(HT_FILTER_NODES_MOST, sizeof(*filter->nodes));
	if (filter->text == NULL || filter->words == NULL || filter->nodes == NULL) {
		ht_filter_free(filter);
		return NULL;
	}
	memcpy(filter->text, text, length + 1);
	return filter;
}

int
ht_filter_parse(const char *text, struct ht_filter **out, struct ht_error *error)
{
	size_t length = strlen(text), root;
	if (length > HT_FILTER_BYTES_MOST) {
		ht_error_set(error, HT_ERROR_USAGE, "an expression of over %d bytes is too long",
		    HT_FILTER_BYTES_MOST);
		return -EINVAL;
	}
	struct parser parser = { .filter = new_filter(text, length), .error = error };
	if (parser.filter == NULL) {
		ht_error_set(error, HT_ERROR_RUNTIME, "not enough memory for an expression");
		return -ENOMEM;
	}
	advance(&parser);
	int status = parse_any(&parser, &root);
	if (status == 0 && parser.token.kind != HT_TOKEN_END)
		status = fail(&parser, "expected 'and', 'or' or the end");
	if (status != 0) {
		ht_filter_free(parser.filter);
		return status;
	}
	*out = parser.filter;
	return 0;
}
