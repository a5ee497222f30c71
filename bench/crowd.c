/* SPDX-License-Identifier: MIT */
/*
 * Runs a command among many processes that only sleep.
 *
 *	crowd COUNT COMMAND [ARG...]
 *
 * The sleepers end with it, however it ends.  Exits as the command did.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void
sleep_until_parent_ends(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (getppid() == parent)
		pause();
	_exit(0);
}

static int
exit_status_of(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) != pid)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
main(int argc, char **argv)
{
	int count = argc > 2 ? atoi(argv[1]) : -1;
	pid_t self = getpid();
	pid_t pid;

	if (count < 0) {
		fprintf(stderr, "Usage: crowd COUNT COMMAND [ARG...]\n");
		return 2;
	}
	for (int i = 0; i < count; i++) {
		pid = fork();
		if (pid == 0)
			sleep_until_parent_ends(self);
		if (pid < 0) {
			perror("crowd: fork");
			return 1;
		}
	}
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	return pid < 0 ? 1 : exit_status_of(pid);
}
