/* SPDX-License-Identifier: MIT */
/* What is collected of ended programs' segments, and what never is. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "decode/procfs.h"
#include "heaptop/segment.h"
#include "sources/segment_dead.h"
#include "sources/segment_file.h"
#include "sources/segment_name.h"

#define SECOND UINT64_C(1000000000)
#define HOUR   (UINT64_C(3600) * SECOND)

/* A pid namespace that isn't ours: no process of it can be alive here. */
enum { ELSEWHERE = 77 };

struct fixture {
	char path[64];
	int fd;
	struct ht_proc_dir proc;
	uint64_t now_ns;
};

static int
set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	if (fixture == NULL)
		return -1;
	strcpy(fixture->path, "/tmp/heaptop-dead-XXXXXX");
	if (mkdtemp(fixture->path) == NULL)
		return -1;
	fixture->fd = open(fixture->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fixture->now_ns = ht_clock_realtime_ns();
	*state = fixture;
	return ht_proc_dir_open("/proc", &fixture->proc);
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;
	char command[128];
	snprintf(command, sizeof(command), "rm -rf %s", fixture->path);
	int result = system(command);
	close(fixture->fd);
	ht_proc_dir_close(&fixture->proc);
	free(fixture);
	return result;
}

/* A segment NAME, well-formed as far as the header goes; its descriptor stays open. */
static int
make_segment(const struct fixture *fixture, const char *name, uint32_t state, uint32_t flags)
{
	struct heaptop_segment_header header = {
		.magic = HEAPTOP_SEGMENT_MAGIC,
		.byte_order = HEAPTOP_SEGMENT_BYTE_ORDER,
		.word_size = sizeof(void *),
		.major = HEAPTOP_SEGMENT_MAJOR,
		.header_size = sizeof(header),
		.toc_count = 1,
		.toc_offset = sizeof(header),
		.cap_bytes = 65536,
		.pid = 1,
		.clock_realtime_ns = fixture->now_ns - 60 * SECOND,
		.clock_monotonic_ns = 1000 * SECOND,
		.flags = flags,
		.state = state,
	};
	int fd = openat(fixture->fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, &header, sizeof(header)), sizeof(header));
	assert_int_equal(ftruncate(fd, 65536), 0);
	return fd;
}

static void
leave_dead(const struct fixture *fixture, unsigned pid, uint64_t died_ns)
{
	char name[HT_SEGMENT_NAME_BYTES];
	snprintf(name, sizeof(name), "%d.%u.5", ELSEWHERE, pid);
	int fd = make_segment(fixture, name, HEAPTOP_STATE_LIVE, 0);
	struct timespec times[2] = { { 0, UTIME_OMIT },
		{ (time_t)(died_ns / SECOND), (long)(died_ns % SECOND) } };
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
}

static bool
is_there(const struct fixture *fixture, const char *name)
{
	return faccessat(fixture->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static unsigned
collect(const struct fixture *fixture, uint64_t now_ns)
{
	return ht_segment_dead_collect(fixture->fd, &fixture->proc,
	    ht_proc_dir_namespace(&fixture->proc, (int32_t)getpid(), "pid"), now_ns);
}

static void
the_newest_sixteen_stay(void **state)
{
	struct fixture *fixture = *state;
	for (unsigned i = 1; i <= 20; i++)
		leave_dead(fixture, i, fixture->now_ns - i * SECOND);
	assert_int_equal(collect(fixture, fixture->now_ns), 4);
	assert_true(is_there(fixture, "77.1.5"));
	assert_true(is_there(fixture, "77.16.5"));
	assert_false(is_there(fixture, "77.17.5"));
	assert_false(is_there(fixture, "77.20.5"));
	assert_int_equal(collect(fixture, fixture->now_ns), 0);
}

static void
all_are_gone_after_an_hour(void **state)
{
	struct fixture *fixture = *state;
	leave_dead(fixture, 1, fixture->now_ns);
	leave_dead(fixture, 2, fixture->now_ns - HOUR / 2);
	assert_int_equal(collect(fixture, fixture->now_ns + HOUR / 2 - SECOND), 0);
	assert_int_equal(collect(fixture, fixture->now_ns + HOUR / 2 + SECOND), 1);
	assert_true(is_there(fixture, "77.1.5"));
	assert_int_equal(collect(fixture, fixture->now_ns + HOUR + SECOND), 1);
	assert_false(is_there(fixture, "77.1.5"));
}

static void
a_clock_that_went_back_removes_nothing(void **state)
{
	struct fixture *fixture = *state;
	leave_dead(fixture, 1, fixture->now_ns);
	assert_int_equal(collect(fixture, fixture->now_ns - HOUR * 24), 0);
}

static void
what_is_locked_stays(void **state)
{
	struct fixture *fixture = *state;
	int fd = make_segment(fixture, "77.9.5", HEAPTOP_STATE_LIVE, 0);
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	assert_int_equal(fcntl(fd, F_OFD_SETLK, &lock), 0);
	assert_int_equal(collect(fixture, fixture->now_ns + 2 * HOUR), 0);
	close(fd);
	assert_int_equal(collect(fixture, fixture->now_ns + 2 * HOUR), 1);
}

static void
what_is_not_a_segment_stays(void **state)
{
	struct fixture *fixture = *state;
	static const char *const names[] = { "notes.txt", "77.9.5.bak", "77.09.5", "77.9",
		".77.9.5" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		close(make_segment(fixture, names[i], HEAPTOP_STATE_LIVE, 0));
	int fd = openat(fixture->fd, "77.1.5", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, "my diary", 8), 8);
	close(fd);
	assert_int_equal(mkdirat(fixture->fd, "77.2.5", 0700), 0);
	assert_int_equal(mkfifoat(fixture->fd, "77.3.5", 0600), 0);
	assert_int_equal(symlinkat("77.1.5", fixture->fd, "77.4.5"), 0);
	assert_int_equal(collect(fixture, fixture->now_ns + 24 * HOUR), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_true(is_there(fixture, names[i]));
	assert_true(is_there(fixture, "77.1.5"));
}

/* An unlocked segment of PID, a process that is there; its NAME. */
static void
leave_of_process(const struct fixture *fixture, int32_t pid, char name[HT_SEGMENT_NAME_BYTES])
{
	char text[1024];
	struct ht_procfs_stat stat;
	ssize_t length = ht_proc_dir_read(&fixture->proc, pid, "stat", text, sizeof(text));
	assert_int_equal(ht_procfs_decode_stat(text, (size_t)length, &stat), 0);
	snprintf(name, HT_SEGMENT_NAME_BYTES, "%u.%d.%llu",
	    ht_proc_dir_namespace(&fixture->proc, (int32_t)getpid(), "pid"), (int)pid,
	    (unsigned long long)stat.start_time_ticks);
	close(make_segment(fixture, name, HEAPTOP_STATE_LIVE, 0));
}

static void
the_living_keep_theirs(void **state)
{
	struct fixture *fixture = *state;
	char name[HT_SEGMENT_NAME_BYTES];
	leave_of_process(fixture, (int32_t)getpid(), name);
	assert_int_equal(collect(fixture, fixture->now_ns + 2 * HOUR), 0);
	assert_true(is_there(fixture, name));
}

/* Its parent may never wait for it. */
static void
a_zombie_counts_as_dead(void **state)
{
	struct fixture *fixture = *state;
	char name[HT_SEGMENT_NAME_BYTES];
	siginfo_t ended;
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT), 0);
	leave_of_process(fixture, (int32_t)pid, name);
	assert_int_equal(collect(fixture, fixture->now_ns + HOUR - SECOND), 0);
	assert_true(is_there(fixture, name));
	assert_int_equal(collect(fixture, fixture->now_ns + 2 * HOUR), 1);
	assert_false(is_there(fixture, name));
	waitpid(pid, NULL, 0);
}

static void
what_an_exec_left_goes_at_once(void **state)
{
	struct fixture *fixture = *state;
	close(make_segment(fixture, "77.9.5", HEAPTOP_STATE_EXEC, 0));
	assert_int_equal(collect(fixture, fixture->now_ns), 1);
}

static void
a_summary_that_is_waited_for_is_not_counted(void **state)
{
	struct fixture *fixture = *state;
	for (unsigned i = 1; i <= 20; i++)
		leave_dead(fixture, i, fixture->now_ns);
	close(make_segment(fixture, "77.99.5", HEAPTOP_STATE_CLOSED, HEAPTOP_FLAG_KEEP));
	assert_int_equal(collect(fixture, fixture->now_ns), 4);
	assert_true(is_there(fixture, "77.99.5"));
}

static void
another_file_of_the_name_is_spared(void **state)
{
	struct fixture *fixture = *state;
	struct stat file;
	close(make_segment(fixture, "77.9.5", HEAPTOP_STATE_LIVE, 0));
	assert_int_equal(fstatat(fixture->fd, "77.9.5", &file, 0), 0);
	ht_segment_dead_remove(fixture->fd, "77.9.5", file.st_dev, file.st_ino + 1);
	assert_true(is_there(fixture, "77.9.5"));
	ht_segment_dead_remove(fixture->fd, "77.9.5", file.st_dev, file.st_ino);
	assert_false(is_there(fixture, "77.9.5"));
}

static void
only_plain_files_of_their_owner_are_opened(void **state)
{
	struct fixture *fixture = *state;
	const struct ht_segment_owners owners = { { geteuid(), UINT32_MAX, UINT32_MAX,
	    UINT32_MAX } };
	const struct ht_segment_owners others = { { 12345, UINT32_MAX, UINT32_MAX, UINT32_MAX } };
	close(make_segment(fixture, "77.1.5", HEAPTOP_STATE_LIVE, 0));
	assert_int_equal(mkdirat(fixture->fd, "77.2.5", 0700), 0);
	assert_int_equal(mkfifoat(fixture->fd, "77.3.5", 0600), 0);
	assert_int_equal(symlinkat("77.1.5", fixture->fd, "77.4.5"), 0);
	int fd = ht_segment_file_open(fixture->fd, "77.1.5", &owners);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(ht_segment_file_open(fixture->fd, "77.2.5", &owners), -EPERM);
	assert_int_equal(ht_segment_file_open(fixture->fd, "77.3.5", &owners), -EPERM);
	assert_int_equal(ht_segment_file_open(fixture->fd, "77.4.5", &owners), -ELOOP);
	if (geteuid() == 0)
		assert_int_equal(fchownat(fixture->fd, "77.1.5", 4242, 4242, 0), 0);
	assert_int_equal(ht_segment_file_open(fixture->fd, "77.1.5", &others), -EPERM);
	if (geteuid() == 0)
		assert_int_equal(fchownat(fixture->fd, "77.1.5", 0, 0, 0), 0);
	assert_int_equal(linkat(fixture->fd, "77.1.5", fixture->fd, "77.5.5", 0), 0);
	assert_int_equal(ht_segment_file_open(fixture->fd, "77.1.5", &owners), -EPERM);
}

static void
names_are_taken_only_as_publishers_write_them(void **state)
{
	(void)state;
	struct ht_segment_name name;
	uint32_t uid;
	assert_true(ht_segment_name_parse("4026531836.4242.98765", &name));
	assert_int_equal(name.pid_namespace, 4026531836u);
	assert_int_equal(name.pid, 4242);
	assert_int_equal(name.start_time_ticks, 98765);
	static const char *const wrong[] = { "", ".", "..", "1.2", "1.2.3.4", "01.2.3", "1.0.3",
		"1.-2.3", "1.2.3 ", "1.2.x", "4294967296.2.3", "1.4294967296.3",
		"1.2.18446744073709551616" };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(ht_segment_name_parse(wrong[i], &name));
	assert_true(ht_segment_directory_parse("heaptop-1000", &uid));
	assert_int_equal(uid, 1000);
	assert_false(ht_segment_directory_parse("heaptop-", &uid));
	assert_false(ht_segment_directory_parse("heaptop-01", &uid));
	assert_false(ht_segment_directory_parse("heaptop-1000.old", &uid));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_newest_sixteen_stay),
		TEST(all_are_gone_after_an_hour),
		TEST(a_clock_that_went_back_removes_nothing),
		TEST(what_is_locked_stays),
		TEST(what_is_not_a_segment_stays),
		TEST(the_living_keep_theirs),
		TEST(a_zombie_counts_as_dead),
		TEST(what_an_exec_left_goes_at_once),
		TEST(a_summary_that_is_waited_for_is_not_counted),
		TEST(another_file_of_the_name_is_spared),
		TEST(only_plain_files_of_their_owner_are_opened),
		cmocka_unit_test(names_are_taken_only_as_publishers_write_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
