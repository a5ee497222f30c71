/* SPDX-License-Identifier: MIT */
/*
 * Runs the checks of checks.def and reports them in the Test Anything Protocol.  It checks whatever allocator the program
 * finds: glibc's, or what LD_PRELOAD puts before it.
 *
 *     allocator_check             all; 0 if all hold, else 1
 *     allocator_check NAME        that one, in this process
 */
#include "config.h"

#include "allocator_check.h"

#include <stdlib.h>
#include <string.h>

static const struct ht_check checks[] = {
#define HT_CHECK(name, text) { "all", #name, text, ht_check_##name },
#include "checks.def"
#undef HT_CHECK
};

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
	if (argc > 1 && strcmp(argv[1], "--exec-target") == 0)
		return exec_target();
	return ht_check_run(
	    checks, sizeof(checks) / sizeof(checks[0]), argc > 1 ? argv[1] : "--all");
}
