/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "cli/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/output.h"

void
ht_sink_init(struct ht_sink *sink, const char *path, bool replaces)
{
	if (path != NULL && strcmp(path, "-") == 0)
		path = NULL;
	*sink = (struct ht_sink){ .path = path, .replaces = replaces && path != NULL, .fd = -1 };
}

static int
fail(const struct ht_sink *sink, int number, struct ht_error *error)
{
	ht_error_set(error, HT_ERROR_RUNTIME, "cannot write %s: %s", sink->path, strerror(number));
	return -number;
}

/* The mode that a new file would get. */
static int
open_to_others(int fd)
{
	mode_t mask = umask(0);
	umask(mask);
	return fchmod(fd, 0666 & ~mask) == 0 ? 0 : -errno;
}

/* A device, a FIFO or the like is written to: a file that took its name would be the end of it. */
static bool
is_replaceable(const char *path)
{
	struct stat status;
	return stat(path, &status) != 0 || S_ISREG(status.st_mode);
}

/* Whoever reads PATH finds the file before or this one, never a part of it. */
static int
replace(const char *path, const char *bytes, size_t length)
{
	struct ht_file_draft draft;
	int status = ht_file_draft_begin(&draft, path);
	if (status != 0)
		return status;
	status = open_to_others(draft.fd);
	if (status == 0)
		status = ht_file_write(draft.fd, bytes, length);
	if (status == 0)
		return ht_file_draft_end(&draft, path, true);
	ht_file_draft_drop(&draft);
	return status;
}

/* Where a file system has no locks, everybody has it. */
static bool
is_taken(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	return fcntl(fd, F_OFD_SETLK, &lock) != 0 && (errno == EAGAIN || errno == EACCES);
}

/* Makes the file, or empties it. */
static int
open_file(struct ht_sink *sink, struct ht_error *error)
{
	int truncate = sink->locks ? 0 : O_TRUNC;
	sink->fd = open(sink->path, O_WRONLY | O_CREAT | O_CLOEXEC | truncate, 0666);
	if (sink->fd < 0)
		return fail(sink, errno, error);
	if (!sink->locks)
		return 0;
	if (is_taken(sink->fd)) {
		ht_error_set(error, HT_ERROR_RUNTIME,
		    "%s is being written by another heaptop: end that, or name another file",
		    sink->path);
		close(sink->fd);
		sink->fd = -1;
		return -EBUSY;
	}
	/* A device or a pipe can't be made shorter. */
	return ftruncate(sink->fd, 0) == 0 || errno == EINVAL ? 0 : fail(sink, errno, error);
}

int
ht_sink_write(struct ht_sink *sink, const char *bytes, size_t length, struct ht_error *error)
{
	if (sink->path == NULL)
		return ht_output_write(bytes, length, error);
	if (sink->replaces && is_replaceable(sink->path)) {
		/* A link stays one. */
		char *behind = realpath(sink->path, NULL);
		int status = replace(behind != NULL ? behind : sink->path, bytes, length);
		free(behind);
		return status != 0 ? fail(sink, -status, error) : 0;
	}
	int status = sink->fd < 0 ? open_file(sink, error) : 0;
	if (status != 0)
		return status;
	status = ht_file_write(sink->fd, bytes, length);
	if (status == -EPIPE)
		return status;
	return status != 0 ? fail(sink, -status, error) : 0;
}

int
ht_sink_close(struct ht_sink *sink, struct ht_error *error)
{
	int fd = sink->fd;
	sink->fd = -1;
	if (fd >= 0 && close(fd) != 0)
		return fail(sink, errno, error);
	return 0;
}
