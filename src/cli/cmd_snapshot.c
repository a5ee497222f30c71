/* SPDX-License-Identifier: MIT */
/* `heaptop snapshot`: one picture to stdout, or a series. */
#include "config.h"

#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/pacer.h"
#include "cli/recorded.h"
#include "cli/sink.h"
#include "cli/targets.h"
#include "core/sampler.h"
#include "export/csv.h"
#include "export/json.h"
#include "export/memstats.h"
#include "export/prometheus.h"
#include "export/table.h"
#include "export/timestamp.h"
#include "model/filter.h"
#include "sources/replay.h"

/* From the baseline to the first sample: long enough for a rate, short enough to wait for. */
#define FIRST_INTERVAL_NS UINT64_C(200000000)
#define SERIES_DELAY_NS   UINT64_C(1000000000)

struct snapshot {
	const struct ht_options *options;
	struct ht_sampler *sampler;
	struct ht_replay *replay; /* of the sampler; NULL: what runs now */
	struct ht_targets targets;
	struct ht_targets unseen; /* named by their number, and not yet met in the recording */
	struct ht_request request;
	struct ht_fields fields;  /* of csv: what was picked, or all */
	struct ht_filter *filter; /* NULL: none */
	struct ht_table_options table;
	struct ht_sink sink;
	struct ht_text text;
	bool some_missing;
	bool met;     /* one of the targets was in a sample of the recording */
	bool headed;  /* the line of headings has been written */
	bool written; /* a sample has */
};

static void
warn_missing(int32_t pid)
{
	ht_output_warn("there is no process %d (--dead shows programs that were killed)", (int)pid);
}

static void
warn_ended(int32_t pid)
{
	ht_output_warn("process %d has ended", (int)pid);
}

static uint32_t
detail_of(const struct ht_options *options)
{
	if (options->format == HT_FORMAT_CSV || options->format == HT_FORMAT_PROMETHEUS)
		return 0;
	uint32_t costly = options->detail > 0 ? (uint32_t)options->detail : 0;
	if (options->format == HT_FORMAT_MEMSTATS)
		return HT_DETAIL_SIZE_CLASSES | HT_DETAIL_EVENTS | costly;
	uint32_t threads = options->threads ? HT_DETAIL_THREADS : 0;
	if (options->detail >= 0)
		return (uint32_t)options->detail | threads;
	return options->targets.length > 0 ? HT_DETAIL_THREADS : threads;
}

static bool
is_size(const struct ht_metric *metric)
{
	return metric != NULL && metric->scope == HT_SCOPE_PROCESS &&
	       (metric->index == HT_PROCESS_PROPORTIONAL || metric->index == HT_PROCESS_LIMIT);
}

/* Whether proportional sizes and limits, most of a snapshot's cost, are printed or decide what is. */
static bool
needs_sizes(const struct snapshot *snapshot)
{
	const struct ht_options *options = snapshot->options;
	const struct ht_fields *fields = &options->fields;
	if (snapshot->filter != NULL && ht_filter_is_costly(snapshot->filter))
		return true;
	if (options->sort.field == HT_SORT_METRIC && is_size(options->sort.metric))
		return true;
	for (size_t i = 0; i < fields->count; i++)
		if (is_size(fields->fields[i].metric))
			return true;
	return fields->count == 0 && options->format != HT_FORMAT_TABLE;
}

static void
make_request(struct snapshot *snapshot)
{
	snapshot->request = (struct ht_request){
		.only = ht_targets_list(&snapshot->targets),
		.only_uid = snapshot->options->uid,
		.dead = snapshot->options->dead,
		.detail = detail_of(snapshot->options),
		.all_costly = true,
		.without_sizes = !needs_sizes(snapshot),
	};
}

static void
set_up_table(struct snapshot *snapshot)
{
	struct winsize size;
	bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	snapshot->table.ascii_only = snapshot->options->ascii || !utf8;
	snapshot->table.fields = &snapshot->options->fields;
	if (snapshot->sink.path == NULL && isatty(STDOUT_FILENO) &&
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		snapshot->table.width = size.ws_col;
}

/* One tick.  Targets that are gone are named by MISSING and taken out. */
static int
tick(struct snapshot *snapshot, void (*missing)(int32_t pid), struct ht_frame **frame,
    struct ht_error *error)
{
	int status = ht_sampler_tick(snapshot->sampler, &snapshot->request, frame);
	if (status == -ENODATA)
		return status;
	if (status != 0) {
		ht_error_set(error, HT_ERROR_RUNTIME, "not enough memory for a sample");
		return -ENOMEM;
	}
	/* In a recording, processes come and go. */
	if (snapshot->replay != NULL)
		return 0;
	size_t before = snapshot->targets.count;
	ht_targets_keep_present(&snapshot->targets, *frame, missing);
	snapshot->some_missing = snapshot->some_missing || snapshot->targets.count < before;
	snapshot->request.only = ht_targets_list(&snapshot->targets);
	return 0;
}

static bool
targets_are_gone(const struct snapshot *snapshot)
{
	return snapshot->some_missing && snapshot->targets.count == 0;
}

static bool
is_series(const struct snapshot *snapshot)
{
	return snapshot->options->count >= 0 || snapshot->replay != NULL;
}

static int
format_table(struct snapshot *snapshot, const struct ht_frame *frame)
{
	if (is_series(snapshot)) {
		char time[HT_TIMESTAMP_BYTES];
		ht_timestamp_utc(frame->realtime_ns, time);
		ht_text_add_format(&snapshot->text, "# %s\n", time);
	}
	return ht_table_write(frame, &snapshot->table, &snapshot->text);
}

static int
format_csv(struct snapshot *snapshot, const struct ht_frame *frame)
{
	if (!snapshot->headed)
		ht_csv_write_head(&snapshot->fields, &snapshot->text);
	snapshot->headed = true;
	return ht_csv_write(frame, &snapshot->fields, &snapshot->text);
}

/* The one process that there is, if it is instrumented; else ERROR says that it isn't. */
static int
format_memstats(struct snapshot *snapshot, const struct ht_frame *frame, struct ht_error *error)
{
	const struct ht_process *process = frame->process_count != 0 ? frame->processes : NULL;
	if (process != NULL && process->heap != NULL)
		return ht_memstats_write(process, !is_series(snapshot), &snapshot->text);
	ht_error_set(error, HT_ERROR_NOT_PERMITTED,
	    "%d (%s) shows no heap: %s: programs do when they were started with 'heaptop run'",
	    process != NULL ? (int)process->key.pid : (int)snapshot->targets.pids[0],
	    process != NULL ? process->name : "?",
	    process != NULL && process->quality_reason != NULL ? process->quality_reason
							       : "not instrumented");
	return -ENODATA;
}

static int
format_frame(struct snapshot *snapshot, const struct ht_frame *frame, struct ht_error *error)
{
	switch (snapshot->options->format) {
	case HT_FORMAT_TABLE:
		return format_table(snapshot, frame);
	case HT_FORMAT_JSON:
		return ht_json_write_fields(
		    frame, &snapshot->options->fields, !is_series(snapshot), &snapshot->text);
	case HT_FORMAT_NDJSON:
		return ht_json_write_fields(
		    frame, &snapshot->options->fields, false, &snapshot->text);
	case HT_FORMAT_CSV:
		return format_csv(snapshot, frame);
	case HT_FORMAT_PROMETHEUS:
		return ht_prometheus_write(frame, &snapshot->options->fields, &snapshot->text);
	case HT_FORMAT_MEMSTATS:
		return format_memstats(snapshot, frame, error);
	}
	return -EINVAL;
}

/* Takes those in FRAME out of the targets that the recording hasn't shown yet. */
static void
note_seen(struct snapshot *snapshot, const struct ht_frame *frame)
{
	size_t left = 0;
	for (size_t i = 0; i < snapshot->unseen.count; i++)
		if (ht_frame_find(frame, snapshot->unseen.pids[i]) == NULL)
			snapshot->unseen.pids[left++] = snapshot->unseen.pids[i];
	snapshot->unseen.count = left;
	snapshot->met |= frame->process_count != 0;
}

/* Memstats needs a heap, which a recorded process may not show at all times: such samples are left out. */
static bool
is_left_out(const struct snapshot *snapshot, const struct ht_frame *frame)
{
	return snapshot->replay != NULL && snapshot->options->format == HT_FORMAT_MEMSTATS &&
	       (frame->process_count == 0 || frame->processes[0].heap == NULL);
}

static int
print_sample(struct snapshot *snapshot, struct ht_error *error)
{
	struct ht_frame *frame;
	int status = tick(snapshot, warn_ended, &frame, error);
	if (status != 0)
		return status;
	if (targets_are_gone(snapshot)) {
		ht_frame_free(frame);
		return -ESRCH;
	}
	note_seen(snapshot, frame);
	if (snapshot->filter != NULL)
		ht_filter_apply(snapshot->filter, frame);
	if (is_left_out(snapshot, frame)) {
		ht_frame_free(frame);
		return 0;
	}
	ht_sort_processes(&snapshot->options->sort, frame->processes, frame->process_count);
	ht_text_clear(&snapshot->text);
	status = format_frame(snapshot, frame, error);
	ht_frame_free(frame);
	if (status == -ENODATA)
		return status;
	if (status != 0) {
		ht_error_set(error, HT_ERROR_RUNTIME, "not enough memory to print a sample");
		return status;
	}
	snapshot->written = true;
	return ht_sink_write(&snapshot->sink, snapshot->text.bytes, snapshot->text.length, error);
}

/* What lies between the baseline and the first sample. */
static uint64_t
first_interval(const struct ht_options *options)
{
	bool series = options->count >= 0;
	if (options->delay_ns == 0 || (series && options->delay_ns > FIRST_INTERVAL_NS))
		return FIRST_INTERVAL_NS;
	return options->delay_ns;
}

/* Prints the samples; the baseline has been taken. */
static int
print_series(struct snapshot *snapshot, struct ht_error *error)
{
	const struct ht_options *options = snapshot->options;
	uint64_t delay_ns = options->delay_ns != 0 ? options->delay_ns : SERIES_DELAY_NS;
	int64_t left = options->count >= 0 ? options->count : 1;
	bool endless = left == 0;
	struct ht_pacer pacer;
	int status = 0;
	ht_pacer_begin(&pacer, first_interval(options));
	while (status == 0 && (endless || left-- > 0) && ht_pacer_wait(&pacer)) {
		status = print_sample(snapshot, error);
		ht_pacer_advance(&pacer, delay_ns);
	}
	ht_pacer_end(&pacer);
	return status;
}

/* An exposition is of one moment; a second one behind it is none that anything reads. */
static bool
is_of_one_sample(const struct snapshot *snapshot)
{
	return snapshot->options->format == HT_FORMAT_PROMETHEUS;
}

/*
 * The tick to begin with: the one of --at, else the second, since a recording's first one is a baseline, too, and shown
 * only where there is no other.  Of a single sample it is that one.
 */
static int
choose_first(const struct snapshot *snapshot, size_t *first, struct ht_error *error)
{
	const struct ht_options *options = snapshot->options;
	const struct ht_timeline *timeline = ht_replay_timeline(snapshot->replay);
	const size_t last = timeline->count - 1;
	*first = last != 0;
	if (options->at != NULL &&
	    ht_recorded_at(timeline, options->replay, options->at, first, error) != 0)
		return -EINVAL;
	if (!is_of_one_sample(snapshot))
		return 0;
	if (options->count > 0)
		*first += (uint64_t)options->count - 1 < last - *first ? (size_t)options->count - 1
								       : last - *first;
	else if (options->at == NULL)
		*first = last;
	return 0;
}

/* Names what was asked for and wasn't there in what was printed. */
static void
tell_missing(struct snapshot *snapshot)
{
	const struct ht_options *options = snapshot->options;
	const char *path = options->replay;
	bool is_part = options->at != NULL || options->count > 0 || is_of_one_sample(snapshot);
	for (size_t i = 0; i < snapshot->unseen.count; i++)
		ht_output_warn(is_part ? "process %d was not there then in %s"
				       : "there is no process %d in %s",
		    (int)snapshot->unseen.pids[i], path);
	/* Names are known to be in it: of several processes, some may have lived at another time. */
	bool all_are_missing =
	    snapshot->targets.count != 0 && snapshot->unseen.count == 0 && !snapshot->met;
	if (all_are_missing)
		ht_output_warn("nothing of -p %s was there then in %s",
		    ht_text_string(&options->targets), path);
	snapshot->some_missing = snapshot->unseen.count != 0 || all_are_missing;
}

/* Nothing was printed though what was asked for is there. */
static int
tell_why_nothing(const struct snapshot *snapshot, size_t passed_over, struct ht_error *error)
{
	const char *path = snapshot->options->replay;
	if (passed_over != 0 || is_of_one_sample(snapshot)) {
		ht_error_set(error, HT_ERROR_RUNTIME,
		    "what is wanted of %s is damaged: --at or -n picks other samples", path);
		return -EBADMSG;
	}
	if (snapshot->options->format != HT_FORMAT_MEMSTATS || snapshot->filter != NULL)
		return 0;
	ht_error_set(error, HT_ERROR_NOT_PERMITTED,
	    "%d shows no heap in %s: programs do when they were started with 'heaptop run'",
	    (int)snapshot->targets.pids[0], path);
	return -ENODATA;
}

/* Prints a recording's samples. */
static int
print_recording(struct snapshot *snapshot, struct ht_error *error)
{
	int64_t left = is_of_one_sample(snapshot) ? 1 : snapshot->options->count;
	bool endless = left <= 0;
	size_t first;
	int status = choose_first(snapshot, &first, error);
	if (status != 0)
		return status;
	const size_t before = ht_replay_passed_over(snapshot->replay);
	status = ht_sampler_seek(snapshot->sampler, &snapshot->request, first);
	if (status == -ENOMEM)
		ht_error_set(error, HT_ERROR_RUNTIME, "not enough memory for a sample");
	while (status == 0 && (endless || left-- > 0))
		status = print_sample(snapshot, error);
	if (status != 0 && status != -ENODATA)
		return status;
	const size_t passed_over = ht_replay_passed_over(snapshot->replay) - before;
	if (passed_over != 0 && snapshot->written)
		ht_output_warn("%zu sample%s of %s %s damaged and left out", passed_over,
		    passed_over != 1 ? "s" : "", snapshot->options->replay,
		    passed_over != 1 ? "are" : "is");
	tell_missing(snapshot);
	return snapshot->written || snapshot->some_missing
		   ? 0
		   : tell_why_nothing(snapshot, passed_over, error);
}

/* What of the options doesn't go together, and what they stand for. */
static int
read_options(struct snapshot *snapshot, struct ht_error *error)
{
	const struct ht_options *options = snapshot->options;
	bool without_lists =
	    options->format == HT_FORMAT_CSV || options->format == HT_FORMAT_PROMETHEUS;
	if (without_lists && (options->detail > 0 || options->threads)) {
		ht_error_set(error, HT_ERROR_USAGE,
		    "%s has figures of processes and no lists: --detail is for table, json and "
		    "ndjson",
		    options->format == HT_FORMAT_CSV ? "csv" : "prometheus");
		return -EINVAL;
	}
	if (options->format == HT_FORMAT_MEMSTATS && options->targets.length == 0) {
		ht_error_set(error, HT_ERROR_USAGE, "memstats is of one process: name it with -p");
		return -EINVAL;
	}
	if (options->replay != NULL && options->delay_ns != 0) {
		ht_error_set(error, HT_ERROR_USAGE,
		    "a recording has times of its own: --delay isn't for --replay");
		return -EINVAL;
	}
	if (options->replay == NULL && options->at != NULL) {
		ht_error_set(error, HT_ERROR_USAGE, "--at is a time of a recording: say --replay");
		return -EINVAL;
	}
	snapshot->fields = options->fields;
	if (snapshot->fields.count == 0)
		ht_fields_all(&snapshot->fields);
	if (options->filter == NULL)
		return 0;
	int status = ht_filter_parse(options->filter, &snapshot->filter, error);
	if (status == 0 && ht_filter_growths(snapshot->filter, NULL, 0) != 0) {
		ht_error_set(error, HT_ERROR_USAGE,
		    "growth is for 'heaptop check', which watches: a filter has one look");
		return -EINVAL;
	}
	return status;
}

/* The baseline, then the samples of what runs now. */
static int
take_series(struct snapshot *snapshot, struct ht_error *error)
{
	/* Nothing of these is compared, and a costly reading made now would be old in the sample. */
	const struct ht_request request = snapshot->request;
	snapshot->request.detail &= ~(uint32_t)(HT_DETAIL_MAPS | HT_DETAIL_ALLOCATOR);
	snapshot->request.all_costly = false;
	snapshot->request.without_sizes = true;
	struct ht_frame *baseline;
	int status = tick(snapshot, warn_missing, &baseline, error);
	if (status != 0)
		return status;
	ht_frame_free(baseline);
	snapshot->request.detail = request.detail;
	snapshot->request.all_costly = request.all_costly;
	snapshot->request.without_sizes = request.without_sizes;
	return targets_are_gone(snapshot) ? -ESRCH : print_series(snapshot, error);
}

/* What is written there would be the end of what is read. */
static int
check_output(const struct ht_options *options, struct ht_error *error)
{
	struct stat from, to;
	if (options->output == NULL || options->replay == NULL ||
	    stat(options->replay, &from) != 0 || stat(options->output, &to) != 0 ||
	    from.st_dev != to.st_dev || from.st_ino != to.st_ino)
		return 0;
	ht_error_set(
	    error, HT_ERROR_USAGE, "%s is what is read: -o would overwrite it", options->output);
	return -EINVAL;
}

static int
open_sampler(struct snapshot *snapshot, struct ht_error *error)
{
	struct ht_sampler_options unsmoothed = { 0 };
	const char *path = snapshot->options->replay;
	if (path != NULL) {
		int status = ht_replay_open(path, &unsmoothed.replay, error);
		if (status != 0)
			return status;
		ht_recorded_warn(unsmoothed.replay, path);
	}
	snapshot->replay = unsmoothed.replay;
	return ht_sampler_new(&unsmoothed, &snapshot->sampler, error);
}

static int
resolve(struct snapshot *snapshot, struct ht_error *error)
{
	const struct ht_options *options = snapshot->options;
	const char *list = ht_text_string(&options->targets);
	if (options->targets.length == 0)
		return 0;
	if (snapshot->replay == NULL)
		return ht_targets_resolve(
		    list, snapshot->sampler, options->dead, &snapshot->targets, error);
	int status = ht_recorded_targets(list, snapshot->sampler, &snapshot->targets, NULL, error);
	return status != 0 ? status : ht_targets_numbers(list, &snapshot->unseen, error);
}

static int
take(struct snapshot *snapshot, struct ht_error *error)
{
	int status = read_options(snapshot, error);
	if (status == 0)
		status = check_output(snapshot->options, error);
	if (status == 0)
		status = open_sampler(snapshot, error);
	if (status == 0)
		status = resolve(snapshot, error);
	if (status == 0 && snapshot->options->format == HT_FORMAT_MEMSTATS &&
	    snapshot->targets.count != 1) {
		ht_error_set(error, HT_ERROR_USAGE,
		    "memstats is of one process and %zu are meant: name one by its pid",
		    snapshot->targets.count);
		status = -EINVAL;
	}
	if (status != 0)
		return status;
	make_request(snapshot);
	return snapshot->replay != NULL ? print_recording(snapshot, error)
					: take_series(snapshot, error);
}

static int
run_snapshot(const struct ht_options *options, char **operands)
{
	struct snapshot snapshot = { .options = options };
	struct ht_error error = { 0 };
	(void)operands;
	signal(SIGPIPE, SIG_IGN); /* write tells */
	ht_text_init(&snapshot.text);
	ht_sink_init(&snapshot.sink, options->output, options->format == HT_FORMAT_PROMETHEUS);
	set_up_table(&snapshot);
	int status = take(&snapshot, &error);
	if (ht_sink_close(&snapshot.sink, error.code == HT_OK ? &error : NULL) != 0 && status == 0)
		status = -EIO;
	ht_filter_free(snapshot.filter);
	ht_text_release(&snapshot.text);
	ht_targets_release(&snapshot.targets);
	ht_targets_release(&snapshot.unseen);
	ht_sampler_free(snapshot.sampler);
	if (status == -EPIPE)
		return HT_OK;
	if (error.code != HT_OK)
		return ht_output_error(&error);
	return snapshot.some_missing ? HT_ERROR_NO_TARGET : HT_OK;
}

const struct ht_subcommand ht_command_snapshot = {
	.name = "snapshot",
	.arguments = "[OPTIONS]",
	.summary = "print one picture, or a series",
	.help = "The first sample comes after 200 ms, so that its rates are real.\n"
		"\n"
		"Examples:\n"
		"  heaptop snapshot -p redis-server --detail threads,events\n"
		"  heaptop snapshot -n 10 -d 500ms --format ndjson | jq "
		"'.processes[0].heap.live_bytes'\n"
		"  heaptop snapshot --format csv --fields time,pid,live,res --filter 'live > 100M' "
		"-n 60 "
		"-o live.csv\n"
		"  heaptop snapshot --replay today.htrec --format ndjson -p redis-server\n",
	.bit = HT_FOR_SNAPSHOT,
	.run = run_snapshot,
};
