/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "preload/threads.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "preload/calls.h"
#include "preload/peak.h"
#include "preload/process.h"
#include "publish/counter.h"
#include "publish/kernel.h"

static pthread_key_t exit_key;
static bool has_exit_key;

/* The thread's slot goes back; what it still frees afterwards goes to the overflow slot. */
static void
give_back(void)
{
	struct ht_control *control = ht_self.control;
	ht_guarded = true;
	struct heaptop_event event = { 0 };
	ht_process_event(
	    &event, HEAPTOP_EVENT_THREAD_EXIT, ht_process.segment.slots[control->index].name);
	ht_peak_settle(control);
	control->alone = 0;
	ht_control_share();
	__atomic_store_n(&control->slot, NULL, __ATOMIC_RELAXED);
	ht_slots_release(&ht_process.segment, (uint32_t)control->index);
	ht_guarded = false;
}

/*
 * Other keys' destructors may free memory after ours: we ask to be called again as often as the C
 * library does that, and go in the last round.
 */
static void
on_exit_round(void *value)
{
	int saved = errno;
	struct ht_control *control = ht_self.control;
	if (control->slot == NULL || control->index < 0)
		return;
	if (++control->exit_rounds < PTHREAD_DESTRUCTOR_ITERATIONS)
		pthread_setspecific(exit_key, value);
	else
		give_back();
	errno = saved;
}

void
ht_threads_init(void)
{
	/* Early enough to be among the first 32, for which pthread_setspecific never allocates. */
	has_exit_key = pthread_key_create(&exit_key, on_exit_round) == 0;
}

void
ht_threads_watch_exit(void)
{
	if (has_exit_key)
		pthread_setspecific(exit_key, &exit_key);
}

void
ht_threads_renamed(void)
{
	struct ht_control *control = ht_self.control;
	char name[16] = { 0 };
	if (control->slot == NULL || control->index < 0 || ht_guarded || ht_process.sandboxed ||
	    !ht_process_is_own())
		return;
	int saved = errno;
	ht_guarded = true;
	if (ht_kernel_call(SYS_prctl, PR_GET_NAME, (long)name, 0) == 0)
		ht_slots_rename(&ht_process.segment, (uint32_t)control->index, name);
	ht_guarded = false;
	errno = saved;
}

/*
 * Backs a slot for the thread that is about to start, so that it need not share one while another thread
 * grows the segment.  Threads that were created and have not allocated yet may come for theirs; those that
 * never allocate look the same, so no more than a few are believed.
 */
static void
make_room(void)
{
	enum { BELIEVED_MOST = 16 };
	const struct heaptop_globals *globals = ht_process.segment.globals;
	uint64_t started = ht_counter_read(&globals->threads_started);
	uint64_t living = started - ht_counter_read(&globals->threads_exited);
	uint64_t coming = ht_counter_add_shared(&ht_process.threads_created, 1) + 1;
	coming = coming > started ? coming - started : 1;
	if (coming > BELIEVED_MOST)
		coming = BELIEVED_MOST;
	if (living + coming > ht_segment_slot_count(&ht_process.segment))
		ht_segment_grow(&ht_process.segment);
}

void
ht_threads_expect(void)
{
	int saved = errno;
	if (ht_process_phase() == HT_PHASE_NONE)
		ht_process_join();
	ht_process_attach();
	ht_peak_share();
	if (ht_process_phase() == HT_PHASE_ATTACHED)
		make_room();
	errno = saved;
}

/* Attach before the second thread: nobody can move another thread's private counts. */
HT_EXPORT int
pthread_create(
    pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
	ht_calls_find();
	ht_threads_expect();
	return ht_calls.pthread_create(thread, attributes, start, argument);
}

HT_EXPORT int
pthread_setname_np(pthread_t thread, const char *name)
{
	ht_calls_find();
	int result = ht_calls.pthread_setname_np(thread, name);
	if (result == 0 && pthread_equal(thread, pthread_self()))
		ht_threads_renamed();
	return result;
}
