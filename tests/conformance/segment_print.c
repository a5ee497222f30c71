/* SPDX-License-Identifier: MIT */
/*
 * Prints what is in a segment as lines of NAME=VALUE, for scripts:
 *
 *     segment_print FILE
 */
#include "config.h"

#include <stdio.h>

#include "check.h"
#include "segment_totals.h"

static void
print(const char *name, uint64_t value)
{
	printf("%s=%llu\n", name, (unsigned long long)value);
}

int
main(int argc, char **argv)
{
	struct ht_segment_picture picture;

	HT_REQUIRE(argc == 2);
	ht_segment_read_file(argv[1], &picture);
	print("allocated_bytes", picture.totals.allocated_bytes);
	print("allocated_blocks", picture.totals.allocated_blocks);
	print("freed_bytes", picture.totals.freed_bytes);
	print("freed_blocks", picture.totals.freed_blocks);
	print("failed_requests", picture.totals.failed_requests);
	print("inherited_live_bytes", picture.globals.inherited_live_bytes);
	print("inherited_live_blocks", picture.globals.inherited_live_blocks);
	print("peak_live_bytes", picture.globals.peak_live_bytes);
	print("dropped_threads", picture.globals.dropped_threads);
	print("threads_started", picture.globals.threads_started);
	print("threads_exited", picture.globals.threads_exited);
	print("backed_slots", picture.backed_slots);
	print("live_slots", picture.live_slots);
	print("slots_ever_used", picture.slots_ever_used);
	print("state", picture.header.state);
	print("flags", picture.header.flags);
	print("pid", picture.header.pid);
	print("exec_generation", picture.header.exec_generation);
	return 0;
}
