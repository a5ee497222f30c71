/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "preload/slow.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "preload/process.h"
#include "preload/real.h"
#include "publish/counter.h"
#include "publish/digits.h"
#include "publish/events.h"

HT_THREAD_LOCAL struct ht_control *ht_self = &ht_control_new;
HT_THREAD_LOCAL bool ht_guarded;

uint64_t
ht_slow_usable(void *block)
{
	return ht_real_hides_sizes ? 0 : ht_real.malloc_usable_size(block);
}

/*
 * The slot that the calling thread counts into, itself alone; NULL: it counts into the shared one.  A
 * thread that is on the slow way already (a signal handler interrupted it) has none to be sure of.
 */
static struct heaptop_thread_slot *
own_slot(void)
{
	if (ht_self->slot == NULL && ht_self != &ht_control_shared && !ht_guarded)
		ht_process_join();
	return ht_self->slot;
}

void
ht_slow_allocated(void *block)
{
	if (ht_boot_owns(block) || ht_process_phase() == HT_PHASE_OFF)
		return;
	int saved = errno;
	uint64_t bytes = ht_slow_usable(block);
	struct heaptop_thread_slot *slot = own_slot();
	if (slot == NULL) {
		ht_slot_allocated_shared(ht_process_shared_slot(), bytes);
	} else {
		ht_counter_add(
		    &slot->size_classes[heaptop_size_class_of(bytes)].allocated_blocks, 1);
		ht_counter_add(&slot->allocated_bytes, bytes);
		if (slot->allocated_bytes >= ht_self->allocated_mark)
			ht_slow_mark();
	}
	errno = saved;
}

void
ht_slow_freed_bytes(uint64_t bytes)
{
	if (ht_process_phase() == HT_PHASE_OFF)
		return;
	int saved = errno;
	struct heaptop_thread_slot *slot = own_slot();
	if (slot == NULL) {
		ht_slot_freed_shared(ht_process_shared_slot(), bytes);
	} else {
		ht_counter_add(&slot->size_classes[heaptop_size_class_of(bytes)].freed_blocks, 1);
		ht_counter_add(&slot->freed_bytes, bytes);
		if (slot->freed_bytes >= ht_self->freed_mark)
			ht_slow_mark();
	}
	errno = saved;
}

bool
ht_slow_freed(void *block)
{
	if (ht_boot_owns(block))
		return false;
	ht_slow_freed_bytes(ht_slow_usable(block));
	return true;
}

/*
 * The quantum Q: a thread tells the peak of its net change when it allocated or freed so much.
 * It shrinks as threads come, so that the sum of what is untold stays small beside a heap that has use
 * for so many.
 */
enum {
	FEW_THREADS = 8,
	FEW_QUANTUM = 16 * 1024,
	SOME_THREADS = 64,
	SOME_QUANTUM = 4 * 1024,
	MANY_QUANTUM = 1024,
};

static uint64_t
quantum(uint64_t threads)
{
	return threads <= FEW_THREADS    ? FEW_QUANTUM
	       : threads <= SOME_THREADS ? SOME_QUANTUM
					 : MANY_QUANTUM;
}

/*
 * At most 2 Q a thread are untold.  A thread that came early holds the larger Q until its next mark,
 * and at most so many threads ever hold it.
 */
static uint64_t
peak_error(uint64_t threads)
{
	uint64_t few = threads < FEW_THREADS ? threads : FEW_THREADS;
	uint64_t some = threads < SOME_THREADS ? threads : SOME_THREADS;
	return 2 *
	       (few * FEW_QUANTUM + (some - few) * SOME_QUANTUM + (threads - some) * MANY_QUANTUM);
}

static uint64_t
living_threads(const struct heaptop_globals *globals)
{
	uint64_t started = ht_counter_read(&globals->threads_started);
	uint64_t exited = ht_counter_read(&globals->threads_exited);
	return started > exited ? started - exited : 1;
}

/* An event when LEVEL is a mebibyte and an eighth above the level of the last one. */
static void
note_high_water(uint64_t level)
{
	uint64_t last = ht_counter_read(&ht_process.high_water_bytes);
	if (level < last + (1u << 20) || level - last < last / 8)
		return;
	if (!__atomic_compare_exchange_n(
		&ht_process.high_water_bytes, &last, level, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return;
	struct heaptop_event event = { .bytes_before = last,
		.bytes_after = level,
		.present = HEAPTOP_EVENT_HAS_BYTES_BEFORE | HEAPTOP_EVENT_HAS_BYTES_AFTER };
	ht_process_event(&event, HEAPTOP_EVENT_HIGH_WATER, "");
}

/* Tells the peak of a net change. */
static void
tell_peak(struct heaptop_globals *globals, int64_t change)
{
	int64_t net = __atomic_add_fetch(&globals->published_net_bytes, change, __ATOMIC_RELAXED);
	int64_t level = net + (int64_t)globals->inherited_live_bytes;
	if (change <= 0 || level <= 0)
		return;
	if ((uint64_t)level > ht_counter_read(&globals->peak_live_bytes)) {
		ht_counter_raise(&globals->peak_live_bytes, (uint64_t)level);
		note_high_water((uint64_t)level);
	}
}

/* Tells that the program is at work.  The coarse clock is no system call and moves every 1-4 ms. */
static void
beat(struct heaptop_segment_header *header)
{
	struct timespec now;
	if (ht_process.sandboxed || clock_gettime(CLOCK_MONOTONIC_COARSE, &now) != 0)
		return;
	uint64_t ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	if (ht_counter_read(&header->heartbeat_ns) < ns)
		__atomic_store_n(&header->heartbeat_ns, ns, __ATOMIC_RELAXED);
}

void
ht_slow_publish(struct ht_control *control, bool exactly)
{
	struct heaptop_globals *globals = ht_process.segment.globals;
	uint64_t threads = living_threads(globals);
	uint64_t q = quantum(threads);
	uint64_t allocated = ht_counter_read(&control->slot->allocated_bytes);
	uint64_t freed = ht_counter_read(&control->slot->freed_bytes);
	int64_t net = (int64_t)(allocated - freed);
	int64_t change = net - control->published_net;

	/* In steady churn little changes: then no thread touches what they share. */
	if (exactly || change >= (int64_t)(q / 2) || change <= -(int64_t)(q / 2)) {
		control->published_net = net;
		tell_peak(globals, change);
	}
	control->allocated_mark = allocated + q;
	control->freed_mark = freed + q;
	ht_counter_raise(&globals->peak_error_bytes, peak_error(threads));
	beat(ht_process.segment.header);
}

void
ht_slow_mark(void)
{
	if (ht_guarded)
		return; /* a signal handler; the thread below it is at it */
	int saved = errno;
	struct ht_control *control = ht_self;
	switch (ht_process_phase()) {
	case HT_PHASE_PRIVATE:
		ht_process_consider_attaching();
		break;
	case HT_PHASE_ATTACHED:
		if (control->index < 0)
			ht_process_move_first();
		if (ht_self->index >= 0) {
			ht_guarded = true;
			ht_slow_publish(ht_self, false);
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

void
ht_slow_failed(const char *function, uint64_t bytes)
{
	if (ht_process_phase() == HT_PHASE_OFF)
		return;
	int saved = errno;
	struct heaptop_thread_slot *slot = own_slot();
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
