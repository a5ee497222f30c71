/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "publish/slots.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include "publish/counter.h"
#include "publish/kernel.h"
#include "publish/sequence.h"

uint64_t
ht_slot_allocated_blocks(const struct heaptop_thread_slot *slot)
{
	uint64_t sum = 0;
	for (unsigned i = 0; i < HEAPTOP_SIZE_CLASSES; i++)
		sum += ht_counter_read(&slot->size_classes[i].allocated_blocks);
	return sum;
}

uint64_t
ht_slot_freed_blocks(const struct heaptop_thread_slot *slot)
{
	uint64_t sum = 0;
	for (unsigned i = 0; i < HEAPTOP_SIZE_CLASSES; i++)
		sum += ht_counter_read(&slot->size_classes[i].freed_blocks);
	return sum;
}

void
ht_totals_add_slot(struct ht_totals *totals, const struct heaptop_thread_slot *slot)
{
	totals->allocated_bytes += ht_counter_read(&slot->allocated_bytes);
	totals->allocated_blocks += ht_slot_allocated_blocks(slot);
	totals->freed_bytes += ht_counter_read(&slot->freed_bytes);
	totals->freed_blocks += ht_slot_freed_blocks(slot);
	totals->failed_requests += ht_counter_read(&slot->failed_requests);
}

void
ht_slots_total(const struct ht_segment *segment, struct ht_totals *totals)
{
	*totals = (struct ht_totals){ 0 };
	uint32_t count = ht_segment_slot_count(segment);
	for (uint32_t i = 0; i < count; i++)
		ht_totals_add_slot(totals, &segment->slots[i]);
	ht_totals_add_slot(totals, segment->overflow);
}

/* A name is stored as two words, so that no reader sees half a letter torn by the compiler. */
static void
store_name(struct heaptop_thread_slot *slot, const char name[16])
{
	uint64_t words[2];
	memcpy(words, name, sizeof(words));
	uint64_t *to = (uint64_t *)(void *)slot->name;
	HT_GROUP_STORE(to[0], words[0]);
	HT_GROUP_STORE(to[1], words[1]);
}

/* Fills the owner group of a slot that the caller has taken. */
static void
begin_ownership(struct heaptop_thread_slot *slot, const struct ht_owner *owner)
{
	ht_sequence_begin(&slot->owner_sequence);
	HT_GROUP_STORE(slot->generation, slot->generation + 1);
	HT_GROUP_STORE(slot->tid, owner->tid);
	HT_GROUP_STORE(slot->claimed_monotonic_ns, owner->monotonic_ns);
	HT_GROUP_STORE(slot->base_allocated_bytes, slot->allocated_bytes);
	HT_GROUP_STORE(slot->base_freed_bytes, slot->freed_bytes);
	HT_GROUP_STORE(slot->base_allocated_blocks, ht_slot_allocated_blocks(slot));
	HT_GROUP_STORE(slot->base_freed_blocks, ht_slot_freed_blocks(slot));
	HT_GROUP_STORE(slot->base_failed_requests, slot->failed_requests);
	store_name(slot, owner->name);
	HT_GROUP_STORE(slot->state, (uint32_t)HEAPTOP_SLOT_LIVE);
	ht_sequence_end(&slot->owner_sequence);
}

/* Takes SLOT if it is free.  Acquire: what its last owner counted is ours to go on from. */
static bool
take(struct heaptop_thread_slot *slot)
{
	uint32_t expected = HEAPTOP_SLOT_FREE;
	return __atomic_load_n(&slot->state, __ATOMIC_RELAXED) == HEAPTOP_SLOT_FREE &&
	       __atomic_compare_exchange_n(&slot->state, &expected, (uint32_t)HEAPTOP_SLOT_CLAIMED,
		   0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* A free slot among the COUNT that are backed, searched from where one was last seen. */
static int
find_free(struct ht_segment *segment, uint32_t count)
{
	uint32_t first = __atomic_load_n(&segment->free_hint, __ATOMIC_RELAXED);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t index = (first + i) % count;
		if (take(&segment->slots[index])) {
			__atomic_store_n(&segment->free_hint, index + 1, __ATOMIC_RELAXED);
			return (int)index;
		}
	}
	return -1;
}

/* Sequence and state of a slot, side by side, as one word. */
union ownership {
	struct {
		uint32_t sequence;
		uint32_t state;
	} part;
	uint64_t word;
};
_Static_assert(offsetof(struct heaptop_thread_slot, owner_sequence) % sizeof(uint64_t) == 0 &&
		   offsetof(struct heaptop_thread_slot, state) ==
		       offsetof(struct heaptop_thread_slot, owner_sequence) + sizeof(uint32_t),
    "sequence and state are one aligned word");

/*
 * Takes SLOT from a thread of PID that ended without giving it back.  Compares the sequence
 * too: since the look at tid, that thread may have given it back after all, and a living one
 * may have it now.
 */
static bool
take_from_dead(struct heaptop_thread_slot *slot, uint32_t pid)
{
	uint64_t *shared = (uint64_t *)(void *)&slot->owner_sequence;
	/* Acquire: the tid that is read next is no older than this. */
	union ownership seen = { .word = __atomic_load_n(shared, __ATOMIC_ACQUIRE) };
	uint32_t tid = __atomic_load_n(&slot->tid, __ATOMIC_RELAXED);
	if (seen.part.state != HEAPTOP_SLOT_LIVE || tid == 0)
		return false;
	if (ht_kernel_call(SYS_tgkill, (long)pid, (long)tid, 0) != -ESRCH)
		return false;
	union ownership claimed = seen;
	claimed.part.state = HEAPTOP_SLOT_CLAIMED;
	return __atomic_compare_exchange_n(
	    shared, &seen.word, claimed.word, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* Gives back the slots of threads that died by raw clone, exec of another thread and the like. */
static bool
reap(struct ht_segment *segment, uint32_t pid)
{
	bool any = false;
	uint32_t count = ht_segment_slot_count(segment);
	for (uint32_t i = 0; i < count; i++) {
		if (!take_from_dead(&segment->slots[i], pid))
			continue;
		ht_slots_release(segment, i);
		any = true;
	}
	return any;
}

int
ht_slots_claim(struct ht_segment *segment, const struct ht_owner *owner, uint32_t reap_pid)
{
	int saved = errno;
	int index = find_free(segment, ht_segment_slot_count(segment));
	if (index < 0 && reap_pid != 0 && reap(segment, reap_pid))
		index = find_free(segment, ht_segment_slot_count(segment));
	if (index < 0 && ht_segment_grow(segment))
		index = find_free(segment, ht_segment_slot_count(segment));
	errno = saved;
	if (index >= 0) {
		begin_ownership(&segment->slots[index], owner);
		ht_counter_add_shared(&segment->globals->threads_started, 1);
		return index;
	}
	if (!__atomic_load_n(&segment->growth_failed, __ATOMIC_RELAXED))
		return -EAGAIN;
	return -ENOSPC;
}

void
ht_slots_release(struct ht_segment *segment, uint32_t index)
{
	struct heaptop_thread_slot *slot = &segment->slots[index];
	ht_sequence_begin(&slot->owner_sequence);
	HT_GROUP_STORE(slot->state, (uint32_t)HEAPTOP_SLOT_CLAIMED);
	HT_GROUP_STORE(slot->tid, 0u);
	ht_sequence_end(&slot->owner_sequence);
	ht_counter_add_shared(&segment->globals->threads_exited, 1);
	__atomic_store_n(&segment->free_hint, index, __ATOMIC_RELAXED);
	/* Release: the next owner starts from our last counts. */
	__atomic_store_n(&slot->state, (uint32_t)HEAPTOP_SLOT_FREE, __ATOMIC_RELEASE);
}

void
ht_slots_rename(struct ht_segment *segment, uint32_t index, const char name[16])
{
	struct heaptop_thread_slot *slot = &segment->slots[index];
	ht_sequence_begin(&slot->owner_sequence);
	store_name(slot, name);
	ht_sequence_end(&slot->owner_sequence);
}

/* Takes all that is in *COUNTER. */
static uint64_t
drain(uint64_t *counter)
{
	return __atomic_exchange_n(counter, 0, __ATOMIC_RELAXED);
}

void
ht_slot_move(struct heaptop_thread_slot *from, struct heaptop_thread_slot *to)
{
	for (unsigned i = 0; i < HEAPTOP_SIZE_CLASSES; i++) {
		struct heaptop_size_class *class = &from->size_classes[i];
		if (class->allocated_blocks == 0 && class->freed_blocks == 0)
			continue;
		ht_counter_add(
		    &to->size_classes[i].allocated_blocks, drain(&class->allocated_blocks));
		ht_counter_add(&to->size_classes[i].freed_blocks, drain(&class->freed_blocks));
	}
	ht_counter_add(&to->allocated_bytes, drain(&from->allocated_bytes));
	ht_counter_add(&to->freed_bytes, drain(&from->freed_bytes));
	ht_counter_add(&to->failed_requests, drain(&from->failed_requests));
}

int64_t
ht_slot_move_shared(struct heaptop_thread_slot *from, struct heaptop_thread_slot *to)
{
	for (unsigned i = 0; i < HEAPTOP_SIZE_CLASSES; i++) {
		struct heaptop_size_class *class = &from->size_classes[i];
		if (class->allocated_blocks == 0 && class->freed_blocks == 0)
			continue;
		ht_counter_add_shared(
		    &to->size_classes[i].allocated_blocks, drain(&class->allocated_blocks));
		ht_counter_add_shared(
		    &to->size_classes[i].freed_blocks, drain(&class->freed_blocks));
	}
	uint64_t allocated = drain(&from->allocated_bytes);
	uint64_t freed = drain(&from->freed_bytes);
	ht_counter_add_shared(&to->allocated_bytes, allocated);
	ht_counter_add_shared(&to->freed_bytes, freed);
	ht_counter_add_shared(&to->failed_requests, drain(&from->failed_requests));
	return (int64_t)(allocated - freed);
}

void
ht_slot_allocated_shared(struct heaptop_thread_slot *slot, uint64_t bytes)
{
	ht_counter_add_shared(&slot->allocated_bytes, bytes);
	ht_counter_add_shared(
	    &slot->size_classes[heaptop_size_class_of(bytes)].allocated_blocks, 1);
}

void
ht_slot_freed_shared(struct heaptop_thread_slot *slot, uint64_t bytes)
{
	ht_counter_add_shared(&slot->freed_bytes, bytes);
	ht_counter_add_shared(&slot->size_classes[heaptop_size_class_of(bytes)].freed_blocks, 1);
}
