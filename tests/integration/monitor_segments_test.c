/* SPDX-License-Identifier: MIT */
/*
 * The monitor on instrumented programs that are killed, stopped, hidden in
 * containers, and lie beside files that somebody planted.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "monitor.h"
#include "sources/segment_dead.h"

enum {
	KILLS = 1000,
	STOPS = 200,
	MOST_TICKS = 2000, /* until a condition counts as never met */
};

/* A tick may take this long at most, whatever the target does. */
#define MOST_TICK_NS UINT64_C(1000000000)

static char directory[64];

static int
set_up(void **state)
{
	(void)state;
	monitor_own_directory(directory);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	monitor_remove_directory(directory);
	return 0;
}

/* A tick that may not take long, and in which PID's figures agree with each other. */
static struct ht_frame *
checked_tick(struct ht_sampler *sampler, pid_t pid)
{
	uint64_t begin_ns = ht_clock_monotonic_ns();
	struct ht_frame *frame = monitor_tick(sampler, pid);
	assert_non_null(frame);
	assert_true(ht_clock_monotonic_ns() - begin_ns < MOST_TICK_NS);
	assert_true(ht_frame_is_valid(frame));
	const struct ht_process *row = ht_frame_find(frame, (int32_t)pid);
	if (row != NULL && row->heap != NULL) {
		assert_int_not_equal(row->quality, HT_QUALITY_CORRUPT);
		assert_true(monitor_row_is_consistent(row));
	}
	return frame;
}

/* Ticks until PID's row has a heap; the frame. */
static struct ht_frame *
tick_until_heap(struct ht_sampler *sampler, pid_t pid)
{
	for (int i = 0; i < MOST_TICKS; i++) {
		struct ht_frame *frame = checked_tick(sampler, pid);
		const struct ht_process *row = ht_frame_find(frame, (int32_t)pid);
		if (row != NULL && row->heap != NULL)
			return frame;
		ht_frame_free(frame);
		usleep(1000);
	}
	fail_msg("the heap of %d never showed", (int)pid);
	return NULL;
}

static size_t
files_in(const char *path)
{
	size_t count = 0;
	DIR *stream = opendir(path);
	assert_non_null(stream);
	for (struct dirent *entry; (entry = readdir(stream)) != NULL;)
		count += entry->d_name[0] != '.';
	closedir(stream);
	return count;
}

static void
a_killed_target_never_misleads(void **state)
{
	(void)state;
	struct ht_sampler *sampler = monitor_sampler();
	assert_non_null(sampler);
	for (int i = 0; i < KILLS; i++) {
		pid_t pid = monitor_start_target(i % 8 == 0 ? 3 : 0);
		assert_true(pid > 0);
		/* Half of them are seen alive, the rest die before, between or under a tick. */
		if (i % 2 == 0)
			ht_frame_free(tick_until_heap(sampler, pid));
		kill(pid, SIGKILL);
		ht_frame_free(checked_tick(sampler, pid));
		waitpid(pid, NULL, 0);
		struct ht_frame *frame = checked_tick(sampler, pid);
		assert_null(ht_frame_find(frame, (int32_t)pid));
		ht_frame_free(frame);
	}
	ht_sampler_free(sampler);

	sampler = monitor_sampler();
	assert_non_null(sampler);
	ht_frame_free(checked_tick(sampler, getpid()));
	assert_true(files_in(directory) <= HT_SEGMENT_DEAD_MOST);
	ht_sampler_free(sampler);
}

static void
the_dead_are_shown_when_asked_for(void **state)
{
	(void)state;
	struct ht_sampler *sampler = monitor_sampler();
	pid_t pid = monitor_start_target(2);
	assert_true(pid > 0);
	monitor_kill(pid);
	int32_t only = (int32_t)pid;
	struct ht_request request = { .only = { &only, 1 },
		.only_uid = UINT32_MAX,
		.dead = true,
		.detail = HT_DETAIL_THREADS };
	struct ht_frame *frame;
	assert_int_equal(ht_sampler_tick(sampler, &request, &frame), 0);
	const struct ht_process *row = ht_frame_find(frame, (int32_t)pid);
	assert_non_null(row);
	assert_int_equal(row->quality, HT_QUALITY_DEAD);
	assert_non_null(row->heap);
	assert_string_equal(row->name, "monitor_target");
	assert_true(monitor_row_is_consistent(row));
	ht_frame_free(frame);
	ht_sampler_free(sampler);
}

static void
a_stopped_target_is_marked_and_waited_for_by_nobody(void **state)
{
	(void)state;
	struct ht_sampler *sampler = monitor_sampler();
	pid_t pid = monitor_start_target(4);
	assert_true(pid > 0);
	ht_frame_free(tick_until_heap(sampler, pid));
	for (int i = 0; i < STOPS; i++) {
		int status;
		kill(pid, SIGSTOP);
		assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
		struct ht_frame *frame = checked_tick(sampler, pid);
		const struct ht_process *row = ht_frame_find(frame, (int32_t)pid);
		assert_non_null(row);
		assert_int_equal(row->quality, HT_QUALITY_STALE);
		assert_non_null(row->quality_reason);
		ht_frame_free(frame);
		kill(pid, SIGCONT);
		assert_int_equal(waitpid(pid, &status, WCONTINUED), pid);
	}
	struct ht_frame *frame = tick_until_heap(sampler, pid);
	assert_int_equal(ht_frame_find(frame, (int32_t)pid)->quality, HT_QUALITY_LIVE);
	ht_frame_free(frame);
	monitor_kill(pid);
	ht_sampler_free(sampler);
}

/* The path of the segment that process PID would have. */
static void
segment_path(pid_t pid, char path[160])
{
	char link[64], state;
	unsigned long long start, namespace_inode;
	ssize_t length = readlink("/proc/self/ns/pid", link, sizeof(link) - 1);
	assert_true(length > 0);
	link[length] = '\0';
	assert_int_equal(sscanf(link, "pid:[%llu]", &namespace_inode), 1);
	assert_true(monitor_read_stat(pid, &start, &state));
	snprintf(path, 160, "%s/%llu.%d.%llu", directory, namespace_inode, (int)pid, start);
}

/* Ends PID and doesn't wait for it, as the parent that it has in this test. */
static void
make_zombie(pid_t pid)
{
	siginfo_t ended;
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT), 0);
}

/* A tick of all processes; *ROW: the one row of PID. */
static struct ht_frame *
tick_of_all(struct ht_sampler *sampler, bool dead, pid_t pid, const struct ht_process **row)
{
	const struct ht_request all = {
		.only_uid = UINT32_MAX, .dead = dead, .detail = HT_DETAIL_THREADS
	};
	struct ht_frame *frame;
	size_t rows = 0;
	assert_int_equal(ht_sampler_tick(sampler, &all, &frame), 0);
	assert_true(ht_frame_is_valid(frame));
	for (size_t i = 0; i < frame->process_count; i++)
		rows += frame->processes[i].key.pid == (int32_t)pid;
	assert_int_equal(rows, 1);
	*row = ht_frame_find(frame, (int32_t)pid);
	return frame;
}

static void
regress_a_zombie_shows_its_last_figures(void **state)
{
	(void)state;
	const struct ht_process *row;
	struct ht_sampler *sampler = monitor_sampler();
	pid_t pid = monitor_start_target(2);
	assert_true(pid > 0);
	ht_frame_free(tick_until_heap(sampler, pid));
	make_zombie(pid);
	/* The second time, too: it is the state of a tick, not the news of one. */
	for (int i = 0; i < 2; i++) {
		struct ht_frame *frame = tick_of_all(sampler, true, pid, &row);
		assert_int_equal(row->state, 'Z');
		assert_int_equal(row->quality, HT_QUALITY_DEAD);
		assert_non_null(row->heap);
		assert_int_equal(row->thread_count, 3);
		assert_true(monitor_row_is_consistent(row));
		assert_false(HT_HAS(&row->heap->values, HT_HEAP_ALLOC_RATE));
		assert_false(HT_HAS(&row->values, HT_PROCESS_CPU));
		ht_frame_free(frame);
	}
	struct ht_frame *frame = tick_of_all(sampler, false, pid, &row);
	assert_int_equal(row->state, 'Z');
	assert_null(row->heap);
	assert_string_equal(row->quality_reason, "ended: --dead shows its last figures");
	ht_frame_free(frame);
	waitpid(pid, NULL, 0);
	ht_sampler_free(sampler);
}

/* Puts in the place of the file at PATH one with the same content, which nobody has locked. */
static void
unlock_by_copying(const char *path)
{
	char command[1024];
	snprintf(command, sizeof(command), "cp '%s' '%s.new' && mv '%s.new' '%s'", path, path, path,
	    path);
	assert_int_equal(system(command), 0);
}

static void
who_lost_its_lock_is_not_dead_before_it_has_ended(void **state)
{
	(void)state;
	char path[160];
	const struct ht_process *row;
	struct ht_sampler *sampler = monitor_sampler();
	pid_t pid = monitor_start_target(0);
	assert_true(pid > 0);
	segment_path(pid, path);
	unlock_by_copying(path);
	struct ht_frame *frame = tick_of_all(sampler, true, pid, &row);
	assert_int_equal(row->quality, HT_QUALITY_LIVE);
	assert_null(row->heap);
	assert_null(strstr(row->quality_reason, "ended"));
	ht_frame_free(frame);
	make_zombie(pid);
	frame = tick_of_all(sampler, true, pid, &row);
	assert_int_equal(row->quality, HT_QUALITY_DEAD);
	assert_non_null(row->heap);
	ht_frame_free(frame);
	waitpid(pid, NULL, 0);
	ht_sampler_free(sampler);
}

static pid_t
start_sleeper(void)
{
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

static void
plant(const char *path, int what)
{
	char noise[8192];
	srand((unsigned)what);
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (char)rand();
	int fd;
	switch (what) {
	case 0:
		assert_int_equal(symlink("/etc/passwd", path), 0);
		return;
	case 1:
		assert_int_equal(mkfifo(path, 0600), 0);
		return;
	case 2:
		assert_int_equal(mkdir(path, 0700), 0);
		return;
	default: /* 3: random bytes; 4: the same as somebody else's file; 5: empty; 6: only a magic */
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		assert_true(fd >= 0);
		if (what == 6)
			memcpy(noise, "HEAPTOP\n", 8);
		if (what != 5)
			assert_int_equal(write(fd, noise, sizeof(noise)), sizeof(noise));
		if (what == 4 && geteuid() == 0)
			assert_int_equal(fchown(fd, 4242, 4242), 0);
		close(fd);
	}
}

static void
planted_files_do_not_touch_the_good_one(void **state)
{
	(void)state;
	enum { PLANTS = 7 };
	pid_t sleepers[PLANTS];
	struct ht_sampler *sampler = monitor_sampler();
	/* First, as a publisher that starts clears away what looks dead. */
	pid_t pid = monitor_start_target(1);
	assert_true(pid > 0);
	for (int i = 0; i < PLANTS; i++) {
		char path[160];
		sleepers[i] = start_sleeper();
		segment_path(sleepers[i], path);
		plant(path, i);
	}
	ht_frame_free(tick_until_heap(sampler, pid));

	struct ht_request all = { .only_uid = UINT32_MAX, .dead = true };
	struct ht_frame *frame;
	assert_int_equal(ht_sampler_tick(sampler, &all, &frame), 0);
	assert_non_null(ht_frame_find(frame, (int32_t)pid)->heap);
	for (int i = 0; i < PLANTS; i++) {
		const struct ht_process *row = ht_frame_find(frame, sleepers[i]);
		bool readable = i == 3 || i == 5 || i == 6 || (i == 4 && geteuid() != 0);
		assert_non_null(row);
		assert_null(row->heap);
		assert_int_equal(row->quality, readable ? HT_QUALITY_CORRUPT : HT_QUALITY_LIVE);
		assert_non_null(row->quality_reason);
		if (readable)
			assert_non_null(strstr(row->quality_reason, "corrupt"));
	}
	ht_frame_free(frame);
	for (int i = 0; i < PLANTS; i++)
		monitor_kill(sleepers[i]);
	monitor_kill(pid);
	ht_sampler_free(sampler);
}

/* Cuts the file short, makes it long and scribbles over it, until killed. */
static void
scribble(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	for (unsigned i = 0;; i++) {
		uint64_t noise = i * UINT64_C(0x9e3779b97f4a7c15);
		if (ftruncate(fd, (off_t)(noise >> 20) % 300000) != 0 ||
		    pwrite(fd, &noise, sizeof(noise), (off_t)(noise % 20000)) < 0)
			_exit(1);
	}
}

static void
a_file_that_changes_under_the_reader_is_survived(void **state)
{
	(void)state;
	char path[160];
	struct ht_sampler *sampler = monitor_sampler();
	pid_t victim = start_sleeper();
	segment_path(victim, path);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	assert_int_equal(fcntl(fd, F_OFD_SETLK, &lock), 0);
	pid_t good = monitor_start_target(1);
	assert_true(good > 0);
	pid_t vandal = fork();
	if (vandal == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		scribble(path);
	}
	for (int i = 0; i < 300; i++) {
		uint64_t begin_ns = ht_clock_monotonic_ns();
		struct ht_request all = { .only_uid = UINT32_MAX, .detail = 7 };
		struct ht_frame *frame;
		int32_t pids[] = { (int32_t)victim, (int32_t)good };
		all.only = (struct ht_pid_list){ pids, 2 };
		assert_int_equal(ht_sampler_tick(sampler, &all, &frame), 0);
		assert_true(ht_clock_monotonic_ns() - begin_ns < MOST_TICK_NS);
		assert_non_null(ht_frame_find(frame, (int32_t)victim));
		assert_non_null(ht_frame_find(frame, (int32_t)good)->heap);
		ht_frame_free(frame);
	}
	close(fd);
	monitor_kill(vandal);
	monitor_kill(victim);
	monitor_kill(good);
	ht_sampler_free(sampler);
}

/* In new namespaces, with a /dev/shm of its own: runs the target as pid 1. */
static void
be_a_container(int ready_fd)
{
	if (unshare(CLONE_NEWNS | CLONE_NEWPID) != 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("shm", "/dev/shm", "tmpfs", 0, NULL) != 0)
		_exit(77);
	pid_t inside = fork();
	if (inside == 0) {
		if (mount("proc", "/proc", "proc", 0, NULL) != 0)
			_exit(77);
		dup2(ready_fd, STDOUT_FILENO);
		pid_t target = monitor_start_target(2);
		if (target == 0 || write(STDOUT_FILENO, "!", 1) != 1)
			_exit(1);
		waitpid(target, NULL, 0);
		_exit(0);
	}
	waitpid(inside, NULL, 0);
	_exit(0);
}

static const struct ht_process *
find_named(const struct ht_frame *frame, const char *name)
{
	for (size_t i = 0; i < frame->process_count; i++)
		if (frame->processes[i].heap != NULL && strcmp(frame->processes[i].name, name) == 0)
			return &frame->processes[i];
	return NULL;
}

/* True when thread TID of PID is there in our own /proc. */
static bool
is_our_tid(int32_t pid, int32_t tid)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/task/%d", (int)pid, (int)tid);
	return access(path, F_OK) == 0;
}

static void
containers_are_looked_into(void **state)
{
	(void)state;
	int ready[2];
	char byte;
	if (geteuid() != 0)
		skip();
	unsetenv("HEAPTOP_DIR");
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid_t container = fork();
	if (container == 0)
		be_a_container(ready[1]);
	close(ready[1]);
	bool begun = read(ready[0], &byte, 1) == 1;
	close(ready[0]);
	if (!begun) {
		monitor_kill(container);
		skip(); /* no permission to make namespaces here */
	}
	struct ht_sampler *sampler = monitor_sampler();
	struct ht_request all = { .only_uid = UINT32_MAX, .detail = HT_DETAIL_THREADS };
	struct ht_frame *frame = NULL;
	const struct ht_process *row = NULL;
	for (int i = 0; row == NULL && i < MOST_TICKS; i++) {
		ht_frame_free(frame);
		assert_int_equal(ht_sampler_tick(sampler, &all, &frame), 0);
		row = find_named(frame, "monitor_target");
	}
	assert_non_null(row);
	assert_true(monitor_row_is_consistent(row));
	assert_int_equal(row->thread_count, 3);
	for (size_t i = 0; i < row->thread_count; i++) {
		assert_true(is_our_tid(row->key.pid, row->threads[i].tid));
		assert_true(row->threads[i].in_segment);
	}
	kill(row->key.pid, SIGKILL);
	ht_frame_free(frame);
	waitpid(container, NULL, 0);
	ht_sampler_free(sampler);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_killed_target_never_misleads),
		TEST(the_dead_are_shown_when_asked_for),
		TEST(a_stopped_target_is_marked_and_waited_for_by_nobody),
		TEST(regress_a_zombie_shows_its_last_figures),
		TEST(who_lost_its_lock_is_not_dead_before_it_has_ended),
		TEST(planted_files_do_not_touch_the_good_one),
		TEST(a_file_that_changes_under_the_reader_is_survived),
		TEST(containers_are_looked_into),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
