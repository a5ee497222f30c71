/* SPDX-License-Identifier: MIT */
/*
 * Preloaded: the Nth allocation that the program itself asks for fails, N being NO_MEMORY_AT; with
 * NO_MEMORY_ON set, all that follow do, too.  Libraries get theirs: glibc's own users' database breaks without.
 * How many there were is written to the file NO_MEMORY_COUNT at the end.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static atomic_long seen;
static long fails_at;
static bool goes_on;
static uintptr_t text_begin, text_end; /* of the program; 0: not known yet, nothing counts */

/* The first object is the program. */
static int
note_program(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	(void)data;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];
		if (header->p_type != PT_LOAD || (header->p_flags & PF_X) == 0)
			continue;
		text_begin = info->dlpi_addr + header->p_vaddr;
		text_end = text_begin + header->p_memsz;
	}
	return 1;
}

__attribute__((constructor)) static void
begin(void)
{
	const char *at = getenv("NO_MEMORY_AT");
	fails_at = at != NULL ? atol(at) : 0;
	goes_on = getenv("NO_MEMORY_ON") != NULL;
	dl_iterate_phdr(note_program, NULL);
}

__attribute__((destructor)) static void
end(void)
{
	const char *path = getenv("NO_MEMORY_COUNT");
	char text[24];
	int fd = path != NULL ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
	if (fd < 0)
		return;
	int length = snprintf(text, sizeof(text), "%ld", (long)seen);
	if (write(fd, text, (size_t)length) != length)
		_exit(99);
	close(fd);
}

static bool
fails(void *caller)
{
	uintptr_t at = (uintptr_t)caller;
	if (at < text_begin || at >= text_end)
		return false;
	long number = atomic_fetch_add(&seen, 1) + 1;
	if (fails_at == 0 || (goes_on ? number < fails_at : number != fails_at))
		return false;
	errno = ENOMEM;
	return true;
}

#define FAILS fails(__builtin_return_address(0))

void *
malloc(size_t size)
{
	return FAILS ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return FAILS ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *block, size_t size)
{
	return FAILS ? NULL : __libc_realloc(block, size);
}

void *
reallocarray(void *block, size_t count, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes) || FAILS) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_realloc(block, bytes);
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	return FAILS ? NULL : __libc_memalign(alignment, size);
}

char *
strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = FAILS ? NULL : __libc_malloc(size);
	return copy != NULL ? memcpy(copy, text, size) : NULL;
}
