/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "publish/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "publish/digits.h"
#include "publish/kernel.h"

/* Field 22 of proc_pid_stat(5); the name before it may hold any byte, so look for its last ')'. */
static uint64_t
read_start_time(void)
{
	char text[1024];
	int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	ssize_t length = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (length <= 0)
		return 0;
	text[length] = '\0';
	const char *at = strrchr(text, ')');
	for (int field = 2; at != NULL && field < 22; field++)
		at = strchr(at + 1, ' ');
	uint64_t ticks;
	if (at == NULL)
		return 0;
	at++;
	return ht_read_number(&at, &ticks) ? ticks : 0;
}

void
ht_place_identify(struct ht_identity *identity)
{
	struct stat status;
	identity->pid = (uint32_t)getpid();
	identity->uid = (uint32_t)getuid();
	identity->pid_namespace =
	    stat("/proc/self/ns/pid", &status) == 0 ? (uint64_t)status.st_ino : 0;
	identity->start_time_ticks = read_start_time();
}

/*
 * A directory that nobody but UID can have put anything into.  In a sticky parent nobody else can
 * replace it afterwards either, so its files may be opened by path.
 */
static bool
is_own_directory(const char *path, uint32_t uid)
{
	struct stat status;
	return lstat(path, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == uid &&
	       (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static bool
use_directory(const char *path, uint32_t uid)
{
	if (is_own_directory(path, uid))
		return true;
	return mkdir(path, 0700) == 0 && is_own_directory(path, uid);
}

bool
ht_place_directory(uint32_t uid, const char *override, const char *runtime_directory,
    char out[HT_SEGMENT_PATH_BYTES])
{
	struct ht_writer writer = ht_writer_on(out, HT_SEGMENT_PATH_BYTES);
	if (override != NULL && override[0] != '\0') {
		ht_write_text(&writer, override);
		return !writer.full && use_directory(out, uid);
	}
	ht_write_text(&writer, "/dev/shm/heaptop-");
	ht_write_number(&writer, uid);
	if (use_directory(out, uid))
		return true;
	if (runtime_directory == NULL || runtime_directory[0] != '/')
		return false;
	writer = ht_writer_on(out, HT_SEGMENT_PATH_BYTES);
	ht_write_text(&writer, runtime_directory);
	ht_write_text(&writer, "/heaptop");
	return !writer.full && use_directory(out, uid);
}

bool
ht_place_path(
    const struct ht_identity *identity, const char *directory, char out[HT_SEGMENT_PATH_BYTES])
{
	char name[64];
	struct ht_writer writer = ht_writer_on(name, sizeof(name));
	ht_write_number(&writer, identity->pid_namespace);
	ht_write_text(&writer, ".");
	ht_write_number(&writer, identity->pid);
	ht_write_text(&writer, ".");
	ht_write_number(&writer, identity->start_time_ticks);

	/* DIRECTORY may be OUT itself. */
	size_t length = strlen(directory);
	if (writer.full || length + 1 + strlen(name) >= HT_SEGMENT_PATH_BYTES)
		return false;
	memmove(out, directory, length);
	out[length] = '/';
	memcpy(out + length + 1, name, strlen(name) + 1);
	return true;
}

bool
ht_place_is_segment_name(const char *name)
{
	uint64_t number;
	return ht_read_number(&name, &number) && *name++ == '.' && ht_read_number(&name, &number) &&
	       *name++ == '.' && ht_read_number(&name, &number) && *name == '\0';
}

bool
ht_place_is_locked(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	return fcntl(fd, F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

/* A dead segment; the newest are kept, so only those need to be remembered. */
struct dead {
	struct timespec modified;
	off_t bytes;
	char name[64];
};

struct collection {
	int directory;
	uint32_t uid;
	size_t count;
	struct dead newest[HT_DEAD_MOST]; /* newest first */
};

/* A finished one is no picture worth keeping: its program left in order or became another. */
static bool
is_worth_keeping(const struct heaptop_segment_header *header)
{
	return header->state == HEAPTOP_STATE_LIVE ||
	       (header->state == HEAPTOP_STATE_CLOSED && (header->flags & HEAPTOP_FLAG_KEEP) != 0);
}

static bool
is_newer(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

/* Keeps DEAD among the newest, removes the one that falls out. */
static void
keep_newest(struct collection *collection, const struct dead *dead)
{
	size_t at = collection->count;
	while (at > 0 && is_newer(&dead->modified, &collection->newest[at - 1].modified))
		at--;
	if (at == HT_DEAD_MOST) {
		unlinkat(collection->directory, dead->name, 0);
		return;
	}
	if (collection->count == HT_DEAD_MOST)
		unlinkat(collection->directory, collection->newest[--collection->count].name, 0);
	memmove(&collection->newest[at + 1], &collection->newest[at],
	    (collection->count - at) * sizeof(collection->newest[0]));
	collection->newest[at] = *dead;
	collection->count++;
}

/* Looks at the open file FD called NAME: alive, not ours, worth keeping or garbage. */
static void
consider(struct collection *collection, int fd, const char *name)
{
	struct stat status;
	struct heaptop_segment_header header;
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink != 1 ||
	    status.st_uid != collection->uid)
		return;
	if (pread(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header) ||
	    memcmp(header.magic, HEAPTOP_SEGMENT_MAGIC, sizeof(header.magic)) != 0)
		return;
	if (ht_place_is_locked(fd))
		return;

	struct dead dead = { .modified = status.st_mtim, .bytes = status.st_blocks * 512 };
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	memcpy(dead.name, name, strlen(name) + 1);
	if (!is_worth_keeping(&header) || now.tv_sec - status.st_mtim.tv_sec > HT_DEAD_SECONDS)
		unlinkat(collection->directory, name, 0);
	else
		keep_newest(collection, &dead);
}

static void
consider_name(struct collection *collection, const char *name)
{
	if (strlen(name) >= sizeof(collection->newest[0].name) || !ht_place_is_segment_name(name))
		return;
	int fd = openat(
	    collection->directory, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return;
	consider(collection, fd, name);
	close(fd);
}

/* The record that getdents64(2) gives; opendir would allocate. */
struct entry {
	uint64_t inode;
	int64_t offset;
	uint16_t length;
	uint8_t type;
	char name[];
};

void
ht_place_collect(const char *directory, uint32_t uid)
{
	_Alignas(struct entry) char buffer[4096];
	struct collection collection = { .uid = uid };
	collection.directory = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (collection.directory < 0)
		return;

	long length;
	while ((length = ht_kernel_call(
		    SYS_getdents64, collection.directory, (long)buffer, sizeof(buffer))) > 0) {
		for (long at = 0; at < length;) {
			const struct entry *entry =
			    (const struct entry *)(const void *)(buffer + at);
			consider_name(&collection, entry->name);
			at += entry->length;
		}
	}

	off_t bytes = 0;
	for (size_t i = 0; i < collection.count; i++) {
		bytes += collection.newest[i].bytes;
		if (bytes > HT_DEAD_BYTES)
			unlinkat(collection.directory, collection.newest[i].name, 0);
	}
	close(collection.directory);
}

bool
ht_place_collection_is_due(const char *directory, uint32_t pid)
{
	/*
	 * tmpfs counts 20 bytes of directory size an entry (BOGO_DIRENT_SIZE in the kernel's mm/shmem.c),
	 * so one stat tells how many there are.  Looking at all of them is done once in so many
	 * starts that each start pays for some 16.  Other file systems: always.
	 */
	enum { BYTES_AN_ENTRY = 20, DIRECTORY_BLOCK = 4096 };
	struct stat status;
	if (lstat(directory, &status) != 0)
		return false;
	uint64_t entries = (uint64_t)status.st_size / BYTES_AN_ENTRY;
	if (status.st_size % DIRECTORY_BLOCK == 0 && status.st_size != 0)
		return true;
	return entries >= HT_DEAD_MOST && pid % (entries / HT_DEAD_MOST) == 0;
}
