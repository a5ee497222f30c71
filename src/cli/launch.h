/* SPDX-License-Identifier: MIT */
/* Starting a program instrumented: the library's place, the environment, exec. */
#ifndef HT_CLI_LAUNCH_H
#define HT_CLI_LAUNCH_H

#include <limits.h>
#include <stdbool.h>

#include "base/error.h"

struct ht_launch {
	char library[PATH_MAX]; /* to preload; "": none */
	bool follow;            /* programs that it starts are instrumented, too */
	bool keep;              /* its segment outlives a clean end, for the summary */
	bool ends_with_us;      /* SIGTERM when the calling process ends before it */
	bool own_group;         /* a process group of its own, in the background at first */
	int output;             /* becomes its standard output; 0: as it is */
	int errors;             /* becomes its standard error; 0: as it is */
};

/*
 * Finds libheaptop-malloc.so beside this program in the build tree or where it was installed, into OUT.  0, or
 * -errno with ERROR filled: -ENOENT, or -EINVAL for a path that LD_PRELOAD cannot carry.
 */
int ht_launch_find_library(char out[PATH_MAX], struct ht_error *error);

/* The directory of this program's own executable, without a slash behind.  0 or -errno. */
int ht_launch_own_directory(char out[PATH_MAX]);

/*
 * Becomes OPERANDS[0] with OPERANDS as its arguments, in the calling process, as LAUNCH says.  Changes the
 * environment.  Returns only on failure: -errno of execvp(3), or -ENOMEM.
 */
int ht_launch_exec(const struct ht_launch *launch, char **operands);

/* The exit status for what ht_launch_exec returned, and its sentence into ERROR. */
int ht_launch_failure(int failure, const char *name, struct ht_error *error);

#endif
