/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "cli/launch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cli/output.h"

#define LIBRARY "libheaptop-malloc.so"

int
ht_launch_own_directory(char out[PATH_MAX])
{
	ssize_t length = readlink("/proc/self/exe", out, PATH_MAX - 1);
	if (length < 0)
		return -errno;
	out[length] = '\0';
	char *slash = strrchr(out, '/');
	if (slash == NULL)
		return -ENOENT;
	*slash = '\0';
	return 0;
}

int
ht_launch_find_library(char out[PATH_MAX], struct ht_error *error)
{
	/* In the build tree; in an installation, also one that was moved as a whole. */
	static const char *const places[] = { ".libs", "../lib", "../lib64" };
	char directory[PATH_MAX], candidate[PATH_MAX + 64];
	bool found = false;
	if (ht_launch_own_directory(directory) == 0) {
		for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !found; i++) {
			snprintf(
			    candidate, sizeof(candidate), "%s/%s/" LIBRARY, directory, places[i]);
			found = realpath(candidate, out) != NULL;
		}
	}
	if (!found && realpath(HT_LIBDIR "/" LIBRARY, out) == NULL) {
		ht_error_set(error, HT_ERROR_RUNTIME,
		    "cannot find " LIBRARY " beside heaptop or in " HT_LIBDIR
		    ": install heaptop, or run it in its build tree");
		return -ENOENT;
	}
	/* LD_PRELOAD is a list between colons or blanks and knows no quoting, ld.so(8). */
	if (strpbrk(out, ": \t\n") != NULL) {
		ht_error_set(error, HT_ERROR_RUNTIME,
		    "'%s' holds a blank or a colon, which LD_PRELOAD cannot carry: move heaptop "
		    "elsewhere",
		    out);
		return -EINVAL;
	}
	return 0;
}

/* True when LIST, as LD_PRELOAD has it, begins with PATH. */
static bool
begins_with(const char *list, const char *path)
{
	size_t length = strlen(path);
	return strncmp(list, path, length) == 0 && strchr(": ", list[length]) != NULL;
}

static int
prepend_library(const char *library)
{
	const char *before = getenv("LD_PRELOAD");
	if (before == NULL || before[0] == '\0')
		return setenv("LD_PRELOAD", library, 1);
	if (begins_with(before, library))
		return 0;
	char *list;
	if (asprintf(&list, "%s:%s", library, before) < 0)
		return -1;
	int status = setenv("LD_PRELOAD", list, 1);
	free(list);
	return status;
}

/* What the publisher in this process is to know (it reads these at its start). */
static int
set_environment(const struct ht_launch *launch)
{
	char pid[16];
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	/* Of a `run` around this one. */
	unsetenv("HEAPTOP_TARGET");
	unsetenv("HEAPTOP_KEEP");
	unsetenv("HEAPTOP_FOLLOW");
	if (launch->library[0] == '\0')
		return 0;
	if (prepend_library(launch->library) != 0 || setenv("HEAPTOP_TARGET", pid, 1) != 0)
		return -1;
	if (launch->keep && setenv("HEAPTOP_KEEP", pid, 1) != 0)
		return -1;
	return launch->follow ? 0 : setenv("HEAPTOP_FOLLOW", "0", 1);
}

/* In the background the terminal has to stop us, or reading from it fails: whoever started us may ignore that. */
static int
enter_group(void)
{
	const struct sigaction by_default = { .sa_handler = SIG_DFL };
	sigaction(SIGTTIN, &by_default, NULL);
	sigaction(SIGTTOU, &by_default, NULL);
	return setpgid(0, 0);
}

int
ht_launch_exec(const struct ht_launch *launch, char **operands)
{
	if (set_environment(launch) != 0)
		return -ENOMEM;
	if (launch->ends_with_us && prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) != 0)
		return -errno;
	if (launch->own_group && enter_group() != 0)
		return -errno;
	if (launch->output != 0 && dup2(launch->output, STDOUT_FILENO) < 0)
		return -errno;
	if (launch->errors != 0 && dup2(launch->errors, STDERR_FILENO) < 0)
		return -errno;
	execvp(operands[0], operands);
	return -errno;
}

int
ht_launch_failure(int failure, const char *name, struct ht_error *error)
{
	ht_error_set(error, HT_ERROR_RUNTIME, "cannot start '%s': %s", name, strerror(-failure));
	if (failure == -ENOMEM)
		return HT_EXIT_OWN_FAILURE;
	return failure == -ENOENT ? HT_EXIT_NOT_FOUND : HT_EXIT_NOT_EXECUTABLE;
}
