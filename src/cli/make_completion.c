/* SPDX-License-Identifier: MIT */
/* make_completion SHELL: that shell's completion script to stdout; run by make, not installed. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/completion.h"

int
main(int argc, char **argv)
{
	struct ht_text script;
	ht_text_init(&script);
	if (argc != 2 || ht_completion_write(argv[1], &script) != 0)
		return EXIT_FAILURE;
	fputs(ht_text_string(&script), stdout);
	ht_text_release(&script);
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
