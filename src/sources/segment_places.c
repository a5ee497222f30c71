/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "sources/segment_places.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sources/segment_name.h"

#define SHARED_MEMORY "/dev/shm"

enum {
	MOST_PLACES = 4096,
	MOST_ASKED = 512, /* processes that are asked for their namespace a tick */
};

static const uint32_t watched = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
				IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

static struct ht_segment_place *
find_place(const struct ht_segment_places *places, const char *path, uint32_t mount_namespace)
{
	for (size_t i = 0; i < places->count; i++)
		if (places->places[i].mount_namespace == mount_namespace &&
		    strcmp(places->places[i].path, path) == 0)
			return &places->places[i];
	return NULL;
}

/* Adds NEW unless it is known.  0 or -ENOMEM. */
static int
add_place(struct ht_segment_places *places, const struct ht_segment_place *new)
{
	if (find_place(places, new->path, new->mount_namespace) != NULL ||
	    places->count == MOST_PLACES)
		return 0;
	if (places->count == places->capacity) {
		size_t capacity = places->capacity * 2 + 4;
		struct ht_segment_place *grown =
		    reallocarray(places->places, capacity, sizeof(*grown));
		if (grown == NULL)
			return -ENOMEM;
		places->places = grown;
		places->capacity = capacity;
	}
	places->places[places->count] = *new;
	places->places[places->count].watch = -1;
	places->places[places->count].id = places->next_id++;
	places->places[places->count].is_changed = true;
	places->count++;
	return 0;
}

/* Adds DIRECTORY/NAME in our own namespace; one whose name is too long is no place. */
static int
add_own(struct ht_segment_places *places, uint32_t uid, const char *directory, const char *name)
{
	struct ht_segment_place place = { .uid = uid };
	int length = snprintf(place.path, sizeof(place.path), "%s/%s", directory, name);
	if (length < 0 || (size_t)length >= sizeof(place.path))
		return 0;
	return add_place(places, &place);
}

static int
add_usual(struct ht_segment_places *places)
{
	struct ht_segment_place shared = {
		.path = SHARED_MEMORY,
		.uid = UINT32_MAX,
		.is_parent = true,
	};
	char name[32];
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	snprintf(name, sizeof(name), "heaptop-%u", (unsigned)geteuid());
	int result = geteuid() == 0 ? add_place(places, &shared)
				    : add_own(places, geteuid(), SHARED_MEMORY, name);
	if (result == 0 && runtime != NULL && *runtime == '/')
		result = add_own(places, geteuid(), runtime, "heaptop");
	return result;
}

int
ht_segment_places_init(struct ht_segment_places *places, const struct ht_proc_dir *proc)
{
	*places =
	    (struct ht_segment_places){ .inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK) };
	places->mount_namespace = ht_proc_dir_namespace(proc, (int32_t)getpid(), "mnt");
	const char *directory = getenv("HEAPTOP_DIR");
	if (directory != NULL && *directory == '/')
		return add_own(places, UINT32_MAX, directory, ".");
	return add_usual(places);
}

void
ht_segment_places_release(struct ht_segment_places *places)
{
	if (places->inotify_fd >= 0)
		close(places->inotify_fd);
	free(places->places);
	*places = (struct ht_segment_places){ .inotify_fd = -1 };
}

/* Without openat2: each part by itself, and no part may be a link. */
static int
open_by_parts(int root_fd, const char *path)
{
	char part[NAME_MAX + 1];
	int fd = dup(root_fd);
	while (fd >= 0) {
		path += strspn(path, "/");
		size_t length = strcspn(path, "/");
		if (length == 0)
			break;
		if (length > NAME_MAX) {
			close(fd);
			return -ENAMETOOLONG;
		}
		memcpy(part, path, length);
		part[length] = '\0';
		path += length;
		int next = openat(fd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		int saved = errno;
		close(fd);
		errno = saved;
		fd = next;
	}
	return fd >= 0 ? fd : -errno;
}

static int
open_within(int root_fd, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
	if (fd >= 0)
		return fd;
	/* An old kernel, or a sandbox that does not know the call. */
	return errno == ENOSYS || errno == EPERM ? open_by_parts(root_fd, path) : -errno;
}

int
ht_segment_place_open(const struct ht_proc_dir *proc, const struct ht_segment_place *place)
{
	if (place->mount_namespace == 0) {
		int fd = open(place->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		return fd >= 0 ? fd : -errno;
	}
	char path[HT_PROC_PATH_BYTES];
	ht_proc_dir_path(place->via_pid, "root", path);
	int root_fd = openat(proc->fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		return -errno;
	int fd = open_within(root_fd, place->path);
	close(root_fd);
	return fd;
}

/* Watches what FD has open, by its link in /proc: the path could lead elsewhere by now. */
static void
watch(const struct ht_segment_places *places, struct ht_segment_place *place, int fd)
{
	char path[64];
	if (places->inotify_fd < 0 || place->watch >= 0)
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	place->watch = inotify_add_watch(places->inotify_fd, path, watched);
}

/* Adds the directories heaptop-<uid> in place INDEX, which is open at FD. */
static int
list_parent(struct ht_segment_places *places, size_t index, int fd)
{
	const struct ht_segment_place parent = places->places[index]; /* the list moves */
	int copy = dup(fd);
	DIR *stream = copy >= 0 ? fdopendir(copy) : NULL;
	if (stream == NULL) {
		if (copy >= 0)
			close(copy);
		return 0;
	}
	int result = 0;
	for (struct dirent *entry; result == 0 && (entry = readdir(stream)) != NULL;) {
		struct ht_segment_place place = {
			.mount_namespace = parent.mount_namespace,
			.via_pid = parent.via_pid,
		};
		if (!ht_segment_directory_parse(entry->d_name, &place.uid))
			continue;
		int length = snprintf(
		    place.path, sizeof(place.path), "%s/%.32s", parent.path, entry->d_name);
		if (length > 0 && (size_t)length < sizeof(place.path))
			result = add_place(places, &place);
	}
	closedir(stream);
	return result;
}

/* Mount namespaces often share a directory; then the first one found stands for all. */
static bool
is_known_directory(const struct ht_segment_places *places, size_t index, int fd)
{
	struct stat file;
	struct ht_segment_place *place = &places->places[index];
	if (fstat(fd, &file) != 0)
		return false;
	place->device = file.st_dev;
	place->inode = file.st_ino;
	for (size_t i = 0; i < places->count; i++) {
		const struct ht_segment_place *other = &places->places[i];
		if (i != index && other->watch >= 0 && other->device == file.st_dev &&
		    other->inode == file.st_ino)
			return true;
	}
	return false;
}

/* The watch comes before the listing, so that nothing falls between. */
static int
update_place(struct ht_segment_places *places, const struct ht_proc_dir *proc, size_t index)
{
	struct ht_segment_place *place = &places->places[index];
	if (place->is_same || (place->watch >= 0 && !(place->is_parent && place->is_changed)))
		return 0;
	int fd = ht_segment_place_open(proc, place);
	place->is_denied = fd == -EACCES || fd == -EPERM;
	if (fd < 0)
		return 0;
	int result = 0;
	place->is_same = place->watch < 0 && is_known_directory(places, index, fd);
	if (!place->is_same) {
		watch(places, place, fd);
		place->is_changed = !place->is_parent;
		if (place->is_parent)
			result = list_parent(places, index, fd);
	}
	close(fd);
	return result;
}

static void
apply_event(struct ht_segment_places *places, const struct inotify_event *event)
{
	for (size_t i = 0; i < places->count; i++) {
		struct ht_segment_place *place = &places->places[i];
		if ((event->mask & IN_Q_OVERFLOW) == 0 && place->watch != event->wd)
			continue;
		/* Other programs' shared memory comes and goes beside ours. */
		if (place->is_parent && event->len != 0 &&
		    strncmp(event->name, "heaptop-", strlen("heaptop-")) != 0)
			continue;
		place->is_changed = true;
		if ((event->mask & IN_IGNORED) != 0)
			place->watch = -1;
	}
}

static void
read_events(struct ht_segment_places *places)
{
	_Alignas(struct inotify_event) char buffer[4096];
	if (places->inotify_fd < 0)
		return;
	for (;;) {
		ssize_t length = read(places->inotify_fd, buffer, sizeof(buffer));
		if (length <= 0)
			return;
		for (ssize_t at = 0; at < length;) {
			const struct inotify_event *event = (const void *)(buffer + at);
			apply_event(places, event);
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	}
}

/* A process that lives in MOUNT_NAMESPACE, PREFERRED if it still does; 0: none. */
static int32_t
find_inhabitant(
    const struct ht_process_table *processes, uint32_t mount_namespace, int32_t preferred)
{
	const struct ht_process_record *record = ht_process_table_find(processes, preferred);
	if (record != NULL && !record->is_gone && record->mount_namespace == mount_namespace)
		return preferred;
	for (size_t i = 0; i < processes->count; i++)
		if (processes->records[i].mount_namespace == mount_namespace &&
		    !processes->records[i].is_gone)
			return processes->records[i].entry.pid;
	return 0;
}

/* Forgets places in namespaces that nobody lives in any more. */
static void
drop_left_places(struct ht_segment_places *places, const struct ht_process_table *processes)
{
	size_t kept = 0;
	for (size_t i = 0; i < places->count; i++) {
		struct ht_segment_place *place = &places->places[i];
		if (place->mount_namespace != 0) {
			place->via_pid =
			    find_inhabitant(processes, place->mount_namespace, place->via_pid);
			if (place->via_pid == 0) {
				if (place->watch >= 0)
					inotify_rm_watch(places->inotify_fd, place->watch);
				continue;
			}
		}
		places->places[kept++] = *place;
	}
	if (kept == places->count)
		return;
	places->count = kept;
	for (size_t i = 0; i < kept; i++)
		places->places[i].is_same = false;
}

static int
add_namespace(struct ht_segment_places *places, const struct ht_process_record *record)
{
	struct ht_segment_place place = {
		.mount_namespace = record->mount_namespace,
		.via_pid = record->entry.pid,
		.uid = UINT32_MAX,
	};
	const char *directory = getenv("HEAPTOP_DIR");
	place.is_parent = directory == NULL || *directory != '/';
	int length = snprintf(
	    place.path, sizeof(place.path), "%s", place.is_parent ? SHARED_MEMORY : directory);
	return (size_t)length < sizeof(place.path) ? add_place(places, &place) : 0;
}

/*
 * Asks each new process for its mount namespace; one that isn't ours is a place to
 * look.  At 5.5 us each this goes in steps where there are very many.
 */
static int
look_at_processes(struct ht_segment_places *places, const struct ht_proc_dir *proc,
    const struct ht_process_table *processes)
{
	int result = 0;
	unsigned asked = 0;
	for (size_t i = 0; i < processes->count && result == 0; i++) {
		struct ht_process_record *record = &processes->records[i];
		if (asked == MOST_ASKED)
			return 0;
		if (record->is_mount_namespace_asked || !record->is_known || record->is_gone ||
		    record->is_kernel_thread)
			continue;
		record->is_mount_namespace_asked = true;
		asked++;
		record->mount_namespace = ht_proc_dir_namespace(proc, record->entry.pid, "mnt");
		if (record->mount_namespace != 0 &&
		    record->mount_namespace != places->mount_namespace)
			result = add_namespace(places, record);
	}
	places->table_changes = processes->changes;
	return result;
}

int
ht_segment_places_update(struct ht_segment_places *places, const struct ht_proc_dir *proc,
    const struct ht_process_table *processes, bool is_hurried)
{
	int result = 0;
	read_events(places);
	if (places->table_changes != processes->changes && !is_hurried) {
		result = look_at_processes(places, proc, processes);
		drop_left_places(places, processes);
	}
	/* The list grows as parents are read. */
	for (size_t i = 0; i < places->count && result == 0; i++)
		result = update_place(places, proc, i);
	return result;
}
