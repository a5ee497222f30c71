/* SPDX-License-Identifier: MIT */
/*
 * mlockall: what we reserved counts against what an unprivileged process may
 * lock, though none of it is backed.  A program that could lock its memory without us must be
 * able to with us.
 */
#include "config.h"

#include <errno.h>
#include <sys/mman.h>

#include "preload/calls.h"
#include "preload/process.h"

HT_EXPORT int
mlockall(int flags)
{
	ht_calls_find();
	int result = ht_calls.mlockall(flags);
	if (result == 0 || (errno != ENOMEM && errno != EAGAIN) ||
	    ht_process_phase() != HT_PHASE_ATTACHED ||
	    !ht_segment_release_reserve(&ht_process.segment))
		return result;
	return ht_calls.mlockall(flags);
}
