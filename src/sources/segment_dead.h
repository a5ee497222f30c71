/* SPDX-License-Identifier: MIT */
/*
 * What ended programs left behind: of one user's segments the newest 16 stay, for
 * an hour, within 64 MiB, so that the last picture can be read after death.  Only the
 * monitor's own user's files go, only well-formed and unlocked ones, and nothing else.
 */
#ifndef HT_SOURCES_SEGMENT_DEAD_H
#define HT_SOURCES_SEGMENT_DEAD_H

#include <stdint.h>
#include <sys/types.h>

#include "sources/proc_dir.h"

#define HT_SEGMENT_DEAD_MOST       16
#define HT_SEGMENT_DEAD_MOST_NS    (UINT64_C(3600) * 1000000000u)
#define HT_SEGMENT_DEAD_MOST_BYTES (UINT64_C(64) << 20)

/*
 * Removes what is too much in the directory open at DIRECTORY_FD; NOW_NS is
 * CLOCK_REALTIME.  PID_NAMESPACE is our own: a file of a living process in it stays whatever else
 * holds.  Returns how many files went.
 */
unsigned ht_segment_dead_collect(
    int directory_fd, const struct ht_proc_dir *proc, uint32_t pid_namespace, uint64_t now_ns);

/* Removes NAME if it still is the file with DEVICE and INODE. */
void ht_segment_dead_remove(int directory_fd, const char *name, dev_t device, ino_t inode);

#endif
