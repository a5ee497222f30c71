/* SPDX-License-Identifier: MIT */
/*
 * Runs every check of checks.def, each in a process of its own, and reports
 * them in the Test Anything Protocol.  It checks whatever allocator the program
 * finds: glibc's, or what LD_PRELOAD puts before it.
 *
 *     allocator_check             all; 0 if all hold, else 1
 *     allocator_check NAME        that one, in this process
 */
#include "config.h"

#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct check {
	const char *name;
	const char *text;
	void (*run)(void);
} checks[] = {
#define HT_CHECK(name, text) { #name, text, ht_check_##name },
#include "checks.def"
#undef HT_CHECK
};

enum { CHECK_COUNT = sizeof(checks) / sizeof(checks[0]) };

static int
run_one(const char *name)
{
	for (size_t i = 0; i < CHECK_COUNT; i++) {
		if (strcmp(checks[i].name, name) == 0) {
			checks[i].run();
			return EXIT_SUCCESS;
		}
	}
	dprintf(STDERR_FILENO, "allocator_check: no check is called %s\n", name);
	return 2;
}

/* The alarm survives the exec, so that a check which hangs in its allocator ends too. */
static bool
holds(const struct check *check)
{
	int pid = fork();

	HT_REQUIRE(pid >= 0);
	if (pid == 0) {
		alarm(HT_CHECK_SECONDS);
		execl(ht_check_program(), "allocator_check", check->name, (char *)NULL);
		_exit(127);
	}
	int status = ht_child_wait(pid);
	if (status > 1)
		dprintf(STDOUT_FILENO, "# ended with status %d\n", status);
	return status == 0;
}

static int
run_all(void)
{
	int status = EXIT_SUCCESS;

	dprintf(STDOUT_FILENO, "1..%d\n", CHECK_COUNT);
	for (size_t i = 0; i < CHECK_COUNT; i++) {
		bool ok = holds(&checks[i]);
		dprintf(STDOUT_FILENO, "%s %zu - %s: %s\n", ok ? "ok" : "not ok", i + 1,
		    checks[i].name, checks[i].text);
		if (!ok)
			status = EXIT_FAILURE;
	}
	return status;
}

/* What the exec checks start: a program that allocates before it ends. */
static int
exec_target(void)
{
	void *block = malloc(100000);

	HT_REQUIRE(block != NULL);
	ht_pattern_fill(block, 100000, 1);
	HT_REQUIRE(ht_pattern_holds(block, 100000, 1));
	free(block);
	return HT_EXEC_TARGET_STATUS;
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		return run_all();
	if (strcmp(argv[1], "--exec-target") == 0)
		return exec_target();
	return run_one(argv[1]);
}
