/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

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

int
ht_store_begin(struct ht_store *store, const char *path, bool over)
{
	int status = look_at(path, over);
	if (status != 0)
		return status;
	store->over = over;
	int needed = snprintf(store->path, sizeof(store->path), "%s", path);
	if (needed < 0 || needed >= (int)sizeof(store->path))
		return -ENAMETOOLONG;
	return ht_file_draft_begin(&store->draft, path);
}

int
ht_store_add(struct ht_store *store, const char *bytes, size_t length)
{
	return ht_file_write(store->draft.fd, bytes, length);
}

int
ht_store_end(struct ht_store *store)
{
	/* What has come there meanwhile is looked at anew. */
	int status = look_at(store->path, store->over);
	if (status == 0)
		return ht_file_draft_end(&store->draft, store->path, store->over);
	ht_store_drop(store);
	return status;
}

void
ht_store_drop(struct ht_store *store)
{
	ht_file_draft_drop(&store->draft);
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
