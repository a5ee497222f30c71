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

#include "base/arena.h"
#include "model/sample.h"
#include "sources/proc_dir.h"
#include "sources/segment_file.h"

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

/*
 * Says in SAMPLE, which has a key and, if it could be read, a heap, all else that is known of an ended
 * program: what IDENTITY tells, as text in ARENA, and that OWNER ran it.  0 or -ENOMEM.
 */
int ht_segment_dead_tell(const struct ht_segment_identity *identity, uint32_t owner,
    struct ht_arena *arena, struct ht_sample *sample);

#endif
