/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "cli/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/output.h"

static const int passed_on[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM,
	SIGWINCH, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT, SIGPIPE, SIGURG, SIGIO, SIGPWR };

static void
awaited_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++)
		sigaddset(set, passed_on[i]);
}

/* Field 22 of /proc/PID/stat, counted from behind the name, which may hold anything. */
static uint64_t
read_start_time(pid_t pid)
{
	char path[64], line[1024];
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return 0;
	size_t length = fread(line, 1, sizeof(line) - 1, file);
	fclose(file);
	line[length] = '\0';
	const char *field = strrchr(line, ')');
	for (int number = 2; field != NULL && number < 22; number++)
		field = strchr(field + 1, ' ');
	return field != NULL ? strtoull(field + 1, NULL, 10) : 0;
}

/* In the child: never returns.  Tells the parent through REPORT why exec failed. */
static void
become(const struct ht_launch *launch, char **operands, const struct ht_child *child, int report)
{
	sigaction(SIGCHLD, &child->on_child_end, NULL);
	sigprocmask(SIG_SETMASK, &child->before, NULL);
	int failure = ht_launch_exec(launch, operands);
	ssize_t told = write(report, &failure, sizeof(failure));
	_exit(told == sizeof(failure) ? HT_EXIT_NOT_FOUND : HT_EXIT_OWN_FAILURE);
}

/* What the child wrote before it gave up; 0: its exec succeeded and closed the pipe. */
static int
read_report(int report)
{
	int failure = 0;
	ssize_t length;
	do
		length = read(report, &failure, sizeof(failure));
	while (length < 0 && errno == EINTR);
	return length == (ssize_t)sizeof(failure) ? failure : 0;
}

int
ht_child_start(
    struct ht_child *child, const struct ht_launch *launch, char **operands, struct ht_error *error)
{
	int report[2];
	sigset_t awaited;
	awaited_signals(&awaited);
	if (pipe2(report, O_CLOEXEC) != 0) {
		ht_error_set(error, HT_ERROR_RUNTIME, "cannot make a pipe: %s", strerror(errno));
		return HT_EXIT_OWN_FAILURE;
	}
	/* Whoever started us may ignore it, and then no child could ever be waited for. */
	const struct sigaction by_default = { .sa_handler = SIG_DFL };
	sigaction(SIGCHLD, &by_default, &child->on_child_end);
	sigprocmask(SIG_BLOCK, &awaited, &child->before);
	child->own_group = launch->own_group;
	child->pid = fork();
	if (child->pid == 0)
		become(launch, operands, child, report[1]);
	int status = child->pid < 0 ? -errno : 0;
	close(report[1]);
	if (status == 0) {
		/* Whoever of the two is first; later it is refused. */
		if (launch->own_group)
			setpgid(child->pid, child->pid);
		child->start_time_ticks = read_start_time(child->pid);
		status = read_report(report[0]);
		if (status != 0)
			waitpid(child->pid, NULL, 0);
	} else {
		ht_error_set(error, HT_ERROR_RUNTIME, "cannot fork: %s", strerror(-status));
	}
	close(report[0]);
	if (status == 0)
		return 0;
	sigprocmask(SIG_SETMASK, &child->before, NULL);
	return child->pid < 0 ? HT_EXIT_OWN_FAILURE : ht_launch_failure(status, operands[0], error);
}

void
ht_child_share(const struct ht_child *child)
{
	static const int kept[] = { SIGCHLD, SIGUSR1, SIGUSR2, SIGALRM, SIGURG, SIGIO, SIGPWR };
	sigset_t set = child->before;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		sigaddset(&set, kept[i]);
	sigprocmask(SIG_SETMASK, &set, NULL);
}

/* The child's group takes the place of ours in front of the terminal, if we are there. */
static void
hand_over_terminal(const struct ht_child *child)
{
	if (tcgetpgrp(STDIN_FILENO) == getpgrp())
		tcsetpgrp(STDIN_FILENO, child->pid);
}

void
ht_child_foreground(const struct ht_child *child)
{
	sigset_t awaited;
	siginfo_t info = { .si_pid = 0 };
	awaited_signals(&awaited);
	sigprocmask(SIG_BLOCK, &awaited, NULL);
	hand_over_terminal(child);
	if (waitid(P_PID, (id_t)child->pid, &info, WSTOPPED | WNOHANG | WNOWAIT) == 0 &&
	    info.si_pid == child->pid && (info.si_status == SIGTTIN || info.si_status == SIGTTOU))
		kill(-child->pid, SIGCONT);
}

/* The shell that started us has to see a stopped job; whoever wakes us wakes both. */
static void
stop_together(const struct ht_child *child)
{
	raise(SIGSTOP);
	if (child->own_group)
		hand_over_terminal(child);
	kill(child->own_group ? -child->pid : child->pid, SIGCONT);
}

/* What became of the child: its exit status, or -1 as long as it goes on. */
static int
look_at(const struct ht_child *child)
{
	int status;
	if (waitpid(child->pid, &status, WNOHANG | WUNTRACED) != child->pid)
		return -1;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	if (WIFSIGNALED(status))
		return HT_EXIT_SIGNAL + WTERMSIG(status);
	if (WIFSTOPPED(status))
		stop_together(child);
	return -1;
}

int
ht_child_wait(struct ht_child *child)
{
	sigset_t awaited;
	awaited_signals(&awaited);
	/* It may have ended while nobody waited. */
	int status = look_at(child);
	while (status < 0) {
		siginfo_t info;
		int number = sigwaitinfo(&awaited, &info);
		if (number == SIGCHLD)
			status = look_at(child);
		else if (number > 0 &&
			 info.si_code <= 0) /* sent by a process, not by the terminal */
			kill(child->pid, number);
	}
	if (child->own_group && tcgetpgrp(STDIN_FILENO) == child->pid)
		tcsetpgrp(STDIN_FILENO, getpgrp());
	sigprocmask(SIG_SETMASK, &child->before, NULL);
	return status;
}
