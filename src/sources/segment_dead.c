/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "sources/segment_dead.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "decode/procfs.h"
#include "heaptop/segment.h"
#include "sources/segment_file.h"
#include "sources/segment_name.h"

enum { MOST_LISTED = 8192 };

struct corpse {
	char name[HT_SEGMENT_NAME_BYTES];
	dev_t device;
	ino_t inode;
	uint64_t died_ns; /* CLOCK_REALTIME, as far as it can be told */
	uint64_t backed_bytes;
	bool is_garbage; /* an exec went through: nothing to keep */
	bool is_claimed; /* `run --summary` will read and remove it, unless it died itself */
};

/*
 * By renaming first: another file may have got the name since we looked, and
 * then it gets its name back.
 */
void
ht_segment_dead_remove(int directory_fd, const char *name, dev_t device, ino_t inode)
{
	char aside[HT_SEGMENT_NAME_BYTES + 32];
	struct stat file;
	if (fstatat(directory_fd, name, &file, AT_SYMLINK_NOFOLLOW) != 0 || file.st_dev != device ||
	    file.st_ino != inode)
		return;
	snprintf(aside, sizeof(aside), ".gone.%d.%s", (int)getpid(), name);
	if (renameat2(directory_fd, name, directory_fd, aside, RENAME_NOREPLACE) != 0)
		return;
	if (fstatat(directory_fd, aside, &file, AT_SYMLINK_NOFOLLOW) == 0 &&
	    (file.st_dev != device || file.st_ino != inode) &&
	    renameat2(directory_fd, aside, directory_fd, name, RENAME_NOREPLACE) == 0)
		return;
	unlinkat(directory_fd, aside, 0);
}

static bool
lives(const struct ht_proc_dir *proc, uint32_t pid_namespace, const struct ht_segment_name *name)
{
	char text[1024];
	struct ht_procfs_stat stat;
	if (name->pid_namespace != pid_namespace)
		return false; /* the lock alone tells */
	ssize_t length = ht_proc_dir_read(proc, name->pid, "stat", text, sizeof(text));
	return length > 0 && ht_procfs_decode_stat(text, (size_t)length, &stat) == 0 &&
	       stat.start_time_ticks == name->start_time_ticks && stat.state != 'Z' &&
	       stat.state != 'X';
}

/*
 * When the program ended.  A mapping's stores don't touch the file's time, so for a
 * program that ran long the heartbeat is nearer; a time before the file was made was
 * set by somebody on purpose, and holds.
 */
static uint64_t
death_time(const struct stat *file, const struct ht_segment_identity *identity)
{
	uint64_t changed_ns =
	    (uint64_t)file->st_mtim.tv_sec * 1000000000u + (uint64_t)file->st_mtim.tv_nsec;
	uint64_t beat_ns = identity->heartbeat_ns;
	if (changed_ns < identity->clock_realtime_ns || beat_ns <= identity->clock_monotonic_ns)
		return changed_ns;
	beat_ns = identity->clock_realtime_ns + (beat_ns - identity->clock_monotonic_ns);
	return beat_ns > changed_ns ? beat_ns : changed_ns;
}

/* True when the file NAME is one to be collected in time; fills CORPSE. */
static bool
examine(int directory_fd, const struct ht_proc_dir *proc, uint32_t pid_namespace, const char *name,
    struct corpse *corpse)
{
	const struct ht_segment_owners owners = { { UINT32_MAX, UINT32_MAX, UINT32_MAX,
	    geteuid() } };
	struct ht_segment_name parsed;
	struct ht_segment_identity identity;
	struct stat file;
	if (!ht_segment_name_parse(name, &parsed))
		return false;
	int fd = ht_segment_file_open(directory_fd, name, &owners);
	if (fd < 0)
		return false;
	enum ht_segment_fault fault = ht_segment_file_probe(fd, &identity);
	bool well_formed = fault == HT_SEGMENT_OK || fault == HT_SEGMENT_BUILDING;
	bool ours = fstat(fd, &file) == 0 && file.st_uid == geteuid();
	bool locked = ht_segment_file_is_locked(fd);
	close(fd);
	if (!well_formed || !ours || locked)
		return false;
	bool exec = fault == HT_SEGMENT_OK && identity.state == HEAPTOP_STATE_EXEC;
	if (!exec && lives(proc, pid_namespace, &parsed))
		return false;
	*corpse = (struct corpse){
		.device = file.st_dev,
		.inode = file.st_ino,
		.died_ns = death_time(&file, &identity),
		.backed_bytes = (uint64_t)file.st_blocks * 512,
		.is_garbage = exec,
		.is_claimed = (identity.flags & HEAPTOP_FLAG_KEEP) != 0,
	};
	snprintf(corpse->name, sizeof(corpse->name), "%s", name);
	return true;
}

static int
newest_first(const void *left, const void *right)
{
	const struct corpse *a = left;
	const struct corpse *b = right;
	if (a->died_ns != b->died_ns)
		return a->died_ns > b->died_ns ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* Removes what CORPSES, newest first, have too much.  How many went. */
static unsigned
remove_surplus(int directory_fd, const struct corpse *corpses, size_t count, uint64_t now_ns)
{
	unsigned removed = 0;
	size_t kept = 0;
	uint64_t bytes = 0;
	for (size_t i = 0; i < count; i++) {
		const struct corpse *corpse = &corpses[i];
		bool old =
		    now_ns > corpse->died_ns && now_ns - corpse->died_ns > HT_SEGMENT_DEAD_MOST_NS;
		if (corpse->is_claimed && !old)
			continue;
		if (!corpse->is_garbage && !old && kept < HT_SEGMENT_DEAD_MOST &&
		    bytes + corpse->backed_bytes <= HT_SEGMENT_DEAD_MOST_BYTES) {
			kept++;
			bytes += corpse->backed_bytes;
			continue;
		}
		ht_segment_dead_remove(directory_fd, corpse->name, corpse->device, corpse->inode);
		removed++;
	}
	return removed;
}

unsigned
ht_segment_dead_collect(
    int directory_fd, const struct ht_proc_dir *proc, uint32_t pid_namespace, uint64_t now_ns)
{
	int copy = openat(directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = copy >= 0 ? fdopendir(copy) : NULL;
	struct corpse *corpses = NULL;
	size_t count = 0;
	size_t capacity = 0;
	if (stream == NULL) {
		if (copy >= 0)
			close(copy);
		return 0;
	}
	for (struct dirent *entry; count < MOST_LISTED && (entry = readdir(stream)) != NULL;) {
		if (count == capacity) {
			size_t more = capacity * 2 + 32;
			struct corpse *grown = reallocarray(corpses, more, sizeof(*grown));
			if (grown == NULL)
				break; /* the rest waits for another time */
			corpses = grown;
			capacity = more;
		}
		count += examine(directory_fd, proc, pid_namespace, entry->d_name, &corpses[count]);
	}
	closedir(stream);
	if (count != 0)
		qsort(corpses, count, sizeof(*corpses), newest_first);
	unsigned removed = remove_surplus(directory_fd, corpses, count, now_ns);
	free(corpses);
	return removed;
}

/* NULL: a user without a name, or for lack of memory. */
static const char *
user_name(uid_t uid, struct ht_arena *arena)
{
	char text[1024];
	struct passwd entry, *found = NULL;
	if (getpwuid_r(uid, &entry, text, sizeof(text), &found) != 0 || found == NULL)
		return NULL;
	return ht_arena_text(arena, entry.pw_name, strlen(entry.pw_name));
}

int
ht_segment_dead_tell(const struct ht_segment_identity *identity, uint32_t owner,
    struct ht_arena *arena, struct ht_sample *sample)
{
	sample->source = HT_SOURCE_SEGMENT;
	sample->quality = HT_QUALITY_DEAD;
	sample->quality_reason = sample->heap != NULL ? "ended without cleaning up"
						      : "ended, and its segment is corrupt";
	sample->monotonic_ns =
	    identity->heartbeat_ns != 0 ? identity->heartbeat_ns : identity->clock_monotonic_ns;
	sample->uid = owner;
	sample->user = user_name(owner, arena);
	sample->name = ht_arena_text(arena, identity->name, strlen(identity->name));
	return sample->name != NULL ? 0 : -ENOMEM;
}
