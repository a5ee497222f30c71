/* SPDX-License-Identifier: MIT */
/* A look at the program that `run` is about to start: can its malloc be counted? */
#ifndef HT_CLI_INSPECT_H
#define HT_CLI_INSPECT_H

#include <limits.h>
#include <stdbool.h>

struct ht_inspection {
	char path
	    [PATH_MAX]; /* of the file that was judged: a script's is its interpreter's; "": none */
	const char *what;    /* why it cannot be counted, or NULL when it can */
	const char *instead; /* what to do about that */
	bool refuses;        /* it would not start, or complain, with our library in front */
};

/*
 * Looks at what execvp would start for NAME, through up to four scripts' interpreters.  What cannot be
 * found or read is left to the kernel to judge: `what` is then NULL.
 */
void ht_inspect(const char *name, struct ht_inspection *out);

#endif
