/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "sources/proc_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decode/procfs.h"

enum { DIRENTS_BYTES = 32 * 1024 };

/* A /proc of another pid namespace has numbers that mean nothing to our system calls. */
static bool
shows_own_namespace(int fd)
{
	char link[32];
	ssize_t length = readlinkat(fd, "self", link, sizeof(link) - 1);
	if (length <= 0)
		return false;
	link[length] = '\0';
	return strtol(link, NULL, 10) == (long)getpid();
}

int
ht_proc_dir_open(const char *root, struct ht_proc_dir *dir)
{
	dir->fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir->fd < 0)
		return -errno;
	dir->is_real = strcmp(root, "/proc") == 0 && shows_own_namespace(dir->fd);
	return 0;
}

void
ht_proc_dir_close(struct ht_proc_dir *dir)
{
	if (dir->fd >= 0)
		close(dir->fd);
	dir->fd = -1;
}

/* The number that NAME writes, or 0. */
static int32_t
number_of_name(const char *name)
{
	uint64_t number;
	if (*name < '1' || *name > '9')
		return 0;
	if (ht_procfs_decode_number(name, strlen(name), &number) != 0 || number > INT32_MAX)
		return 0;
	return (int32_t)number;
}

int
ht_proc_dir_each_number(const struct ht_proc_dir *dir,
    int (*each)(int32_t number, uint32_t inode, void *context), void *context)
{
	_Alignas(struct dirent64) char dirents[DIRENTS_BYTES];
	ssize_t length = 0;
	int result = 0;
	if (lseek(dir->fd, 0, SEEK_SET) < 0)
		return 0;
	while (result == 0 && (length = getdents64(dir->fd, dirents, sizeof(dirents))) > 0) {
		for (ssize_t at = 0; at < length && result == 0;) {
			const struct dirent64 *entry = (const void *)(dirents + at);
			int32_t number = number_of_name(entry->d_name);
			if (number != 0)
				result = each(number, (uint32_t)entry->d_ino, context);
			at += entry->d_reclen;
		}
	}
	return result;
}

/* By hand: a formatted print costs more than all the rest of a cheap read. */
void
ht_proc_dir_path(int32_t pid, const char *name, char path[HT_PROC_PATH_BYTES])
{
	char digits[12];
	size_t count = 0;
	size_t length = 0;
	uint32_t rest = pid > 0 ? (uint32_t)pid : 0;
	do {
		digits[count++] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest != 0);
	while (count > 0)
		path[length++] = digits[--count];
	if (name != NULL) {
		path[length++] = '/';
		while (*name != '\0' && length < HT_PROC_PATH_BYTES - 1)
			path[length++] = *name++;
	}
	path[length] = '\0';
}

int
ht_proc_dir_open_file(const struct ht_proc_dir *dir, int32_t pid, const char *name)
{
	char path[HT_PROC_PATH_BYTES];
	ht_proc_dir_path(pid, name, path);
	int fd = openat(dir->fd, path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 ? fd : -errno;
}

ssize_t
ht_proc_dir_read(
    const struct ht_proc_dir *dir, int32_t pid, const char *name, char *buffer, size_t size)
{
	int fd = ht_proc_dir_open_file(dir, pid, name);
	if (fd < 0)
		return fd;
	ssize_t length = read(fd, buffer, size);
	if (length < 0)
		length = -errno;
	close(fd);
	return length;
}

uint32_t
ht_proc_dir_namespace(const struct ht_proc_dir *dir, int32_t pid, const char *name)
{
	char path[HT_PROC_PATH_BYTES];
	char file[16] = "ns/";
	char link[64];
	strncat(file, name, sizeof(file) - 4);
	ht_proc_dir_path(pid, file, path);
	ssize_t length = readlinkat(dir->fd, path, link, sizeof(link) - 1);
	if (length <= 0)
		return 0;
	link[length] = '\0';
	const char *number = strchr(link, '['); /* "mnt:[4026531832]" */
	return number != NULL ? (uint32_t)strtoul(number + 1, NULL, 10) : 0;
}
