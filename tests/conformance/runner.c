/* SPDX-License-Identifier: MIT */
/* Runs checks, each in a process of its own. */
#include "config.h"

#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
run_one(const struct ht_check *checks, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(checks[i].name, name) == 0) {
			checks[i].run();
			return EXIT_SUCCESS;
		}
	}
	dprintf(STDERR_FILENO, "no check is called %s\n", name);
	return 2;
}

/*
 * The alarm survives the exec, so that a check which hangs in its allocator ends too.
 * HEAPTOP_TARGET makes a publisher start in that process at once; HT_CHECK_LAZY leaves it to choose.
 */
static bool
holds(const struct ht_check *check)
{
	char pid_text[16];
	int pid = fork();

	HT_REQUIRE(pid >= 0);
	if (pid == 0) {
		alarm(HT_CHECK_SECONDS);
		snprintf(pid_text, sizeof(pid_text), "%d", (int)getpid());
		if (getenv("HT_CHECK_LAZY") == NULL)
			setenv("HEAPTOP_TARGET", pid_text, 1);
		execl(ht_check_program(), check->name, check->name, (char *)NULL);
		_exit(127);
	}
	int status = ht_child_wait(pid);
	if (status > 1)
		dprintf(STDOUT_FILENO, "# ended with status %d\n", status);
	return status == 0;
}

static size_t
members(const struct ht_check *checks, size_t count, const char *group)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += strcmp(checks[i].group, group) == 0;
	return found;
}

static int
run_group(const struct ht_check *checks, size_t count, const char *group)
{
	int status = EXIT_SUCCESS;
	size_t number = 0;

	dprintf(STDOUT_FILENO, "1..%zu\n", members(checks, count, group));
	for (size_t i = 0; i < count; i++) {
		if (strcmp(checks[i].group, group) != 0)
			continue;
		bool ok = holds(&checks[i]);
		dprintf(STDOUT_FILENO, "%s %zu - %s: %s\n", ok ? "ok" : "not ok", ++number,
		    checks[i].name, checks[i].text);
		if (!ok)
			status = EXIT_FAILURE;
	}
	return status;
}

int
ht_check_run(const struct ht_check *checks, size_t count, const char *what)
{
	if (strncmp(what, "--", 2) != 0)
		return run_one(checks, count, what);
	return run_group(checks, count, what + 2);
}
