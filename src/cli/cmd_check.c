/* SPDX-License-Identifier: MIT */
/* `heaptop check`: conditions that processes must meet, as an exit status. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/pacer.h"
#include "cli/targets.h"
#include "core/sampler.h"
#include "model/filter.h"
#include "model/growth.h"

#define FIRST_INTERVAL_NS UINT64_C(200000000)
#define DELAY_NS          UINT64_C(1000000000)

enum { FIGURE_BYTES = 64, NAMED_MOST = 10 };

/* No verdict at all, so that judging prints nothing. */
#define HT_NO_TRUTH ((enum ht_truth) - 1)

/* The exit statuses: what scripts and Nagios-like monitors go by. */
enum verdict {
	VERDICT_HOLDS = 0,
	VERDICT_FAILS = 1,
	VERDICT_UNDECIDED = 2,
	VERDICT_NO_TARGET = 3,
};

struct check {
	const struct ht_options *options;
	struct ht_filter **conditions; /* owned */
	size_t condition_count;
	uint64_t span_ns; /* how long they have to hold; 0: one look */
	struct ht_growth *growth;
	struct ht_sampler *sampler;
	struct ht_targets targets;
	struct ht_request request;
	struct ht_text text;                /* what is printed in the end */
	size_t holding, failing, undecided; /* processes at the latest sample */
	bool ended;                         /* a process that was asked for is gone */
};

/* A sentence on ERROR with the code that usage errors have. */
static int
refuse(struct ht_error *error, const char *sentence)
{
	ht_error_set(error, HT_ERROR_USAGE, "%s", sentence);
	return -EINVAL;
}

static int
parse_conditions(struct check *check, char **words, struct ht_error *error)
{
	size_t count = 0;
	while (words[count] != NULL)
		count++;
	if (count == 0)
		return refuse(error, "no condition given, such as 'live < 500M'");
	check->conditions = calloc(count, sizeof(*check->conditions));
	if (check->conditions == NULL) {
		ht_error_set(error, HT_ERROR_RUNTIME, "not enough memory for a condition");
		return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++) {
		int status = ht_filter_parse(words[i], &check->conditions[i], error);
		if (status != 0)
			return status;
		check->condition_count++;
	}
	return 0;
}

/* Gathers what the conditions want to know about growth, and how long that takes. */
static int
plan_watch(struct check *check, struct ht_error *error)
{
	struct ht_filter_growth growths[HT_GROWTHS_MOST];
	size_t count = 0;
	uint64_t longest = 0;
	bool whole_watch = false;
	for (size_t i = 0; i < check->condition_count; i++) {
		size_t room = HT_GROWTHS_MOST - count;
		size_t more = ht_filter_growths(check->conditions[i], growths + count, room);
		if (more > room)
			return refuse(error, "too many different growths in the conditions");
		count += more;
	}
	for (size_t i = 0; i < count; i++) {
		whole_watch = whole_watch || growths[i].window_ns == 0;
		longest = growths[i].window_ns > longest ? growths[i].window_ns : longest;
	}
	check->span_ns = check->options->for_ns != 0 ? check->options->for_ns : longest;
	if (whole_watch && check->span_ns == 0)
		return refuse(
		    error, "growth takes time: say how long with --for, or growth(live, 10m)");
	if (longest > check->span_ns)
		return refuse(error, "a growth within a time needs a --for that is as long");
	check->growth = ht_growth_new(growths, count);
	if (check->growth != NULL)
		return 0;
	ht_error_set(error, HT_ERROR_RUNTIME, "not enough memory to watch");
	return -ENOMEM;
}

static void
figure_of(const struct ht_filter_part *part, char out[FIGURE_BYTES])
{
	double value = part->value;
	const char *sign = part->is_growth && value >= 0 ? "+" : value < 0 ? "-" : "";
	uint64_t size = ht_units_whole(value < 0 ? -value : value);
	char text[HT_UNITS_TEXT_BYTES];
	if (part->metric == NULL) {
		snprintf(out, FIGURE_BYTES, "%.0f", value);
		return;
	}
	switch (part->metric->unit) {
	case HT_UNIT_BYTES:
		ht_units_bytes(size, text);
		snprintf(out, FIGURE_BYTES, "%s%s (%s%" PRIu64 ")", sign, text, sign, size);
		return;
	case HT_UNIT_NS:
		ht_units_duration(size, text);
		snprintf(out, FIGURE_BYTES, "%s%s", sign, text);
		return;
	case HT_UNIT_PERCENT:
		snprintf(out, FIGURE_BYTES, "%s%.1f%%", sign, value < 0 ? -value : value);
		return;
	case HT_UNIT_BLOCKS:
	case HT_UNIT_COUNT:
		snprintf(out, FIGURE_BYTES, "%s%" PRIu64, sign, size);
		return;
	}
}

/* "live < 500M: 612.0M (641728512)". */
static void
print_part(
    struct ht_text *text, const struct ht_filter_part *part, const struct ht_process *process)
{
	char figure[FIGURE_BYTES];
	const char *reason = process != NULL && process->quality_reason != NULL &&
				     part->metric != NULL && part->metric->scope == HT_SCOPE_HEAP
				 ? process->quality_reason
				 : NULL;
	ht_text_add_string(text, "    ");
	ht_text_add_format(text, "%.*s", (int)part->length, part->text);
	ht_text_add_string(text, part->truth == HT_TRUE    ? " holds: "
				 : part->truth == HT_FALSE ? " fails: "
							   : " is undecided: ");
	if (!part->is_known) {
		ht_text_add_format(
		    text, "unknown%s%s", reason != NULL ? ", " : "", reason != NULL ? reason : "");
	} else if (part->word != NULL) {
		ht_text_add_printable(text, part->word, false);
	} else {
		figure_of(part, figure);
		ht_text_add_string(text, figure);
		/* What is known doesn't say why it isn't decided. */
		if (part->truth == HT_UNKNOWN)
			ht_text_add_string(text, ", the other side is unknown");
	}
	ht_text_add_string(text, "\n");
}

static const char *
verdict_word(enum ht_truth truth)
{
	switch (truth) {
	case HT_TRUE:
		return "holds";
	case HT_FALSE:
		return "fails";
	case HT_UNKNOWN:
		break;
	}
	return "undecided";
}

/* The lines on one process (NULL: the host alone): the verdict, then every part of the conditions. */
static void
print_process(struct check *check, const struct ht_filter_subject *subject, enum ht_truth truth)
{
	struct ht_text *text = &check->text;
	ht_text_add_string(text, verdict_word(truth));
	if (subject->process != NULL) {
		ht_text_add_format(text, ": %d (", (int)subject->process->key.pid);
		ht_text_add_printable(text, subject->process->name, false);
		ht_text_add_string(text, ")");
	}
	ht_text_add_string(text, "\n");
	for (size_t i = 0; i < check->condition_count; i++) {
		for (size_t j = 0; j < ht_filter_part_count(check->conditions[i]); j++) {
			struct ht_filter_part part;
			ht_filter_part(check->conditions[i], j, subject, &part);
			print_part(text, &part, subject->process);
		}
	}
}

static enum ht_truth
evaluate(const struct check *check, const struct ht_filter_subject *subject)
{
	enum ht_truth all = HT_TRUE;
	for (size_t i = 0; i < check->condition_count && all != HT_FALSE; i++) {
		enum ht_truth truth = ht_filter_evaluate(check->conditions[i], subject);
		if (truth != HT_TRUE)
			all = truth;
	}
	return all;
}

/* True when no condition asks about a process. */
static bool
is_about_host(const struct check *check)
{
	for (size_t i = 0; i < check->condition_count; i++)
		if (!ht_filter_is_about_host(check->conditions[i]))
			return false;
	return true;
}

/* Counts the verdict on SUBJECT; a verdict that is WANTED is printed, unless many were. */
static void
judge(struct check *check, const struct ht_filter_subject *subject, enum ht_truth wanted)
{
	enum ht_truth truth = evaluate(check, subject);
	size_t *count = truth == HT_TRUE    ? &check->holding
			: truth == HT_FALSE ? &check->failing
					    : &check->undecided;
	(*count)++;
	if (truth == wanted && *count <= NAMED_MOST)
		print_process(check, subject, truth);
	else if (truth == wanted && *count == NAMED_MOST + 1)
		ht_text_add_string(&check->text, "and more\n");
}

/* Holds all of FRAME against the conditions; those that come out as WANTED are printed. */
static void
judge_all(struct check *check, const struct ht_frame *frame, enum ht_truth wanted)
{
	struct ht_filter_subject subject = {
		.host = &frame->host, .growth = ht_growth_of, .context = check->growth
	};
	check->holding = check->failing = check->undecided = 0;
	if (is_about_host(check)) {
		judge(check, &subject, wanted);
		return;
	}
	for (size_t i = 0; i < frame->process_count; i++) {
		subject.process = &frame->processes[i];
		judge(check, &subject, wanted);
	}
}

/* Named processes must all be decided; among all there are, those that can be. */
static enum verdict
verdict_of(const struct check *check)
{
	bool named = check->options->targets.length > 0;
	if (check->failing > 0)
		return VERDICT_FAILS;
	if (check->holding == 0 || (named && check->undecided > 0))
		return VERDICT_UNDECIDED;
	return VERDICT_HOLDS;
}

static enum ht_truth
truth_of(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_HOLDS:
		return HT_TRUE;
	case VERDICT_FAILS:
		return HT_FALSE;
	case VERDICT_UNDECIDED:
	case VERDICT_NO_TARGET:
		break;
	}
	return HT_UNKNOWN;
}

/* What is printed of a sample that came out as VERDICT: how many, then which. */
static void
report(struct check *check, const struct ht_frame *frame, enum verdict verdict)
{
	ht_text_clear(&check->text);
	bool one = check->holding + check->failing + check->undecided == 1;
	if (!one)
		ht_text_add_format(&check->text,
		    "%s: %zu processes hold, %zu fail, %zu are undecided\n",
		    verdict_word(truth_of(verdict)), check->holding, check->failing,
		    check->undecided);
	bool which =
	    verdict != VERDICT_HOLDS || check->options->targets.length > 0 || is_about_host(check);
	if (which)
		judge_all(check, frame, truth_of(verdict));
}

static void
warn_missing(int32_t pid)
{
	ht_output_warn("there is no process %d", (int)pid);
}

static void
warn_ended(int32_t pid)
{
	ht_output_warn("process %d has ended while it was checked", (int)pid);
}

static int
tick(struct check *check, void (*missing)(int32_t pid), struct ht_frame **frame,
    struct ht_error *error)
{
	int status = ht_sampler_tick(check->sampler, &check->request, frame);
	if (status != 0) {
		ht_error_set(error, HT_ERROR_RUNTIME, "not enough memory for a sample");
		return status;
	}
	size_t before = check->targets.count;
	ht_targets_keep_present(&check->targets, *frame, missing);
	check->ended = check->ended || check->targets.count < before;
	return 0;
}

/* Takes one sample and judges it. */
static int
look(struct check *check, uint64_t *at_ns, enum verdict *verdict, struct ht_error *error)
{
	struct ht_frame *frame;
	int status = tick(check, warn_ended, &frame, error);
	if (status != 0)
		return status;
	*at_ns = frame->monotonic_ns;
	status = ht_growth_add(check->growth, frame);
	if (status != 0)
		ht_error_set(error, HT_ERROR_RUNTIME, "not enough memory to watch");
	judge_all(check, frame, HT_NO_TRUTH);
	*verdict = verdict_of(check);
	report(check, frame, *verdict);
	ht_frame_free(frame);
	return status;
}

/* Looks until the time is up, a condition fails, a process ends or somebody asks to end. */
static int
watch(struct check *check, enum verdict *verdict, struct ht_error *error)
{
	uint64_t delay_ns = check->options->delay_ns != 0 ? check->options->delay_ns : DELAY_NS;
	uint64_t begun_ns = 0, at_ns = 0;
	struct ht_pacer pacer;
	int status = 0;
	bool over = false;
	ht_pacer_begin(&pacer, FIRST_INTERVAL_NS);
	while (status == 0 && !over && !check->ended && ht_pacer_wait(&pacer)) {
		status = look(check, &at_ns, verdict, error);
		begun_ns = begun_ns != 0 ? begun_ns : at_ns;
		uint64_t passed_ns = at_ns - begun_ns;
		over = passed_ns >= check->span_ns || *verdict == VERDICT_FAILS;
		uint64_t left_ns = over ? delay_ns : check->span_ns - passed_ns;
		ht_pacer_advance(&pacer, left_ns < delay_ns ? left_ns : delay_ns);
	}
	ht_pacer_end(&pacer);
	if (status == 0 && !over && !check->ended) {
		*verdict = VERDICT_UNDECIDED;
		ht_text_clear(&check->text);
		ht_text_add_string(
		    &check->text, "undecided: asked to end before the time was up\n");
	}
	return status;
}

/* Everything up to the baseline. */
static int
set_up(struct check *check, char **operands, struct ht_error *error)
{
	const struct ht_options *options = check->options;
	const struct ht_sampler_options unsmoothed = { 0 };
	int status = parse_conditions(check, operands, error);
	if (status == 0)
		status = plan_watch(check, error);
	if (status == 0)
		status = ht_sampler_new(&unsmoothed, &check->sampler, error);
	if (status == 0 && options->targets.length > 0)
		status = ht_targets_resolve(ht_text_string(&options->targets), check->sampler,
		    false, &check->targets, error);
	check->request = (struct ht_request){
		.only = ht_targets_list(&check->targets),
		.only_uid = options->uid,
		.all_costly = true,
	};
	return status;
}

static int
run(struct check *check, char **operands, enum verdict *verdict, struct ht_error *error)
{
	struct ht_frame *baseline;
	int status = set_up(check, operands, error);
	if (status == 0)
		status = tick(check, warn_missing, &baseline, error);
	if (status != 0)
		return status;
	ht_frame_free(baseline);
	if (!check->ended)
		status = watch(check, verdict, error);
	if (status == 0 && check->ended)
		*verdict = VERDICT_NO_TARGET;
	return status;
}

static void
release(struct check *check)
{
	for (size_t i = 0; i < check->condition_count; i++)
		ht_filter_free(check->conditions[i]);
	free(check->conditions);
	ht_growth_free(check->growth);
	ht_text_release(&check->text);
	ht_targets_release(&check->targets);
	ht_sampler_free(check->sampler);
}

static int
run_check(const struct ht_options *options, char **operands)
{
	struct check check = { .options = options };
	struct ht_error error = { 0 };
	enum verdict verdict = VERDICT_UNDECIDED;
	signal(SIGPIPE, SIG_IGN); /* write tells */
	ht_text_init(&check.text);
	int status = run(&check, operands, &verdict, &error);
	if (status == 0 && verdict != VERDICT_NO_TARGET)
		status = ht_output_write(check.text.bytes, check.text.length, &error);
	release(&check);
	if (status == 0 || status == -EPIPE)
		return (int)verdict;
	ht_output_error(&error);
	/* 1 would say that a condition fails: whatever kept us from knowing is 2. */
	return error.code == HT_ERROR_NO_TARGET ? VERDICT_NO_TARGET : VERDICT_UNDECIDED;
}

const struct ht_subcommand ht_command_check = {
	.name = "check",
	.arguments = "[OPTIONS] 'EXPR' ...",
	.summary = "hold processes to conditions, by exit status",
	.help =
	    "Conditions compare metrics with figures: K, M, G are 1024 and on, times have ms, s, m "
	    "or h.\n"
	    "All of them must hold, for every process of -p, or else for every process that "
	    "they can be\ndecided for.  With --for they must hold at each look until that time "
	    "is up.\n"
	    "\n"
	    "Exit status: 0 they hold, 1 one doesn't, 2 it could not be decided (or usage), 3 no "
	    "such process.\n"
	    "\n"
	    "Examples:\n"
	    "  heaptop check 'live < 500M and failed = 0' -p redis-server\n"
	    "  heaptop check 'growth(live) < 1M' -p worker --for 10m\n"
	    "  heaptop check 'growth(live, 1m) < 100K' 'threads <= 64' -p worker --for 1h\n"
	    "  heaptop check 'mem_avail > 2G' 'pressure < 10%'\n",
	.bit = HT_FOR_CHECK,
	.takes_words = true,
	.run = run_check,
};
