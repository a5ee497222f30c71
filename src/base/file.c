/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int
ht_file_write(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(fd, bytes, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		bytes += written;
		length -= (size_t)written;
	}
	return 0;
}

int
ht_file_draft_begin(struct ht_file_draft *draft, const char *path)
{
	int needed = snprintf(draft->name, sizeof(draft->name), "%s.XXXXXX", path);
	if (needed < 0 || needed >= (int)sizeof(draft->name))
		return -ENAMETOOLONG;
	draft->fd = mkostemp(draft->name, O_CLOEXEC);
	return draft->fd < 0 ? -errno : 0;
}

static int
take_name(const char *draft, const char *path, bool over)
{
	struct stat status;
	if (!over && link(draft, path) == 0)
		return unlink(draft) == 0 ? 0 : -errno;
	if (!over && (errno == EEXIST || lstat(path, &status) == 0))
		return -EEXIST;
	return rename(draft, path) == 0 ? 0 : -errno;
}

int
ht_file_draft_end(struct ht_file_draft *draft, const char *path, bool over)
{
	int status = close(draft->fd) != 0 ? -errno : 0;
	if (status == 0)
		status = take_name(draft->name, path, over);
	if (status != 0)
		unlink(draft->name);
	return status;
}

void
ht_file_draft_drop(struct ht_file_draft *draft)
{
	close(draft->fd);
	unlink(draft->name);
}
