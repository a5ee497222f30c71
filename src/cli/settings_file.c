/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "cli/settings_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { MOST_BYTES = 64 << 10, DIRECTORY_MODE = 0700 };

/* Where the file is, and the directories that lead to it; home is "": nowhere. */
struct places {
	char home[PATH_MAX];
	char directory[PATH_MAX + 16];
	char file[PATH_MAX + 32];
};

static void
find_places(struct places *places)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	int length = -1;
	places->home[0] = '\0';
	/* XDG Base Directory Specification: a relative path is as good as none. */
	if (config != NULL && config[0] == '/')
		length = snprintf(places->home, sizeof(places->home), "%s", config);
	else if (home != NULL && home[0] == '/')
		length = snprintf(places->home, sizeof(places->home), "%s/.config", home);
	if (length < 0 || length >= (int)sizeof(places->home))
		places->home[0] = '\0';
	snprintf(places->directory, sizeof(places->directory), "%s/heaptop", places->home);
	snprintf(places->file, sizeof(places->file), "%s/config", places->directory);
}

/* NULL: nobody but us and root can write there; else why not. */
static const char *
distrust(const struct stat *status)
{
	if (status->st_uid != geteuid() && status->st_uid != 0)
		return "it belongs to another user";
	if ((status->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return "others can write to it (chmod go-w)";
	return NULL;
}

/* 0, or -errno with ERROR filled for what is there but can't be trusted. */
static int
check_directory(const char *path, struct ht_error *error)
{
	struct stat status;
	if (stat(path, &status) != 0)
		return -errno;
	const char *reason = S_ISDIR(status.st_mode) ? distrust(&status) : "it is no directory";
	if (reason == NULL)
		return 0;
	ht_error_set(error, HT_ERROR_RUNTIME, "%s is not used: %s", path, reason);
	return -EPERM;
}

static int
check_file(int fd, const char *path, struct ht_error *error)
{
	struct stat status;
	if (fstat(fd, &status) != 0)
		return -errno;
	const char *reason = distrust(&status);
	if (!S_ISREG(status.st_mode))
		reason = "it is no regular file";
	else if (status.st_size > MOST_BYTES)
		reason = "it is too long";
	if (reason == NULL)
		return 0;
	ht_error_set(error, HT_ERROR_RUNTIME, "%s is not used: %s", path, reason);
	return -EPERM;
}

static int
read_all(int fd, struct ht_text *out)
{
	char buffer[4096];
	ssize_t count;
	while ((count = read(fd, buffer, sizeof(buffer))) != 0 && out->length <= MOST_BYTES) {
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -errno;
		ht_text_add(out, buffer, (size_t)count);
	}
	return out->failed ? -ENOMEM : 0;
}

/* The file's bytes into OUT: none where there is no file.  0, or -errno with ERROR filled. */
static int
read_file(const struct places *places, struct ht_text *out, struct ht_error *error)
{
	int status = check_directory(places->home, error);
	if (status == 0)
		status = check_directory(places->directory, error);
	if (status == -ENOENT)
		return 0;
	if (status != 0)
		goto out;
	/* Not waiting for what may be a FIFO, nor taking a terminal. */
	int fd = open(places->file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return 0;
	status = fd < 0 ? -errno : check_file(fd, places->file, error);
	if (status == 0)
		status = read_all(fd, out);
	if (fd >= 0)
		close(fd);
out:
	if (status != 0 && error->text[0] == '\0')
		ht_error_set(error, HT_ERROR_RUNTIME, "%s can't be read: %s", places->file,
		    strerror(-status));
	return status;
}

static void
name_faults(const struct places *places, size_t count, const struct ht_error *first,
    struct ht_error *notice)
{
	if (count > 1)
		ht_error_set(notice, HT_ERROR_USAGE, "%s: %s (and %zu more)", places->file,
		    first->text, count - 1);
	else
		ht_error_set(notice, HT_ERROR_USAGE, "%s: %s", places->file, first->text);
}

void
ht_settings_file_load(struct ht_settings *settings, struct ht_error *notice)
{
	struct places places;
	struct ht_text text;
	struct ht_error first;
	*notice = (struct ht_error){ 0 };
	find_places(&places);
	if (places.home[0] == '\0')
		return;
	ht_text_init(&text);
	if (read_file(&places, &text, notice) == 0) {
		size_t faults = ht_settings_parse(settings, text.bytes, text.length, &first);
		if (faults != 0)
			name_faults(&places, faults, &first, notice);
	}
	ht_text_release(&text);
}

/* Where a root that has another user's HOME would leave what is its own in that one's directories. */
static int
check_owner(const char *path, struct ht_error *error)
{
	char above[PATH_MAX + 16];
	struct stat status;
	snprintf(above, sizeof(above), "%s", path);
	while (stat(above, &status) != 0) {
		char *slash = strrchr(above, '/');
		if (slash == NULL || slash == above)
			return 0;
		*slash = '\0';
	}
	if (status.st_uid == geteuid() || status.st_uid == 0)
		return 0;
	ht_error_set(error, HT_ERROR_RUNTIME, "%s is not used: it belongs to another user", above);
	return -EPERM;
}

/* PATH with all that leads to it. */
static int
make_directories(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		int status = mkdir(path, DIRECTORY_MODE) != 0 && errno != EEXIST ? -errno : 0;
		*slash = '/';
		/* What exists may refuse with another error than that: a read-only file system. */
		if (status != 0 && access(path, F_OK) != 0 && status != -EROFS && status != -EACCES)
			return status;
	}
	return mkdir(path, DIRECTORY_MODE) != 0 && errno != EEXIST ? -errno : 0;
}

/* TEXT in place of the file PATH, whole or not at all. */
static int
replace(const char *path, const struct ht_text *text)
{
	struct ht_file_draft draft;
	int status = ht_file_draft_begin(&draft, path);
	if (status != 0)
		return status;
	status = ht_file_write(draft.fd, ht_text_string(text), text->length);
	if (status == 0 && fsync(draft.fd) != 0)
		status = -errno;
	if (status == 0)
		return ht_file_draft_end(&draft, path, true);
	ht_file_draft_drop(&draft);
	return status;
}

/* The file that a link of our own leads to, which is to stay one; else the path itself. */
static const char *
behind_links(const struct places *places, char out[PATH_MAX])
{
	return realpath(places->file, out) != NULL ? out : places->file;
}

static int
save(struct places *places, const struct ht_settings *settings, struct ht_error *said)
{
	struct ht_text before, after;
	char target[PATH_MAX];
	ht_text_init(&before);
	ht_text_init(&after);
	int status = check_owner(places->directory, said);
	if (status == 0)
		status = make_directories(places->directory);
	if (status == 0)
		status = read_file(places, &before, said);
	if (status == 0) {
		ht_settings_rewrite(settings, before.bytes, before.length, &after);
		status = after.failed ? -ENOMEM : replace(behind_links(places, target), &after);
	}
	ht_text_release(&before);
	ht_text_release(&after);
	return status;
}

int
ht_settings_file_save(const struct ht_settings *settings, struct ht_error *said)
{
	struct places places;
	*said = (struct ht_error){ 0 };
	find_places(&places);
	if (places.home[0] == '\0') {
		ht_error_set(said, HT_ERROR_RUNTIME,
		    "settings are not saved: neither XDG_CONFIG_HOME nor HOME says where");
		return -ENOENT;
	}
	int status = save(&places, settings, said);
	if (status == 0)
		ht_error_set(said, HT_OK, "settings are saved in %s", places.file);
	else if (said->text[0] == '\0')
		ht_error_set(said, HT_ERROR_RUNTIME, "settings are not saved: %s: %s", places.file,
		    strerror(-status));
	return status;
}
