/* SPDX-License-Identifier: MIT */
/* `heaptop record`: what the sources say at each tick, to a file. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/pacer.h"
#include "cli/sink.h"
#include "cli/targets.h"
#include "core/sampler.h"
#include "export/recording.h"

/* As in a snapshot: the first tick is a baseline, the first sample comes soon after. */
#define FIRST_INTERVAL_NS UINT64_C(200000000)
#define DELAY_NS          UINT64_C(1000000000)

struct record {
	const struct ht_options *options;
	uint64_t delay_ns;
	struct ht_sampler *sampler;
	struct ht_targets targets;
	struct ht_targets instrumented; /* at the latest tick: whose lists are wanted */
	struct ht_request request;
	uint32_t detail;
	struct ht_recording_writer *writer;
	struct ht_text bytes; /* of the latest tick */
	int encoded;          /* 0, or why the latest tick could not be taken down */
	struct ht_sink sink;
	uint64_t written; /* bytes of whole ticks in the file */
	bool is_observing;
	bool some_missing;
};

static void
observe(void *context, const struct ht_tick *tick)
{
	struct record *record = context;
	if (!record->is_observing)
		return;
	ht_text_clear(&record->bytes);
	record->encoded = ht_recording_write(record->writer, tick, &record->bytes);
}

static void
warn_missing(int32_t pid)
{
	ht_output_warn("there is no process %d", (int)pid);
}

static void
warn_ended(int32_t pid)
{
	ht_output_warn("process %d has ended", (int)pid);
}

static int
out_of_memory(struct ht_error *error)
{
	ht_error_set(error, HT_ERROR_RUNTIME, "not enough memory to record");
	return -ENOMEM;
}

/* Lists cost: those of the processes that were picked are recorded, else of the instrumented ones. */
static int
choose_lists(struct record *record, const struct ht_frame *frame)
{
	struct ht_targets *chosen = &record->instrumented;
	record->request.detail = record->detail;
	if (record->targets.count != 0)
		return 0;
	int32_t *pids = reallocarray(chosen->pids, frame->instrumented_count + 1, sizeof(*pids));
	if (pids == NULL)
		return -ENOMEM;
	*chosen = (struct ht_targets){ pids, 0 };
	for (size_t i = 0; i < frame->process_count; i++)
		if (frame->processes[i].heap != NULL && chosen->count < frame->instrumented_count)
			pids[chosen->count++] = frame->processes[i].key.pid;
	record->request.detail_for = ht_targets_list(chosen);
	/* No names at all would stand for everybody. */
	if (chosen->count == 0)
		record->request.detail = 0;
	return 0;
}

/* A disk that is full leaves a part of a tick: away with it, so that the file ends with a whole one. */
static int
write_tick(struct record *record, struct ht_error *error)
{
	int status = ht_sink_write(&record->sink, record->bytes.bytes, record->bytes.length, error);
	if (status == 0)
		record->written += record->bytes.length;
	else if (record->sink.fd >= 0 && ftruncate(record->sink.fd, (off_t)record->written) != 0)
		return status; /* of no file; a reader finds the last whole tick all the same */
	return status;
}

/* One tick, without writing it. */
static int
tick(struct record *record, void (*missing)(int32_t pid), struct ht_error *error)
{
	struct ht_frame *frame;
	record->encoded = 0;
	if (ht_sampler_tick(record->sampler, &record->request, &frame) != 0)
		return out_of_memory(error);
	size_t before = record->targets.count;
	ht_targets_keep_present(&record->targets, frame, missing);
	record->some_missing = record->some_missing || record->targets.count < before;
	record->request.only = ht_targets_list(&record->targets);
	int status = choose_lists(record, frame);
	ht_frame_free(frame);
	if (status == 0 && record->encoded == -E2BIG) {
		ht_error_set(error, HT_ERROR_RUNTIME,
		    "there are more processes than a recording can hold: pick some with -p or -u");
		return -E2BIG;
	}
	return status != 0 || record->encoded != 0 ? out_of_memory(error) : 0;
}

static bool
targets_are_gone(const struct record *record)
{
	return record->some_missing && record->targets.count == 0;
}

static uint64_t
first_interval(const struct record *record)
{
	return record->delay_ns < FIRST_INTERVAL_NS ? record->delay_ns : FIRST_INTERVAL_NS;
}

/* Until COUNT ticks are there, somebody asks to end, or all that was to be recorded has ended. */
static int
record_series(struct record *record, struct ht_error *error)
{
	int64_t left = record->options->count;
	bool endless = left <= 0;
	struct ht_pacer pacer;
	int status = 0;
	ht_pacer_begin(&pacer, first_interval(record));
	while (status == 0 && (endless || left-- > 0) && !targets_are_gone(record) &&
	       ht_pacer_wait(&pacer)) {
		status = tick(record, warn_ended, error);
		if (status == 0)
			status = write_tick(record, error);
		ht_pacer_advance(&pacer, record->delay_ns);
	}
	ht_pacer_end(&pacer);
	return status;
}

static uint32_t
detail_of(const struct ht_options *options)
{
	if (options->detail >= 0)
		return (uint32_t)options->detail;
	uint32_t lists = HT_DETAIL_THREADS | HT_DETAIL_SIZE_CLASSES | HT_DETAIL_EVENTS;
	return options->targets.length > 0 ? lists | HT_DETAIL_ALLOCATOR : lists;
}

static int
check_output(const struct record *record, struct ht_error *error)
{
	if (record->options->output == NULL) {
		ht_error_set(error, HT_ERROR_USAGE, "no file to record to: say -o FILE");
		return -EINVAL;
	}
	if (record->sink.path != NULL || !isatty(STDOUT_FILENO))
		return 0;
	ht_error_set(error, HT_ERROR_USAGE,
	    "a recording is nothing for a terminal: say -o FILE, or send standard output "
	    "elsewhere");
	return -EINVAL;
}

static int
set_up(struct record *record, struct ht_error *error)
{
	const struct ht_options *options = record->options;
	const struct ht_sampler_options sampling = { .observe = observe, .context = record };
	int status = check_output(record, error);
	if (status != 0)
		return status;
	record->delay_ns = options->delay_ns != 0 ? options->delay_ns : DELAY_NS;
	record->writer = ht_recording_writer_new(record->delay_ns);
	if (record->writer == NULL)
		return out_of_memory(error);
	status = ht_sampler_new(&sampling, &record->sampler, error);
	if (status == 0 && options->targets.length > 0)
		status = ht_targets_resolve(ht_text_string(&options->targets), record->sampler,
		    options->dead, &record->targets, error);
	record->detail = detail_of(options);
	/* As of a snapshot's baseline: what isn't compared would only be old in the first sample. */
	bool picked = record->targets.count != 0;
	record->request = (struct ht_request){
		.detail =
		    picked ? record->detail & ~(uint32_t)(HT_DETAIL_MAPS | HT_DETAIL_ALLOCATOR) : 0,
		.only = ht_targets_list(&record->targets),
		.only_uid = options->uid,
		.dead = options->dead,
		.all_costly = true,
	};
	return status;
}

/* The baseline goes to the file too: a replay needs it for the first sample's rates. */
static int
run(struct record *record, struct ht_error *error)
{
	int status = set_up(record, error);
	if (status != 0)
		return status;
	record->is_observing = true;
	status = tick(record, warn_missing, error);
	if (status != 0)
		return status;
	if (targets_are_gone(record))
		return -ESRCH;
	status = write_tick(record, error);
	/* A program that ends while it is recorded is no mistake. */
	bool was_missing = record->some_missing;
	if (status == 0)
		status = record_series(record, error);
	return status == 0 && was_missing ? -ESRCH : status;
}

static int
run_record(const struct ht_options *options, char **operands)
{
	struct record record = { .options = options };
	struct ht_error error = { 0 };
	(void)operands;
	signal(SIGPIPE, SIG_IGN); /* write tells */
	signal(SIGXFSZ, SIG_IGN);
	umask(umask(0) | 077); /* command lines of others may stand in it */
	ht_text_init(&record.bytes);
	ht_sink_init(&record.sink, options->output, false);
	record.sink.locks = true;
	int status = run(&record, &error);
	if (ht_sink_close(&record.sink, error.code == HT_OK ? &error : NULL) != 0 && status == 0)
		status = -EIO;
	ht_recording_writer_free(record.writer);
	ht_text_release(&record.bytes);
	ht_targets_release(&record.targets);
	ht_targets_release(&record.instrumented);
	ht_sampler_free(record.sampler);
	if (status == -EPIPE)
		return HT_OK;
	if (error.code != HT_OK)
		return ht_output_error(&error);
	return status == -ESRCH ? HT_ERROR_NO_TARGET : HT_OK;
}

const struct ht_subcommand ht_command_record = {
	.name = "record",
	.arguments = "-o FILE [OPTIONS]",
	.summary = "record what happens, to be replayed",
	.help =
	    "Goes on until ^C, the last of -n samples, or the end of all that -p picked.  Lists "
	    "are recorded of\nthe processes of -p, without it of those that are instrumented.  "
	    "The file can be read while it is\nwritten, and up to its last whole sample whatever "
	    "happens to the recorder.\n"
	    "\n"
	    "Examples:\n"
	    "  heaptop record -o today.htrec\n"
	    "  heaptop record -p redis-server -d 500ms -n 600 -o redis.htrec\n"
	    "  heaptop replay redis.htrec\n"
	    "  heaptop snapshot --replay redis.htrec --format csv\n",
	.bit = HT_FOR_RECORD,
	.run = run_record,
};
