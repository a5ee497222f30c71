/* SPDX-License-Identifier: MIT */
/*
 * Where segments live and what they are called, and the removal of dead ones.
 * Tower A: no allocation, no stdio; every call is a system call or two.
 */
#ifndef HT_PUBLISH_PLACE_H
#define HT_PUBLISH_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "publish/segment.h"

/* A user's dead segments that stay: the newest so many, so long, within so much memory. */
enum { HT_DEAD_MOST = 16, HT_DEAD_SECONDS = 3600, HT_DEAD_BYTES = 64 << 20 };

/* Fills pid, uid, pid_namespace and start_time_ticks of the calling process. */
void ht_place_identify(struct ht_identity *identity);

/*
 * The directory for UID's segments into OUT: OVERRIDE, or /dev/shm/heaptop-UID, or heaptop in
 * RUNTIME_DIRECTORY.  It is made where missing, and taken only when it is a directory of the user's own
 * that nobody else can write.  False when there is none.
 */
bool ht_place_directory(uint32_t uid, const char *override, const char *runtime_directory,
    char out[HT_SEGMENT_PATH_BYTES]);

/* DIRECTORY/<pid namespace>.<pid>.<start time> into OUT; false when it does not fit. */
bool ht_place_path(
    const struct ht_identity *identity, const char *directory, char out[HT_SEGMENT_PATH_BYTES]);

/* True when NAME looks like a segment's: three decimal numbers with dots between. */
bool ht_place_is_segment_name(const char *name);

/*
 * Removes from DIRECTORY the dead segments of UID that are beyond the limits above.  Only regular files of
 * the user's own with a segment's name and magic and without a lock are touched.
 */
void ht_place_collect(const char *directory, uint32_t uid);

/* True when so many entries may be in DIRECTORY that looking for dead ones is due now for this PID. */
bool ht_place_collection_is_due(const char *directory, uint32_t pid);

/* True when the open file FD carries a publisher's lock. */
bool ht_place_is_locked(int fd);

#endif
