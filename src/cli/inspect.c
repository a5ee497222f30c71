/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "cli/inspect.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "decode/program.h"

enum { SCRIPTS_MOST = 4 }; /* execve(2) follows interpreters as deep as that */

/* In the order of enum ht_program_obstacle. */
static const struct {
	const char *what;
	const char *instead;
	bool refuses;
} obstacles[] = {
	/* clang-format off */
	[HT_PROGRAM_FREE] = { NULL, NULL, false },
	[HT_PROGRAM_FOREIGN] = { "it is built for another machine or word size than heaptop", "build heaptop for that machine, too", true },
	[HT_PROGRAM_OTHER_LIBC] = { "it is linked with musl, and heaptop's library needs the GNU C library", "build it with the GNU C library", true },
	[HT_PROGRAM_GO] = { "it is a Go program, whose heap is not malloc's", "use its own profiles: net/http/pprof and 'go tool pprof'", false },
	[HT_PROGRAM_STATIC] = { "it is statically linked, so that nothing is preloaded", "link it dynamically, without -static", false },
	[HT_PROGRAM_SANITIZED] = { "it is sanitized (-fsanitize), with an allocator of its own that has to be loaded first", "build it without the sanitizer", true },
	[HT_PROGRAM_OWN_ALLOCATOR] = { "it has an allocator of its own inside, so that the C library's malloc is not called", "build it with the C library's malloc, or its allocator as a shared library", false },
	/* clang-format on */
};

static bool
is_program(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* The file that execvp(3) would take for NAME; false when there is none. */
static bool
find_program(const char *name, char out[PATH_MAX])
{
	const char *directories = getenv("PATH");
	if (strchr(name, '/') != NULL)
		return snprintf(out, PATH_MAX, "%s", name) < PATH_MAX && is_program(out);
	if (directories == NULL)
		directories = "/bin:/usr/bin"; /* execvp(3) */
	for (const char *end; name[0] != '\0'; directories = end + 1) {
		end = strchrnul(directories, ':');
		int length = (int)(end - directories);
		int written = snprintf(
		    out, PATH_MAX, "%.*s%s%s", length, directories, length > 0 ? "/" : "", name);
		if (written < PATH_MAX && is_program(out))
			return true;
		if (*end == '\0')
			break;
	}
	return false;
}

/*
 * True when the dynamic linker of the program will be in its secure mode, which preloads
 * nothing from elsewhere (AT_SECURE, ld.so(8)): the kernel will change its identity.
 */
static bool
changes_identity(const char *path, const struct stat *status)
{
	struct statvfs mount;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return false;
	if (statvfs(path, &mount) == 0 && (mount.f_flag & ST_NOSUID))
		return false;
	if ((status->st_mode & S_ISUID) && status->st_uid != getuid())
		return true;
	if ((status->st_mode & S_ISGID) && (status->st_mode & S_IXGRP) &&
	    status->st_gid != getgid())
		return true;
	/* Root has all capabilities anyway. */
	return getuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0;
}

/*
 * Judges the bytes in a private mapping: a program may be hundreds of megabytes, of which a few
 * pages matter.  (If somebody truncates it meanwhile, we end by SIGBUS instead of starting it.)
 */
static void
decode_file(int fd, const struct stat *status, struct ht_program *program)
{
	*program = (struct ht_program){ .obstacle = HT_PROGRAM_FREE };
	if (status->st_size <= 0)
		return;
	size_t length = (size_t)status->st_size;
	void *bytes = mmap(NULL, length, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return;
	ht_program_decode(bytes, length, program);
	munmap(bytes, length);
}

/* Judges out->path.  True when it is a script, whose interpreter is in PROGRAM. */
static bool
inspect_file(struct ht_inspection *out, struct ht_program *program)
{
	struct stat status;
	int fd = open(out->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (stat(out->path, &status) != 0 || !S_ISREG(status.st_mode)) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	*program = (struct ht_program){ .obstacle = HT_PROGRAM_FREE };
	if (fd >= 0) {
		decode_file(fd, &status, program);
		close(fd);
	}
	if (program->interpreter[0] != '\0')
		return true;
	if (changes_identity(out->path, &status)) {
		out->what = "it is setuid, setgid or has file capabilities, so that nothing is "
			    "preloaded";
		out->instead = "run a copy without these permissions, or run it as its own user";
	} else {
		out->what = obstacles[program->obstacle].what;
		out->instead = obstacles[program->obstacle].instead;
		out->refuses = obstacles[program->obstacle].refuses;
	}
	return false;
}

void
ht_inspect(const char *name, struct ht_inspection *out)
{
	struct ht_program program;
	*out = (struct ht_inspection){ 0 };
	if (!find_program(name, out->path)) {
		out->path[0] = '\0';
		return;
	}
	for (int depth = 0; depth < SCRIPTS_MOST && inspect_file(out, &program); depth++)
		snprintf(out->path, sizeof(out->path), "%s", program.interpreter);
}
