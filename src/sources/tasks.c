/* SPDX-License-Identifier: MIT */
/*
 * A program may have a thousand threads.  Of one that hasn't run since the
 * tick before everything is as it was, but a name that another thread gave it.  That it
 * hasn't is told by schedstat: 1.4 us through a kept descriptor, where reading stat takes 10.
 * So stat is read of the threads that ran, and of the others in turn.  While the process's own
 * clock stands still, none of them ran, and only those whose turn it is are looked at.
 */
#include "config.h"

#include "sources/tasks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decode/procfs.h"
#include "model/frame.h"
#include "sources/look.h"

enum {
	STAT_BYTES = 1024,
	SCHEDSTAT_BYTES = 128,
	NAME_TICKS = 16,   /* names of threads that don't run are read anew in so many ticks */
	LISTING_TICKS = 8, /* threads are listed so often even if none seems to be new */
};

struct task {
	struct ht_thread thread;         /* as it was seen last */
	struct ht_procfs_schedstat runs; /* before its stat was read; all 0: not known */
	int fd;                          /* owned, counted; of schedstat; -1: none is kept */
	bool is_known;                   /* THREAD is filled */
};

/* What is kept from tick to tick about a process that the request names. */
struct process {
	struct ht_process_key key;
	struct task *tasks; /* owned; by rising tid */
	size_t count;
	struct ht_look look; /* at all of its threads */
	uint64_t last_pid;   /* given out last when its threads were listed; 0: not known */
	bool must_list;      /* a thread went, or none was listed yet */
	bool is_wanted;      /* in this tick */
};

struct ht_tasks {
	const struct ht_proc_dir *dir; /* borrowed */
	struct process *processes;     /* owned */
	size_t count;
	int32_t *tids; /* owned; the listing at hand, rising */
	size_t tid_count;
	size_t tid_capacity;
	uint64_t ns_per_tick;
	uint64_t ticks;
};

struct ht_tasks *
ht_tasks_new(const struct ht_proc_dir *dir)
{
	struct ht_tasks *tasks = calloc(1, sizeof(*tasks));
	if (tasks == NULL)
		return NULL;
	tasks->dir = dir;
	tasks->ns_per_tick = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK);
	return tasks;
}

void
ht_tasks_free(struct ht_tasks *tasks)
{
	if (tasks == NULL)
		return;
	for (size_t i = 0; i < tasks->count; i++) {
		for (size_t k = 0; k < tasks->processes[i].count; k++)
			if (tasks->processes[i].tasks[k].fd >= 0)
				close(tasks->processes[i].tasks[k].fd);
		free(tasks->processes[i].tasks);
	}
	free(tasks->processes);
	free(tasks->tids);
	free(tasks);
}

static void
close_task(struct task *task, struct ht_descriptors *descriptors)
{
	if (task->fd < 0)
		return;
	close(task->fd);
	task->fd = -1;
	ht_descriptors_drop(descriptors);
}

static void
forget_tasks(struct process *process, struct ht_descriptors *descriptors)
{
	for (size_t i = 0; i < process->count; i++)
		close_task(&process->tasks[i], descriptors);
	free(process->tasks);
	*process = (struct process){ .key = process->key, .must_list = true };
}

/* Forgets the processes that this tick doesn't ask for. */
static void
forget_unwanted(struct ht_tasks *tasks, struct ht_descriptors *descriptors)
{
	size_t kept = 0;
	for (size_t i = 0; i < tasks->count; i++) {
		if (!tasks->processes[i].is_wanted) {
			forget_tasks(&tasks->processes[i], descriptors);
			continue;
		}
		tasks->processes[kept] = tasks->processes[i];
		tasks->processes[kept++].is_wanted = false;
	}
	tasks->count = kept;
}

/* What is kept about the process of KEY, nothing yet where it is new; NULL for lack of memory. */
static struct process *
want_process(struct ht_tasks *tasks, struct ht_process_key key, struct ht_descriptors *descriptors)
{
	struct process *process = NULL;
	for (size_t i = 0; i < tasks->count && process == NULL; i++)
		if (tasks->processes[i].key.pid == key.pid)
			process = &tasks->processes[i];
	if (process == NULL) {
		process = reallocarray(tasks->processes, tasks->count + 1, sizeof(*process));
		if (process == NULL)
			return NULL;
		tasks->processes = process;
		process += tasks->count++;
		*process = (struct process){ .key = key, .must_list = true };
	}
	if (process->key.start_time_ticks != key.start_time_ticks)
		forget_tasks(process, descriptors);
	process->key = key;
	process->is_wanted = true;
	return process;
}

static int
add_tid(int32_t tid, uint32_t inode, void *context)
{
	(void)inode;
	struct ht_tasks *tasks = context;
	if (tasks->tid_count == tasks->tid_capacity) {
		size_t capacity = tasks->tid_capacity * 2 + 64;
		int32_t *tids = reallocarray(tasks->tids, capacity, sizeof(*tids));
		if (tids == NULL)
			return -ENOMEM;
		tasks->tids = tids;
		tasks->tid_capacity = capacity;
	}
	tasks->tids[tasks->tid_count++] = tid;
	return 0;
}

static int
by_number(const void *left, const void *right)
{
	int32_t a = *(const int32_t *)left;
	int32_t b = *(const int32_t *)right;
	return (a > b) - (a < b);
}

/* The numbers in TASK_DIR, rising, each once: tasks->tids.  0 or -ENOMEM. */
static int
list_tids(struct ht_tasks *tasks, const struct ht_proc_dir *task_dir)
{
	tasks->tid_count = 0;
	int result = ht_proc_dir_each_number(task_dir, add_tid, tasks);
	if (result != 0 || tasks->tid_count == 0)
		return result;
	qsort(tasks->tids, tasks->tid_count, sizeof(*tasks->tids), by_number);
	size_t kept = 1;
	for (size_t i = 1; i < tasks->tid_count; i++)
		if (tasks->tids[i] != tasks->tids[kept - 1])
			tasks->tids[kept++] = tasks->tids[i];
	tasks->tid_count = kept;
	return 0;
}

/* Without the file, or a descriptor for it, stat will be read each tick. */
static struct task
new_task(const struct ht_proc_dir *task_dir, int32_t tid, struct ht_descriptors *descriptors)
{
	struct task task = { .thread.tid = tid, .fd = -1 };
	int fd = ht_proc_dir_open_file(task_dir, tid, "schedstat");
	if (fd >= 0 && ht_descriptors_keep(descriptors))
		task.fd = fd;
	else if (fd >= 0)
		close(fd);
	return task;
}

/* Makes the tasks of PROCESS those that are listed.  0 or -ENOMEM. */
static int
list_tasks(struct ht_tasks *tasks, struct process *process, const struct ht_proc_dir *task_dir,
    struct ht_descriptors *descriptors)
{
	int result = list_tids(tasks, task_dir);
	if (result != 0)
		return result;
	struct task *next = reallocarray(NULL, tasks->tid_count + 1, sizeof(*next));
	if (next == NULL)
		return -ENOMEM;
	size_t old = 0;
	for (size_t i = 0; i < tasks->tid_count; i++) {
		const int32_t tid = tasks->tids[i];
		while (old < process->count && process->tasks[old].thread.tid < tid)
			close_task(&process->tasks[old++], descriptors);
		if (old < process->count && process->tasks[old].thread.tid == tid)
			next[i] = process->tasks[old++];
		else
			next[i] = new_task(task_dir, tid, descriptors);
	}
	while (old < process->count)
		close_task(&process->tasks[old++], descriptors);
	free(process->tasks);
	process->tasks = next;
	process->count = tasks->tid_count;
	process->must_list = false;
	return 0;
}

/* No thread is new where no pid was given out since they were listed: threads have pids, too. */
static bool
is_listing_due(
    const struct ht_tasks *tasks, const struct process *process, const struct ht_poll *poll)
{
	return process->must_list || poll->last_pid == 0 || poll->last_pid != process->last_pid ||
	       tasks->ticks % LISTING_TICKS == 0;
}

/* 0, or -errno when the thread is gone. */
static int
read_stat(const struct ht_tasks *tasks, const struct ht_proc_dir *task_dir, struct task *task)
{
	char text[STAT_BYTES];
	struct ht_procfs_stat stat;
	struct ht_thread *thread = &task->thread;
	ssize_t length = ht_proc_dir_read(task_dir, thread->tid, "stat", text, sizeof(text));
	if (length < 0)
		return (int)length;
	if (ht_procfs_decode_stat(text, (size_t)length, &stat) != 0)
		return -ESRCH;
	thread->state = stat.state;
	thread->cpu_time_ns = stat.cpu_ticks * tasks->ns_per_tick;
	memset(thread->name, 0, sizeof(thread->name));
	memcpy(thread->name, stat.name, strnlen(stat.name, sizeof(thread->name) - 1));
	task->is_known = true;
	return 0;
}

/* 0 and RUNS, all 0 where the kernel doesn't tell; -errno when the thread is gone. */
static int
read_runs(const struct task *task, struct ht_procfs_schedstat *runs)
{
	char text[SCHEDSTAT_BYTES];
	*runs = (struct ht_procfs_schedstat){ 0 };
	if (task->fd < 0)
		return 0;
	ssize_t length = pread(task->fd, text, sizeof(text), 0);
	if (length < 0)
		return -errno;
	if (ht_procfs_decode_schedstat(text, (size_t)length, runs) != 0)
		*runs = (struct ht_procfs_schedstat){ 0 };
	return 0;
}

/* Which tasks have a turn in this tick: read though they didn't run. */
static bool
has_turn(const struct ht_tasks *tasks, size_t index)
{
	return (index + tasks->ticks) % NAME_TICKS == 0;
}

/* Brings task INDEX of a process up to date.  0, or -errno when it is gone. */
static int
read_task(const struct ht_tasks *tasks, const struct ht_proc_dir *task_dir, size_t index,
    struct task *task)
{
	struct ht_procfs_schedstat runs;
	int result = read_runs(task, &runs);
	if (result != 0)
		return result;
	bool stood_still = task->is_known && runs.count != 0 && runs.count == task->runs.count &&
			   runs.run_ns == task->runs.run_ns && runs.wait_ns == task->runs.wait_ns;
	if (!stood_still || has_turn(tasks, index)) {
		result = read_stat(tasks, task_dir, task);
		task->runs = runs;
	}
	if (runs.count != 0)
		task->thread.cpu_time_ns = runs.run_ns;
	return result;
}

static void
put_thread(struct ht_sample *sample, const struct ht_thread *thread)
{
	sample->tasks[sample->task_count++] = *thread;
	HT_SET_U(&sample->process, HT_PROCESS_THREAD_COUNT, sample->task_count);
}

/* Brings the tasks of PROCESS up to date, which SAMPLE is of, and puts them there. */
static void
read_tasks(const struct ht_tasks *tasks, const struct ht_proc_dir *task_dir,
    struct process *process, struct ht_sample *sample)
{
	const struct ht_look now = ht_look_now(sample);
	bool stood_still = ht_look_holds(&process->look, &now);
	if (!stood_still)
		process->look = now;
	for (size_t i = 0; i < process->count; i++) {
		struct task *task = &process->tasks[i];
		bool is_read = task->is_known && stood_still && !has_turn(tasks, i);
		if (is_read || read_task(tasks, task_dir, i, task) == 0)
			put_thread(sample, &task->thread);
		else
			process->must_list = true;
	}
}

/* A process that the request names will be asked for again: what it needs is kept. */
static int
fill_kept(struct ht_tasks *tasks, struct ht_poll *poll, const struct ht_proc_dir *task_dir,
    struct ht_sample *sample)
{
	struct process *process = want_process(tasks, sample->key, poll->descriptors);
	if (process == NULL)
		return -ENOMEM;
	if (is_listing_due(tasks, process, poll)) {
		if (list_tasks(tasks, process, task_dir, poll->descriptors) != 0)
			return -ENOMEM;
		process->last_pid = poll->last_pid;
	}
	sample->tasks = ht_arena_array(poll->arena, process->count, sizeof(*sample->tasks));
	if (sample->tasks == NULL)
		return -ENOMEM;
	read_tasks(tasks, task_dir, process, sample);
	return 0;
}

static int
fill_once(struct ht_tasks *tasks, struct ht_poll *poll, const struct ht_proc_dir *task_dir,
    struct ht_sample *sample)
{
	if (list_tids(tasks, task_dir) != 0)
		return -ENOMEM;
	sample->tasks = ht_arena_array(poll->arena, tasks->tid_count, sizeof(*sample->tasks));
	if (sample->tasks == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < tasks->tid_count; i++) {
		struct task task = { .thread.tid = tasks->tids[i], .fd = -1 };
		if (read_stat(tasks, task_dir, &task) == 0)
			put_thread(sample, &task.thread);
	}
	return 0;
}

static int
fill_process(struct ht_tasks *tasks, struct ht_poll *poll, struct ht_sample *sample, bool is_named)
{
	if (sample == NULL || sample->tasks != NULL)
		return 0;
	const struct ht_proc_dir task_dir = {
		.fd = ht_proc_dir_open_file(tasks->dir, sample->key.pid, "task"),
	};
	if (task_dir.fd < 0)
		return 0;
	int result = is_named ? fill_kept(tasks, poll, &task_dir, sample)
			      : fill_once(tasks, poll, &task_dir, sample);
	close(task_dir.fd);
	/* It ended meanwhile. */
	if (sample->task_count == 0)
		sample->tasks = NULL;
	return result;
}

int
ht_tasks_fill(struct ht_tasks *tasks, struct ht_poll *poll)
{
	const struct ht_pid_list *named = &poll->request->detail_for;
	bool is_wanted = (poll->request->detail & HT_DETAIL_THREADS) != 0;
	bool all = named->count == 0;
	int result = 0;
	tasks->ticks++;
	for (size_t i = 0; is_wanted && all && i < poll->process_samples && result == 0; i++)
		result = fill_process(tasks, poll, &poll->samples[i], false);
	for (size_t i = 0; is_wanted && i < named->count && result == 0; i++)
		result =
		    fill_process(tasks, poll, ht_poll_find_process(poll, named->pids[i]), true);
	forget_unwanted(tasks, poll->descriptors);
	return result;
}
