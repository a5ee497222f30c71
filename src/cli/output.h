/* SPDX-License-Identifier: MIT */
/* What leaves the program: messages on stderr and data on stdout. */
#ifndef HT_CLI_OUTPUT_H
#define HT_CLI_OUTPUT_H

#include <stddef.h>

#include "base/error.h"

/* Exit statuses of commands that start a program, as env(1) and nohup(1) have them. */
enum ht_launch_status {
	HT_EXIT_OWN_FAILURE = 125,
	HT_EXIT_NOT_EXECUTABLE = 126,
	HT_EXIT_NOT_FOUND = 127,
	HT_EXIT_SIGNAL = 128, /* and the signal's number */
};

/*
 * Before anything else is opened: where stdin, stdout or stderr is closed, puts something in its place
 * that fails when used, so that no file of ours gets its number.  Programs that we start see it closed.
 */
void ht_output_reserve(void);

/* "heaptop: SENTENCE" on stderr; returns the exit status that ERROR stands for. */
int ht_output_error(const struct ht_error *error);

/* The same for a sentence of ours; foreign bytes become '?'. */
void ht_output_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Writes LENGTH bytes to stdout, all of them, at once.  0, -EPIPE (the reader is gone: end quietly),
 * or another -errno with ERROR filled.
 */
int ht_output_write(const char *bytes, size_t length, struct ht_error *error);

#endif
