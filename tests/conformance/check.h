/* SPDX-License-Identifier: MIT */
/*
 * What the allocator checks share.  A check is a function that returns if the
 * allocator behaves and stops its process if it doesn't.  The runner starts one
 * process a check, so a check may crash, hang or exhaust its memory, and its
 * allocator is always fresh.
 */
#ifndef HT_CONFORMANCE_CHECK_H
#define HT_CONFORMANCE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	HT_CHECK_SECONDS = 60, /* a check that takes longer counts as hung */
	HT_CHILD_SECONDS = 8,  /* the same for a process that a check starts */
};

/* One check.  Constant storage. */
struct ht_check {
	const char *group; /* those that are run together */
	const char *name;
	const char *text;  /* what holds */
	void (*run)(void); /* returns if it does */
};

/*
 * WHAT is the name of a check, to run here, or "--" and a group's name, whose checks each get a
 * process of their own.  Returns the status to exit with: 0 all hold, 1 one doesn't, 2 there is no such check.
 */
int ht_check_run(const struct ht_check *checks, size_t count, const char *what);

/* Ends this process as failed and says where.  Any thread; allocates nothing. */
_Noreturn void ht_check_fail(const char *file, int line, const char *condition);

#define HT_REQUIRE(condition)                                                                      \
	((condition) ? (void)0 : ht_check_fail(__FILE__, __LINE__, #condition))

/*
 * Prints "# NAME: VALUE": a choice that the standards leave to the allocator.
 * Hooks must not change it, so the lines are compared with those of the bare
 * allocator.
 */
void ht_check_observe(const char *name, size_t value);

/* Path of this program, for checks that exec it.  Constant storage. */
const char *ht_check_program(void);

/* Writes SIZE bytes that depend on SEED and their place. */
void ht_pattern_fill(void *memory, size_t size, unsigned seed);

/* Whether MEMORY still holds what ht_pattern_fill wrote. */
bool ht_pattern_holds(const void *memory, size_t size, unsigned seed);

/* Whether SIZE bytes are zero. */
bool ht_memory_is_zero(const void *memory, size_t size);

/* Whether MEMORY lies at a multiple of ALIGNMENT. */
bool ht_is_aligned(const void *memory, size_t alignment);

/* The next number of a fixed sequence; *STATE must not be 0. */
uint32_t ht_random(uint32_t *state);

/* Address space of this process in bytes, from /proc/self/statm.  Allocates nothing. */
size_t ht_address_space_bytes(void);

/*
 * Waits for PID, a child, which has an alarm of its own, and returns its exit status;
 * 128 and its number if a signal ended it.
 */
int ht_child_wait(int pid);

#endif
