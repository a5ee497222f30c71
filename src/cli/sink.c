/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "cli/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/output.h"

void
ht_sink_init(struct ht_sink *sink, const char *path, bool replaces)
{
	*sink = (struct ht_sink){ .path = path, .replaces = replaces && path != NULL, .fd = -1 };
}

static int
fail(const struct ht_sink *sink, int number, struct ht_error *error)
{
	ht_error_set(error, HT_ERROR_RUNTIME, "cannot write %s: %s", sink->path, strerror(number));
	return -number;
}

static int
write_all(int fd, const char *bytes, size_t length)
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

/* A new file beside PATH, with the mode that the file would get; its name in NAME. */
static int
make_beside(const char *path, struct ht_text *name)
{
	ht_text_clear(name);
	ht_text_add_format(name, "%s.XXXXXX", path);
	if (name->failed)
		return -ENOMEM;
	int fd = mkostemp(name->bytes, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	mode_t mask = umask(0);
	umask(mask);
	if (fchmod(fd, 0666 & ~mask) == 0)
		return fd;
	int number = errno;
	close(fd);
	unlink(name->bytes);
	return -number;
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
	struct ht_text name;
	ht_text_init(&name);
	int fd = make_beside(path, &name), status = fd < 0 ? fd : 0;
	if (fd >= 0) {
		status = write_all(fd, bytes, length);
		if (close(fd) != 0 && status == 0)
			status = -errno;
		if (status == 0 && rename(name.bytes, path) != 0)
			status = -errno;
		if (status != 0)
			unlink(name.bytes);
	}
	ht_text_release(&name);
	return status;
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
	if (sink->fd < 0)
		sink->fd = open(sink->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (sink->fd < 0)
		return fail(sink, errno, error);
	int status = write_all(sink->fd, bytes, length);
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
