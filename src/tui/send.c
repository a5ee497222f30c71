/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/send.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "decode/procfs.h"

/* When the process that has PID now began; 0, or -errno. */
static int
read_start_time(int32_t pid, uint64_t *start_time_ticks)
{
	char path[64], text[1024];
	struct ht_procfs_stat stat;
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ssize_t length = read(fd, text, sizeof(text));
	int status = length < 0 ? -errno : 0;
	close(fd);
	if (status == 0)
		status = ht_procfs_decode_stat(text, (size_t)length, &stat);
	if (status == 0)
		*start_time_ticks = stat.start_time_ticks;
	return status;
}

int
ht_send_signal(const struct ht_process_key *key, int number)
{
	uint64_t start_time_ticks;
	/* Where it stands for a group or for everybody, there is no process. */
	if (key->pid <= 0)
		return -ESRCH;
	int fd = (int)syscall(SYS_pidfd_open, key->pid, 0);
	if (fd < 0)
		return errno == EINVAL ? -ESRCH : -errno;
	int status = read_start_time(key->pid, &start_time_ticks);
	if (status != 0 || start_time_ticks != key->start_time_ticks)
		status = -ESRCH;
	else if (syscall(SYS_pidfd_send_signal, fd, number, NULL, 0) != 0)
		status = -errno;
	close(fd);
	return status;
}
