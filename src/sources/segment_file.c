/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "sources/segment_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "model/frame.h"

enum {
	FIRST_READ_BYTES = 64 * 1024, /* holds all of a one-thread program */
	EXTENT_ROUNDS = 4,
	COPY_ROUNDS = 4,
	LARGE_BYTES = 24 << 20,
};

void
ht_segment_buffers_release(struct ht_segment_buffers *buffers)
{
	free(buffers->first);
	free(buffers->second);
	*buffers = (struct ht_segment_buffers){ 0 };
}

void
ht_segment_buffers_trim(struct ht_segment_buffers *buffers)
{
	if (buffers->capacity > LARGE_BYTES)
		ht_segment_buffers_release(buffers);
}

static int
reserve(struct ht_segment_buffers *buffers, size_t size)
{
	if (size <= buffers->capacity)
		return 0;
	size_t capacity = size + size / 8;
	unsigned char *first = realloc(buffers->first, capacity);
	if (first == NULL)
		return -ENOMEM;
	buffers->first = first;
	unsigned char *second = realloc(buffers->second, capacity);
	if (second == NULL)
		return -ENOMEM;
	buffers->second = second;
	buffers->capacity = capacity;
	return 0;
}

static bool
may_own(const struct ht_segment_owners *owners, uid_t uid)
{
	if (uid == 0)
		return true;
	for (size_t i = 0; i < 4; i++)
		if (owners->uids[i] != UINT32_MAX && owners->uids[i] == uid)
			return true;
	return false;
}

/*
 * O_NONBLOCK: opening a FIFO would wait for its writer.  The type is checked
 * after opening, so there is no moment at which the file could be exchanged.
 */
int
ht_segment_file_open(int directory_fd, const char *name, const struct ht_segment_owners *owners)
{
	struct stat file;
	int fd =
	    openat(directory_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && file.st_nlink == 1 &&
	    may_own(owners, file.st_uid))
		return fd;
	close(fd);
	return -EPERM;
}

bool
ht_segment_file_is_locked(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

/* Up to SIZE bytes from the start of the file; what is there of them, or -errno. */
static ssize_t
read_start(int fd, unsigned char *buffer, size_t size)
{
	size_t done = 0;
	while (done < size) {
		ssize_t length = pread(fd, buffer + done, size - done, (off_t)done);
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return -errno;
		if (length == 0)
			break;
		done += (size_t)length;
	}
	return (ssize_t)done;
}

enum ht_segment_fault
ht_segment_file_probe(int fd, struct ht_segment_identity *identity)
{
	unsigned char header[HT_SEGMENT_HEADER_BYTES];
	ssize_t length = read_start(fd, header, sizeof(header));
	if (length < 0)
		length = 0;
	return ht_segment_probe(header, (size_t)length, identity);
}

/*
 * The first copy: as much of it as the decoder looks at for DETAIL, which only the copy itself
 * tells, from a start of GUESS bytes.  Its length or -errno.
 */
static ssize_t
read_first(
    int fd, struct ht_segment_buffers *buffers, uint64_t file_size, uint32_t detail, size_t guess)
{
	uint64_t need = guess;
	ssize_t length = 0;
	for (unsigned round = 0; round < EXTENT_ROUNDS; round++) {
		if (need > HT_SEGMENT_COPY_MOST_BYTES || reserve(buffers, need) != 0)
			return -ENOMEM;
		length = read_start(fd, buffers->first, need);
		if (length < 0)
			return length;
		uint64_t more = 0;
		enum ht_segment_fault fault = ht_segment_first_extent(
		    buffers->first, (size_t)length, file_size, detail, &more);
		if (fault == HT_SEGMENT_OK && more > (uint64_t)length && more > need) {
			need = more;
			continue;
		}
		/* Less than was read: the rest would only be copied for nothing. */
		return fault == HT_SEGMENT_OK && more < (uint64_t)length ? (ssize_t)more : length;
	}
	return length;
}

/* The second copy, of all that the first one's table of contents speaks of.  Its length or -errno. */
static ssize_t
read_second(int fd, struct ht_segment_buffers *buffers, uint64_t file_size, size_t first_length)
{
	uint64_t need = 0;
	if (ht_segment_extent(buffers->first, first_length, file_size, &need) != HT_SEGMENT_OK ||
	    need < first_length)
		need = first_length;
	if (need > HT_SEGMENT_COPY_MOST_BYTES || reserve(buffers, need) != 0)
		return -ENOMEM;
	return read_start(fd, buffers->second, need);
}

static int
decode_once(int fd, struct ht_segment_buffers *buffers, const struct ht_segment_want *want,
    bool is_quiet, size_t *need, struct ht_arena *arena, struct ht_sample *sample)
{
	/* One copy alone must have everything. */
	uint32_t first_detail = is_quiet ? HT_DETAIL_THREADS : want->detail;
	bool is_whole = (first_detail & HT_DETAIL_THREADS) != 0 && *need != 0;
	struct stat file;
	if (fstat(fd, &file) != 0)
		return -errno;
	ssize_t length = read_first(fd, buffers, (uint64_t)file.st_size, first_detail,
	    is_whole ? *need : (size_t)FIRST_READ_BYTES);
	if (length < 0)
		return (int)length;
	struct ht_segment_copy copy = { .first = buffers->first,
		.second = buffers->first,
		.length = (size_t)length,
		.file_size = (uint64_t)file.st_size };
	if (!is_quiet) {
		ssize_t second = read_second(fd, buffers, (uint64_t)file.st_size, (size_t)length);
		if (second < 0)
			return (int)second;
		copy.first = buffers->first;
		copy.second = buffers->second;
		copy.length = (size_t)second; /* less than the first: cut short meanwhile */
		copy.first_length = (size_t)length;
	}
	*need = copy.length;
	return ht_segment_decode(&copy, want, arena, sample);
}

int
ht_segment_file_read(int fd, struct ht_segment_buffers *buffers, uint32_t detail, bool is_quiet,
    size_t *need, struct ht_arena *arena, struct ht_sample *sample)
{
	struct ht_segment_identity identity;
	if (ht_segment_file_probe(fd, &identity) == HT_SEGMENT_BUILDING)
		return -ENODATA;
	int result = -EAGAIN;
	for (unsigned round = 1; round <= COPY_ROUNDS && result == -EAGAIN; round++) {
		/* No honest segment is that large: one try at it costs enough. */
		bool last = round == COPY_ROUNDS || is_quiet || *need > LARGE_BYTES;
		struct ht_segment_want want = { detail, ht_clock_monotonic_ns(), last };
		result = decode_once(fd, buffers, &want, is_quiet, need, arena, sample);
	}
	return result;
}
