/* SPDX-License-Identifier: MIT */
/*
 * The fast path.  What a refresh of one process costs decides what the monitor
 * costs: one kept descriptor of statm and one pread (2.7 us; opening anew is 7) and the
 * processor time from its clock (0.7 us).  stat (17 us with opening) is read of processes
 * that ran, as the clock tells, since the others are as they were; and of all in turn, since
 * a parent may end.  A kept descriptor also tells a process from a later one with its pid:
 * it fails with ESRCH.
 */
#include "config.h"

#include "sources/process_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "sources/share.h"

/* A turn of those at rest takes so long at least: ten ticks a second are no reason to read them ten times. */
#define TURN_NS UINT64_C(300000000)

enum {
	STAT_BYTES = 1024,
	STATM_BYTES = 256,
	SLICE = 64,       /* of processes that ran so many stats are read each tick, at least; */
	MOST_SLICES = 32, /* all are read anew in so many turns, at most */
	YOUNG_LOOKS = 3,  /* ticks in which a new process is expected to exec */
	MANY_NEW = 128,   /* worth being read ahead by two threads */
};

/* What was read of a process ahead of its turn. */
struct ht_process_ahead {
	struct ht_process_reading reading;
	int result;
	bool is_read;
};

/* Records that two threads read ahead. */
struct shares {
	const struct ht_process_reader *reader;
	struct ht_process_record *records;
	struct ht_descriptors
	    descriptors[HT_SHARE_THREADS]; /* of each thread: the budget holds for all records */
};

void
ht_process_reader_init(struct ht_process_reader *reader, const struct ht_proc_dir *dir)
{
	*reader = (struct ht_process_reader){
		.dir = dir,
		.ns_per_tick = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK),
		.slices = 1,
		.moving_slices = 1,
	};
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
read_uid(const struct ht_process_reader *reader, int32_t pid)
{
	char path[HT_PROC_PATH_BYTES];
	struct stat file;
	ht_proc_dir_path(pid, NULL, path);
	return fstatat(reader->dir->fd, path, &file, 0) == 0 ? file.st_uid : UINT32_MAX;
}

/* 0, 1 when the pid now belongs to another process, or -errno. */
static int
read_stat(const struct ht_process_reader *reader, struct ht_process_record *record)
{
	char text[STAT_BYTES];
	struct ht_procfs_stat stat;
	ssize_t length =
	    ht_proc_dir_read(reader->dir, record->entry.pid, "stat", text, sizeof(text));
	if (length < 0)
		return (int)length;
	if (ht_procfs_decode_stat(text, (size_t)length, &stat) != 0)
		return -ESRCH;
	if (record->is_known && record->start_time_ticks != stat.start_time_ticks)
		return 1;
	apply_stat(record, &stat);
	record->uid = read_uid(reader, record->entry.pid);
	return 0;
}

/* Reads statm through FD, or through a file of its own when FD is -1. */
static int
read_statm(const struct ht_process_reader *reader, const struct ht_process_record *record, int fd,
    struct ht_procfs_statm *statm)
{
	char text[STATM_BYTES];
	ssize_t length;
	if (fd >= 0) {
		length = pread(fd, text, sizeof(text), 0);
		length = length < 0 ? -errno : length;
	} else {
		length =
		    ht_proc_dir_read(reader->dir, record->entry.pid, "statm", text, sizeof(text));
	}
	if (length < 0)
		return (int)length;
	return ht_procfs_decode_statm(text, (size_t)length, statm) == 0 ? 0 : -ESRCH;
}

/*
 * Processor time by the process's own clock, 0 where it has none to tell:
 * clock_getcpuclockid(3) spares a system call here.
 */
static uint64_t
read_clock(const struct ht_process_reader *reader, const struct ht_process_record *record)
{
	struct timespec time;
	clockid_t clock = (clockid_t)((~(uint32_t)record->entry.pid << 3) | 2u);
	if (!reader->dir->is_real || clock_gettime(clock, &time) != 0)
		return 0;
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* Some systems have the clock count in ticks, which are some whole milliseconds long. */
static void
set_time(const struct ht_process_reader *reader, const struct ht_process_record *record,
    uint64_t clock_ns, struct ht_process_reading *reading)
{
	reading->cpu_time_ns =
	    clock_ns != 0 ? clock_ns : record->stat_cpu_ticks * reader->ns_per_tick;
	reading->clock_is_exact = clock_ns % 1000000u != 0;
}

/*
 * A process never seen before.  statm is opened before stat is read and read
 * after it: if that works, both were of one process.
 */
static int
read_new(const struct ht_process_reader *reader, struct ht_process_record *record,
    struct ht_descriptors *descriptors, struct ht_process_reading *reading)
{
	/* What was there before we came has done its exec long ago. */
	if (reader->ticks == 0)
		record->looks = YOUNG_LOOKS;
	int fd = ht_proc_dir_open_file(reader->dir, record->entry.pid, "statm");
	if (fd < 0)
		return fd;
	uint64_t clock_ns = read_clock(reader, record);
	int result = read_stat(reader, record);
	if (result == 0)
		result = read_statm(reader, record, fd, &reading->statm);
	if (result != 0) {
		close(fd);
		return result;
	}
	record->is_known = true;
	record->is_new = true;
	record->stat_clock_ns = clock_ns;
	record->text_pages = (uint32_t)reading->statm.text;
	set_time(reader, record, clock_ns, reading);
	/* A kernel thread has no memory: nothing to read again. */
	if (!record->is_kernel_thread && ht_descriptors_keep(descriptors))
		record->statm_fd = fd;
	else
		close(fd);
	return 0;
}

/* Whether stat is to be read of a process whose clock says CLOCK_NS. */
static bool
is_stat_due(struct ht_process_reader *reader, size_t index, const struct ht_process_record *record,
    uint64_t clock_ns)
{
	if (!reader->dir->is_real || record->looks < YOUNG_LOOKS ||
	    (reader->is_turn && (index + reader->turns) % reader->slices == 0))
		return true;
	/* Nobody waits for the state of a kernel thread, and many of them run all the time; or it has ended. */
	if (clock_ns != 0 && (record->is_kernel_thread || clock_ns == record->stat_clock_ns))
		return false;
	reader->moving_count++;
	return (index + reader->ticks) % reader->moving_slices == 0;
}

/* A process seen before: its memory and time; in turn, when it ran or after an exec, the rest. */
static int
read_again(struct ht_process_reader *reader, struct ht_process_table *table, size_t index,
    struct ht_process_reading *reading)
{
	struct ht_process_record *record = &table->records[index];
	struct ht_procfs_statm *statm = &reading->statm;
	int result = 0;
	if (record->is_kernel_thread)
		*statm = (struct ht_procfs_statm){ 0 };
	else
		result = read_statm(reader, record, record->statm_fd, statm);
	if (result != 0)
		return result;
	uint64_t clock_ns = read_clock(reader, record);
	bool other_program = record->text_pages != (uint32_t)statm->text;
	record->text_pages = (uint32_t)statm->text;
	if (other_program || is_stat_due(reader, index, record, clock_ns)) {
		result = read_stat(reader, record);
		record->stat_clock_ns = clock_ns;
	}
	set_time(reader, record, clock_ns, reading);
	if (other_program || record->looks < YOUNG_LOOKS) {
		/* On its way to being another program it may enter a container, too. */
		record->is_mount_namespace_asked = false;
		table->changes++;
	}
	if (record->looks < YOUNG_LOOKS)
		record->looks++;
	return result;
}

int
ht_process_reader_read(struct ht_process_reader *reader, struct ht_process_table *table,
    size_t index, struct ht_descriptors *descriptors, struct ht_process_reading *reading)
{
	struct ht_process_record *record = &table->records[index];
	if (reader->ahead != NULL && reader->ahead[index].is_read) {
		*reading = reader->ahead[index].reading;
		return reader->ahead[index].result;
	}
	if (record->is_known) {
		record->is_new = false;
		if (read_again(reader, table, index, reading) == 0)
			return 0;
		ht_process_record_reset(record, descriptors);
		table->changes++;
	}
	return read_new(reader, record, descriptors, reading);
}

static void
read_ahead(void *context, unsigned thread, size_t first, size_t end)
{
	struct shares *shares = context;
	for (size_t i = first; i < end; i++) {
		struct ht_process_ahead *ahead = &shares->reader->ahead[i];
		if (shares->records[i].is_known)
			continue;
		ahead->result = read_new(shares->reader, &shares->records[i],
		    &shares->descriptors[thread], &ahead->reading);
		ahead->is_read = true;
	}
}

static void
read_shares(const struct ht_process_reader *reader, struct ht_process_table *table,
    struct ht_descriptors *descriptors)
{
	struct ht_descriptors all = { .budget = table->count };
	struct shares shares = { reader, table->records, { all, all } };
	struct ht_share share = { read_ahead, &shares, table->count, 0 };
	ht_share_run(&share);
	for (size_t i = 0; i < HT_SHARE_THREADS; i++)
		descriptors->kept += shares.descriptors[i].kept;
}

static void
begin_turn(struct ht_process_reader *reader)
{
	const uint64_t now_ns = ht_clock_monotonic_ns();
	reader->is_turn = now_ns - reader->turn_ns >= TURN_NS;
	if (!reader->is_turn)
		return;
	reader->turn_ns = now_ns;
	reader->turns++;
}

void
ht_process_reader_begin(struct ht_process_reader *reader, struct ht_process_table *table,
    struct ht_descriptors *descriptors)
{
	reader->moving_slices = reader->moving_count / SLICE + 1;
	if (reader->moving_slices > MOST_SLICES)
		reader->moving_slices = MOST_SLICES;
	reader->moving_count = 0;
	reader->slices = table->count / SLICE < 2 ? 1 : MOST_SLICES;
	begin_turn(reader);

	size_t new_count = 0;
	for (size_t i = 0; i < table->count; i++)
		new_count += !table->records[i].is_known;
	if (new_count < MANY_NEW || descriptors->budget - descriptors->kept < new_count)
		return;
	reader->ahead = calloc(table->count, sizeof(*reader->ahead));
	if (reader->ahead != NULL)
		read_shares(reader, table, descriptors);
}

void
ht_process_reader_end(struct ht_process_reader *reader)
{
	free(reader->ahead);
	reader->ahead = NULL;
	reader->ticks++;
}
