/* SPDX-License-Identifier: MIT */
/* Who is there is listed here; what each of them is like, sources/process_reader.h reads. */
#include "config.h"

#include "sources/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "sources/costly.h"
#include "sources/host.h"
#include "sources/proc_dir.h"
#include "sources/process_reader.h"
#include "sources/tasks.h"

enum {
	LISTING_TICKS = 8, /* /proc is listed so often even if no process seems to be new */
	NEW_COSTS = 16,    /* looking for one pid costs at most what listing so many does */
};

/* How the entries of the tick before become those of this one. */
enum listing {
	LIST_NOTHING, /* nobody came, nobody went */
	LIST_NEW,     /* a few may have come */
	LIST_ALL,
};

struct ht_procfs {
	struct ht_proc_dir dir;
	struct ht_host *host;             /* owned; NULL: not on a real /proc */
	struct ht_costly *costly;         /* owned; NULL: not on a real /proc */
	struct ht_tasks *tasks;           /* owned */
	struct ht_process_entry *entries; /* owned; this tick's listing */
	size_t entry_count;
	size_t entry_capacity;
	struct ht_process_reader reader;
	uint64_t page_bytes;
	uint64_t ticks;    /* polls so far */
	int loadavg_fd;    /* owned; -1: none */
	uint64_t last_pid; /* given out last when /proc was listed; 0: not known */
	bool must_list;    /* what was listed last doesn't do for the next tick */
	bool has_gone;     /* some of it have ended, as their records say */
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

enum whose { A_PROCESS, A_THREAD, NOBODY, HIDDEN };

/*
 * Whose number PID is, and the inode of its directory.  A thread's opens one too; a process is what
 * leads its group.
 */
static enum whose
whose_is(const struct ht_procfs *procfs, int32_t pid, uint32_t *inode)
{
	char text[4096], path[HT_PROC_PATH_BYTES];
	struct stat file;
	struct ht_procfs_status status;
	ht_proc_dir_path(pid, NULL, path);
	if (fstatat(procfs->dir.fd, path, &file, 0) != 0)
		return NOBODY;
	*inode = (uint32_t)file.st_ino;
	ssize_t length = ht_proc_dir_read(&procfs->dir, pid, "status", text, sizeof(text));
	if (length <= 0)
		return HIDDEN;
	ht_procfs_decode_status(text, (size_t)length, &status);
	return status.thread_group == pid || status.thread_group == -1 ? A_PROCESS : A_THREAD;
}

static int
list_one(struct ht_procfs *procfs, struct ht_poll *poll, int32_t pid)
{
	uint32_t inode;
	if (pid <= 0)
		return 0;
	switch (whose_is(procfs, pid, &inode)) {
	case A_PROCESS:
	case HIDDEN: /* as the next read will tell */
		return add_entry(pid, inode, procfs);
	case NOBODY:
		/* Mounted with hidepid, /proc doesn't show it, but the kernel says that it is there. */
		if (procfs->dir.is_real && kill(pid, 0) != 0 && errno == EPERM)
			poll->hidden_count++;
		break;
	case A_THREAD:
		break;
	}
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
 * No process came since /proc was listed where no pid was given out, and who came has one of those that
 * were; who went is told by the kept descriptors.  Listing costs 1.2 us a process, as much as
 * a third of all else, and on a busy machine somebody comes between any two ticks.
 */
static enum listing
what_to_list(struct ht_procfs *procfs, struct ht_poll *poll)
{
	const uint64_t before = procfs->last_pid, last_pid = read_last_pid(procfs);
	const bool are_named = poll->request->only.count != 0;
	bool all = before == 0 || last_pid < before || procfs->must_list || are_named ||
		   procfs->ticks % LISTING_TICKS == 0 ||
		   (last_pid - before) * NEW_COSTS > procfs->entry_count;
	procfs->last_pid = poll->last_pid = last_pid;
	procfs->must_list = are_named;
	if (all)
		return LIST_ALL;
	return last_pid != before || procfs->has_gone ? LIST_NEW : LIST_NOTHING;
}

/* The table's records are those of the entries, one by one. */
static void
drop_gone(struct ht_procfs *procfs, const struct ht_process_table *processes)
{
	size_t kept = 0;
	ht_assert(processes->count == procfs->entry_count);
	for (size_t i = 0; i < procfs->entry_count; i++)
		if (!processes->records[i].is_gone)
			procfs->entries[kept++] = procfs->entries[i];
	procfs->entry_count = kept;
}

/*
 * Adds who has a pid that was given out since BEFORE was.  0, -ENOMEM, or -EACCES: one is hidden, and
 * may be a thread.
 */
static int
list_new(struct ht_procfs *procfs, const struct ht_poll *poll, uint64_t before)
{
	drop_gone(procfs, poll->processes);
	const size_t known = procfs->entry_count;
	int result = 0;
	for (uint64_t next = before + 1; next <= procfs->last_pid && result == 0; next++) {
		const int32_t pid = (int32_t)next;
		uint32_t inode;
		/* It may have come while /proc was being listed. */
		if (ht_pid_find(procfs->entries, known, sizeof(*procfs->entries), pid) != NULL)
			continue;
		enum whose whose = whose_is(procfs, pid, &inode);
		if (whose == HIDDEN)
			return -EACCES;
		if (whose == A_PROCESS)
			result = add_entry(pid, inode, procfs);
	}
	order_entries(procfs);
	return result;
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

/* Brings the table up to date. */
static int
update_table(struct ht_procfs *procfs, struct ht_poll *poll)
{
	const uint64_t before = procfs->last_pid;
	int result = 0;
	switch (what_to_list(procfs, poll)) {
	case LIST_NOTHING:
		return 0;
	case LIST_NEW:
		result = list_new(procfs, poll, before);
		if (result == -EACCES)
			result = list(procfs, poll);
		break;
	case LIST_ALL:
		result = list(procfs, poll);
		break;
	}
	procfs->has_gone = false;
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

static int
add_sample(const struct ht_procfs *procfs, struct ht_poll *poll,
    const struct ht_process_record *record, const struct ht_process_reading *reading)
{
	const struct ht_procfs_statm *statm = &reading->statm;
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
	sample->cpu_time_ns = reading->cpu_time_ns;
	sample->clock_is_exact = reading->clock_is_exact;
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
	struct ht_process_reading reading;
	int result = ht_process_reader_read(
	    &procfs->reader, poll->processes, index, poll->descriptors, &reading);
	if (is_denied(result)) {
		poll->hidden_count++;
		return 0;
	}
	if (result != 0) {
		record->is_gone = true;
		if (result == -ENOENT || result == -ESRCH)
			procfs->has_gone = true;
		else
			procfs->must_list = true;
		return 0;
	}
	/* Without a descriptor only the listing tells a process from a later one with its pid. */
	if (record->statm_fd < 0 && !record->is_kernel_thread)
		procfs->must_list = true;
	if (poll->request->only_uid != UINT32_MAX && poll->request->only_uid != record->uid)
		return 0;
	return add_sample(procfs, poll, record, &reading);
}

int
ht_procfs_poll(struct ht_procfs *procfs, struct ht_poll *poll)
{
	int result = update_table(procfs, poll);
	if (result == 0)
		ht_process_reader_begin(&procfs->reader, poll->processes, poll->descriptors);
	for (size_t i = 0; i < poll->processes->count && result == 0; i++)
		result = poll_process(procfs, poll, i);
	ht_process_reader_end(&procfs->reader);
	/* What there was no memory for may be missing in the table. */
	procfs->must_list |= result != 0;
	poll->process_samples = poll->sample_count;
	procfs->ticks++;
	if (procfs->host != NULL)
		ht_host_read(procfs->host, &poll->host);
	if (result == 0 && procfs->costly != NULL)
		result = ht_costly_fill(procfs->costly, poll);
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
		procfs->costly = ht_costly_new(&procfs->dir);
	}
	procfs->tasks = ht_tasks_new(&procfs->dir);
	if (procfs->tasks != NULL &&
	    (!procfs->dir.is_real || (procfs->host != NULL && procfs->costly != NULL)))
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
	ht_process_reader_init(&procfs->reader, &procfs->dir);
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
	ht_costly_free(procfs->costly);
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
