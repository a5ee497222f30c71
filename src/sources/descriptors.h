/* SPDX-License-Identifier: MIT */
/*
 * How many descriptors sources may keep open.  The kernel's soft limit is raised
 * to the hard one; some descriptors always stay free for the rest of the
 * program, so that a short limit makes reading slower, never wrong.
 */
#ifndef HT_SOURCES_DESCRIPTORS_H
#define HT_SOURCES_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>

struct ht_descriptors {
	struct rlimit before; /* what the limit was; rlim_max 0: not known */
	size_t budget;        /* descriptors that sources may keep in all */
	size_t kept;
};

/*
 * Raises the limit and counts what there is to spend.  Never fails: the budget may be 0.
 * Cheap only while the program has one thread.
 */
void ht_descriptors_init(struct ht_descriptors *descriptors);

/* Puts the limit back as it was, for a program about to be started.  Async-signal-safe. */
void ht_descriptors_restore_limit(const struct ht_descriptors *descriptors);

/* Counts one more kept descriptor; false when the budget is spent. */
bool ht_descriptors_keep(struct ht_descriptors *descriptors);

/* Takes back what ht_descriptors_keep counted. */
void ht_descriptors_drop(struct ht_descriptors *descriptors);

#endif
