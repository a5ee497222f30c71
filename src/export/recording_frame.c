/* SPDX-License-Identifier: MIT */
/*
 * The way back of core/sampler.c: of a row what procfs said, and, where the row has a source, what that told.
 */
#include "config.h"

#include "export/recording_frame.h"

#include <errno.h>
#include <string.h>

struct user {
	uint32_t uid;
	const char *name; /* of a row */
};

struct taking {
	const struct ht_frame *frame;
	struct ht_arena *arena;
	struct user *users; /* that the rows name, by rising uid */
	size_t user_count;
	/* Metrics that sources tell, a bit each; the others are core's. */
	uint64_t of_process;
	uint64_t of_heap;
	uint64_t of_thread;
};

/* Of a process, a heap and a thread all that isn't whole is made of two ticks. */
static uint64_t
told_metrics(enum ht_metric_scope scope)
{
	size_t count;
	uint64_t told = 0;
	const struct ht_metric *metrics = ht_metric_table(scope, &count);
	for (size_t i = 0; i < count; i++)
		if (!ht_metric_is_real(&metrics[i]))
			told |= UINT64_C(1) << metrics[i].index;
	return told;
}

/* Where UID is among the users, or would be. */
static size_t
user_place(const struct taking *taking, uint32_t uid)
{
	size_t low = 0, high = taking->user_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (taking->users[middle].uid < uid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Rows that were out of sight have no name, but the number: somebody in sight may be of the same user.  0 or -ENOMEM. */
static int
take_users(struct taking *taking)
{
	const struct ht_frame *frame = taking->frame;
	struct user *users = ht_arena_array(taking->arena, frame->process_count, sizeof(*users));
	if (users == NULL)
		return -ENOMEM;
	taking->users = users;
	for (size_t i = 0; i < frame->process_count; i++) {
		const struct ht_process *row = &frame->processes[i];
		size_t place = user_place(taking, row->uid);
		if (row->user == NULL || row->uid == UINT32_MAX ||
		    (place < taking->user_count && users[place].uid == row->uid))
			continue;
		memmove(users + place + 1, users + place,
		    (taking->user_count++ - place) * sizeof(*users));
		users[place] = (struct user){ row->uid, row->user };
	}
	return 0;
}

static const char *
user_of(const struct taking *taking, const struct ht_process *row)
{
	size_t place = user_place(taking, row->uid);
	if (row->user != NULL || place == taking->user_count ||
	    taking->users[place].uid != row->uid)
		return row->user;
	return taking->users[place].name;
}

/* Whether /proc listed the threads of ROW: only it knows states, and threads without a slot. */
static bool
has_tasks(const struct ht_process *row)
{
	if (row->quality == HT_QUALITY_DEAD)
		return false;
	for (size_t i = 0; i < row->thread_count; i++)
		if (row->heap == NULL || row->threads[i].state != 0 || !row->threads[i].in_segment)
			return true;
	return false;
}

/* The threads of ROW as /proc has them.  0 or -ENOMEM. */
static int
take_tasks(const struct taking *taking, const struct ht_process *row, struct ht_sample *sample)
{
	if (!has_tasks(row))
		return 0;
	sample->tasks = ht_arena_array(taking->arena, row->thread_count, sizeof(*sample->tasks));
	if (sample->tasks == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < row->thread_count; i++) {
		const struct ht_thread *thread = &row->threads[i];
		struct ht_thread *task = &sample->tasks[sample->task_count++];
		*task = (struct ht_thread){
			.tid = thread->tid,
			.state = thread->state,
			.cpu_time_ns = thread->cpu_time_ns,
		};
		memcpy(task->name, thread->name, sizeof(task->name));
	}
	return 0;
}

/* The threads of ROW as its source told them: with tasks beside them, the figures of their slots. */
static int
take_slots(const struct taking *taking, const struct ht_process *row, struct ht_heap_sample *heap)
{
	bool beside_tasks = has_tasks(row);
	heap->threads = ht_arena_array(taking->arena, row->thread_count, sizeof(*heap->threads));
	if (heap->threads == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < row->thread_count; i++) {
		if (beside_tasks && !row->threads[i].in_segment)
			continue;
		struct ht_thread *slot = &heap->threads[heap->thread_count++];
		*slot = row->threads[i];
		slot->values.present &= taking->of_thread;
		if (beside_tasks) {
			slot->state = 0;
			slot->cpu_time_ns = UINT64_MAX;
		}
	}
	return 0;
}

static int
take_heap(const struct taking *taking, const struct ht_process *row, struct ht_sample *sample)
{
	const struct ht_heap *from = row->heap;
	struct ht_heap_sample *heap = ht_arena_alloc(taking->arena, sizeof(*heap));
	if (heap == NULL)
		return -ENOMEM;
	*heap = (struct ht_heap_sample){
		.values = from->values,
		.bytes_unknown = from->bytes_unknown,
		.exec_generation = from->exec_generation,
		.exited = from->exited,
		.size_classes = from->size_classes,
		.size_class_count = from->size_class_count,
		.events = from->events,
		.event_count = from->event_count,
		.dropped = from->dropped,
	};
	heap->values.present &= taking->of_heap;
	sample->heap = heap;
	return take_slots(taking, row, heap);
}

/* A reading that is remembered has no list any more; its groups are rows of the same kind. */
static int
take_maps(const struct taking *taking, const struct ht_process *row, struct ht_sample *sample)
{
	sample->maps = row->maps;
	if (row->maps == NULL || row->maps->maps != NULL || row->maps->group_count == 0)
		return 0;
	struct ht_maps *maps = ht_arena_alloc(taking->arena, sizeof(*maps));
	if (maps == NULL)
		return -ENOMEM;
	*maps = *row->maps;
	maps->maps = maps->groups;
	maps->count = maps->group_count;
	sample->maps = maps;
	return 0;
}

/* What procfs said of ROW, or, where the process has ended, what is told of it besides its heap. */
static int
take_row(const struct taking *taking, const struct ht_process *row, struct ht_sample *sample)
{
	*sample = (struct ht_sample){
		.key = row->key,
		.quality_reason = row->quality_reason,
		.monotonic_ns = taking->frame->monotonic_ns,
		.detail = row->detail,
		.name = row->name,
		.command = row->command,
		.user = user_of(taking, row),
		.uid = row->uid,
		.parent_pid = row->parent_pid,
		.state = row->state,
		.cpu_time_ns = UINT64_MAX,
		.data_bytes = UINT64_MAX,
		.process = row->values,
	};
	sample->process.present &= taking->of_process;
	int status = take_tasks(taking, row, sample);
	return status == 0 ? take_maps(taking, row, sample) : status;
}

/* Puts the source of ROW, and its heap, to SAMPLE. */
static int
take_source(const struct taking *taking, const struct ht_process *row, struct ht_sample *sample)
{
	sample->source = row->source;
	sample->quality = row->quality;
	sample->quality_reason = row->quality_reason;
	sample->monotonic_ns = taking->frame->monotonic_ns - row->age_ns;
	return row->heap != NULL ? take_heap(taking, row, sample) : 0;
}

/* What the source of ROW, which lives, told. */
static int
take_told(const struct taking *taking, const struct ht_process *row, struct ht_sample *sample)
{
	*sample = (struct ht_sample){
		.key = row->key,
		.detail = row->detail,
		.uid = UINT32_MAX,
		.parent_pid = -1,
		.cpu_time_ns = UINT64_MAX,
		.data_bytes = UINT64_MAX,
	};
	return take_source(taking, row, sample);
}

/* What is told of ROW besides what procfs says; of a process that has ended that is all.  False in *TOLD: nothing. */
static int
take_other(
    const struct taking *taking, const struct ht_process *row, struct ht_sample *sample, bool *told)
{
	*told = true;
	if (row->quality != HT_QUALITY_DEAD) {
		*told = row->source != HT_SOURCE_NONE;
		return *told ? take_told(taking, row, sample) : 0;
	}
	int status = take_row(taking, row, sample);
	return status == 0 ? take_source(taking, row, sample) : status;
}

static int
take_rows(const struct taking *taking, struct ht_sample *samples, struct ht_tick *out)
{
	const struct ht_frame *frame = taking->frame;
	int status = 0;
	for (size_t i = 0; i < frame->process_count && status == 0; i++)
		if (frame->processes[i].quality != HT_QUALITY_DEAD)
			status =
			    take_row(taking, &frame->processes[i], &samples[out->sample_count++]);
	out->process_count = out->sample_count;
	for (size_t i = 0; i < frame->process_count && status == 0; i++) {
		bool told;
		status =
		    take_other(taking, &frame->processes[i], &samples[out->sample_count], &told);
		out->sample_count += told;
	}
	return status;
}

int
ht_recording_tick_of_frame(
    const struct ht_frame *frame, struct ht_arena *arena, struct ht_tick *out)
{
	struct taking taking = {
		.frame = frame,
		.arena = arena,
		.of_process = told_metrics(HT_SCOPE_PROCESS),
		.of_heap = told_metrics(HT_SCOPE_HEAP),
		.of_thread = told_metrics(HT_SCOPE_THREAD),
	};
	struct ht_sample *samples =
	    ht_arena_array(arena, 2 * frame->process_count, sizeof(*samples));
	if (samples == NULL || take_users(&taking) != 0)
		return -ENOMEM;
	*out = (struct ht_tick){
		.realtime_ns = frame->realtime_ns,
		.monotonic_ns = frame->monotonic_ns,
		.host = frame->host,
		.hidden_count = frame->hidden_count,
		.samples = samples,
	};
	return take_rows(&taking, samples, out);
}
