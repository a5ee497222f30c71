/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "preload/peak.h"

#include <time.h>

#include "preload/process.h"
#include "publish/counter.h"

/*
 * Q shrinks as threads come, so that the sum of what is untold stays small beside a heap that has use
 * for so many.
 */
enum {
	FEW_THREADS = 8,
	FEW_QUANTUM = 16 * 1024,
	SOME_THREADS = 64,
	SOME_QUANTUM = 4 * 1024,
	MANY_QUANTUM = 1024,
	BEAT_BYTES = 128 * 1024, /* allocated between heartbeats */
	NEAR_BYTES = 32 * 1024,  /* a ceiling so near needs no fence: it comes soon */
	ALONE_BYTES =
	    128 * 1024, /* the only thread looks when its net rose, or it freed, so much */
};

static uint64_t
quantum(uint64_t threads)
{
	return threads <= FEW_THREADS    ? FEW_QUANTUM
	       : threads <= SOME_THREADS ? SOME_QUANTUM
					 : MANY_QUANTUM;
}

/*
 * At most 2 Q a thread are untold.  A thread that came early holds the larger Q until its next look,
 * and at most so many threads ever hold it.
 */
static uint64_t
error_of(uint64_t threads)
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

static int64_t
net_of(const struct heaptop_thread_slot *slot)
{
	return (
	    int64_t)(ht_counter_read(&slot->allocated_bytes) - ht_counter_read(&slot->freed_bytes));
}

static bool
is_shared(void)
{
	return __atomic_load_n(&ht_process.has_threads, __ATOMIC_RELAXED);
}

/* A level is worth an event when it is a mebibyte and an eighth above that of the last one. */
static bool
is_high_water(uint64_t level, uint64_t last)
{
	return level >= last + (1u << 20) && level - last >= last / 8;
}

static void
note_high_water(uint64_t level)
{
	uint64_t last = ht_counter_read(&ht_process.high_water_bytes);
	if (!is_high_water(level, last))
		return;
	if (!__atomic_compare_exchange_n(
		&ht_process.high_water_bytes, &last, level, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return;
	struct heaptop_event event = { .bytes_before = last,
		.bytes_after = level,
		.present = HEAPTOP_EVENT_HAS_BYTES_BEFORE | HEAPTOP_EVENT_HAS_BYTES_AFTER };
	ht_process_event(&event, HEAPTOP_EVENT_HIGH_WATER, "");
}

/* LEVEL bytes were live, however high that is. */
static void
note_level(struct heaptop_globals *globals, int64_t level)
{
	if (level <= 0 || (uint64_t)level <= ht_counter_read(&globals->peak_live_bytes))
		return;
	ht_counter_raise(&globals->peak_live_bytes, (uint64_t)level);
	note_high_water((uint64_t)level);
}

/* Tells that the program is at work.  The coarse clock is no system call and moves every 1-4 ms. */
static void
beat(struct ht_control *control, uint64_t allocated)
{
	struct timespec now;
	struct heaptop_segment_header *header = ht_process.segment.header;
	if (allocated < control->beat_mark)
		return;
	control->beat_mark = allocated + BEAT_BYTES;
	if (ht_process.sandboxed || clock_gettime(CLOCK_MONOTONIC_COARSE, &now) != 0)
		return;
	uint64_t ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	if (ht_counter_read(&header->heartbeat_ns) < ns)
		__atomic_store_n(&header->heartbeat_ns, ns, __ATOMIC_RELAXED);
}

/* Sets the budgets of the only thread: the next look is due when its net passes CEILING, or before. */
static void
go_on_alone(struct ht_control *control, int64_t ceiling)
{
	int64_t soon = ht_control_net(control) + ALONE_BYTES;
	ht_control_set(control, ceiling < soon ? ceiling : soon, ALONE_BYTES);
	/*
	 * Sequentially consistent, with the fence in ht_peak_share: either we see that there is another thread
	 * now, or it sees that we are alone and makes our budget due.
	 */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (is_shared())
		ht_control_make_due(control);
}

/* Before there is a segment: the peak is kept beside the private slot. */
static void
look_private(struct ht_control *control)
{
	int64_t others = net_of(&ht_process.pending);
	int64_t net = ht_control_net(control) + others;
	if (net > ht_process.first_peak)
		ht_process.first_peak = net;
	go_on_alone(control, ht_process.first_peak - others);
}

bool
ht_peak_rise(struct ht_control *control)
{
	const struct heaptop_thread_slot *slot = control->slot;
	if (!control->alone || is_shared() || slot == NULL || ht_process.sweeps_due != 0 ||
	    (int64_t)ht_counter_read(&control->frees_left) < 0)
		return false;
	struct heaptop_globals *globals = ht_process.segment.globals;
	int64_t peak = (int64_t)ht_counter_read(&globals->peak_live_bytes);
	int64_t others =
	    (int64_t)globals->inherited_live_bytes + net_of(ht_process.segment.overflow);
	int64_t level = ht_control_net(control) + others;
	if (ht_counter_read(&slot->allocated_bytes) >= control->beat_mark ||
	    peak - level > NEAR_BYTES ||
	    is_high_water((uint64_t)level, ht_counter_read(&ht_process.high_water_bytes)))
		return false;
	if (level > peak) {
		__atomic_store_n(&globals->peak_live_bytes, (uint64_t)level, __ATOMIC_RELAXED);
		peak = level;
	}
	/* As go_on_alone, but for the fence: who begins a second thread waits for no more than this. */
	ht_control_set_ceiling(control, peak - others);
	return true;
}

static void
look_alone(struct ht_control *control)
{
	struct heaptop_globals *globals = ht_process.segment.globals;
	int64_t inherited = (int64_t)globals->inherited_live_bytes;
	int64_t others = net_of(ht_process.segment.overflow);
	note_level(globals, inherited + ht_control_net(control) + others);
	control->alone = 1;
	go_on_alone(
	    control, (int64_t)ht_counter_read(&globals->peak_live_bytes) - inherited - others);
}

void
ht_peak_tell(int64_t change)
{
	struct heaptop_globals *globals = ht_process.segment.globals;
	int64_t sum = __atomic_add_fetch(&globals->published_net_bytes, change, __ATOMIC_RELAXED);
	/* Alone, the only thread looks at its own counts, and the sum knows nothing of them yet. */
	if (change > 0 && is_shared())
		note_level(globals, sum + (int64_t)globals->inherited_live_bytes);
}

/*
 * Makes the budget of the thread due that thinks it is alone.  A poke may be lost: then it is repeated at
 * the next look of another thread.
 */
static void
wake_alone(void)
{
	struct ht_control *alone = __atomic_load_n(&ht_process.alone, __ATOMIC_RELAXED);
	if (alone != NULL && __atomic_load_n(&alone->alone, __ATOMIC_RELAXED) != 0)
		ht_control_poke(alone);
}

static void
look_shared(struct ht_control *control, bool exactly)
{
	struct heaptop_globals *globals = ht_process.segment.globals;
	uint64_t threads = living_threads(globals);
	uint64_t q = quantum(threads);
	int64_t net = ht_control_net(control);
	int64_t change = net - control->published_net;

	/* In steady churn little changes: then no thread touches what they share. */
	if (exactly || change >= (int64_t)(q / 2) || change <= -(int64_t)(q / 2)) {
		control->published_net = net;
		ht_peak_tell(change);
	}
	control->alone = 0;
	wake_alone();
	ht_control_set(control, net + (int64_t)q, q);
	ht_counter_raise(&globals->peak_error_bytes, error_of(threads));
}

/*
 * The slot is read once: when a signal handler forks and returns in the child, too, the control was wiped
 * there, while the slot's memory can still be read (ht_segment_abandon).
 */
static void
look(struct ht_control *control, bool exactly)
{
	const struct heaptop_thread_slot *slot = control->slot;
	if (slot == NULL)
		return;
	if (control->index < 0) {
		look_private(control);
		return;
	}
	if (is_shared()) {
		look_shared(control, exactly);
	} else {
		ht_process.alone = control;
		look_alone(control);
	}
	beat(control, ht_counter_read(&slot->allocated_bytes));
}

void
ht_peak_look(struct ht_control *control)
{
	look(control, false);
}

void
ht_peak_settle(struct ht_control *control)
{
	look(control, true);
}

void
ht_peak_carry(void)
{
	struct heaptop_globals *globals = ht_process.segment.globals;
	note_level(globals, (int64_t)globals->inherited_live_bytes + ht_process.first_peak);
}

void
ht_peak_share(void)
{
	if (ht_process_phase() != HT_PHASE_ATTACHED || is_shared())
		return;
	bool was_guarded = ht_guarded;
	ht_guarded = true;
	bool has_slot = ht_self.control->index >= 0 && ht_self.control->slot != NULL;
	if (has_slot)
		look_alone(ht_self.control);
	__atomic_store_n(&ht_process.has_threads, true, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (has_slot)
		look_shared(ht_self.control, true);
	wake_alone();
	ht_guarded = was_guarded;
}
