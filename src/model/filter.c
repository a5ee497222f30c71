/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "model/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "model/filter_parts.h"

enum { COMM_BYTES = 15, SMALL_BYTES = 16 };

/* A side of a comparison as it is in the subject. */
struct value {
	bool known;
	long double number;
	const char *word; /* of FIELD and WORD */
	char small[SMALL_BYTES];
};

void
ht_filter_free(struct ht_filter *filter)
{
	if (filter == NULL)
		return;
	free(filter->text);
	free(filter->words);
	free(filter->nodes);
	free(filter);
}

const char *
ht_filter_text(const struct ht_filter *filter)
{
	return filter->text;
}

/* The value set of METRIC's scope in SUBJECT: its present bits and its values; NULL: there is none. */
static const union ht_value *
find_value(const struct ht_filter_subject *subject, const struct ht_metric *metric)
{
	const struct ht_process *process = subject->process;
	switch (metric->scope) {
	case HT_SCOPE_HOST:
		if (subject->host == NULL || !HT_HAS(subject->host, metric->index))
			return NULL;
		return &subject->host->value[metric->index];
	case HT_SCOPE_PROCESS:
		if (process == NULL || !HT_HAS(&process->values, metric->index))
			return NULL;
		return &process->values.value[metric->index];
	case HT_SCOPE_HEAP:
		if (process == NULL || process->heap == NULL ||
		    !HT_HAS(&process->heap->values, metric->index))
			return NULL;
		return &process->heap->values.value[metric->index];
	case HT_SCOPE_THREAD:
	case HT_SCOPE_CLASS:
	case HT_SCOPE_EVENT:
	case HT_SCOPE_MAP:
	case HT_SCOPES:
		break;
	}
	return NULL;
}

bool
ht_filter_value(
    const struct ht_filter_subject *subject, const struct ht_metric *metric, double *out)
{
	const union ht_value *value = find_value(subject, metric);
	if (value != NULL)
		*out = ht_metric_is_real(metric) ? value->f : (double)value->u;
	return value != NULL;
}

static void
metric_value(
    const struct ht_operand *operand, const struct ht_filter_subject *subject, struct value *out)
{
	const union ht_value *value = find_value(subject, operand->metric);
	out->known = value != NULL;
	if (out->known)
		out->number =
		    operand->number * (ht_metric_is_real(operand->metric) ? (long double)value->f
									  : (long double)value->u);
}

static void
growth_value(
    const struct ht_operand *operand, const struct ht_filter_subject *subject, struct value *out)
{
	double growth;
	out->known = subject->growth != NULL && subject->growth(subject->context, subject->process,
						    operand->metric, operand->window_ns, &growth);
	if (out->known)
		out->number = operand->number * (long double)growth;
}

static void
field_value(enum ht_filter_field field, const struct ht_process *process, struct value *out)
{
	if (process == NULL)
		return;
	switch (field) {
	case HT_FIELD_NAME:
		out->word = process->name[0] != '\0' ? process->name : NULL;
		break;
	case HT_FIELD_COMMAND:
		out->word = process->command;
		break;
	case HT_FIELD_USER:
		out->word = process->user;
		break;
	case HT_FIELD_STATE:
		out->small[0] = process->state;
		out->word = process->state != 0 ? out->small : NULL;
		break;
	case HT_FIELD_SOURCE:
		out->word = ht_source_kind_name(process->source);
		break;
	case HT_FIELDS:
		break;
	}
	out->known = out->word != NULL;
}

static void
evaluate_operand(const struct ht_filter *filter, const struct ht_operand *operand,
    const struct ht_filter_subject *subject, struct value *out)
{
	*out = (struct value){ 0 };
	switch (operand->kind) {
	case HT_OPERAND_NUMBER:
		out->known = true;
		out->number = operand->number;
		break;
	case HT_OPERAND_METRIC:
		metric_value(operand, subject, out);
		break;
	case HT_OPERAND_GROWTH:
		growth_value(operand, subject, out);
		break;
	case HT_OPERAND_PID:
		out->known = subject->process != NULL && subject->process->key.pid > 0;
		if (out->known)
			out->number = subject->process->key.pid;
		break;
	case HT_OPERAND_FIELD:
		field_value(operand->field, subject->process, out);
		break;
	case HT_OPERAND_WORD:
		out->known = true;
		out->word = filter->words + operand->word;
		break;
	}
}

/* A name that the kernel cut at 15 bytes is equal to what was cut. */
static bool
words_are_equal(const struct ht_operand *operand, const char *a, const char *b)
{
	if (strcmp(a, b) == 0)
		return true;
	return operand->kind == HT_OPERAND_FIELD && operand->field == HT_FIELD_NAME &&
	       strlen(a) == COMM_BYTES && strncmp(a, b, COMM_BYTES) == 0;
}

/* A user may be told by number, too. */
static bool
is_user_number(const struct ht_operand *operand, const struct ht_process *process, const char *word)
{
	char number[SMALL_BYTES];
	if (operand->kind != HT_OPERAND_FIELD || operand->field != HT_FIELD_USER ||
	    process == NULL || process->uid == UINT32_MAX)
		return false;
	snprintf(number, sizeof(number), "%u", (unsigned)process->uid);
	return strcmp(number, word) == 0;
}

static bool
holds_for_words(const struct ht_filter_node *node, const struct ht_filter_subject *subject,
    const char *a, const char *b)
{
	bool equal =
	    words_are_equal(&node->a, a, b) || is_user_number(&node->a, subject->process, b);
	switch (node->op) {
	case HT_OPERATOR_UNEQUAL:
		return !equal;
	case HT_OPERATOR_CONTAINS:
		return strcasestr(a, b) != NULL;
	case HT_OPERATOR_LACKS:
		return strcasestr(a, b) == NULL;
	case HT_OPERATOR_EQUAL:
	case HT_OPERATOR_LESS:
	case HT_OPERATOR_AT_MOST:
	case HT_OPERATOR_MORE:
	case HT_OPERATOR_AT_LEAST:
		break;
	}
	return equal;
}

static bool
holds_for_numbers(enum ht_filter_operator op, long double a, long double b)
{
	switch (op) {
	case HT_OPERATOR_UNEQUAL:
		return a < b || a > b;
	case HT_OPERATOR_LESS:
		return a < b;
	case HT_OPERATOR_AT_MOST:
		return a <= b;
	case HT_OPERATOR_MORE:
		return a > b;
	case HT_OPERATOR_AT_LEAST:
		return a >= b;
	case HT_OPERATOR_EQUAL:
	case HT_OPERATOR_CONTAINS:
	case HT_OPERATOR_LACKS:
		break;
	}
	return a >= b && a <= b;
}

static enum ht_truth
compare(const struct ht_filter *filter, const struct ht_filter_node *node,
    const struct ht_filter_subject *subject)
{
	struct value a, b;
	evaluate_operand(filter, &node->a, subject, &a);
	evaluate_operand(filter, &node->b, subject, &b);
	if (!a.known || !b.known)
		return HT_UNKNOWN;
	if (node->a.dimension == HT_DIMENSION_WORD)
		return holds_for_words(node, subject, a.word, b.word) ? HT_TRUE : HT_FALSE;
	return holds_for_numbers(node->op, a.number, b.number) ? HT_TRUE : HT_FALSE;
}

/* A word alone: in the name or the command line. */
static enum ht_truth
contains(const struct ht_filter *filter, const struct ht_filter_node *node,
    const struct ht_filter_subject *subject)
{
	const struct ht_process *process = subject->process;
	const char *word = filter->words + node->b.word;
	if (process == NULL)
		return HT_UNKNOWN;
	if (strcasestr(process->name, word) != NULL ||
	    (process->command != NULL && strcasestr(process->command, word) != NULL))
		return HT_TRUE;
	return process->command != NULL ? HT_FALSE : HT_UNKNOWN;
}

static enum ht_truth
both(enum ht_truth a, enum ht_truth b)
{
	if (a == HT_FALSE || b == HT_FALSE)
		return HT_FALSE;
	return a == HT_TRUE && b == HT_TRUE ? HT_TRUE : HT_UNKNOWN;
}

static enum ht_truth
inverse(enum ht_truth truth)
{
	switch (truth) {
	case HT_FALSE:
		return HT_TRUE;
	case HT_TRUE:
		return HT_FALSE;
	case HT_UNKNOWN:
		break;
	}
	return HT_UNKNOWN;
}

static enum ht_truth
evaluate_node(const struct ht_filter *filter, const struct ht_filter_node *node,
    const struct ht_filter_subject *subject, const enum ht_truth *below)
{
	switch (node->kind) {
	case HT_NODE_AND:
		return both(below[node->left], below[node->right]);
	case HT_NODE_OR:
		return inverse(both(inverse(below[node->left]), inverse(below[node->right])));
	case HT_NODE_NOT:
		return inverse(below[node->left]);
	case HT_NODE_COMPARE:
		return compare(filter, node, subject);
	case HT_NODE_ANY:
		return contains(filter, node, subject);
	}
	return HT_UNKNOWN;
}

enum ht_truth
ht_filter_evaluate(const struct ht_filter *filter, const struct ht_filter_subject *subject)
{
	enum ht_truth truths[HT_FILTER_NODES_MOST];
	ht_assert(filter->count > 0 && filter->count <= HT_FILTER_NODES_MOST);
	/* What stands below a node comes before it. */
	for (size_t i = 0; i < filter->count; i++)
		truths[i] = evaluate_node(filter, &filter->nodes[i], subject, truths);
	return truths[filter->count - 1];
}

bool
ht_filter_matches(
    const struct ht_filter *filter, const struct ht_frame *frame, const struct ht_process *process)
{
	struct ht_filter_subject subject = { .process = process,
		.host = frame != NULL ? &frame->host : NULL };
	return ht_filter_evaluate(filter, &subject) == HT_TRUE;
}

void
ht_filter_apply(const struct ht_filter *filter, struct ht_frame *frame)
{
	size_t kept = 0;
	frame->instrumented_count = 0;
	for (size_t i = 0; i < frame->process_count; i++) {
		if (!ht_filter_matches(filter, frame, &frame->processes[i]))
			continue;
		frame->instrumented_count += frame->processes[i].heap != NULL;
		frame->processes[kept++] = frame->processes[i];
	}
	frame->process_count = kept;
}

static bool
operand_is_costly(const struct ht_operand *operand)
{
	if (operand->kind == HT_OPERAND_FIELD)
		return operand->field == HT_FIELD_COMMAND || operand->field == HT_FIELD_USER;
	if (operand->metric == NULL || operand->metric->scope != HT_SCOPE_PROCESS)
		return false;
	switch ((enum ht_process_metric)operand->metric->index) {
	case HT_PROCESS_PROPORTIONAL:
	case HT_PROCESS_SWAP:
	case HT_PROCESS_THREAD_COUNT:
	case HT_PROCESS_LIMIT:
		return true;
	default:
		return false;
	}
}

static bool
operand_is_dear(const struct ht_operand *operand)
{
	const struct ht_metric *metric = operand->metric;
	return metric != NULL && metric->scope == HT_SCOPE_PROCESS &&
	       (metric->index == HT_PROCESS_PROPORTIONAL || metric->index == HT_PROCESS_LIMIT);
}

bool
ht_filter_is_dear(const struct ht_filter *filter)
{
	for (size_t i = 0; i < filter->count; i++)
		if (operand_is_dear(&filter->nodes[i].a) || operand_is_dear(&filter->nodes[i].b))
			return true;
	return false;
}

bool
ht_filter_is_costly(const struct ht_filter *filter)
{
	for (size_t i = 0; i < filter->count; i++) {
		const struct ht_filter_node *node = &filter->nodes[i];
		if (node->kind == HT_NODE_ANY || operand_is_costly(&node->a) ||
		    operand_is_costly(&node->b))
			return true;
	}
	return false;
}

static bool
operand_is_about_host(const struct ht_operand *operand)
{
	if (operand->metric != NULL)
		return operand->metric->scope == HT_SCOPE_HOST;
	return operand->kind == HT_OPERAND_NUMBER;
}

bool
ht_filter_is_about_host(const struct ht_filter *filter)
{
	for (size_t i = 0; i < filter->count; i++) {
		const struct ht_filter_node *node = &filter->nodes[i];
		if (node->kind == HT_NODE_ANY)
			return false;
		if (node->kind == HT_NODE_COMPARE &&
		    (!operand_is_about_host(&node->a) || !operand_is_about_host(&node->b)))
			return false;
	}
	return true;
}

static size_t
add_growth(
    const struct ht_operand *operand, struct ht_filter_growth *out, size_t most, size_t count)
{
	if (operand->kind != HT_OPERAND_GROWTH)
		return count;
	for (size_t i = 0; i < count && i < most; i++)
		if (out[i].metric == operand->metric && out[i].window_ns == operand->window_ns)
			return count;
	if (count < most)
		out[count] = (struct ht_filter_growth){ operand->metric, operand->window_ns };
	return count + 1;
}

size_t
ht_filter_growths(const struct ht_filter *filter, struct ht_filter_growth *out, size_t most)
{
	size_t count = 0;
	for (size_t i = 0; i < filter->count; i++) {
		count = add_growth(&filter->nodes[i].a, out, most, count);
		count = add_growth(&filter->nodes[i].b, out, most, count);
	}
	return count;
}

static bool
is_part(const struct ht_filter_node *node)
{
	return node->kind == HT_NODE_COMPARE || node->kind == HT_NODE_ANY;
}

size_t
ht_filter_part_count(const struct ht_filter *filter)
{
	size_t count = 0;
	for (size_t i = 0; i < filter->count; i++)
		count += is_part(&filter->nodes[i]);
	return count;
}

/* Node number INDEX of those that are parts. */
static const struct ht_filter_node *
find_part(const struct ht_filter *filter, size_t index)
{
	for (size_t i = 0; i < filter->count; i++)
		if (is_part(&filter->nodes[i]) && index-- == 0)
			return &filter->nodes[i];
	ht_assert(!"a part that there isn't");
	return NULL;
}

/* What SIDE of a comparison is in SUBJECT, whatever it is multiplied by. */
static void
show_side(const struct ht_filter *filter, const struct ht_operand *side,
    const struct ht_filter_subject *subject, struct ht_filter_part *out)
{
	struct ht_operand bare = *side;
	struct value value;
	if (side->metric != NULL)
		bare.number = 1;
	evaluate_operand(filter, &bare, subject, &value);
	out->metric = side->metric;
	out->is_growth = side->kind == HT_OPERAND_GROWTH;
	out->is_known = value.known;
	out->value = (double)value.number;
	out->word = value.word;
	if (value.word == value.small) {
		memcpy(out->state, value.small, sizeof(out->state));
		out->word = out->state;
	}
}

void
ht_filter_part(const struct ht_filter *filter, size_t index,
    const struct ht_filter_subject *subject, struct ht_filter_part *out)
{
	const struct ht_filter_node *node = find_part(filter, index);
	*out = (struct ht_filter_part){
		.text = filter->text + node->begin,
		.length = node->end - node->begin,
		.truth = evaluate_node(filter, node, subject, NULL),
	};
	if (node->kind == HT_NODE_ANY) {
		out->word = subject->process != NULL ? subject->process->name : NULL;
		out->is_known = out->word != NULL;
		return;
	}
	/* People look at the metric, on whichever side it stands. */
	bool reversed = node->a.kind == HT_OPERAND_NUMBER;
	show_side(filter, reversed ? &node->b : &node->a, subject, out);
}
