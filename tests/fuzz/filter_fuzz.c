/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target of the filter expressions.  An input is an expression.  What is read is held against a
 * process of which all is known, and one of which nothing is; each part must lie in the text.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "model/filter.h"

static bool
grow(void *context, const struct ht_process *process, const struct ht_metric *metric,
    uint64_t window_ns, double *out)
{
	(void)context;
	(void)process;
	*out = (double)window_ns - (double)metric->index;
	return true;
}

/* A process all of whose values are known. */
static void
fill(struct ht_process *process, struct ht_heap *heap)
{
	*process = (struct ht_process){ .key.pid = 1,
		.name = "name",
		.command = "/bin/name --option",
		.user = "root",
		.state = 'R',
		.heap = heap };
	*heap = (struct ht_heap){ 0 };
	process->values.present = heap->values.present = UINT64_MAX;
}

static void
ask(const struct ht_filter *filter, const struct ht_filter_subject *subject)
{
	const char *text = ht_filter_text(filter);
	enum ht_truth truth = ht_filter_evaluate(filter, subject);
	if (truth != HT_TRUE && truth != HT_FALSE && truth != HT_UNKNOWN)
		abort();
	for (size_t i = 0; i < ht_filter_part_count(filter); i++) {
		struct ht_filter_part part;
		ht_filter_part(filter, i, subject, &part);
		if (part.text < text || part.text + part.length > text + strlen(text))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ht_filter *filter;
	struct ht_error error = { 0 };
	struct ht_heap heap;
	struct ht_process process, unknown = { .name = "", .uid = UINT32_MAX };
	struct ht_host_values host = { 0 };
	char *text = malloc(size + 1);
	if (text == NULL)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	fill(&process, &heap);
	if (ht_filter_parse(text, &filter, &error) == 0) {
		ask(filter, &(struct ht_filter_subject){ &process, &host, grow, NULL });
		ask(filter, &(struct ht_filter_subject){ &unknown, NULL, NULL, NULL });
		ask(filter, &(struct ht_filter_subject){ 0 });
		ht_filter_free(filter);
	} else if (error.code == HT_OK || error.text[0] == '\0') {
		abort();
	}
	free(text);
	return 0;
}
