/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "preload/process.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "preload/real.h"
#include "preload/peak.h"
#include "preload/threads.h"
#include "publish/counter.h"
#include "publish/digits.h"
#include "publish/events.h"
#include "publish/kernel.h"
#include "publish/place.h"

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18 /* Linux 4.14 */
#endif

enum {
	CONTROLS = 8192 + 1, /* the private slot's and one a slot of the segment */
	FIRST_SWEEPS = 16,
};

struct ht_process ht_process = { .follow_children = true, .attach_bytes = HT_ATTACH_BYTES };
struct ht_control ht_control_new = { .room = HT_NO_BUDGET, .frees_left = HT_NO_BUDGET };
struct ht_control ht_control_shared = { .room = HT_NO_BUDGET, .frees_left = HT_NO_BUDGET };

static bool
turn_phase(enum ht_phase from, enum ht_phase to)
{
	uint32_t expected = from;
	/* Acquire and release: a turn hands the state over from thread to thread. */
	return __atomic_compare_exchange_n(
	    &ht_process.phase, &expected, (uint32_t)to, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

static void
set_phase(enum ht_phase phase)
{
	__atomic_store_n(&ht_process.phase, (uint32_t)phase, __ATOMIC_RELEASE);
}

/* The kernel wiped the controls: this is a child, forked in whatever way (clone, _Fork). */
static bool
is_untold_child(void)
{
	return ht_process.controls != NULL &&
	       __atomic_load_n(&ht_process.controls[0].alive, __ATOMIC_RELAXED) == 0;
}

enum ht_phase
ht_process_phase(void)
{
	if (is_untold_child())
		ht_process_become_child(NULL);
	/* Acquire: who sees ATTACHED sees the segment. */
	return (enum ht_phase)__atomic_load_n(&ht_process.phase, __ATOMIC_ACQUIRE);
}

bool
ht_process_is_own(void)
{
	return ht_process.sandboxed ||
	       (uint32_t)ht_kernel_call(SYS_getpid, 0, 0, 0) == ht_process.pid;
}

void
ht_process_turn_off(void)
{
	set_phase(HT_PHASE_OFF);
	ht_control_share();
}

uint64_t
ht_process_now_ns(void)
{
	static uint64_t last_ns;
	if (ht_process.sandboxed)
		return ht_counter_read(&last_ns);
	struct timespec now = { 0 };
	clock_gettime(CLOCK_MONOTONIC, &now);
	uint64_t ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	__atomic_store_n(&last_ns, ns, __ATOMIC_RELAXED);
	return ns;
}

uint32_t
ht_process_tid(void)
{
	static HT_THREAD_LOCAL uint32_t tid;
	static HT_THREAD_LOCAL uint32_t tid_of_pid;
	if (ht_process.sandboxed)
		return tid_of_pid == ht_process.pid ? tid : 0;
	if (tid == 0 || tid_of_pid != ht_process.pid) {
		tid = (uint32_t)ht_kernel_call(SYS_gettid, 0, 0, 0);
		tid_of_pid = ht_process.pid;
	}
	return tid;
}

void
ht_process_event(struct heaptop_event *event, enum heaptop_event_kind kind, const char *label)
{
	if (ht_process_phase() != HT_PHASE_ATTACHED)
		return;
	event->kind = kind;
	event->monotonic_ns = ht_process_now_ns();
	event->tid = ht_process_tid();
	struct ht_writer writer = ht_writer_on(event->label, sizeof(event->label));
	ht_write_text(&writer, label);
	ht_events_write(&ht_process.segment, event);
}

struct heaptop_thread_slot *
ht_process_shared_slot(void)
{
	return ht_process_phase() == HT_PHASE_ATTACHED ? ht_process.segment.overflow
						       : &ht_process.pending;
}

/* Memory for the controls, wiped in every forked child. */
static bool
map_controls(void)
{
	void *controls = mmap(NULL, CONTROLS * sizeof(struct ht_control), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (controls == MAP_FAILED)
		return false;
	if (madvise(controls, CONTROLS * sizeof(struct ht_control), MADV_WIPEONFORK) != 0) {
		munmap(controls, CONTROLS * sizeof(struct ht_control));
		return false;
	}
	ht_process.controls = controls;
	ht_process.controls[0].alive = 1;
	return true;
}

/* The calling thread counts into the private first slot from now on. */
static void
use_first_slot(void)
{
	struct ht_control *control = &ht_process.controls[0];
	control->ceiling = control->room = control->frees_left = (uint64_t)-1;
	control->index = -1;
	control->exit_rounds = 0;
	ht_control_use(control, &ht_process.first_slot, ht_real_is_glibc);
	ht_process.begun_ns = ht_process_now_ns();
	if (!ht_process.sandboxed)
		ht_process.pid = (uint32_t)ht_kernel_call(SYS_getpid, 0, 0, 0);
}

static void
describe_owner(struct ht_owner *owner)
{
	owner->tid = ht_process_tid();
	owner->monotonic_ns = ht_process_now_ns();
	if (!ht_process.sandboxed)
		ht_kernel_call(SYS_prctl, PR_GET_NAME, (long)owner->name, 0);
}

/* A slot of the segment for the calling thread; false: it shares the overflow slot, for now or for good. */
static bool
use_segment_slot(void)
{
	struct ht_owner owner = { 0 };
	describe_owner(&owner);
	int index =
	    ht_slots_claim(&ht_process.segment, &owner, ht_process.sandboxed ? 0 : ht_process.pid);
	if (index < 0) {
		if (index == -ENOSPC) {
			ht_counter_add_shared(&ht_process.segment.globals->dropped_threads, 1);
			ht_control_share();
		}
		return false;
	}
	struct heaptop_thread_slot *slot = &ht_process.segment.slots[index];
	struct ht_control *control = &ht_process.controls[index + 1];
	control->index = index;
	control->exit_rounds = 0;
	control->beat_mark = 0;
	control->alone = 0;
	/* The nets stay: what the last owner died without telling of, its successor tells. */
	ht_control_use(control, slot, ht_real_is_glibc);
	ht_control_make_due(control);
	if (ht_counter_read(&ht_process.segment.globals->threads_started) > 1)
		ht_peak_share();
	ht_threads_watch_exit();
	struct heaptop_event event = { 0 };
	ht_process_event(&event, HEAPTOP_EVENT_THREAD_START, owner.name);
	return true;
}

void
ht_process_move_pending(void)
{
	/* Sequentially consistent: either we see the phase, or who turned it sees what was counted. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (ht_process_phase() != HT_PHASE_ATTACHED)
		return;
	ht_peak_tell(ht_slot_move_shared(&ht_process.pending, ht_process.segment.overflow));
}

static bool
is_used(const struct heaptop_thread_slot *slot)
{
	return ht_counter_read(&slot->allocated_bytes) != 0 ||
	       ht_counter_read(&slot->freed_bytes) != 0 ||
	       ht_counter_read(&slot->failed_requests) != 0;
}

bool
ht_process_sweep(void)
{
	bool mine = ht_process.first_mover == ht_self.control;
	bool again = mine && ht_process.sweeps_due != 0;
	if (again)
		ht_process.sweeps_due--;
	/* Where sizes are unknown no bytes tell of blocks. */
	if (mine && (is_used(&ht_process.first_slot) || (again && ht_real_hides_sizes)))
		ht_slot_move(&ht_process.first_slot, ht_self.control->slot);
	if (mine)
		ht_control_move(&ht_process.controls[0], ht_self.control);
	if (is_used(&ht_process.pending) || (again && ht_real_hides_sizes))
		ht_process_move_pending();
	return again;
}

/* The private slot's counts become ours; the operations to come look for late ones. */
static void
take_first(void)
{
	ht_slot_move(&ht_process.first_slot, ht_self.control->slot);
	ht_control_move(&ht_process.controls[0], ht_self.control);
	ht_process.first_mover = ht_self.control;
	ht_process.sweeps_due = FIRST_SWEEPS;
}

void
ht_process_move_first(void)
{
	if (ht_guarded)
		return;
	ht_guarded = true;
	if (use_segment_slot()) {
		take_first();
		ht_process_move_pending();
		ht_peak_settle(ht_self.control);
		ht_control_make_due(ht_self.control);
	}
	ht_guarded = false;
}

static const char *
program_name(void)
{
	const char *path = (const char *)getauxval(AT_EXECFN);
	if (path == NULL)
		return "";
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

static bool
create_segment_uncancelled(char former[64])
{
	struct ht_identity identity = { .name = program_name() };
	ht_place_identify(&identity);
	if (ht_process.inherited_unknown)
		identity.flags |= HEAPTOP_FLAG_INHERITED_UNKNOWN;
	/* A program that is published at once may not have allocated yet. */
	ht_real_find();
	if (ht_real_hides_sizes)
		identity.flags |= HEAPTOP_FLAG_BYTES_UNKNOWN;
	if (ht_process.keep)
		identity.flags |= HEAPTOP_FLAG_KEEP;
	identity.inherited_live_bytes = ht_process.inherited_bytes;
	identity.inherited_live_blocks = ht_process.inherited_blocks;
	ht_process.high_water_bytes = identity.inherited_live_bytes;
	const char *directory = ht_process.directory[0] != '\0' ? ht_process.directory : NULL;
	const char *runtime =
	    ht_process.runtime_directory[0] != '\0' ? ht_process.runtime_directory : NULL;
	return ht_segment_create(&ht_process.segment, &identity, directory, runtime, former);
}

/* malloc is no cancellation point; open, read and close are. */
static bool
create_segment(char former[64])
{
	int cancel_state;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
	bool created = create_segment_uncancelled(former);
	pthread_setcancelstate(cancel_state, NULL);
	return created;
}

void
ht_process_attach(void)
{
	char former[64];
	if (!ht_process.ready || ht_process.sandboxed || ht_guarded ||
	    ht_process_phase() != HT_PHASE_PRIVATE || !ht_process_is_own() ||
	    !turn_phase(HT_PHASE_PRIVATE, HT_PHASE_ATTACHING))
		return;
	ht_guarded = true;
	if (ht_real_is_bypassed() || !create_segment(former)) {
		/* Nothing to count, or not even private memory to count it in. */
		ht_process_turn_off();
		ht_guarded = false;
		return;
	}
	bool was_first = ht_self.control == &ht_process.controls[0];
	set_phase(HT_PHASE_ATTACHED);
	if (use_segment_slot() && was_first)
		take_first();
	else if (!was_first)
		/* Its owner moves by itself, at its next allocation or free. */
		ht_control_poke(&ht_process.controls[0]);
	ht_process_move_pending();
	ht_peak_carry();
	if (ht_self.control->index >= 0 && ht_self.control->slot != NULL) {
		ht_peak_settle(ht_self.control);
		if (was_first)
			ht_control_make_due(ht_self.control);
	}
	ht_segment_set_state(&ht_process.segment, HEAPTOP_STATE_LIVE);
	if (former[0] != '\0') {
		struct heaptop_event event = { 0 };
		ht_process_event(&event, HEAPTOP_EVENT_EXEC, former);
	}
	ht_guarded = false;
}

void
ht_process_consider_attaching(void)
{
	struct ht_control *control = ht_self.control;
	const struct heaptop_thread_slot *slot = control->slot;
	/* More than was allocated can only be freed by a child, of what it inherited. */
	if (slot->allocated_bytes >= ht_process.attach_bytes ||
	    slot->freed_bytes >= HT_ATTACH_BYTES ||
	    ht_process_now_ns() - ht_process.begun_ns >= HT_ATTACH_AGE_NS)
		ht_process_attach();
	ht_guarded = true;
	if (ht_self.control == control) {
		int64_t ceiling = ht_control_net(control) + HT_ATTACH_STEP_BYTES;
		if (ceiling > (int64_t)control->ceiling)
			ceiling = (int64_t)control->ceiling;
		ht_control_set(control, ceiling, HT_ATTACH_STEP_BYTES);
	}
	ht_guarded = false;
}

void
ht_process_join(void)
{
	if (ht_process_phase() == HT_PHASE_OFF || ht_self.control->slot != NULL)
		return;
	ht_guarded = true;
	if (turn_phase(HT_PHASE_NONE, HT_PHASE_PRIVATE)) {
		if (ht_process.controls != NULL || map_controls())
			use_first_slot();
		else
			ht_process_turn_off();
	}
	ht_guarded = false;
	if (ht_self.control->slot != NULL)
		return;

	if (ht_process_phase() == HT_PHASE_PRIVATE)
		ht_process_attach();
	if (ht_process_phase() == HT_PHASE_ATTACHED && ht_self.control == &ht_control_new) {
		ht_guarded = true;
		use_segment_slot();
		ht_guarded = false;
	}
}

void
ht_process_become_child(const struct ht_totals *inherited)
{
	uint32_t phase = __atomic_load_n(&ht_process.phase, __ATOMIC_RELAXED);
	if (ht_process.controls == NULL)
		return;
	ht_process.controls[0].alive = 1;
	ht_guarded = false;
	/* The first operation in the child took from a wiped budget; its net is nothing yet. */
	ht_self.control->ceiling = ht_self.control->room;
	if (phase == HT_PHASE_OFF || !ht_process.follow_children) {
		ht_process_turn_off();
		return;
	}
	struct ht_totals counted = { 0 };
	if (inherited == NULL && phase == HT_PHASE_PRIVATE) {
		/* All that the parent counted is in memory that we have a copy of. */
		ht_totals_add_slot(&counted, &ht_process.first_slot);
		ht_totals_add_slot(&counted, &ht_process.pending);
		inherited = &counted;
	}
	ht_process.inherited_unknown = ht_process.inherited_unknown || inherited == NULL;
	if (inherited != NULL) {
		ht_process.inherited_bytes += inherited->allocated_bytes - inherited->freed_bytes;
		ht_process.inherited_blocks +=
		    inherited->allocated_blocks - inherited->freed_blocks;
	}
	ht_segment_abandon(&ht_process.segment);
	memset(&ht_process.first_slot, 0, sizeof(ht_process.first_slot));
	memset(&ht_process.pending, 0, sizeof(ht_process.pending));
	ht_process.keep = false;
	ht_process.has_threads = false;
	ht_process.threads_created = 0;
	ht_process.alone = NULL;
	ht_process.first_peak = 0;
	ht_process.first_mover = NULL;
	ht_process.pid = 0;
	ht_process.attach_bytes = HT_ATTACH_CHILD_BYTES;
	set_phase(HT_PHASE_PRIVATE);
	use_first_slot();
}

/* The segment is there and our own. */
static bool
is_own_segment(void)
{
	return ht_process_phase() == HT_PHASE_ATTACHED && ht_process_is_own();
}

void
ht_process_leave(void)
{
	int saved = errno;
	if (is_own_segment()) {
		if (ht_self.control->slot != NULL && ht_self.control->index >= 0)
			ht_process_sweep();
		ht_segment_set_state(&ht_process.segment, HEAPTOP_STATE_CLOSED);
		if (!ht_process.keep && !ht_process.sandboxed)
			ht_segment_unlink(&ht_process.segment);
	}
	errno = saved;
}

void
ht_process_begin_exec(void)
{
	int saved = errno;
	if (is_own_segment())
		ht_segment_set_state(&ht_process.segment, HEAPTOP_STATE_EXEC);
	errno = saved;
}

void
ht_process_exec_failed(void)
{
	int saved = errno;
	if (is_own_segment())
		ht_segment_set_state(&ht_process.segment, HEAPTOP_STATE_LIVE);
	errno = saved;
}
