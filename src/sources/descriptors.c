/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "sources/descriptors.h"

#include "base/assert.h"

/* For the terminal, libraries, directories and files that are open for a moment. */
enum { RESERVE = 40 };

/* More would only cost kernel memory: 4.4 KiB for each kept file of /proc. */
enum { MOST_KEPT = 100000 };

void
ht_descriptors_init(struct ht_descriptors *descriptors)
{
	*descriptors = (struct ht_descriptors){ 0 };
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	descriptors->before = limit;
	if (limit.rlim_cur < limit.rlim_max) {
		struct rlimit raised = { limit.rlim_max, limit.rlim_max };
		if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
			limit = raised;
	}
	if (limit.rlim_cur > RESERVE)
		descriptors->budget = limit.rlim_cur - RESERVE < MOST_KEPT
					  ? (size_t)limit.rlim_cur - RESERVE
					  : MOST_KEPT;
}

void
ht_descriptors_restore_limit(const struct ht_descriptors *descriptors)
{
	if (descriptors->before.rlim_max != 0)
		setrlimit(RLIMIT_NOFILE, &descriptors->before);
}

bool
ht_descriptors_keep(struct ht_descriptors *descriptors)
{
	if (descriptors->kept >= descriptors->budget)
		return false;
	descriptors->kept++;
	return true;
}

void
ht_descriptors_drop(struct ht_descriptors *descriptors)
{
	ht_assert(descriptors->kept > 0);
	descriptors->kept--;
}
