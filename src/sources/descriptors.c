/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "sources/descriptors.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"

/* For the terminal, libraries, directories and files that are open for a moment. */
enum { RESERVE = 40 };

/* More would only cost kernel memory: 4.4 KiB for each kept file of /proc. */
enum { MOST_KEPT = 100000 };

/*
 * Makes the kernel's table of our descriptors as large as it is going to be.  Each time it grows in a
 * program of more than one thread, the kernel waits for all processors to pass by (10-20 ms); so it
 * grows here, once, while there is one thread.  /proc has a link for each process.
 */
static void
grow_table(size_t budget)
{
	struct stat proc;
	int fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && budget != 0 && fstat(fd, &proc) == 0) {
		size_t last = (size_t)proc.st_nlink + (size_t)proc.st_nlink / 4 + RESERVE;
		int highest = fcntl(fd, F_DUPFD_CLOEXEC, (int)(last < budget ? last : budget));
		if (highest >= 0)
			close(highest);
	}
	if (fd >= 0)
		close(fd);
}

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
	grow_table(descriptors->budget);
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
