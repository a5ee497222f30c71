/* SPDX-License-Identifier: MIT */
/*
 * The bytes go to a new file beside the one that is meant, which then takes its name: link(2) where
 * there is to be none before, rename(2) else.
 */
#include "config.h"

#include "tui/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int
write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t count = write(fd, bytes, length);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -errno;
		bytes += count;
		length -= (size_t)count;
	}
	return 0;
}

/* 0: nothing is there, or it may be replaced. */
static int
look_at(const char *path, bool over)
{
	struct stat status;
	if (lstat(path, &status) != 0)
		return errno == ENOENT ? 0 : -errno;
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	return over ? 0 : -EEXIST;
}

/* Not every file system has hard links; there, another may come between the look and the rename. */
static int
take_name(const char *temporary, const char *path, bool over)
{
	if (!over && link(temporary, path) == 0)
		return unlink(temporary) == 0 ? 0 : -errno;
	if (!over && errno == EEXIST)
		return -EEXIST;
	return rename(temporary, path) == 0 ? 0 : -errno;
}

int
ht_store(const char *path, const char *bytes, size_t length, bool over)
{
	char temporary[PATH_MAX];
	int status = look_at(path, over);
	if (status != 0)
		return status;
	int needed = snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	if (needed < 0 || needed >= (int)sizeof(temporary))
		return -ENAMETOOLONG;
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	status = write_all(fd, bytes, length);
	if (close(fd) != 0 && status == 0)
		status = -errno;
	if (status == 0)
		status = take_name(temporary, path, over);
	if (status != 0)
		unlink(temporary);
	return status;
}
