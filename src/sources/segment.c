/* SPDX-License-Identifier: MIT */
/*
 * One file that is broken, hostile or gone must not touch the others: whatever is
 * wrong with it is said in the row of its process, or it is passed over.
 */
#include "config.h"

#include "sources/segment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "decode/procfs.h"
#include "decode/segment.h"
#include "heaptop/segment.h"
#include "model/frame.h"
#include "sources/proc_dir.h"
#include "sources/segment_dead.h"
#include "sources/segment_file.h"
#include "sources/segment_kept.h"
#include "sources/segment_name.h"
#include "sources/segment_places.h"
#include "sources/segment_reasons.h"
#include "sources/segment_tids.h"

enum { MOST_FILES = 65536 };

/* A program may die without its directory changing, so the dead are looked for now and then. */
#define COLLECT_NS UINT64_C(10000000000)

/* A well-formed name in one of the places. */
struct file {
	char text[HT_SEGMENT_NAME_BYTES];
	struct ht_segment_name name;
	uint32_t place_id;
	ino_t inode;                  /* another one: the file was replaced */
	int fd;                       /* owned, counted in the descriptors; -1: none is kept */
	int32_t pid;                  /* whose it is, as we see it; 0: of no process in the table */
	uint64_t table_changes;       /* of the process table when pid 0 was found */
	size_t need;                  /* bytes that the last copy took */
	struct ht_segment_kept *kept; /* owned; NULL: nothing */
	bool is_listed;
};

struct ht_segments {
	struct ht_proc_dir proc;
	uint32_t pid_namespace; /* our own */
	struct ht_segment_places places;
	struct file *files; /* owned */
	size_t count;
	size_t capacity;
	struct ht_segment_buffers buffers;
	uint64_t collected_ns; /* CLOCK_MONOTONIC of the last collection; 0: none yet */
};

static const struct ht_segment_place *
place_of(const struct ht_segments *segments, const struct file *file)
{
	for (size_t i = 0; i < segments->places.count; i++)
		if (segments->places.places[i].id == file->place_id)
			return &segments->places.places[i];
	return NULL;
}

static void
close_file(struct file *file, struct ht_descriptors *descriptors)
{
	ht_segment_kept_free(file->kept);
	file->kept = NULL;
	if (file->fd < 0)
		return;
	close(file->fd);
	file->fd = -1;
	ht_descriptors_drop(descriptors);
}

static struct file *
find_file(const struct ht_segments *segments, uint32_t place_id, const char *text)
{
	for (size_t i = 0; i < segments->count; i++)
		if (segments->files[i].place_id == place_id &&
		    strcmp(segments->files[i].text, text) == 0)
			return &segments->files[i];
	return NULL;
}

static struct file *
add_file(struct ht_segments *segments)
{
	if (segments->count == MOST_FILES)
		return NULL;
	if (segments->count == segments->capacity) {
		size_t capacity = segments->capacity * 2 + 16;
		struct file *files = reallocarray(segments->files, capacity, sizeof(*files));
		if (files == NULL)
			return NULL;
		segments->files = files;
		segments->capacity = capacity;
	}
	return &segments->files[segments->count++];
}

/* Notes the file TEXT of PLACE: new, known, or new under a known name. */
static void
note_file(struct ht_segments *segments, const struct ht_segment_place *place, int directory_fd,
    const char *text, struct ht_descriptors *descriptors)
{
	struct ht_segment_name name;
	struct stat status;
	if (!ht_segment_name_parse(text, &name) ||
	    fstatat(directory_fd, text, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISREG(status.st_mode))
		return;
	struct file *file = find_file(segments, place->id, text);
	if (file != NULL && file->inode == status.st_ino) {
		file->is_listed = true;
		return;
	}
	if (file != NULL)
		close_file(file, descriptors);
	else
		file = add_file(segments);
	if (file == NULL)
		return;
	*file = (struct file){
		.name = name,
		.place_id = place->id,
		.inode = status.st_ino,
		.fd = -1,
		.table_changes = UINT64_MAX,
		.is_listed = true,
	};
	/* It fits: a longer name isn't well-formed. */
	memcpy(file->text, text, strlen(text) + 1);
}

/* Forgets the files of PLACE_ID that are not listed any more. */
static void
forget_unlisted(struct ht_segments *segments, uint32_t place_id, struct ht_descriptors *descriptors)
{
	size_t kept = 0;
	for (size_t i = 0; i < segments->count; i++) {
		struct file *file = &segments->files[i];
		if (file->place_id == place_id && !file->is_listed) {
			close_file(file, descriptors);
			continue;
		}
		segments->files[kept++] = *file;
	}
	segments->count = kept;
}

static void
list_place(struct ht_segments *segments, struct ht_segment_place *place,
    struct ht_descriptors *descriptors)
{
	int fd = ht_segment_place_open(&segments->proc, place);
	DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
	if (stream == NULL && fd >= 0)
		close(fd);
	/* Cleared before reading: what changes meanwhile is listed again. */
	place->is_changed = place->watch < 0;
	for (size_t i = 0; i < segments->count; i++)
		if (segments->files[i].place_id == place->id)
			segments->files[i].is_listed = false;
	for (struct dirent *entry; stream != NULL && (entry = readdir(stream)) != NULL;)
		note_file(segments, place, dirfd(stream), entry->d_name, descriptors);
	if (stream != NULL)
		closedir(stream);
	forget_unlisted(segments, place->id, descriptors);
}

static void
forget_left_places(struct ht_segments *segments, struct ht_descriptors *descriptors)
{
	for (size_t i = 0; i < segments->count; i++) {
		struct file *file = &segments->files[i];
		if (place_of(segments, file) != NULL)
			continue;
		close_file(file, descriptors);
		*file = segments->files[--segments->count];
		i--;
	}
}

static void
collect_dead(struct ht_segments *segments, const struct ht_segment_place *place)
{
	if (place->mount_namespace != 0 || place->is_parent ||
	    (place->uid != UINT32_MAX && place->uid != geteuid()))
		return;
	int fd = ht_segment_place_open(&segments->proc, place);
	if (fd < 0)
		return;
	ht_segment_dead_collect(
	    fd, &segments->proc, segments->pid_namespace, ht_clock_realtime_ns());
	close(fd);
}

/* Brings the list of files up to date with what changed in the directories. */
static int
update_files(struct ht_segments *segments, struct ht_poll *poll)
{
	int result = ht_segment_places_update(
	    &segments->places, &segments->proc, poll->processes, poll->request->is_hurried);
	uint64_t now_ns = ht_clock_monotonic_ns();
	bool time_to_collect =
	    segments->collected_ns == 0 || now_ns - segments->collected_ns >= COLLECT_NS;
	if (time_to_collect)
		segments->collected_ns = now_ns;
	for (size_t i = 0; i < segments->places.count; i++) {
		struct ht_segment_place *place = &segments->places.places[i];
		if (place->is_parent || place->is_same)
			continue;
		if (time_to_collect || place->is_changed)
			collect_dead(segments, place);
		if (place->is_changed)
			list_place(segments, place, poll->descriptors);
	}
	forget_left_places(segments, poll->descriptors);
	return result;
}

/* The living process that FILE belongs to, or 0. */
static int32_t
process_of(const struct ht_segments *segments, const struct ht_poll *poll, struct file *file)
{
	const struct ht_process_record *record = ht_process_table_find(poll->processes, file->pid);
	if (file->pid != 0 && record != NULL && record->is_known && !record->is_gone &&
	    record->start_time_ticks == file->name.start_time_ticks)
		return file->pid;
	if (file->table_changes == poll->processes->changes)
		return 0;
	file->pid = ht_segment_tids_find_process(
	    &segments->proc, poll->processes, segments->pid_namespace, &file->name);
	file->table_changes = poll->processes->changes;
	return file->pid;
}

/* Who may own the file of process PID: the uids that it has, as a daemon starts as root and drops. */
static struct ht_segment_owners
owners_of(const struct ht_segments *segments, int32_t pid)
{
	char text[4096];
	struct ht_procfs_status status;
	ssize_t length = ht_proc_dir_read(&segments->proc, pid, "status", text, sizeof(text));
	ht_procfs_decode_status(text, length > 0 ? (size_t)length : 0, &status);
	struct ht_segment_owners owners;
	memcpy(owners.uids, status.uids, sizeof(owners.uids));
	return owners;
}

static int
open_file(const struct ht_segments *segments, const struct file *file,
    const struct ht_segment_owners *owners)
{
	const struct ht_segment_place *place = place_of(segments, file);
	if (place == NULL)
		return -ENOENT;
	int directory_fd = ht_segment_place_open(&segments->proc, place);
	if (directory_fd < 0)
		return directory_fd;
	int fd = ht_segment_file_open(directory_fd, file->text, owners);
	close(directory_fd);
	return fd;
}

/* Brings procfs's sample of PID up to date: state and thread count are read in turn there. */
static void
refresh_process(const struct ht_segments *segments, struct ht_sample *process)
{
	char text[1024];
	struct ht_procfs_stat stat;
	ssize_t length =
	    ht_proc_dir_read(&segments->proc, process->key.pid, "stat", text, sizeof(text));
	if (length <= 0 || ht_procfs_decode_stat(text, (size_t)length, &stat) != 0 ||
	    stat.start_time_ticks != process->key.start_time_ticks)
		return;
	process->state = stat.state;
	HT_SET_U(&process->process, HT_PROCESS_THREAD_COUNT, stat.thread_count);
}

/* A sample that says only why there are no figures: WHAT: WHY.  0 or -ENOMEM. */
static int
add_reason(struct ht_poll *poll, struct ht_process_key key, enum ht_quality quality,
    const char *what, const char *why)
{
	char text[128];
	snprintf(text, sizeof(text), "%s: %s", what, why);
	struct ht_sample *sample = ht_poll_add(poll);
	if (sample == NULL)
		return -ENOMEM;
	sample->key = key;
	sample->source = HT_SOURCE_SEGMENT;
	sample->quality = quality;
	sample->monotonic_ns = ht_clock_monotonic_ns();
	sample->quality_reason = ht_arena_text(poll->arena, text, strlen(text));
	return sample->quality_reason != NULL ? 0 : -ENOMEM;
}

static int
add_corrupt(struct ht_poll *poll, struct ht_process_key key, const char *why)
{
	return add_reason(poll, key, HT_QUALITY_CORRUPT, "segment is corrupt", why);
}

static bool
names_its_owner(const struct file *file, const struct ht_segment_identity *identity)
{
	return identity->pid == (uint32_t)file->name.pid &&
	       identity->start_time_ticks == file->name.start_time_ticks &&
	       (identity->pid_namespace == 0 ||
		   identity->pid_namespace == file->name.pid_namespace);
}

static uint32_t
detail_of(const struct ht_request *request, int32_t pid)
{
	uint32_t detail = ht_pid_list_covers(&request->detail_for, pid) ? request->detail : 0;
	/* How much of the live heap is in large blocks divides what is resident. */
	return (detail & (HT_DETAIL_MAPS | HT_DETAIL_ALLOCATOR)) != 0
		   ? detail | HT_DETAIL_SIZE_CLASSES
		   : detail;
}

/* What the decoder made of the open file of PROCESS, as a sample in our terms.  0 or -ENOMEM. */
static int
add_told(struct ht_segments *segments, struct ht_poll *poll, const struct file *file,
    const struct ht_sample *process, struct ht_sample *told)
{
	const struct ht_process_key key = process->key;
	if (told->heap == NULL)
		return add_corrupt(
		    poll, key, told->quality_reason != NULL ? told->quality_reason : "unreadable");
	told->key = key;
	told->source = HT_SOURCE_SEGMENT;
	if (file->name.pid_namespace != segments->pid_namespace)
		ht_segment_tids_translate(&segments->proc, key.pid, file->name.pid, process->tasks,
		    process->task_count, told->heap);
	if (process->state == 'T' || process->state == 't') {
		told->quality = HT_QUALITY_STALE;
		told->quality_reason = "stopped: its figures stand still";
	}
	struct ht_sample *sample = ht_poll_add(poll);
	if (sample == NULL)
		return -ENOMEM;
	*sample = *told;
	return 0;
}

/* As we see it, or, where nobody has it any more, as the program saw itself. */
static int32_t
pid_of(const struct file *file)
{
	return file->pid != 0 ? file->pid : file->name.pid;
}

/* What a person asks for with --dead: of these processes, of this user. */
static bool
is_asked_for(const struct ht_request *request, const struct file *file, uid_t owner)
{
	return request->dead && ht_pid_list_covers(&request->only, pid_of(file)) &&
	       (request->only_uid == UINT32_MAX || request->only_uid == owner);
}

/*
 * The last figures of an ended program, from its file FD.  While procfs has its process, it
 * is of that one's user, which may have changed since the file was made.  0 or -ENOMEM.
 */
static int
add_dead(struct ht_segments *segments, struct ht_poll *poll, struct file *file, int fd,
    const struct ht_segment_identity *identity)
{
	struct stat status;
	struct ht_sample told = { 0 };
	if (fstat(fd, &status) != 0)
		return 0;
	const struct ht_sample *process = ht_poll_find_process(poll, file->pid);
	const uid_t owner = process != NULL ? process->uid : status.st_uid;
	if (!is_asked_for(poll->request, file, owner))
		return 0;
	int result = ht_segment_file_read(fd, &segments->buffers,
	    detail_of(poll->request, pid_of(file)), true, &file->need, poll->arena, &told);
	if (result != 0)
		return result == -ENOMEM ? result : 0;
	struct ht_sample *sample = ht_poll_add(poll);
	if (sample == NULL)
		return -ENOMEM;
	sample->key = (struct ht_process_key){ pid_of(file), file->name.start_time_ticks };
	sample->heap = told.heap;
	return ht_segment_dead_tell(identity, owner, poll->arena, sample);
}

/*
 * Whether PROCESS, which has no lock on its file any more, has ended and waits for its parent, maybe for
 * ever.  Its state alone tells: who lost its lock otherwise, as by an exec, lives on.
 */
static bool
has_ended(const struct ht_segments *segments, struct ht_sample *process,
    const struct ht_segment_identity *identity)
{
	refresh_process(segments, process);
	return identity->state == HEAPTOP_STATE_LIVE &&
	       (process->state == 'Z' || process->state == 'X');
}

/*
 * The file FD of a process in the table.  Unlocked, it is what a program left that
 * became another by exec, or that ended, or not a segment at all.
 */
static int
poll_open_file(struct ht_segments *segments, struct ht_poll *poll, struct file *file, int fd,
    struct ht_sample *process)
{
	const struct ht_look look = ht_look_now(process);
	const uint32_t detail = detail_of(poll->request, process->key.pid);
	struct ht_segment_identity identity;
	enum ht_segment_fault fault = ht_segment_file_probe(fd, &identity);
	if (fault == HT_SEGMENT_BUILDING)
		return 0;
	if (fault != HT_SEGMENT_OK)
		return add_corrupt(poll, process->key, ht_segment_fault_text(fault));
	if (!names_its_owner(file, &identity))
		return add_corrupt(poll, process->key, "it names another process");
	if (!ht_segment_file_is_locked(fd)) {
		if (identity.state == HEAPTOP_STATE_EXEC)
			segments->collected_ns = 0; /* garbage: don't wait for the usual time */
		if (!has_ended(segments, process, &identity))
			return 0;
		process->quality_reason = "ended: --dead shows its last figures";
		return add_dead(segments, poll, file, fd, &identity);
	}
	refresh_process(segments, process);
	struct ht_sample told = { 0 };
	int result = ht_segment_file_read(
	    fd, &segments->buffers, detail, false, &file->need, poll->arena, &told);
	if (result == 0) {
		ht_segment_kept_free(file->kept);
		file->kept = ht_segment_kept_new(&look, detail, &told, process);
		return add_told(segments, poll, file, process, &told);
	}
	if (result == -ENOMEM || result == -ENODATA)
		return result == -ENOMEM ? result : 0;
	return add_reason(
	    poll, process->key, HT_QUALITY_STALE, "segment cannot be read", strerror(-result));
}

/* What was read before of a process that hasn't run since.  0 or -ENOMEM. */
static int
poll_kept(struct ht_segments *segments, struct ht_poll *poll, const struct file *file,
    const struct ht_look *now, const struct ht_sample *process)
{
	struct ht_sample told;
	int result = ht_segment_kept_tell(file->kept, now, poll->arena, &told);
	return result == 0 ? add_told(segments, poll, file, process, &told) : result;
}

static int
poll_living(struct ht_segments *segments, struct ht_poll *poll, struct file *file,
    struct ht_sample *process)
{
	const struct ht_look now = ht_look_now(process);
	if (ht_segment_kept_holds(
		file->kept, &now, detail_of(poll->request, process->key.pid), process))
		return poll_kept(segments, poll, file, &now, process);
	if (file->fd >= 0)
		return poll_open_file(segments, poll, file, file->fd, process);
	struct ht_segment_owners owners = owners_of(segments, process->key.pid);
	int fd = open_file(segments, file, &owners);
	if (fd == -EACCES)
		process->quality_reason = "not permitted to read its segment";
	if (fd < 0)
		return 0;
	int result = poll_open_file(segments, poll, file, fd, process);
	if (ht_descriptors_keep(poll->descriptors))
		file->fd = fd;
	else
		close(fd);
	return result;
}

/* A file of no process in the table: of a dead one, unless somebody still holds its lock. */
static int
poll_left(struct ht_segments *segments, struct ht_poll *poll, struct file *file)
{
	const struct ht_segment_place *place = place_of(segments, file);
	struct ht_segment_identity identity;
	close_file(file, poll->descriptors);
	file->pid = 0;
	if (!poll->request->dead || place == NULL)
		return 0;
	uint32_t owner = place->uid != UINT32_MAX ? place->uid : geteuid();
	const struct ht_segment_owners owners = { { owner, UINT32_MAX, UINT32_MAX, UINT32_MAX } };
	int fd = open_file(segments, file, &owners);
	if (fd < 0)
		return 0;
	int result = 0;
	if (!ht_segment_file_is_locked(fd) &&
	    ht_segment_file_probe(fd, &identity) == HT_SEGMENT_OK &&
	    identity.state == HEAPTOP_STATE_LIVE && names_its_owner(file, &identity))
		result = add_dead(segments, poll, file, fd, &identity);
	close(fd);
	return result;
}

static int
poll_file(struct ht_segments *segments, struct ht_poll *poll, struct file *file)
{
	int32_t pid = process_of(segments, poll, file);
	if (pid == 0)
		return poll_left(segments, poll, file);
	struct ht_sample *process = ht_poll_find_process(poll, pid);
	return process != NULL ? poll_living(segments, poll, file, process) : 0;
}

int
ht_segments_poll(struct ht_segments *segments, struct ht_poll *poll)
{
	int result = update_files(segments, poll);
	for (size_t i = 0; i < segments->count && result == 0; i++)
		result = poll_file(segments, poll, &segments->files[i]);
	ht_segment_reasons_tell(&segments->proc, poll);
	ht_segment_buffers_trim(&segments->buffers);
	return result;
}

int
ht_segments_new(struct ht_segments **out, struct ht_error *error)
{
	struct ht_segments *segments = calloc(1, sizeof(*segments));
	int result = segments != NULL ? ht_proc_dir_open("/proc", &segments->proc) : -ENOMEM;
	if (result == 0) {
		segments->pid_namespace =
		    ht_proc_dir_namespace(&segments->proc, (int32_t)getpid(), "pid");
		result = ht_segment_places_init(&segments->places, &segments->proc);
	}
	if (result == 0) {
		*out = segments;
		return 0;
	}
	ht_error_set(error, HT_ERROR_RUNTIME, "cannot look for segments: %s", strerror(-result));
	free(segments);
	return result;
}

void
ht_segments_free(struct ht_segments *segments)
{
	if (segments == NULL)
		return;
	for (size_t i = 0; i < segments->count; i++) {
		ht_segment_kept_free(segments->files[i].kept);
		if (segments->files[i].fd >= 0)
			close(segments->files[i].fd);
	}
	free(segments->files);
	ht_segment_buffers_release(&segments->buffers);
	ht_segment_places_release(&segments->places);
	ht_proc_dir_close(&segments->proc);
	free(segments);
}

static int
open_source(void **state, struct ht_error *error)
{
	struct ht_segments *segments;
	int result = ht_segments_new(&segments, error);
	if (result == 0)
		*state = segments;
	return result;
}

static int
poll_source(void *state, struct ht_poll *poll)
{
	return ht_segments_poll(state, poll);
}

static void
close_source(void *state)
{
	ht_segments_free(state);
}

const struct ht_source ht_source_segment = { "segment", open_source, poll_source, close_source };
