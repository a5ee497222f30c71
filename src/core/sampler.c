/* SPDX-License-Identifier: MIT */
/*
 * Samples become a frame in three steps: a row for each process of procfs, what
 * other sources said put to its row, and the comparison with the tick before
 * (core/pairs.h).  Samples are made in the frame's own arena, so that nothing is copied twice.
 */
#include "config.h"

#include "core/sampler.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "core/pairs.h"
#include "core/threads.h"
#include "model/size_class.h"
#include "sources/replay.h"
#include "sources/source.h"

enum {
	MOST_SOURCES = 8,
	/* Gone through before a tick that was sought: what smoothed rates remember, and events. */
	WARM_UP_LEAST = 60,
	WARM_UP_MOST = 400,
	WARM_UP_MEANS = 3, /* times of what a mean remembers */
};

/* The sources of a recording: none but that. */
static const struct ht_source *const replayed[] = { &ht_source_replay, NULL };

struct ht_sampler {
	struct ht_sampler_options options;
	const struct ht_source *const *sources; /* ends with NULL */
	void *states
	    [MOST_SOURCES]; /* of sources, in their order; those up to source_count are open */
	size_t source_count;
	struct ht_descriptors descriptors;
	struct ht_process_table processes;
	struct ht_sample *samples; /* owned; room that is used again each tick */
	size_t sample_capacity;
	const struct ht_sample **told; /* owned; which sample has the heap of row i */
	size_t told_capacity;
	struct ht_pairs *pairs; /* owned */
	uint64_t last_ns;       /* CLOCK_MONOTONIC of the tick before; 0: none */
};

static int
open_sources(struct ht_sampler *sampler, struct ht_error *error)
{
	for (size_t i = 0; sampler->sources[i] != NULL; i++) {
		ht_assert(i < MOST_SOURCES);
		int result = sampler->sources[i]->open(&sampler->states[i], error);
		if (result != 0)
			return result;
		sampler->source_count++;
	}
	return 0;
}

int
ht_sampler_new(
    const struct ht_sampler_options *options, struct ht_sampler **out, struct ht_error *error)
{
	struct ht_sampler *sampler = calloc(1, sizeof(*sampler));
	if (sampler != NULL)
		sampler->pairs = ht_pairs_new(options->smoothing_ns);
	if (sampler == NULL || sampler->pairs == NULL) {
		free(sampler);
		ht_replay_close(options->replay);
		ht_error_set(error, HT_ERROR_RUNTIME, "out of memory");
		return -ENOMEM;
	}
	ht_descriptors_init(&sampler->descriptors);
	ht_process_table_init(&sampler->processes);
	sampler->options = *options;
	sampler->sources = options->replay != NULL ? replayed : ht_sources;
	int result = 0;
	if (options->replay != NULL)
		sampler->states[sampler->source_count++] = options->replay;
	else
		result = open_sources(sampler, error);
	if (result != 0) {
		ht_sampler_free(sampler);
		return result;
	}
	*out = sampler;
	return 0;
}

void
ht_sampler_free(struct ht_sampler *sampler)
{
	if (sampler == NULL)
		return;
	for (size_t i = sampler->source_count; i > 0; i--)
		sampler->sources[i - 1]->close(sampler->states[i - 1]);
	ht_process_table_release(&sampler->processes, &sampler->descriptors);
	ht_descriptors_restore_limit(&sampler->descriptors);
	ht_pairs_free(sampler->pairs);
	free(sampler->samples);
	free(sampler->told);
	free(sampler);
}

void
ht_sampler_restore_limits(const struct ht_sampler *sampler)
{
	ht_descriptors_restore_limit(&sampler->descriptors);
}

/* The row of SAMPLE with all but what comes of comparing.  0 or -ENOMEM. */
static int
fill_row(struct ht_arena *arena, const struct ht_sample *sample, struct ht_process *row)
{
	*row = (struct ht_process){
		.key = sample->key,
		.name = "",
		.command = sample->command,
		.user = sample->user,
		.uid = sample->uid,
		.parent_pid = sample->parent_pid,
		.state = sample->state,
		.source = HT_SOURCE_NONE,
		.quality = HT_QUALITY_LIVE,
		.quality_reason = sample->quality_reason,
		.values = sample->process,
		.maps = sample->maps,
	};
	if (sample->name == NULL)
		return 0;
	row->name = ht_arena_text(arena, sample->name, strlen(sample->name));
	return row->name != NULL ? 0 : -ENOMEM;
}

/* Of two samples about one process: the living before the stale before the rest. */
static bool
is_better(const struct ht_sample *candidate, const struct ht_sample *present)
{
	if (present == NULL)
		return true;
	return (candidate->heap != NULL) != (present->heap != NULL)
		   ? candidate->heap != NULL
		   : candidate->quality < present->quality;
}

/* Puts the heap that TOLD has to ROW.  0 or -ENOMEM. */
static int
fill_heap(struct ht_frame *frame, const struct ht_sample *told, struct ht_process *row)
{
	row->source = told->source;
	row->quality = told->quality;
	row->quality_reason = told->quality_reason;
	row->age_ns =
	    frame->monotonic_ns > told->monotonic_ns ? frame->monotonic_ns - told->monotonic_ns : 0;
	if (told->heap == NULL)
		return 0;
	row->heap = ht_arena_alloc(frame->arena, sizeof(*row->heap));
	if (row->heap == NULL)
		return -ENOMEM;
	*row->heap = (struct ht_heap){
		.values = told->heap->values,
		.bytes_unknown = told->heap->bytes_unknown,
		.exec_generation = told->heap->exec_generation,
		.exited = told->heap->exited,
		.size_classes = told->heap->size_classes,
		.size_class_count = told->heap->size_class_count,
		.events = told->heap->events,
		.event_count = told->heap->event_count,
		.dropped = told->heap->dropped,
	};
	ht_size_classes_estimate(row->heap);
	frame->instrumented_count++;
	return 0;
}

/*
 * Finishes row I of FRAME: the heap in TOLD (NULL: nobody has one), the threads of SAMPLE,
 * and, for a process that lives, the comparison with the tick before.
 */
static int
finish_row(struct ht_sampler *sampler, struct ht_frame *frame, const struct ht_sample *sample,
    const struct ht_sample *told)
{
	struct ht_process *row = &frame->processes[frame->process_count++];
	if (fill_row(frame->arena, sample, row) != 0)
		return -ENOMEM;
	row->detail = sample->detail;
	if (told != NULL && fill_heap(frame, told, row) != 0)
		return -ENOMEM;
	if (row->heap == NULL) {
		row->detail &= HT_DETAIL_THREADS | HT_DETAIL_MAPS | HT_DETAIL_ALLOCATOR;
		if (row->quality_reason == NULL)
			row->quality_reason = "not instrumented";
	}
	/* What has ended had the threads that it told: /proc keeps one of them, if any. */
	const bool is_dead = row->quality == HT_QUALITY_DEAD;
	if ((row->detail & HT_DETAIL_THREADS) != 0 &&
	    ht_threads_merge(frame->arena, is_dead ? told : sample, told, row) != 0)
		return -ENOMEM;
	if (is_dead)
		return 0;
	return ht_pairs_apply(sampler->pairs, sample, told, frame, row);
}

/* What procfs says of the process of SAMPLE, or NULL: nobody has the pid any more, or another has. */
static const struct ht_sample *
own_process(const struct ht_poll *poll, const struct ht_sample *sample)
{
	const struct ht_sample *process = ht_poll_find_process(poll, sample->key.pid);
	return process != NULL && process->key.start_time_ticks == sample->key.start_time_ticks
		   ? process
		   : NULL;
}

/* Which samples have the heaps of the first rows: sampler->told.  0 or -ENOMEM. */
static int
choose_told(struct ht_sampler *sampler, const struct ht_poll *poll)
{
	if (poll->process_samples > sampler->told_capacity) {
		size_t capacity = poll->process_samples + poll->process_samples / 4;
		const struct ht_sample **told =
		    reallocarray(sampler->told, capacity, sizeof(*told));
		if (told == NULL)
			return -ENOMEM;
		sampler->told = told;
		sampler->told_capacity = capacity;
	}
	if (poll->process_samples != 0)
		memset(sampler->told, 0, poll->process_samples * sizeof(*sampler->told));
	for (size_t i = poll->process_samples; i < poll->sample_count; i++) {
		const struct ht_sample *sample = &poll->samples[i];
		const struct ht_sample *process = own_process(poll, sample);
		if (process == NULL)
			continue;
		const struct ht_sample **told = &sampler->told[process - poll->samples];
		if (is_better(sample, *told))
			*told = sample;
	}
	return 0;
}

/* True for a process that is there only until its parent has waited for it. */
static bool
has_ended(const struct ht_sample *told)
{
	return told != NULL && told->quality == HT_QUALITY_DEAD;
}

/* The row of DEAD, if it has one: what procfs still says of its process is in the same. */
static int
fill_dead_row(struct ht_sampler *sampler, const struct ht_poll *poll, struct ht_frame *frame,
    const struct ht_sample *dead)
{
	const struct ht_sample *process = own_process(poll, dead);
	if (process != NULL && sampler->told[process - poll->samples] != dead)
		return 0;
	return finish_row(sampler, frame, process != NULL ? process : dead, dead);
}

static int
fill_rows(struct ht_sampler *sampler, const struct ht_poll *poll, struct ht_frame *frame)
{
	frame->processes =
	    ht_arena_array(frame->arena, poll->sample_count, sizeof(*frame->processes));
	if (frame->processes == NULL || choose_told(sampler, poll) != 0 ||
	    ht_pairs_begin(sampler->pairs, poll->process_samples) != 0)
		return -ENOMEM;
	int result = 0;
	for (size_t i = 0; i < poll->process_samples && result == 0; i++)
		if (!has_ended(sampler->told[i]))
			result = finish_row(sampler, frame, &poll->samples[i], sampler->told[i]);
	ht_pairs_end(sampler->pairs);
	/* What is left has no living process. */
	for (size_t i = poll->process_samples; i < poll->sample_count && result == 0; i++)
		if (poll->samples[i].quality == HT_QUALITY_DEAD)
			result = fill_dead_row(sampler, poll, frame, &poll->samples[i]);
	return result;
}

static int
ask_sources(struct ht_sampler *sampler, struct ht_poll *poll)
{
	int result = 0;
	for (size_t i = 0; i < sampler->source_count && result == 0; i++)
		result = sampler->sources[i]->poll(sampler->states[i], poll);
	/* Sources make the list longer as they need: keep it for the next tick. */
	sampler->samples = poll->samples;
	sampler->sample_capacity = poll->sample_capacity;
	return result;
}

/* Which lists each sample was asked for; a recording says it of its own. */
static void
note_detail(const struct ht_sampler *sampler, struct ht_poll *poll)
{
	const struct ht_request *request = poll->request;
	for (size_t i = 0; i < poll->sample_count && sampler->options.replay == NULL; i++) {
		struct ht_sample *sample = &poll->samples[i];
		if (ht_pid_list_covers(&request->detail_for, sample->key.pid))
			sample->detail = request->detail;
	}
}

static void
show_observer(const struct ht_sampler *sampler, const struct ht_poll *poll)
{
	const struct ht_tick tick = {
		.realtime_ns = poll->realtime_ns,
		.monotonic_ns = poll->monotonic_ns,
		.host = poll->host,
		.hidden_count = poll->hidden_count,
		.samples = poll->samples,
		.sample_count = poll->sample_count,
		.process_count = poll->process_samples,
	};
	if (sampler->options.observe != NULL)
		sampler->options.observe(sampler->options.context, &tick);
}

static void
fill_head(const struct ht_sampler *sampler, const struct ht_poll *poll, struct ht_frame *frame)
{
	frame->realtime_ns = poll->realtime_ns;
	frame->monotonic_ns = poll->monotonic_ns;
	frame->interval_ns = sampler->last_ns != 0 ? frame->monotonic_ns - sampler->last_ns : 0;
	frame->host = poll->host;
	frame->hidden_count = poll->hidden_count;
}

void
ht_sampler_set_smoothing(struct ht_sampler *sampler, uint64_t smoothing_ns)
{
	sampler->options.smoothing_ns = smoothing_ns;
	ht_pairs_set_smoothing(sampler->pairs, smoothing_ns);
}

int
ht_sampler_tick(struct ht_sampler *sampler, const struct ht_request *request, struct ht_frame **out)
{
	struct ht_frame *frame = ht_frame_new();
	if (frame == NULL)
		return -ENOMEM;
	struct ht_poll poll = {
		.request = request,
		.arena = frame->arena,
		.descriptors = &sampler->descriptors,
		.processes = &sampler->processes,
		.samples = sampler->samples,
		.sample_capacity = sampler->sample_capacity,
		.realtime_ns = ht_clock_realtime_ns(),
		.monotonic_ns = ht_clock_monotonic_ns(),
	};
	int result = ask_sources(sampler, &poll);
	if (result == 0) {
		note_detail(sampler, &poll);
		show_observer(sampler, &poll);
		fill_head(sampler, &poll, frame);
		result = fill_rows(sampler, &poll, frame);
	}
	if (result != 0) {
		ht_frame_free(frame);
		return result;
	}
	sampler->last_ns = frame->monotonic_ns;
	ht_assert_slow(ht_frame_is_valid(frame));
	*out = frame;
	return 0;
}

const struct ht_replay *
ht_sampler_replay(const struct ht_sampler *sampler)
{
	return sampler->options.replay;
}

/* Forgets the ticks so far: those that come are of another time. */
static int
forget(struct ht_sampler *sampler)
{
	struct ht_pairs *pairs = ht_pairs_new(sampler->options.smoothing_ns);
	if (pairs == NULL)
		return -ENOMEM;
	ht_pairs_free(sampler->pairs);
	sampler->pairs = pairs;
	sampler->last_ns = 0;
	return 0;
}

/* Where to begin so that tick INDEX has the rates that it had. */
static size_t
warm_up_from(const struct ht_sampler *sampler, size_t index)
{
	const struct ht_timeline *timeline = ht_replay_timeline(sampler->options.replay);
	uint64_t time_ns =
	    timeline->ticks[index < timeline->count ? index : timeline->count - 1].monotonic_ns;
	uint64_t span_ns = WARM_UP_MEANS * sampler->options.smoothing_ns;
	size_t from = ht_timeline_find(timeline, time_ns > span_ns ? time_ns - span_ns : 0);
	size_t earliest = index > WARM_UP_MOST ? index - WARM_UP_MOST : 0;
	size_t latest = index > WARM_UP_LEAST ? index - WARM_UP_LEAST : 0;
	if (from < earliest)
		return earliest;
	return from < latest ? from : latest;
}

int
ht_sampler_seek(struct ht_sampler *sampler, const struct ht_request *request, size_t index)
{
	struct ht_replay *replay = sampler->options.replay;
	size_t next = ht_replay_next(replay);
	int result = 0;
	/* A little way on, what was seen so far goes on to count. */
	if (sampler->last_ns == 0 || index < next || index - next > WARM_UP_LEAST) {
		result = forget(sampler);
		ht_replay_seek(replay, warm_up_from(sampler, index));
	}
	while (result == 0 && ht_replay_next(replay) < index) {
		struct ht_frame *frame;
		result = ht_sampler_tick(sampler, request, &frame);
		if (result == 0)
			ht_frame_free(frame);
	}
	return result;
}

static int
seek_and_tick(struct ht_sampler *sampler, const struct ht_request *request, size_t index,
    struct ht_frame **frame)
{
	int result = ht_sampler_seek(sampler, request, index);
	return result == 0 ? ht_sampler_tick(sampler, request, frame) : result;
}

int
ht_sampler_look(struct ht_sampler *sampler, const struct ht_request *request, size_t index,
    bool is_back, struct ht_frame **frame)
{
	struct ht_replay *replay = sampler->options.replay;
	const uint64_t time_ns = ht_replay_timeline(replay)->ticks[index].monotonic_ns;
	int result = seek_and_tick(sampler, request, index, frame);
	bool is_behind = result == 0 && (*frame)->monotonic_ns > time_ns;
	if (result != -ENODATA && !(is_behind && is_back))
		return result;
	size_t before;
	int found = ht_replay_find_readable(replay, index, &before);
	/* With none before it, the one behind it is the nearest. */
	if (is_behind && found == -ENODATA)
		return 0;
	if (is_behind)
		ht_frame_free(*frame);
	return found == 0 ? seek_and_tick(sampler, request, before, frame) : found;
}
