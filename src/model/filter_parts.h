/* SPDX-License-Identifier: MIT */
/* What a parsed filter consists of: between filter_parse.c, which makes it, and filter.c, which asks it. */
#ifndef HT_MODEL_FILTER_PARTS_H
#define HT_MODEL_FILTER_PARTS_H

#include "model/filter.h"

enum { HT_FILTER_NODES_MOST = 256, HT_FILTER_DEPTH_MOST = 64, HT_FILTER_BYTES_MOST = 4096 };

enum ht_filter_field {
	HT_FIELD_NAME,
	HT_FIELD_COMMAND,
	HT_FIELD_USER,
	HT_FIELD_STATE,
	HT_FIELD_SOURCE,
	HT_FIELDS
};

enum ht_operand_kind {
	HT_OPERAND_NUMBER,
	HT_OPERAND_METRIC,
	HT_OPERAND_GROWTH,
	HT_OPERAND_PID,
	HT_OPERAND_FIELD, /* a word of the process */
	HT_OPERAND_WORD,  /* a word that was typed */
};

/* What numbers are of; only like is compared with like. */
enum ht_dimension {
	HT_DIMENSION_PLAIN, /* a number without a unit: fits bytes, counts and shares */
	HT_DIMENSION_SIZE,  /* bytes or a count */
	HT_DIMENSION_TIME,
	HT_DIMENSION_SHARE,
	HT_DIMENSION_PID,
	HT_DIMENSION_WORD,
};

struct ht_operand {
	enum ht_operand_kind kind;
	enum ht_dimension dimension;
	long double number;             /* the number itself, or what the metric is multiplied by */
	const struct ht_metric *metric; /* of METRIC and GROWTH; static */
	uint64_t window_ns;             /* of GROWTH */
	enum ht_filter_field field;
	size_t word; /* of WORD: where it begins in ht_filter.words */
};

enum ht_filter_operator {
	HT_OPERATOR_EQUAL,
	HT_OPERATOR_UNEQUAL,
	HT_OPERATOR_LESS,
	HT_OPERATOR_AT_MOST,
	HT_OPERATOR_MORE,
	HT_OPERATOR_AT_LEAST,
	HT_OPERATOR_CONTAINS,
	HT_OPERATOR_LACKS,
};

enum ht_filter_node_kind { HT_NODE_AND, HT_NODE_OR, HT_NODE_NOT, HT_NODE_COMPARE, HT_NODE_ANY };

/* AND and OR have two nodes below, NOT one, COMPARE none; ANY is a word alone (in b). */
struct ht_filter_node {
	enum ht_filter_node_kind kind;
	size_t left, right;
	enum ht_filter_operator op;
	struct ht_operand a, b;
	size_t begin, end; /* in the text */
};

struct ht_filter {
	char *text;  /* owned */
	char *words; /* owned; every word that was typed, NUL-terminated, one behind the other */
	size_t words_length;
	struct ht_filter_node *nodes; /* owned; what stands below another comes before it */
	size_t count;                 /* the last one is the root */
};

/*
 * Reads the LENGTH bytes at TEXT as a number with a unit, or without; false: they are none, and only
 * `number` and `dimension` of OPERAND may have changed.
 */
bool ht_filter_read_number(const char *text, size_t length, struct ht_operand *operand);

#endif
