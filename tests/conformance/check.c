/* SPDX-License-Identifier: MIT */
/* Helpers of the allocator checks.  None allocates. */
#include "config.h"

#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

_Noreturn void
ht_check_fail(const char *file, int line, const char *condition)
{
	const char *base = strrchr(file, '/');

	dprintf(STDOUT_FILENO, "# %s:%d: does not hold: %s\n", base != NULL ? base + 1 : file, line,
	    condition);
	_exit(1);
}

void
ht_check_observe(const char *name, size_t value)
{
	dprintf(STDOUT_FILENO, "# %s: %zu\n", name, value);
}

const char *
ht_check_program(void)
{
	static char path[4096];

	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
	HT_REQUIRE(length > 0);
	path[length] = '\0';
	return path;
}

void
ht_pattern_fill(void *memory, size_t size, unsigned seed)
{
	unsigned char *bytes = memory;

	for (size_t i = 0; i < size; i++)
		bytes[i] = (unsigned char)(seed * 131 + i * 7 + (i >> 8));
}

bool
ht_pattern_holds(const void *memory, size_t size, unsigned seed)
{
	const unsigned char *bytes = memory;

	for (size_t i = 0; i < size; i++)
		if (bytes[i] != (unsigned char)(seed * 131 + i * 7 + (i >> 8)))
			return false;
	return true;
}

bool
ht_memory_is_zero(const void *memory, size_t size)
{
	const unsigned char *bytes = memory;

	for (size_t i = 0; i < size; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

bool
ht_is_aligned(const void *memory, size_t alignment)
{
	return (uintptr_t)memory % alignment == 0;
}

uint32_t
ht_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

size_t
ht_address_space_bytes(void)
{
	char text[128];

	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	HT_REQUIRE(fd >= 0);
	ssize_t length = read(fd, text, sizeof(text) - 1);
	HT_REQUIRE(length > 0);
	close(fd);
	text[length] = '\0';
	return strtoul(text, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

int
ht_child_wait(int pid)
{
	int status;

	while (waitpid(pid, &status, 0) != pid)
		HT_REQUIRE(errno == EINTR);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
