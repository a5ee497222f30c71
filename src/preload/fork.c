/* SPDX-License-Identifier: MIT */
/*
 * fork: the child begins with what was live in the parent.  Before the fork the
 * totals are added up and the forking thread turns to a private slot, so what it
 * allocates on the way to the fork is known on both sides.
 *
 * The library is linked -z initfirst and registers first: its prepare handler
 * runs after all others and its child handler before them.
 */
#include "config.h"

#include "preload/fork.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "preload/calls.h"
#include "preload/peak.h"
#include "preload/process.h"
#include "preload/real.h"
#include "publish/digits.h"

/* One fork at a time gets the private slot; another one under way is exact but for what it allocates itself. */
static struct {
	bool taken;
	struct heaptop_thread_slot slot;
} on_the_way;

static HT_THREAD_LOCAL struct {
	struct heaptop_thread_slot *own; /* NULL: the private slot is not ours */
	struct ht_totals totals;
	bool counted; /* totals are filled in */
} forking;

static void
before_fork(void)
{
	int saved = errno;
	ht_calls_find();
	ht_real_find();
	forking.counted = ht_process_phase() == HT_PHASE_ATTACHED;
	if (forking.counted) {
		struct ht_control *control = ht_self.control;
		if (control->slot != NULL &&
		    !__atomic_exchange_n(&on_the_way.taken, true, __ATOMIC_ACQUIRE)) {
			forking.own = control->slot;
			ht_control_set(control, INT64_MAX / 2, INT64_MAX);
			ht_control_use(control, &on_the_way.slot, ht_real_is_glibc);
		}
		ht_slots_total(&ht_process.segment, &forking.totals);
	}
	errno = saved;
}

static void
after_fork_in_parent(void)
{
	int saved = errno;
	struct ht_control *control = ht_self.control;
	if (forking.own != NULL) {
		ht_control_use(control, forking.own, ht_real_is_glibc);
		forking.own = NULL;
		ht_slot_move(&on_the_way.slot, control->slot);
		__atomic_store_n(&on_the_way.taken, false, __ATOMIC_RELEASE);
		bool was_guarded = ht_guarded;
		ht_guarded = true;
		if (control->index >= 0)
			ht_peak_look(control);
		else
			ht_control_make_due(control);
		ht_guarded = was_guarded;
	}
	errno = saved;
}

static void
after_fork_in_child(void)
{
	int saved = errno;
	if (forking.own != NULL)
		ht_totals_add_slot(&forking.totals, &on_the_way.slot);
	memset(&on_the_way, 0, sizeof(on_the_way));
	forking.own = NULL;
	ht_process_become_child(forking.counted ? &forking.totals : NULL);
	errno = saved;
}

void
ht_fork_init(void)
{
	pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

/* The handlers do the work; this only tells of it, with the child's pid. */
HT_EXPORT pid_t
fork(void)
{
	ht_calls_find();
	pid_t child = ht_calls.fork();
	if (child > 0) {
		int saved = errno;
		struct heaptop_event event = { 0 };
		char label[64];
		struct ht_writer writer = ht_writer_on(label, sizeof(label));
		ht_write_text(&writer, "pid ");
		ht_write_number(&writer, (uint64_t)child);
		ht_process_event(&event, HEAPTOP_EVENT_FORK, label);
		errno = saved;
	}
	return child;
}
