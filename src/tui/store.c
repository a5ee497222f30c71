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
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
ht_store_begin(struct ht_store *store, const char *path, bool over)
{
	int status = look_at(path, over);
	if (status != 0)
		return status;
	*store = (struct ht_store){ .over = over };
	int needed = snprintf(store->temporary, sizeof(store->temporary), "%s.XXXXXX", path);
	if (needed < 0 || needed >= (int)sizeof(store->temporary))
		return -ENAMETOOLONG;
	snprintf(store->path, sizeof(store->path), "%s", path);
	store->fd = mkostemp(store->temporary, O_CLOEXEC);
	return store->fd < 0 ? -errno : 0;
}

int
ht_store_add(struct ht_store *store, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t count = write(store->fd, bytes, length);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -errno;
		bytes += count;
		length -= (size_t)count;
	}
	return 0;
}

int
ht_store_end(struct ht_store *store)
{
	int status = close(store->fd) != 0 ? -errno : 0;
	/* What has come there meanwhile is looked at anew. */
	if (status == 0)
		status = look_at(store->path, store->over);
	if (status == 0)
		status = take_name(store->temporary, store->path, store->over);
	if (status != 0)
		unlink(store->temporary);
	return status;
}

void
ht_store_drop(struct ht_store *store)
{
	close(store->fd);
	unlink(store->temporary);
}

int
ht_store(const char *path, const char *bytes, size_t length, bool over)
{
	struct ht_store store;
	int status = ht_store_begin(&store, path, over);
	if (status != 0)
		return status;
	status = ht_store_add(&store, bytes, length);
	if (status == 0)
		return ht_store_end(&store);
	ht_store_drop(&store);
	return status;
}

const char *
ht_store_reason(int status)
{
	switch (status) {
	case -EINVAL:
		return "what is there is no regular file";
	case -E2BIG:
		return "there are more processes than a recording can hold";
	case -ENODATA:
		return "no look is remembered";
	}
	return strerror(-status);
}
