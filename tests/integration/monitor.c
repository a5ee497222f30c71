/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "monitor.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "decode/procfs.h"

void
monitor_own_directory(char path[64])
{
	strcpy(path, "/tmp/heaptop-test-XXXXXX");
	if (mkdtemp(path) == NULL || setenv("HEAPTOP_DIR", path, 1) != 0)
		abort();
}

void
monitor_remove_directory(const char *path)
{
	char command[128];
	snprintf(command, sizeof(command), "rm -rf '%s'", path);
	if (system(command) != 0)
		fprintf(stderr, "# could not remove %s\n", path);
	unsetenv("HEAPTOP_DIR");
}

static void
exec_target(unsigned threads, int ready_fd)
{
	char preload[512], program[512], number[16], pid[16];
	const char *build = getenv("HT_TOP_BUILDDIR");
	build = build != NULL ? build : ".";
	snprintf(preload, sizeof(preload), "%s/.libs/libheaptop-malloc.so", build);
	snprintf(program, sizeof(program), "%s/tests/integration/monitor_target", build);
	snprintf(number, sizeof(number), "%u", threads);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(ready_fd, STDOUT_FILENO);
	setenv("LD_PRELOAD", preload, 1);
	setenv("HEAPTOP_TARGET", pid, 1);
	execl(program, program, number, (char *)NULL);
	_exit(127);
}

pid_t
monitor_start_target(unsigned threads)
{
	int ready[2];
	char byte;
	if (pipe2(ready, O_CLOEXEC) != 0)
		return 0;
	pid_t pid = fork();
	if (pid == 0)
		exec_target(threads, ready[1]);
	close(ready[1]);
	bool begun = pid > 0 && read(ready[0], &byte, 1) == 1;
	close(ready[0]);
	if (begun)
		return pid;
	if (pid > 0)
		monitor_kill(pid);
	return 0;
}

void
monitor_kill(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

struct ht_frame *
monitor_tick(struct ht_sampler *sampler, pid_t pid)
{
	int32_t only = (int32_t)pid;
	struct ht_request request = {
		.only = { &only, 1 },
		.only_uid = UINT32_MAX,
		.detail = HT_DETAIL_THREADS | HT_DETAIL_SIZE_CLASSES | HT_DETAIL_EVENTS,
	};
	struct ht_frame *frame = NULL;
	return ht_sampler_tick(sampler, &request, &frame) == 0 ? frame : NULL;
}

struct ht_sampler *
monitor_sampler(void)
{
	const struct ht_sampler_options options = { 0 };
	struct ht_sampler *sampler = NULL;
	struct ht_error error;
	if (ht_sampler_new(&options, &sampler, &error) != 0)
		fprintf(stderr, "# %s\n", error.text);
	return sampler;
}

static uint64_t
heap_value(const struct ht_heap *heap, enum ht_heap_metric metric)
{
	return HT_HAS(&heap->values, metric) ? heap->values.value[metric].u : 0;
}

bool
monitor_row_is_consistent(const struct ht_process *row)
{
	const struct ht_heap *heap = row->heap;
	uint64_t allocated = heap->exited.allocated_bytes;
	uint64_t freed = heap->exited.freed_bytes;
	uint64_t blocks = heap->exited.allocated_blocks;
	for (size_t i = 0; i < row->thread_count; i++) {
		allocated += row->threads[i].values.value[HT_THREAD_ALLOCATED].u;
		freed += row->threads[i].values.value[HT_THREAD_FREED].u;
		blocks += row->threads[i].values.value[HT_THREAD_ALLOCATED_BLOCKS].u;
	}
	if (allocated != heap_value(heap, HT_HEAP_ALLOCATED) ||
	    freed != heap_value(heap, HT_HEAP_FREED) ||
	    blocks != heap_value(heap, HT_HEAP_ALLOCATED_BLOCKS))
		return false;
	return !HT_HAS(&heap->values, HT_HEAP_LIVE) ||
	       heap_value(heap, HT_HEAP_LIVE) ==
		   heap_value(heap, HT_HEAP_INHERITED) + allocated - freed;
}

bool
monitor_read_stat(pid_t pid, unsigned long long *start_time_ticks, char *state)
{
	char path[64], text[1024];
	struct ht_procfs_stat stat;
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t length = read(fd, text, sizeof(text));
	close(fd);
	if (length <= 0 || ht_procfs_decode_stat(text, (size_t)length, &stat) != 0)
		return false;
	*start_time_ticks = stat.start_time_ticks;
	*state = stat.state;
	return true;
}
