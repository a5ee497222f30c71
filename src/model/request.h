/* SPDX-License-Identifier: MIT */
/* What the reader of the next frame wants to see; sources read no more than that. */
#ifndef HT_MODEL_REQUEST_H
#define HT_MODEL_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A list of pids; borrowed. */
struct ht_pid_list {
	const int32_t *pids;
	size_t count;
};

struct ht_request {
	/* Only these processes are in the frame; count 0: all that are visible. */
	struct ht_pid_list only;
	uint32_t only_uid; /* only processes of this user; UINT32_MAX: any */
	bool dead;         /* also the segments of processes that ended without cleaning up */

	/* HT_DETAIL_... lists wanted, for these processes; count 0: for all in the frame. */
	uint32_t detail;
	struct ht_pid_list detail_for;

	/*
	 * Processes whose costly values are wanted: command line, user name and swap; proportional
	 * size and limit, which cost most, only where details are wanted too.  The screen names
	 * its visible rows; all_costly asks for all of it of every process in the frame.
	 */
	struct ht_pid_list costly_for;
	bool all_costly;
	bool without_sizes; /* no proportional size and no limit but where details are wanted */

	/*
	 * A picture is waited for: what takes long and can come with the next tick, for which the
	 * maker of the request asks at once, may be left out.
	 */
	bool is_hurried;
};

#endif
