/* SPDX-License-Identifier: MIT */
/*
 * Assertions about our own mistakes, never about bytes that came from a
 * file, a segment, a socket or a person.  ht_assert is always on;
 * ht_assert_slow in builds with --enable-slow-asserts, which the tests use.
 */
#ifndef HT_BASE_ASSERT_H
#define HT_BASE_ASSERT_H

/* Says what failed on stderr and aborts. */
_Noreturn void ht_assert_failed(const char *condition, const char *file, int line);

#define ht_assert(condition)                                                                       \
	((condition) ? (void)0 : ht_assert_failed(#condition, __FILE__, __LINE__))

#ifdef HT_SLOW_ASSERTS
#define ht_assert_slow(condition) ht_assert(condition)
#else
#define ht_assert_slow(condition) ((void)(0 && (condition)))
#endif

#endif
