/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "publish/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "publish/digits.h"
#include "publish/place.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000 /* Linux 4.17; older ones take it for a hint */
#endif

/*
 * Where the sections lie.  What every program needs comes first, so that a
 * program of one thread backs INITIAL_BYTES; slots come last and grow to the cap.
 */
enum {
	TOC_OFFSET = 256,
	TOC_COUNT = 6,
	GLOBALS_OFFSET = 512,
	CLASSES_OFFSET = 1024,
	OVERFLOW_OFFSET = 4096,
	RING_RECORDS = HT_RING_EVENTS + 1, /* and the control record */
	RING_BYTES = RING_RECORDS * sizeof(struct heaptop_event),
	EVENTS_OFFSET = 8192,
	THREAD_EVENTS_OFFSET = EVENTS_OFFSET + RING_BYTES,
	SLOTS_OFFSET = THREAD_EVENTS_OFFSET + RING_BYTES,
	PAGE = 4096,
	INITIAL_SLOTS = 3,
	INITIAL_BYTES = SLOTS_OFFSET + 2 * PAGE,
	MOST_SLOTS = 8192,
	GROW_SLOTS = 64, /* backed at once, at the most */
};

_Static_assert(INITIAL_BYTES <= 64 * 1024, "a one-thread program backs at most 64 KiB");
_Static_assert(INITIAL_SLOTS * sizeof(struct heaptop_thread_slot) <= 2 * PAGE, "slots are backed");
_Static_assert(CLASSES_OFFSET + HEAPTOP_SIZE_CLASSES * 8 <= OVERFLOW_OFFSET, "sections are apart");
_Static_assert(OVERFLOW_OFFSET + sizeof(struct heaptop_thread_slot) <= EVENTS_OFFSET, "the same");
_Static_assert(
    SLOTS_OFFSET + MOST_SLOTS * sizeof(struct heaptop_thread_slot) <= HEAPTOP_SEGMENT_CAP_BYTES,
    "the cap has room for all slots");

static uint64_t
round_to_page(uint64_t bytes)
{
	return (bytes + PAGE - 1) / PAGE * PAGE;
}

/*
 * The cap, or less where the process may not have that much: ftruncate beyond RLIMIT_FSIZE would
 * raise SIGXFSZ, a mapping beyond RLIMIT_AS would take what the host wants for itself.
 */
static uint64_t
choose_cap(void)
{
	uint64_t cap = HEAPTOP_SEGMENT_CAP_BYTES;
	struct rlimit limit;
	if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < cap)
		cap = limit.rlim_cur;
	if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
	    limit.rlim_cur / 16 < cap)
		cap = limit.rlim_cur / 16;
	return cap / PAGE * PAGE;
}

/* Makes LENGTH bytes at AT usable for good, or leaves them inaccessible: never a SIGBUS later. */
static bool
back(unsigned char *at, uint64_t length)
{
	if (mprotect(at, length, PROT_READ | PROT_WRITE) != 0)
		return false;
	if (madvise(at, length, MADV_POPULATE_WRITE) == 0)
		return true;
	mprotect(at, length, PROT_NONE);
	return false;
}

/* The same at the start, when the descriptor is still there: also for kernels without populate. */
static bool
back_initial(struct ht_segment *segment, int fd)
{
	if (back(segment->base, INITIAL_BYTES))
		return true;
	if (errno != EINVAL || fd < 0)
		return false;
	int failed;
	do
		failed = posix_fallocate(fd, 0, INITIAL_BYTES);
	while (failed == EINTR);
	if (failed != 0)
		return false;
	segment->growth_failed = true;
	return mprotect(segment->base, INITIAL_BYTES, PROT_READ | PROT_WRITE) == 0;
}

/* Maps FD (or private memory, fd -1) and backs the beginning. */
static bool
map(struct ht_segment *segment, int fd, uint64_t cap)
{
	int flags = fd >= 0 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS;
	void *base = mmap(NULL, cap, PROT_NONE, flags | MAP_NORESERVE, fd, 0);
	if (base == MAP_FAILED)
		return false;
	segment->base = base;
	segment->reserved_bytes = cap;
	if (!back_initial(segment, fd)) {
		munmap(base, cap);
		segment->base = NULL;
		return false;
	}
	segment->backed_bytes = INITIAL_BYTES;
	/*
	 * A forked child must neither write here nor keep the lock alive, whichever way it was
	 * forked; a core dump need not hold what the file holds.
	 */
	madvise(base, cap, MADV_DONTFORK);
	madvise(base, cap, MADV_DONTDUMP);
	return true;
}

/* Copies the former program's name and generation out of an unlocked file of our own name. */
static bool
inspect_former(const char *path, uint32_t uid, char former[64], uint32_t *generation)
{
	struct stat status;
	struct heaptop_segment_header header;
	bool ours = false;
	int fd = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == uid &&
	    status.st_nlink == 1 && !ht_place_is_locked(fd)) {
		ours = true;
		if (pread(fd, &header, sizeof(header), 0) == (ssize_t)sizeof(header) &&
		    memcmp(header.magic, HEAPTOP_SEGMENT_MAGIC, sizeof(header.magic)) == 0) {
			memcpy(former, header.name, sizeof(header.name));
			former[63] = '\0';
			*generation = header.exec_generation + 1;
		}
	}
	close(fd);
	return ours;
}

/* A new file at PATH with our lock on it; -1 when the place is taken or cannot serve. */
static int
create_file(const char *path, uint64_t cap)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	if (fcntl(fd, F_OFD_SETLK, &lock) == 0 && ftruncate(fd, (off_t)cap) == 0)
		return fd;
	unlink(path);
	close(fd);
	return -1;
}

static bool
publish(struct ht_segment *segment, const struct ht_identity *identity, const char *directory,
    const char *runtime_directory, char former[64], uint32_t *generation)
{
	char place[HT_SEGMENT_PATH_BYTES];
	char *path = segment->path;
	uint64_t cap = choose_cap();
	if (cap < INITIAL_BYTES ||
	    !ht_place_directory(identity->uid, directory, runtime_directory, place) ||
	    !ht_place_path(identity, place, path))
		return false;
	/* Before the collection, to which our predecessor is garbage. */
	if (inspect_former(path, identity->uid, former, generation))
		unlink(path);
	if (ht_place_collection_is_due(place, identity->pid))
		ht_place_collect(place, identity->uid);

	int fd = create_file(path, cap);
	if (fd < 0)
		return false;
	segment->published = map(segment, fd, cap);
	if (!segment->published)
		unlink(path);
	close(fd);
	return segment->published;
}

static void
write_section(struct ht_segment *segment, unsigned index, struct heaptop_section section)
{
	struct heaptop_section *toc = (void *)(segment->base + TOC_OFFSET);
	section.version = 1;
	toc[index] = section;
}

static void
write_contents(struct ht_segment *segment)
{
	uint64_t room = (segment->reserved_bytes - SLOTS_OFFSET) / sizeof(*segment->slots);
	segment->slots_limit = room < MOST_SLOTS ? (uint32_t)room : MOST_SLOTS;
	write_section(segment, 0,
	    (struct heaptop_section){ .type = HEAPTOP_SECTION_GLOBALS,
		.stride = sizeof(struct heaptop_globals),
		.count = 1,
		.offset = GLOBALS_OFFSET,
		.limit = 1 });
	write_section(segment, 1,
	    (struct heaptop_section){ .type = HEAPTOP_SECTION_SIZE_CLASSES,
		.stride = 8,
		.count = HEAPTOP_SIZE_CLASSES,
		.offset = CLASSES_OFFSET,
		.limit = HEAPTOP_SIZE_CLASSES });
	write_section(segment, 2,
	    (struct heaptop_section){ .type = HEAPTOP_SECTION_OVERFLOW,
		.stride = sizeof(struct heaptop_thread_slot),
		.count = 1,
		.offset = OVERFLOW_OFFSET,
		.limit = 1 });
	write_section(segment, 3,
	    (struct heaptop_section){ .type = HEAPTOP_SECTION_EVENTS,
		.stride = sizeof(struct heaptop_event),
		.count = RING_RECORDS,
		.offset = EVENTS_OFFSET,
		.limit = RING_RECORDS });
	write_section(segment, 4,
	    (struct heaptop_section){ .type = HEAPTOP_SECTION_EVENTS,
		.stride = sizeof(struct heaptop_event),
		.count = RING_RECORDS,
		.offset = THREAD_EVENTS_OFFSET,
		.limit = RING_RECORDS });
	write_section(segment, 5,
	    (struct heaptop_section){ .type = HEAPTOP_SECTION_THREADS,
		.stride = sizeof(struct heaptop_thread_slot),
		.count = INITIAL_SLOTS,
		.offset = SLOTS_OFFSET,
		.limit = segment->slots_limit });

	uint64_t *bounds = (void *)(segment->base + CLASSES_OFFSET);
	for (unsigned i = 0; i < HEAPTOP_SIZE_CLASSES; i++)
		bounds[i] = heaptop_size_class_bound(i);
}

static uint64_t
read_clock(clockid_t id)
{
	struct timespec now = { 0 };
	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The 32 hexadecimal digits of the boot's id, dashes left out; all zero when it cannot be read. */
static void
read_boot_id(uint8_t out[16])
{
	char text[64];
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t length = read(fd, text, sizeof(text));
	close(fd);
	unsigned digits = 0;
	for (ssize_t i = 0; i < length && digits < 32; i++) {
		char c = text[i];
		unsigned value = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
				 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
							: 16;
		if (value == 16)
			continue;
		out[digits / 2] = (uint8_t)(out[digits / 2] << 4 | value);
		digits++;
	}
}

static void
write_header(
    struct ht_segment *segment, const struct ht_identity *identity, uint32_t exec_generation)
{
	struct heaptop_segment_header *header = segment->header;
	memcpy(header->magic, HEAPTOP_SEGMENT_MAGIC, sizeof(header->magic));
	header->byte_order = HEAPTOP_SEGMENT_BYTE_ORDER;
	header->word_size = sizeof(void *);
	header->major = HEAPTOP_SEGMENT_MAJOR;
	header->minor = HEAPTOP_SEGMENT_MINOR;
	header->oldest_reader_minor = HEAPTOP_SEGMENT_OLDEST_READER_MINOR;
	header->header_size = sizeof(*header);
	header->toc_count = TOC_COUNT;
	header->toc_offset = TOC_OFFSET;
	header->cap_bytes = segment->reserved_bytes;
	if (segment->published)
		read_boot_id(header->boot_id);
	header->pid_namespace = identity->pid_namespace;
	header->pid = identity->pid;
	header->uid = identity->uid;
	header->start_time_ticks = identity->start_time_ticks;
	header->clock_realtime_ns = read_clock(CLOCK_REALTIME);
	header->clock_monotonic_ns = read_clock(CLOCK_MONOTONIC);
	header->exec_generation = exec_generation;
	header->flags = identity->flags;
	struct ht_writer writer = ht_writer_on(header->name, sizeof(header->name));
	ht_write_text(&writer, identity->name);
	header->heartbeat_ns = header->clock_monotonic_ns;
}

bool
ht_segment_create(struct ht_segment *segment, const struct ht_identity *identity,
    const char *directory, const char *runtime_directory, char former[64])
{
	enum { PRIVATE_BYTES = 4 << 20 };
	uint32_t generation = 0;
	int saved = errno;
	memset(segment, 0, sizeof(*segment));
	former[0] = '\0';
	if (!publish(segment, identity, directory, runtime_directory, former, &generation) &&
	    !map(segment, -1, PRIVATE_BYTES)) {
		errno = saved;
		return false;
	}

	segment->header = (void *)segment->base;
	segment->globals = (void *)(segment->base + GLOBALS_OFFSET);
	segment->overflow = (void *)(segment->base + OVERFLOW_OFFSET);
	segment->rings[0] = (void *)(segment->base + EVENTS_OFFSET);
	segment->rings[1] = (void *)(segment->base + THREAD_EVENTS_OFFSET);
	segment->threads = (struct heaptop_section *)(void *)(segment->base + TOC_OFFSET) + 5;
	segment->slots = (void *)(segment->base + SLOTS_OFFSET);
	write_contents(segment);
	segment->globals->inherited_live_bytes = identity->inherited_live_bytes;
	segment->globals->inherited_live_blocks = identity->inherited_live_blocks;
	segment->globals->peak_live_bytes = identity->inherited_live_bytes;
	segment->rings[0]->next = 1;
	segment->rings[1]->next = 1;
	write_header(segment, identity, generation);
	errno = saved;
	return true;
}

void
ht_segment_set_state(struct ht_segment *segment, enum heaptop_segment_state state)
{
	/* Release: who sees the state sees all that was written before. */
	__atomic_store_n(&segment->header->state, (uint32_t)state, __ATOMIC_RELEASE);
}

bool
ht_segment_grow(struct ht_segment *segment)
{
	if (__atomic_load_n(&segment->growth_failed, __ATOMIC_RELAXED) ||
	    __atomic_exchange_n(&segment->growing, true, __ATOMIC_ACQUIRE))
		return false;
	int saved = errno;
	uint32_t count = ht_segment_slot_count(segment);
	uint32_t more = count < GROW_SLOTS ? count : GROW_SLOTS;
	if (more > segment->slots_limit - count)
		more = segment->slots_limit - count;
	uint64_t from = round_to_page(SLOTS_OFFSET + (uint64_t)count * sizeof(*segment->slots));
	uint64_t to =
	    round_to_page(SLOTS_OFFSET + (uint64_t)(count + more) * sizeof(*segment->slots));
	if (to > segment->reserved_bytes)
		to = segment->reserved_bytes;

	bool grown = more != 0 && (to <= from || back(segment->base + from, to - from));
	if (grown) {
		segment->backed_bytes = to;
		/* Release: the count is raised after its slots are backed. */
		__atomic_store_n(&segment->threads->count, count + more, __ATOMIC_RELEASE);
	} else {
		__atomic_store_n(&segment->growth_failed, true, __ATOMIC_RELAXED);
	}
	__atomic_store_n(&segment->growing, false, __ATOMIC_RELEASE);
	errno = saved;
	return grown;
}

bool
ht_segment_release_reserve(struct ht_segment *segment)
{
	if (__atomic_exchange_n(&segment->growing, true, __ATOMIC_ACQUIRE))
		return false;
	int saved = errno;
	uint32_t count = ht_segment_slot_count(segment);
	uint64_t used = round_to_page(SLOTS_OFFSET + (uint64_t)count * sizeof(*segment->slots));
	bool released = used < segment->reserved_bytes &&
			munmap(segment->base + used, segment->reserved_bytes - used) == 0;
	if (released) {
		segment->reserved_bytes = used;
		segment->slots_limit = count;
		__atomic_store_n(&segment->growth_failed, true, __ATOMIC_RELAXED);
	}
	__atomic_store_n(&segment->growing, false, __ATOMIC_RELEASE);
	errno = saved;
	return released;
}

void
ht_segment_abandon(struct ht_segment *segment)
{
	segment->published = false;
	if (segment->base == NULL)
		return;
	/* Never replaces what is there: then this is no child with memory of its own. */
	int saved = errno;
	void *at = mmap(segment->base, segment->backed_bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
	if (at != MAP_FAILED && at != segment->base)
		munmap(at, segment->backed_bytes);
	errno = saved;
}

void
ht_segment_unlink(struct ht_segment *segment)
{
	int saved = errno;
	if (segment->published)
		unlink(segment->path);
	errno = saved;
}
