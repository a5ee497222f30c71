/* SPDX-License-Identifier: MIT */
/*
 * What a process's start and exit cost, bare and under a preload, in turns:
 * prints the best and the median of each in microseconds.
 *
 *	spawn ROUNDS LIBRARY COMMAND [ARG...]
 *
 * Prints "bare BEST MEDIAN" and "preloaded BEST MEDIAN".
 */
#include "config.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

enum { MOST_VARIABLES = 1024, MOST_ROUNDS = 100000 };

static double
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* The time from the start of COMMAND to having waited for it; ends the program if it fails. */
static double
once(char **command, char **environment)
{
	double start = now_us();
	pid_t pid;
	int status;

	if (posix_spawnp(&pid, command[0], NULL, NULL, command, environment) != 0 ||
	    waitpid(pid, &status, 0) != pid || status != 0) {
		fprintf(stderr, "spawn: %s failed\n", command[0]);
		exit(1);
	}
	return now_us() - start;
}

static int
compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static void
print(const char *name, double *times, int count)
{
	qsort(times, (size_t)count, sizeof(*times), compare);
	printf("%s %.1f %.1f\n", name, times[0], times[count / 2]);
}

int
main(int argc, char **argv)
{
	static char *preloaded[MOST_VARIABLES + 2];
	static double bare_us[MOST_ROUNDS], preloaded_us[MOST_ROUNDS];
	static char variable[4096];
	int rounds = argc > 3 ? atoi(argv[1]) : 0;
	int count = 0;

	if (rounds < 1 || rounds > MOST_ROUNDS) {
		fprintf(stderr, "Usage: spawn ROUNDS LIBRARY COMMAND [ARG...]\n");
		return 2;
	}
	snprintf(variable, sizeof(variable), "LD_PRELOAD=%s", argv[2]);
	preloaded[count++] = variable;
	for (char **each = environ; *each != NULL && count < MOST_VARIABLES; each++)
		if (strncmp(*each, "LD_PRELOAD=", strlen("LD_PRELOAD=")) != 0)
			preloaded[count++] = *each;
	for (int i = 0; i < rounds; i++) {
		bare_us[i] = once(argv + 3, environ);
		preloaded_us[i] = once(argv + 3, preloaded);
	}
	print("bare", bare_us, rounds);
	print("preloaded", preloaded_us, rounds);
	return 0;
}
