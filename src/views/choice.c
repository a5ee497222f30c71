/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/choice.h"

#include <inttypes.h>

#include "model/filter.h"

enum { KTHREADD = 2 };

/* In a container, any program may have that number; but none is without an address space. */
bool
ht_choice_is_kernel_thread(const struct ht_process *process)
{
	if (process->key.pid != KTHREADD && process->parent_pid != KTHREADD)
		return false;
	return process->heap == NULL && (!HT_HAS(&process->values, HT_PROCESS_VIRTUAL) ||
					    process->values.value[HT_PROCESS_VIRTUAL].u == 0);
}

static bool
matches(const struct ht_view_input *input, struct ht_view_state *state,
    const struct ht_process *process)
{
	bool shown =
	    (state->uid == UINT32_MAX || process->uid == state->uid) &&
	    (state->filter == NULL || ht_filter_matches(state->filter, input->frame, process));
	state->left_out += !shown;
	state->shown += shown;
	return shown;
}

bool
ht_choice_shows_process(const struct ht_view_input *input, struct ht_view_state *state,
    const struct ht_process *process)
{
	if (!input->settings->kernel_threads && ht_choice_is_kernel_thread(process))
		return false;
	return matches(input, state, process);
}

bool
ht_choice_shows_thread(
    const struct ht_view_input *input, struct ht_view_state *state, const struct ht_thread *thread)
{
	struct ht_heap heap;
	if (state->filter == NULL)
		return true;
	struct ht_process process = ht_choice_thread_as_process(input->process, thread, &heap);
	return matches(input, state, &process);
}

static void
copy_figures(const struct ht_thread_values *from, struct ht_heap_values *to)
{
	static const struct {
		enum ht_thread_metric from;
		enum ht_heap_metric to;
	} pairs[] = {
		{ HT_THREAD_ALLOCATED, HT_HEAP_ALLOCATED },
		{ HT_THREAD_ALLOCATED_BLOCKS, HT_HEAP_ALLOCATED_BLOCKS },
		{ HT_THREAD_FREED, HT_HEAP_FREED },
		{ HT_THREAD_FREED_BLOCKS, HT_HEAP_FREED_BLOCKS },
		{ HT_THREAD_ALLOC_RATE, HT_HEAP_ALLOC_RATE },
	};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (!HT_HAS(from, pairs[i].from))
			continue;
		to->value[pairs[i].to] = from->value[pairs[i].from];
		to->present |= UINT64_C(1) << pairs[i].to;
	}
}

struct ht_process
ht_choice_thread_as_process(
    const struct ht_process *owner, const struct ht_thread *thread, struct ht_heap *heap)
{
	struct ht_process process = {
		.key = { thread->tid, owner->key.start_time_ticks },
		.name = thread->name,
		.user = owner->user,
		.uid = owner->uid,
		.parent_pid = owner->key.pid,
		.state = thread->state,
		.source = owner->source,
		.quality = owner->quality,
		.quality_reason = owner->quality_reason,
		.age_ns = owner->age_ns,
	};
	if (HT_HAS(&thread->values, HT_THREAD_CPU))
		HT_SET_F(&process.values, HT_PROCESS_CPU, thread->values.value[HT_THREAD_CPU].f);
	*heap = (struct ht_heap){ 0 };
	copy_figures(&thread->values, &heap->values);
	if (owner->heap != NULL)
		process.heap = heap;
	return process;
}

/* The name of user UID as any row of FRAME has it. */
static const char *
user_name(const struct ht_frame *frame, uint32_t uid)
{
	for (size_t i = 0; frame != NULL && i < frame->process_count; i++)
		if (frame->processes[i].uid == uid && frame->processes[i].user != NULL)
			return frame->processes[i].user;
	return NULL;
}

static void
describe_user(const struct ht_frame *frame, uint32_t uid, struct ht_text *out)
{
	const char *name = user_name(frame, uid);
	ht_text_add_string(out, " user ");
	if (name != NULL)
		ht_text_add_string(out, name);
	else
		ht_text_add_format(out, "%u", (unsigned)uid);
}

void
ht_choice_describe(
    const struct ht_view_state *state, const struct ht_frame *frame, struct ht_text *out)
{
	if (state->followed)
		ht_text_add_format(out, "following %" PRIu64 " ", state->selected.id);
	if (state->uid == UINT32_MAX && state->filter == NULL)
		return;
	ht_text_add_format(out, "%zu/%zu", state->shown, state->shown + state->left_out);
	if (state->uid != UINT32_MAX)
		describe_user(frame, state->uid, out);
	if (state->filter != NULL)
		ht_text_add_format(out, " filter %s", ht_filter_text(state->filter));
}
