/* SPDX-License-Identifier: MIT */
/*
 * Runs a command among many processes that only sleep.
 *
 *	crowd COUNT COMMAND [ARG...]
 *
 * The command starts when all of them sleep, so that it is measured beside
 * processes and not beside their start; and crowd ends when they have ended, so
 * that the next one isn't measured beside their end.  They end with it, however it
 * ends.  Exits as the command did.
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

/* Ends COUNT sleepers and waits until none is left. */
static void
end_crowd(const pid_t *pids, int count)
{
	for (int i = 0; i < count; i++)
		kill(pids[i], SIGKILL);
	for (int i = 0; i < count; i++)
		waitpid(pids[i], NULL, 0);
}

/* Starts up to COUNT sleepers; how many there are when all of them sleep. */
static int
start_crowd(pid_t *pids, int count)
{
	pid_t self = getpid();
	int started = 0;
	int ends[2];
	char byte;

	if (pipe(ends) != 0)
		return 0;
	for (; started < count; started++) {
		pids[started] = fork();
		if (pids[started] < 0)
			break;
		if (pids[started] == 0) {
			close(ends[0]);
			close(ends[1]);
			sleep_until_parent_ends(self);
		}
	}
	/* Read to its end the pipe tells that each of them has closed it. */
	close(ends[1]);
	while (read(ends[0], &byte, 1) > 0)
		;
	close(ends[0]);
	return started;
}

static int
run_command(char **argv)
{
	pid_t pid = fork();

	if (pid == 0) {
		execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	return pid < 0 ? 1 : exit_status_of(pid);
}

int
main(int argc, char **argv)
{
	int count = argc > 2 ? atoi(argv[1]) : -1;
	pid_t *pids = count >= 0 ? calloc((size_t)count + 1, sizeof(*pids)) : NULL;
	int started, result = 1;

	if (pids == NULL) {
		fprintf(stderr, "Usage: crowd COUNT COMMAND [ARG...]\n");
		return 2;
	}
	started = start_crowd(pids, count);
	if (started == count)
		result = run_command(argv + 2);
	else
		perror("crowd: fork");
	end_crowd(pids, started);
	free(pids);
	return result;
}
