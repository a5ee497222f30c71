/* SPDX-License-Identifier: MIT */
/*
 * By hand, with one open file for each value: libproc2 reads stat and status too, whatever it is
 * asked for, and takes 60 us where a command line takes 8.  Files are opened by pid; that all
 * of them were of the process that is meant is asked once, behind the last.
 */
#include "config.h"

#include "sources/costly_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "decode/procfs.h"
#include "sources/cgroup.h"

enum {
	MOST_COMMAND_BYTES = 4096, /* kept of a command line */
	STATUS_BYTES = 16 * 1024,  /* it lists a user's groups before what is of interest here */
	TEXT_BYTES = 1024,         /* more than any other file here has */
};

struct readings {
	struct ht_costly_reader *reader;
	struct ht_costly_reading *readings;
};

void
ht_costly_reader_init(struct ht_costly_reader *reader, const struct ht_proc_dir *dir)
{
	*reader = (struct ht_costly_reader){ .dir = dir };
}

void
ht_costly_reader_release(struct ht_costly_reader *reader)
{
	for (size_t i = 0; i < HT_SHARE_THREADS; i++)
		ht_cgroups_free(reader->cgroups[i]);
	*reader = (struct ht_costly_reader){ .dir = reader->dir };
}

/* To be freed; NULL where there is none, as of a zombie, or for lack of memory. */
static char *
read_command(const struct ht_proc_dir *dir, int32_t pid)
{
	char text[MOST_COMMAND_BYTES];
	ssize_t length = ht_proc_dir_read(dir, pid, "cmdline", text, sizeof(text));
	if (length <= 0)
		return NULL;
	size_t used = ht_procfs_decode_command(text, (size_t)length);
	return used != 0 ? strndup(text, used) : NULL;
}

/* Where there is no memory, as of a zombie, there is no such line. */
static uint64_t
read_swap(const struct ht_proc_dir *dir, int32_t pid)
{
	char text[STATUS_BYTES];
	uint64_t bytes;
	ssize_t length = ht_proc_dir_read(dir, pid, "status", text, sizeof(text));
	if (length <= 0)
		return UINT64_MAX;
	int result = ht_procfs_decode_kib(text, (size_t)length, "VmSwap:", &bytes);
	if (result == -ENOENT && (size_t)length < sizeof(text))
		return 0;
	return result == 0 ? bytes : UINT64_MAX;
}

/* Not permitted of other users' processes; unknown to kernels before 4.14. */
static uint64_t
read_proportional(const struct ht_proc_dir *dir, int32_t pid)
{
	char text[TEXT_BYTES];
	uint64_t bytes;
	ssize_t length = ht_proc_dir_read(dir, pid, "smaps_rollup", text, sizeof(text));
	if (length <= 0 || ht_procfs_decode_kib(text, (size_t)length, "Pss:", &bytes) != 0)
		return UINT64_MAX;
	return bytes;
}

/* Without memory for what is kept of cgroups, the limit isn't known. */
static uint64_t
read_limit(struct ht_costly_reader *reader, unsigned thread, int32_t pid, uint64_t now_ns)
{
	struct ht_cgroups **cgroups = &reader->cgroups[thread];
	uint64_t limit;
	if (*cgroups == NULL)
		*cgroups = ht_cgroups_new();
	if (*cgroups == NULL || !ht_cgroups_limit(*cgroups, pid, now_ns, &limit))
		return UINT64_MAX;
	return limit;
}

/*
 * Whether the pid still is that of RECORD's process, so that what was read of it was of that.
 * A kept statm fails once its process is gone.  Else the directory is another one's; or the kernel
 * had to make another for the same process, which its start tells: four times the cost.
 */
static bool
is_still_there(const struct ht_proc_dir *dir, const struct ht_process_record *record)
{
	char path[HT_PROC_PATH_BYTES], text[TEXT_BYTES];
	struct stat file;
	struct ht_procfs_stat stat;
	if (record->statm_fd >= 0)
		return pread(record->statm_fd, text, sizeof(text), 0) > 0;
	ht_proc_dir_path(record->entry.pid, NULL, path);
	if (fstatat(dir->fd, path, &file, 0) != 0)
		return false;
	if ((uint32_t)file.st_ino == record->entry.inode)
		return true;
	ssize_t length = ht_proc_dir_read(dir, record->entry.pid, "stat", text, sizeof(text));
	return length > 0 && ht_procfs_decode_stat(text, (size_t)length, &stat) == 0 &&
	       stat.start_time_ticks == record->start_time_ticks;
}

static void
forget_answers(struct ht_costly_reading *reading)
{
	reading->command = NULL;
	reading->swap_bytes = UINT64_MAX;
	reading->proportional_bytes = UINT64_MAX;
	reading->limit_bytes = UINT64_MAX;
}

static void
read_one(struct ht_costly_reader *reader, unsigned thread, struct ht_costly_reading *reading)
{
	const struct ht_process_record *record = reading->record;
	const int32_t pid = record->entry.pid;
	const uint64_t begin_ns = ht_clock_monotonic_ns();
	forget_answers(reading);
	if ((reading->parts & HT_COSTLY_COMMAND) != 0)
		reading->command = read_command(reader->dir, pid);
	if ((reading->parts & HT_COSTLY_SWAP) != 0)
		reading->swap_bytes = read_swap(reader->dir, pid);
	if ((reading->parts & HT_COSTLY_PROPORTIONAL) != 0)
		reading->proportional_bytes = read_proportional(reader->dir, pid);
	if ((reading->parts & HT_COSTLY_LIMIT) != 0)
		reading->limit_bytes = read_limit(reader, thread, pid, begin_ns);
	reading->is_gone = !is_still_there(reader->dir, record);
	if (reading->is_gone) {
		free(reading->command);
		forget_answers(reading);
	}
	reading->cost_ns = ht_clock_monotonic_ns() - begin_ns;
}

static void
read_some(void *context, unsigned thread, size_t first, size_t end)
{
	struct readings *readings = context;
	for (size_t i = first; i < end; i++)
		read_one(readings->reader, thread, &readings->readings[i]);
}

void
ht_costly_reader_read(
    struct ht_costly_reader *reader, struct ht_costly_reading *readings, size_t count)
{
	struct readings context = { reader, readings };
	struct ht_share share = { read_some, &context, count, 0 };
	ht_share_run(&share);
}
