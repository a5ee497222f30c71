/* SPDX-License-Identifier: MIT */
/*
 * Filter expressions: which processes to show, and what `heaptop check` holds a process to.
 *
 *	live > 100M and user = root
 *	not (source = none) or growth(live, 10m) >= 1M
 *	res > 0.9 * limit
 *	redis
 *
 * A comparison has a metric of metrics.def (by its short or its long name; of a process, a heap or the
 * host), pid, growth(METRIC) or growth(METRIC, TIME) on either side, with a number before a `*`, or a number with
 * its unit: K M G T are 1024 and on for bytes and counts, ns us ms s m h for times, % for shares.  Numbers are
 * compared, never their text.  The words name, command, user, state and source compare with = != and ~ !~
 * (contains, letters of either case).  A word alone stands for `name ~ word or command ~ word`.
 * `and` binds closer than `or`; && || ! are the same as and, or, not.
 *
 * What is unknown makes a comparison unknown, never false; `and`, `or` and `not` go on from there as in
 * three-valued logic (SQL's).
 *
 * Plain data, no I/O.  Threads: a filter may be used by many at once.
 */
#ifndef HT_MODEL_FILTER_H
#define HT_MODEL_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/frame.h"
#include "model/metric.h"

enum ht_truth { HT_FALSE, HT_TRUE, HT_UNKNOWN };

struct ht_filter;

/* What an expression is held against; all borrowed. */
struct ht_filter_subject {
	const struct ht_process *process;  /* NULL: only the host's metrics are known */
	const struct ht_host_values *host; /* NULL: they are unknown */
	/*
	 * By how much METRIC of PROCESS (of the host where that is NULL) grew in the last WINDOW_NS; 0: since the
	 * watch began.  False: unknown.  NULL: all growth is unknown.
	 */
	bool (*growth)(void *context, const struct ht_process *process,
	    const struct ht_metric *metric, uint64_t window_ns, double *out);
	void *context;
};

/* One comparison of an expression and how it came out. */
struct ht_filter_part {
	const char *text; /* as it was typed; not NUL-terminated; borrowed from the filter */
	size_t length;
	enum ht_truth truth;
	const struct ht_metric
	    *metric;    /* of the side that has one, the left one first; NULL: none */
	bool is_growth; /* of that metric */
	bool is_known;  /* VALUE, or WORD where METRIC is NULL */
	double value;
	const char *word; /* raw bytes, of the subject or of `state`; NULL: it is a number */
	char state[2];
};

/*
 * Reads TEXT.  0 and *OUT (the caller frees it), -EINVAL with a sentence in ERROR that names the
 * place and what was expected, or -ENOMEM (ERROR filled too).
 */
int ht_filter_parse(const char *text, struct ht_filter **out, struct ht_error *error);

/* NULL is allowed. */
void ht_filter_free(struct ht_filter *filter);

/* As it was typed; borrowed from FILTER. */
const char *ht_filter_text(const struct ht_filter *filter);

/* Whether all of FILTER holds for SUBJECT. */
enum ht_truth ht_filter_evaluate(
    const struct ht_filter *filter, const struct ht_filter_subject *subject);

/* The same for a row of FRAME (NULL: the host is unknown); for lists, which show what is true. */
bool ht_filter_matches(
    const struct ht_filter *filter, const struct ht_frame *frame, const struct ht_process *process);

/* Leaves in FRAME the processes that FILTER is true for, in their order. */
void ht_filter_apply(const struct ht_filter *filter, struct ht_frame *frame);

/* It looks at something that a frame has only where it is asked for (model/request.h, all_costly). */
bool ht_filter_is_costly(const struct ht_filter *filter);

/* It looks at what is only read of all processes where all of all is asked for: proportional size, limit. */
bool ht_filter_is_dear(const struct ht_filter *filter);

/* It looks at the host alone, and so is the same for every process. */
bool ht_filter_is_about_host(const struct ht_filter *filter);

/* One growth that an expression looks at, which takes a watch, not a look. */
struct ht_filter_growth {
	const struct ht_metric *metric;
	uint64_t window_ns; /* 0: since the watch began */
};

/* Its growths, each once: at most MOST of them to OUT.  Returns how many there are. */
size_t ht_filter_growths(const struct ht_filter *filter, struct ht_filter_growth *out, size_t most);

/*
 * The value of METRIC in SUBJECT as a number; false: unknown.
 */
bool ht_filter_value(
    const struct ht_filter_subject *subject, const struct ht_metric *metric, double *out);

/* Its comparisons, from left to right. */
size_t ht_filter_part_count(const struct ht_filter *filter);
void ht_filter_part(const struct ht_filter *filter, size_t index,
    const struct ht_filter_subject *subject, struct ht_filter_part *out);

#endif
