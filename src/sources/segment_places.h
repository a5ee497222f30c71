/* SPDX-License-Identifier: MIT */
/*
 * Where segments may lie: directories of this user (root: of every user), and
 * of the same names in other mount namespaces, seen through a process that lives there.
 * inotify tells which directories changed, so an idle tick reads none.
 */
#ifndef HT_SOURCES_SEGMENT_PLACES_H
#define HT_SOURCES_SEGMENT_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sources/proc_dir.h"
#include "sources/process_table.h"

enum { HT_SEGMENT_PLACE_PATH_BYTES = 256 };

/* A directory that holds segments, or holds such directories. */
struct ht_segment_place {
	char path[HT_SEGMENT_PLACE_PATH_BYTES]; /* absolute, within its mount namespace */
	uint32_t mount_namespace;               /* inode; 0: our own */
	int32_t via_pid;                        /* a process that lives in it */
	uint32_t uid;    /* whose directory it is; UINT32_MAX: not said by its name */
	bool is_parent;  /* holds directories named heaptop-<uid> */
	bool is_changed; /* to be listed again */
	bool is_denied;  /* it is there, but may not be read */
	bool is_same;    /* an earlier place is the same directory: this one is not read */
	dev_t device;    /* of the directory */
	ino_t inode;
	int watch;   /* of inotify; -1: none */
	uint32_t id; /* never used again for another */
};

struct ht_segment_places {
	struct ht_segment_place *places; /* owned; pointers to it hold until the next update */
	size_t count;
	size_t capacity;
	uint32_t next_id;
	int inotify_fd;           /* owned; -1: none to be had, so all is listed each tick */
	uint32_t mount_namespace; /* our own */
	uint64_t table_changes;   /* of the process table when its namespaces were last looked at */
};

/*
 * The places of this user and environment: HEAPTOP_DIR alone where it is set, else
 * /dev/shm/heaptop-<uid> and $XDG_RUNTIME_DIR/heaptop.  0 or -ENOMEM.
 */
int ht_segment_places_init(struct ht_segment_places *places, const struct ht_proc_dir *proc);
void ht_segment_places_release(struct ht_segment_places *places);

/*
 * Learns what changed since the last call: marks places as changed, adds those of
 * mount namespaces that came with new processes, unless IS_HURRIED, forgets those that nobody
 * lives in.  0 or -ENOMEM.
 */
int ht_segment_places_update(struct ht_segment_places *places, const struct ht_proc_dir *proc,
    const struct ht_process_table *processes, bool is_hurried);

/*
 * Opens PLACE as a directory, which the caller closes; or -errno.  No link in a
 * foreign namespace can lead out of it.
 */
int ht_segment_place_open(const struct ht_proc_dir *proc, const struct ht_segment_place *place);

#endif
