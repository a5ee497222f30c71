/* SPDX-License-Identifier: MIT */
/*
 * The fast path.  What a refresh of one process costs decides what the monitor
 * costs: one kept descriptor of statm and one pread (2.7 us; opening anew is 7), the
 * processor time from its clock (0.7 us; stat is 11), the rest of stat only
 * for a slice of the processes each tick.  A kept descriptor also tells a
 * process from a later one with its pid: it fails with ESRCH.
 */
#include "config.h"

#include "sources/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sources/host.h"
#include "sources/proc_dir.h"
#include "sources/procps.h"
#include "sources/tasks.h"

enum {
	STAT_BYTES = 1024,
	STATM_BYTES = 256,
	SLICE = 64,        /* stats read anew each tick, at least; */
	MOST_SLICES = 32,  /* all are read anew in so many ticks, at most */
	YOUNG_LOOKS = 3,   /* ticks in which a new process is expected to exec */
	LISTING_TICKS = 8, /* /proc is listed so often even if no process seems to be new */
};

struct ht_procfs {
	struct ht_proc_dir dir;
	struct ht_host *host;             /* owned; NULL: not on a real /proc */
	struct ht_procps *procps;         /* owned; NULL: not on a real /proc */
	struct ht_tasks *tasks;           /* owned */
	struct ht_process_entry *entries; /* owned; this tick's listing */
	size_t entry_count;
	size_t entry_capacity;
	uint64_t page_bytes;
	uint64_t ns_per_tick;
	uint64_t ticks;    /* polls so far */
	int loadavg_fd;    /* owned; -1: none */
	uint64_t last_pid; /* given out last when /proc was listed; 0: not known */
	bool must_list;    /* what was listed last doesn't do for the next tick */
};

static int
add_entry(int32_t pid, uint32_t inode, void *context)
{
	struct ht_procfs *procfs = context;
	if (procfs->entry_count == procfs->entry_capacity) {
		size_t capacity = procfs->entry_capacity * 2 + 256;
		struct ht_process_entry *entries =
		    reallocarray(procfs->entries, capacity, sizeof(*entries));
		if (entries == NULL)
			return -ENOMEM;
		procfs->entries = entries;
		procfs->entry_capacity = capacity;
	}
	procfs->entries[procfs->entry_count++] = (struct ht_process_entry){ pid, inode };
	return 0;
}

/* A thread's number opens a directory too; a process is what leads its group. */
static bool
leads_a_group(const struct ht_procfs *procfs, int32_t pid)
{
	char text[4096];
	struct ht_procfs_status status;
	ssize_t length = ht_proc_dir_read(&procfs->dir, pid, "status", text, sizeof(text));
	if (length <= 0)
		return true; /* hidden, as the next read will tell */
	ht_procfs_decode_status(text, (size_t)length, &status);
	return status.thread_group == pid || status.thread_group == -1;
}

static int
list_one(struct ht_procfs *procfs, struct ht_poll *poll, int32_t pid)
{
	char path[HT_PROC_PATH_BYTES];
	struct stat file;
	if (pid <= 0)
		return 0;
	ht_proc_dir_path(pid, NULL, path);
	if (fstatat(procfs->dir.fd, path, &file, 0) == 0)
		return leads_a_group(procfs, pid) ? add_entry(pid, (uint32_t)file.st_ino, procfs)
						  : 0;
	/* Mounted with hidepid, /proc doesn't show it, but the kernel says that it is there. */
	if (procfs->dir.is_real && kill(pid, 0) != 0 && errno == EPERM)
		poll->hidden_count++;
	return 0;
}

static int
by_pid(const void *left, const void *right)
{
	const struct ht_process_entry *a = left;
	const struct ht_process_entry *b = right;
	return (a->pid > b->pid) - (a->pid < b->pid);
}

/* The kernel lists pids in rising order; a request or another file system may not. */
static void
order_entries(struct ht_procfs *procfs)
{
	struct ht_process_entry *entries = procfs->entries;
	bool rising = true;
	for (size_t i = 1; i < procfs->entry_count && rising; i++)
		rising = entries[i - 1].pid < entries[i].pid;
	if (rising)
		return;
	qsort(entries, procfs->entry_count, sizeof(*entries), by_pid);
	size_t kept = 1;
	for (size_t i = 1; i < procfs->entry_count; i++)
		if (entries[i].pid != entries[kept - 1].pid)
			entries[kept++] = entries[i];
	procfs->entry_count = kept;
}

/* The pid that our namespace gave out last, 0 when it can't be told. */
static uint64_t
read_last_pid(const struct ht_procfs *procfs)
{
	char text[128];
	uint64_t pid;
	if (procfs->loadavg_fd < 0)
		return 0;
	ssize_t length = pread(procfs->loadavg_fd, text, sizeof(text), 0);
	if (length <= 0 || ht_procfs_decode_last_pid(text, (size_t)length, &pid) != 0)
		return 0;
	return pid;
}

/*
 * True when no process came since /proc was listed: no pid was given out.  Who went
 * is told by the kept descriptors.  Listing costs 1.2 us a process, as much as a third of all else.
 */
static bool
is_listed_already(struct ht_procfs *procfs, struct ht_poll *poll)
{
	const uint64_t last_pid = read_last_pid(procfs);
	bool same = last_pid != 0 && last_pid == procfs->last_pid && !procfs->must_list &&
		    poll->request->only.count == 0 && procfs->ticks % LISTING_TICKS != 0;
	procfs->last_pid = poll->last_pid = last_pid;
	procfs->must_list = poll->request->only.count != 0;
	return same;
}

static int
list(struct ht_procfs *procfs, struct ht_poll *poll)
{
	const struct ht_pid_list *only = &poll->request->only;
	procfs->entry_count = 0;
	int result = 0;
	if (only->count == 0)
		result = ht_proc_dir_each_number(&procfs->dir, add_entry, procfs);
	for (size_t i = 0; i < only->count && result == 0; i++)
		result = list_one(procfs, poll, only->pids[i]);
	order_entries(procfs);
	return result;
}

static int
list_anew(struct ht_procfs *procfs, struct ht_poll *poll)
{
	int result = list(procfs, poll);
	if (result == 0)
		result = ht_process_table_update(
		    poll->processes, procfs->entries, procfs->entry_count, poll->descriptors);
	return result;
}

static bool
is_denied(ssize_t result)
{
	return result == -EACCES || result == -EPERM;
}

static void
apply_stat(struct ht_process_record *record, const struct ht_procfs_stat *stat)
{
	record->start_time_ticks = stat->start_time_ticks;
	record->stat_cpu_ticks = stat->cpu_ticks;
	record->parent_pid = stat->parent_pid;
	record->thread_count = stat->thread_count;
	record->is_kernel_thread = stat->kernel_thread;
	record->state = stat->state;
	memcpy(record->name, stat->name, sizeof(record->name));
}

/* The owner of the directory is the effective user, proc(5). */
static uint32_t
read_uid(const struct ht_procfs *procfs, int32_t pid)
{
	char path[HT_PROC_PATH_BYTES];
	struct stat file;
	ht_proc_dir_path(pid, NULL, path);
	return fstatat(procfs->dir.fd, path, &file, 0) == 0 ? file.st_uid : UINT32_MAX;
}

/* 0, 1 when the pid now belongs to another process, or -errno. */
static int
read_stat(const struct ht_procfs *procfs, struct ht_process_record *record)
{
	char text[STAT_BYTES];
	struct ht_procfs_stat stat;
	ssize_t length =
	    ht_proc_dir_read(&procfs->dir, record->entry.pid, "stat", text, sizeof(text));
	if (length < 0)
		return (int)length;
	if (ht_procfs_decode_stat(text, (size_t)length, &stat) != 0)
		return -ESRCH;
	if (record->is_known && record->start_time_ticks != stat.start_time_ticks)
		return 1;
	apply_stat(record, &stat);
	record->uid = read_uid(procfs, record->entry.pid);
	return 0;
}

/* Reads statm through FD, or through a file of its own when FD is -1. */
static int
read_statm(const struct ht_procfs *procfs, const struct ht_process_record *record, int fd,
    struct ht_procfs_statm *statm)
{
	char text[STATM_BYTES];
	ssize_t length;
	if (fd >= 0) {
		length = pread(fd, text, sizeof(text), 0);
		length = length < 0 ? -errno : length;
	} else {
		length =
		    ht_proc_dir_read(&procfs->dir, record->entry.pid, "statm", text, sizeof(text));
	}
	if (length < 0)
		return (int)length;
	return ht_procfs_decode_statm(text, (size_t)length, statm) == 0 ? 0 : -ESRCH;
}

/*
 * A process never seen before.  statm is opened before stat is read and read
 * after it: if that works, both were of one process.
 */
static int
read_new(const struct ht_procfs *procfs, struct ht_poll *poll, struct ht_process_record *record,
    struct ht_procfs_statm *statm)
{
	int fd = ht_proc_dir_open_file(&procfs->dir, record->entry.pid, "statm");
	if (fd < 0)
		return fd;
	int result = read_stat(procfs, record);
	if (result == 0)
		result = read_statm(procfs, record, fd, statm);
	if (result != 0) {
		close(fd);
		return result;
	}
	record->is_known = true;
	record->is_new = true;
	record->text_pages = (uint32_t)statm->text;
	/* A kernel thread has no memory: nothing to read again. */
	if (!record->is_kernel_thread && ht_descriptors_keep(poll->descriptors))
		record->statm_fd = fd;
	else
		close(fd);
	return 0;
}

static bool
is_due(const struct ht_procfs *procfs, const struct ht_poll *poll, size_t index,
    const struct ht_process_record *record)
{
	size_t slices = poll->processes->count / SLICE;
	if (slices > MOST_SLICES)
		slices = MOST_SLICES;
	if (slices <= 1 || !procfs->dir.is_real || record->looks < YOUNG_LOOKS)
		return true;
	return (index + procfs->ticks) % slices == 0;
}

/* A process seen before: its memory, and in turn or after an exec the rest. */
static int
read_again(const struct ht_procfs *procfs, const struct ht_poll *poll, size_t index,
    struct ht_process_record *record, struct ht_procfs_statm *statm)
{
	int result = 0;
	if (record->is_kernel_thread)
		*statm = (struct ht_procfs_statm){ 0 };
	else
		result = read_statm(procfs, record, record->statm_fd, statm);
	if (result != 0)
		return result;
	bool other_program = record->text_pages != (uint32_t)statm->text;
	record->text_pages = (uint32_t)statm->text;
	if (other_program || is_due(procfs, poll, index, record))
		result = read_stat(procfs, record);
	if (other_program || record->looks < YOUNG_LOOKS) {
		/* On its way to being another program it may enter a container, too. */
		record->is_mount_namespace_asked = false;
		poll->processes->changes++;
	}
	if (record->looks < YOUNG_LOOKS)
		record->looks++;
	return result;
}

/*
 * The figures of one process.  0 or -errno; a pid that passed to another
 * process since the tick before is read as the new one.
 */
static int
read_process(const struct ht_procfs *procfs, struct ht_poll *poll, size_t index,
    struct ht_procfs_statm *statm)
{
	struct ht_process_record *record = &poll->processes->records[index];
	if (record->is_known) {
		record->is_new = false;
		int result = read_again(procfs, poll, index, record, statm);
		if (result == 0)
			return 0;
		ht_process_record_reset(record, poll->descriptors);
		poll->processes->changes++;
	}
	/* What was there before we came has done its exec long ago. */
	if (procfs->ticks == 0)
		record->looks = YOUNG_LOOKS;
	return read_new(procfs, poll, record, statm);
}

/* Processor time by the process's own clock: clock_getcpuclockid(3) spares a system call here. */
static uint64_t
cpu_time_ns(const struct ht_procfs *procfs, const struct ht_process_record *record)
{
	struct timespec time;
	clockid_t clock = (clockid_t)((~(uint32_t)record->entry.pid << 3) | 2u);
	if (!procfs->dir.is_real || clock_gettime(clock, &time) != 0)
		return record->stat_cpu_ticks * procfs->ns_per_tick;
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int
add_sample(const struct ht_procfs *procfs, struct ht_poll *poll,
    const struct ht_process_record *record, const struct ht_procfs_statm *statm)
{
	struct ht_sample *sample = ht_poll_add(poll);
	if (sample == NULL)
		return -ENOMEM;
	const uint64_t page = procfs->page_bytes;
	sample->key = (struct ht_process_key){ record->entry.pid, record->start_time_ticks };
	sample->is_new = record->is_new;
	sample->name = record->name;
	sample->uid = record->uid;
	sample->parent_pid = record->parent_pid;
	sample->state = record->state;
	sample->cpu_time_ns = cpu_time_ns(procfs, record);
	sample->data_bytes = statm->data * page;
	uint64_t anonymous = statm->resident > statm->shared ? statm->resident - statm->shared : 0;
	HT_SET_U(&sample->process, HT_PROCESS_RESIDENT, statm->resident * page);
	HT_SET_U(&sample->process, HT_PROCESS_ANONYMOUS, anonymous * page);
	HT_SET_U(&sample->process, HT_PROCESS_VIRTUAL, statm->size * page);
	HT_SET_U(&sample->process, HT_PROCESS_THREAD_COUNT, record->thread_count);
	return 0;
}

static int
poll_process(struct ht_procfs *procfs, struct ht_poll *poll, size_t index)
{
	struct ht_process_record *record = &poll->processes->records[index];
	struct ht_procfs_statm statm;
	int result = read_process(procfs, poll, index, &statm);
	if (is_denied(result)) {
		poll->hidden_count++;
		return 0;
	}
	if (result != 0) {
		record->is_gone = true;
		procfs->must_list = true;
		return 0;
	}
	/* Without a descriptor only the listing tells a process from a later one with its pid. */
	if (record->statm_fd < 0 && !record->is_kernel_thread)
		procfs->must_list = true;
	if (poll->request->only_uid != UINT32_MAX && poll->request->only_uid != record->uid)
		return 0;
	return add_sample(procfs, poll, record, &statm);
}

int
ht_procfs_poll(struct ht_procfs *procfs, struct ht_poll *poll)
{
	int result = is_listed_already(procfs, poll) ? 0 : list_anew(procfs, poll);
	for (size_t i = 0; i < poll->processes->count && result == 0; i++)
		result = poll_process(procfs, poll, i);
	poll->process_samples = poll->sample_count;
	procfs->ticks++;
	if (procfs->host != NULL)
		ht_host_read(procfs->host, &poll->host);
	if (result == 0 && procfs->procps != NULL)
		result = ht_procps_fill(procfs->procps, poll);
	if (result == 0)
		result = ht_tasks_fill(procfs->tasks, poll);
	return result;
}

static int
open_parts(struct ht_procfs *procfs, const char *root, struct ht_error *error)
{
	int result = ht_proc_dir_open(root, &procfs->dir);
	if (result != 0) {
		ht_error_set(error, HT_ERROR_RUNTIME, "cannot open %s: %s: mount it and try again",
		    root, strerror(-result));
		return result;
	}
	if (procfs->dir.is_real) {
		procfs->loadavg_fd = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
		procfs->host = ht_host_new();
		procfs->procps = ht_procps_new();
	}
	procfs->tasks = ht_tasks_new(&procfs->dir);
	if (procfs->tasks != NULL &&
	    (!procfs->dir.is_real || (procfs->host != NULL && procfs->procps != NULL)))
		return 0;
	ht_error_set(error, HT_ERROR_RUNTIME, "out of memory");
	return -ENOMEM;
}

int
ht_procfs_new(const char *root, struct ht_procfs **out, struct ht_error *error)
{
	struct ht_procfs *procfs = calloc(1, sizeof(*procfs));
	if (procfs == NULL) {
		ht_error_set(error, HT_ERROR_RUNTIME, "out of memory");
		return -ENOMEM;
	}
	procfs->dir.fd = -1;
	procfs->loadavg_fd = -1;
	procfs->page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	procfs->ns_per_tick = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK);
	int result = open_parts(procfs, root, error);
	if (result != 0) {
		ht_procfs_free(procfs);
		return result;
	}
	*out = procfs;
	return 0;
}

void
ht_procfs_free(struct ht_procfs *procfs)
{
	if (procfs == NULL)
		return;
	ht_tasks_free(procfs->tasks);
	ht_procps_free(procfs->procps);
	ht_host_free(procfs->host);
	if (procfs->loadavg_fd >= 0)
		close(procfs->loadavg_fd);
	free(procfs->entries);
	ht_proc_dir_close(&procfs->dir);
	free(procfs);
}

static int
open_source(void **state, struct ht_error *error)
{
	struct ht_procfs *procfs;
	int result = ht_procfs_new("/proc", &procfs, error);
	if (result == 0)
		*state = procfs;
	return result;
}

static int
poll_source(void *state, struct ht_poll *poll)
{
	return ht_procfs_poll(state, poll);
}

static void
close_source(void *state)
{
	ht_procfs_free(state);
}

const struct ht_source ht_source_procfs = { "procfs", open_source, poll_source, close_source };
