/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "preload/slow.h"

#include <errno.h>
#include <string.h>

#include "preload/peak.h"
#include "preload/process.h"
#include "preload/real.h"
#include "publish/counter.h"
#include "publish/digits.h"
#include "publish/events.h"

HT_THREAD_LOCAL struct ht_self ht_self = { .control = &ht_control_new };
HT_THREAD_LOCAL bool ht_guarded;

uint64_t
ht_slow_usable(void *block)
{
	return ht_real_hides_sizes ? 0 : ht_real.malloc_usable_size(block);
}

/*
 * The control of the calling thread; where its slot is NULL, it counts into the shared one.  A thread
 * that is on the slow way already (a signal handler interrupted it) has none to be sure of.
 */
static struct ht_control *
own_control(void)
{
	if (ht_self.control->slot == NULL && ht_self.control != &ht_control_shared && !ht_guarded)
		ht_process_join();
	return ht_self.control;
}

/* CHANGE bytes went to SHARED: the peak hears of it, or another thread attached meanwhile. */
static void
shared_slot_changed(struct heaptop_thread_slot *shared, int64_t change)
{
	if (shared == &ht_process.pending)
		ht_process_move_pending();
	else
		ht_peak_tell(change);
}

/* A budget of the calling thread is used up. */
static void
look(void)
{
	if (ht_guarded)
		return; /* a signal handler; the thread below it is at it */
	struct ht_control *control = ht_self.control;
	ht_guarded = true;
	bool risen = ht_peak_rise(control);
	ht_guarded = false;
	if (risen)
		return;
	int saved = errno;
	switch (ht_process_phase()) {
	case HT_PHASE_PRIVATE:
		ht_guarded = true;
		/* The constructor may have come before the allocator was found; who has budgets has a slot. */
		if (ht_real_is_glibc)
			__atomic_store_n(&ht_self.fast, ht_self.control->slot, __ATOMIC_RELAXED);
		ht_peak_look(control);
		ht_guarded = false;
		ht_process_consider_attaching();
		break;
	case HT_PHASE_ATTACHED:
		if (control->index < 0)
			ht_process_move_first();
		if (ht_self.control->index >= 0) {
			ht_guarded = true;
			bool again = ht_process_sweep();
			ht_peak_look(ht_self.control);
			if (again)
				ht_control_make_due(ht_self.control);
			ht_guarded = false;
		}
		break;
	case HT_PHASE_NONE:
	case HT_PHASE_ATTACHING:
	case HT_PHASE_OFF:
		break;
	}
	errno = saved;
}

static void
count_allocated(struct heaptop_thread_slot *slot, uint64_t bytes)
{
	ht_counter_add(&slot->size_classes[heaptop_size_class_of(bytes)].allocated_blocks, 1);
	ht_counter_add(&slot->allocated_bytes, bytes);
}

static void
count_freed(struct heaptop_thread_slot *slot, uint64_t bytes)
{
	ht_counter_add(&slot->size_classes[heaptop_size_class_of(bytes)].freed_blocks, 1);
	ht_counter_add(&slot->freed_bytes, bytes);
}

static void
allocated_bytes(uint64_t bytes)
{
	if (ht_process_phase() == HT_PHASE_OFF)
		return;
	int saved = errno;
	/* Once: a signal handler may give the thread another control before we are through. */
	struct ht_control *control = own_control();
	struct heaptop_thread_slot *slot = control->slot;
	if (slot == NULL) {
		struct heaptop_thread_slot *shared = ht_process_shared_slot();
		ht_slot_allocated_shared(shared, bytes);
		shared_slot_changed(shared, (int64_t)bytes);
	} else {
		bool is_due = ht_counter_take(&control->room, bytes);
		count_allocated(slot, bytes);
		if (is_due)
			look();
	}
	errno = saved;
}

void
ht_slow_allocated(void *block)
{
	int saved = errno;
	if (!ht_boot_owns(block))
		allocated_bytes(ht_slow_usable(block));
	errno = saved;
}

void
ht_slow_allocated_above(uint64_t bytes)
{
	struct heaptop_thread_slot *slot = ht_self.control->slot;
	if (slot == NULL) {
		allocated_bytes(bytes); /* the kernel wiped the control, and what was taken */
		return;
	}
	count_allocated(slot, bytes);
	look();
}

void
ht_slow_freed_bytes(uint64_t bytes)
{
	if (ht_process_phase() == HT_PHASE_OFF)
		return;
	int saved = errno;
	struct ht_control *control = own_control();
	struct heaptop_thread_slot *slot = control->slot;
	if (slot == NULL) {
		struct heaptop_thread_slot *shared = ht_process_shared_slot();
		ht_slot_freed_shared(shared, bytes);
		shared_slot_changed(shared, -(int64_t)bytes);
	} else {
		bool is_due = ht_counter_take(&control->frees_left, bytes);
		ht_counter_add(&control->room, bytes);
		count_freed(slot, bytes);
		if (is_due)
			look();
	}
	errno = saved;
}

void
ht_slow_freed_above(uint64_t bytes)
{
	struct ht_control *control = ht_self.control;
	struct heaptop_thread_slot *slot = control->slot;
	if (slot == NULL) {
		ht_slow_freed_bytes(bytes);
		return;
	}
	ht_counter_add(&control->room, bytes);
	count_freed(slot, bytes);
	look();
}

bool
ht_slow_freed(void *block)
{
	if (ht_boot_owns(block))
		return false;
	ht_slow_freed_bytes(ht_slow_usable(block));
	return true;
}

void
ht_slow_failed(const char *function, uint64_t bytes)
{
	if (ht_process_phase() == HT_PHASE_OFF)
		return;
	int saved = errno;
	struct heaptop_thread_slot *slot = own_control()->slot;
	if (slot == NULL)
		ht_counter_add_shared(&ht_process_shared_slot()->failed_requests, 1);
	else
		ht_counter_add(&slot->failed_requests, 1);

	/* A program in want of memory is worth a look: publish it now. */
	if (ht_process_phase() == HT_PHASE_PRIVATE && !ht_guarded)
		ht_process_attach();
	struct heaptop_event event = {
		.present = HEAPTOP_EVENT_HAS_REQUESTED,
		.requested_bytes = bytes,
	};
	char label[64];
	struct ht_writer writer = ht_writer_on(label, sizeof(label));
	ht_write_text(&writer, function);
	ht_write_text(&writer, " ");
	ht_write_number(&writer, bytes);
	ht_process_event(&event, HEAPTOP_EVENT_OOM, label);
	errno = saved;
}
