/* SPDX-License-Identifier: MIT */
/*
 * A program to be looked at: its functions have telling names and allocate in
 * different ways, and it goes on until its standard input ends or it gets a signal.
 *
 *	heaptop run -- ./profile-me        and, in another terminal:
 *	heaptop -p profile-me
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	PAGES = 64,
	PAGE_BYTES = 4096,
	LINE_BYTES = 80,
	LINES_A_ROUND = 2000,
	PAUSE_MILLISECONDS = 20
};

static void *
allocate(size_t bytes)
{
	void *block = calloc(1, bytes);
	if (block == NULL) {
		fprintf(stderr, "profile-me: not enough memory for %zu bytes\n", bytes);
		exit(1);
	}
	return block;
}

/* Big and kept: most of the live heap. */
static void
load_pages(char *pages[PAGES])
{
	for (int i = 0; i < PAGES; i++)
		pages[i] = allocate(PAGE_BYTES);
}

/* Small and short-lived: most of the allocation rate. */
static size_t
format_lines(int round)
{
	size_t length = 0;
	for (int i = 0; i < LINES_A_ROUND; i++) {
		char *line = allocate(LINE_BYTES);
		length += (size_t)snprintf(line, LINE_BYTES, "round %d, line %d", round, i);
		free(line);
	}
	return length;
}

/* Grows by and by: what a log that nobody rotates does. */
static char *
append_to_log(char *log, size_t *length)
{
	static const char entry[] = "one more round\n";
	char *grown = realloc(log, *length + sizeof(entry));
	if (grown == NULL)
		return log;
	memcpy(grown + *length, entry, sizeof(entry));
	*length += sizeof(entry) - 1;
	return grown;
}

/* Nothing ends it but the end of standard input; a terminal's or /dev/null's silence too. */
static int
was_told_to_end(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	char byte;
	if (poll(&input, 1, PAUSE_MILLISECONDS) <= 0)
		return 0;
	return read(STDIN_FILENO, &byte, 1) <= 0;
}

int
main(void)
{
	char *pages[PAGES], *log = NULL;
	size_t log_length = 0, formatted = 0;
	int round = 0;
	load_pages(pages);
	printf("profile-me: pid %d, end it by ^D or a signal\n", (int)getpid());
	fflush(stdout);
	while (!was_told_to_end()) {
		formatted += format_lines(++round);
		log = append_to_log(log, &log_length);
	}
	printf("profile-me: %d rounds, %zu bytes formatted, %zu logged\n", round, formatted,
	    log_length);
	for (int i = 0; i < PAGES; i++)
		free(pages[i]);
	free(log);
	return 0;
}
