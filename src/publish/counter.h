/* SPDX-License-Identifier: MIT */
/*
 * Counters in shared memory.  A counter that one thread owns changes by one
 * instruction: a signal handler that allocates on the same thread runs either
 * before or after it and loses nothing.  (Load, add, store lost half of all
 * increments to such a handler, and gcc never fuses the three.)
 *
 * Everything here is async-signal-safe.
 */
#ifndef HT_PUBLISH_COUNTER_H
#define HT_PUBLISH_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

/* Adds to a counter that only the calling thread writes. */
static inline void
ht_counter_add(uint64_t *counter, uint64_t amount)
{
#if defined(__x86_64__)
	__asm__("addq %1, %0" : "+m"(*counter) : "er"(amount) : "cc");
#else
	/* No such instruction, or none that we know: an atomic one costs more and is as right. */
	__atomic_fetch_add(counter, amount, __ATOMIC_RELAXED);
#endif
}

/* Takes from a counter that only the calling thread writes.  True: as a signed number it is below 0 now. */
static inline bool
ht_counter_take(uint64_t *counter, uint64_t amount)
{
#if defined(__x86_64__)
	bool is_below;
	__asm__("subq %2, %1" : "=@ccs"(is_below), "+m"(*counter) : "er"(amount));
	return is_below;
#else
	return (int64_t)__atomic_sub_fetch(counter, amount, __ATOMIC_RELAXED) < 0;
#endif
}

/* Adds to a counter that any thread may write. */
static inline uint64_t
ht_counter_add_shared(uint64_t *counter, uint64_t amount)
{
	/* Relaxed: a counter orders nothing but itself. */
	return __atomic_add_fetch(counter, amount, __ATOMIC_RELAXED);
}

static inline uint64_t
ht_counter_read(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* Raises *MARK to VALUE unless it is as high.  Lock-free: a failed try means that another raised it. */
static inline void
ht_counter_raise(uint64_t *mark, uint64_t value)
{
	uint64_t seen = ht_counter_read(mark);
	while (seen < value && !__atomic_compare_exchange_n(
				   mark, &seen, value, 1, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

#endif
