/* SPDX-License-Identifier: MIT */
/*
 * Groups of fields that must agree: a sequence that is odd while the group
 * changes.  One writer at a time; readers never block it and it never waits.
 *
 * A writer that is killed leaves the sequence odd.  So the next one never
 * counts on even: it makes the sequence odd, whatever it was, and leaves it even.
 *
 * The faults are planted by tests that must catch them.
 */
#ifndef HT_PUBLISH_SEQUENCE_H
#define HT_PUBLISH_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

/* A field of a group; plain stores could be torn or moved by the compiler. */
#define HT_GROUP_STORE(field, value) __atomic_store_n(&(field), (value), __ATOMIC_RELAXED)

/* Begins a change by the only writer that this group has. */
static inline void
ht_sequence_begin(uint32_t *sequence)
{
	uint32_t seen = __atomic_load_n(sequence, __ATOMIC_RELAXED);
#if defined(HEAPTOP_FAULT_NO_ODD_MARK)
	(void)seen;
#elif defined(HEAPTOP_FAULT_TRUST_ODD)
	__atomic_store_n(sequence, seen + 1, __ATOMIC_RELAXED);
#else
	__atomic_store_n(sequence, seen | 1u, __ATOMIC_RELAXED);
#endif
	/* Release fence: the odd mark is seen before any field that is stored after it. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

/* Ends the change: whoever sees the new even number sees the fields. */
static inline void
ht_sequence_end(uint32_t *sequence)
{
	uint32_t seen = __atomic_load_n(sequence, __ATOMIC_RELAXED);
#if defined(HEAPTOP_FAULT_NO_ODD_MARK)
	__atomic_store_n(sequence, seen + 2, __ATOMIC_RELEASE);
#elif defined(HEAPTOP_FAULT_TRUST_ODD)
	__atomic_store_n(sequence, seen + 1, __ATOMIC_RELEASE);
#else
	__atomic_store_n(sequence, (seen | 1u) + 1, __ATOMIC_RELEASE);
#endif
}

/*
 * Begins a change where several threads may want to: false when another is at
 * it, or was killed at it.  Never waits: the caller drops its update and counts it.
 */
static inline bool
ht_sequence_try_begin(uint32_t *sequence)
{
	uint32_t seen = __atomic_load_n(sequence, __ATOMIC_RELAXED);
	if (seen & 1u)
		return false;
	/* Acquire: our stores stay behind taking it. */
	if (!__atomic_compare_exchange_n(
		sequence, &seen, seen + 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return false;
	__atomic_thread_fence(__ATOMIC_RELEASE);
	return true;
}

#endif
