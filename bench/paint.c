/* SPDX-License-Identifier: MIT */
/*
 * How long a screen program takes to paint itself first, how much memory it
 * then uses, and how much processor time.
 *
 *	paint [-k KEYS] SECONDS COMMAND [ARG...]
 *
 * Starts the command on a terminal of 100x40.  The first paint is over with the
 * last byte before a pause of QUIET_MS, the column heading "PID" having come.
 * With -k the heading needn't come, and KEYS are typed.  Waits SETTLE_MS more, watches the command for SECONDS, ends it, and prints
 * "paint MS", "resident KIB" and, unless SECONDS is 0, "cpu US-PER-SECOND".
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { QUIET_MS = 150, SETTLE_MS = 3000, GIVE_UP_MS = 20000 };

static double
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Whether the heading has come, in bytes that continue those of the call before. */
static bool
saw_heading(const char *bytes, ssize_t count, int *matched)
{
	static const char heading[] = "pid";

	for (ssize_t i = 0; i < count && heading[*matched] != '\0'; i++) {
		int byte = tolower((unsigned char)bytes[i]);

		*matched = byte == heading[*matched] ? *matched + 1 : byte == heading[0];
	}
	return heading[*matched] == '\0';
}

/* Reads what comes within TIMEOUT_MS; 0: nothing came, -1: the terminal is gone. */
static ssize_t
read_some(int terminal, char *bytes, size_t size, int timeout_ms)
{
	struct pollfd descriptor = { .fd = terminal, .events = POLLIN };
	int ready = poll(&descriptor, 1, timeout_ms);
	ssize_t count;

	if (ready <= 0)
		return 0;
	count = read(terminal, bytes, size);
	return count > 0 ? count : -1;
}

/* The moment of the first paint's last byte; negative if there was none. */
static double
wait_for_paint(int terminal, double start, bool any_will_do)
{
	char bytes[65536];
	bool seen = false;
	int matched = 0;
	double last = -1;

	while (now_ms() - start < GIVE_UP_MS) {
		ssize_t count = read_some(terminal, bytes, sizeof(bytes), QUIET_MS);

		if (count < 0)
			return -1;
		if (count == 0 && (seen || (any_will_do && last >= 0)))
			return last;
		if (count > 0)
			last = now_ms();
		seen = saw_heading(bytes, count, &matched);
	}
	return -1;
}

static void
drain(int terminal, double until)
{
	char bytes[65536];

	while (now_ms() < until)
		if (read_some(terminal, bytes, sizeof(bytes), 50) < 0)
			return;
}

static long
resident_kib(pid_t pid)
{
	char path[64];
	char line[256];
	long kib = -1;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	status = fopen(path, "r");
	while (status != NULL && fgets(line, sizeof(line), status) != NULL)
		if (strncmp(line, "VmRSS:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	if (status != NULL)
		fclose(status);
	return kib;
}

/* Processor time of all threads of a process, in microseconds. */
static double
cpu_us(pid_t pid)
{
	struct timespec used = { 0, 0 };
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) == 0)
		clock_gettime(clock, &used);
	return (double)used.tv_sec * 1e6 + (double)used.tv_nsec / 1e3;
}

/* One by one, each after what the one before has changed. */
static void
type(int terminal, const char *keys)
{
	for (; *keys != '\0'; keys++) {
		if (write(terminal, keys, 1) != 1)
			return;
		drain(terminal, now_ms() + QUIET_MS);
	}
}

static void
watch(int terminal, pid_t pid, int seconds)
{
	double before, start;

	drain(terminal, now_ms() + SETTLE_MS);
	printf("resident %ld\n", resident_kib(pid));
	if (seconds == 0)
		return;
	before = cpu_us(pid);
	start = now_ms();
	drain(terminal, start + seconds * 1e3);
	printf("cpu %.0f\n", (cpu_us(pid) - before) / ((now_ms() - start) / 1e3));
}

int
main(int argc, char **argv)
{
	struct winsize size = { .ws_row = 40, .ws_col = 100 };
	const char *keys = "";
	double start, painted;
	bool any_will_do = false;
	int terminal;
	pid_t pid;

	if (argc > 2 && strcmp(argv[1], "-k") == 0) {
		keys = argv[2];
		any_will_do = true;
		argv += 2;
		argc -= 2;
	}
	if (argc < 3) {
		fprintf(stderr, "Usage: paint [-k KEYS] SECONDS COMMAND [ARG...]\n");
		return 2;
	}
	start = now_ms();
	pid = forkpty(&terminal, NULL, NULL, &size);
	if (pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0) {
		perror("paint: forkpty");
		return 1;
	}
	painted = wait_for_paint(terminal, start, any_will_do);
	if (painted >= 0) {
		printf("paint %.1f\n", painted - start);
		type(terminal, keys);
		watch(terminal, pid, atoi(argv[1]));
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return painted >= 0 ? 0 : 1;
}
