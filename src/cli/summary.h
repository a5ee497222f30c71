/* SPDX-License-Identifier: MIT */
/* What `run --summary` tells of a program that has ended. */
#ifndef HT_CLI_SUMMARY_H
#define HT_CLI_SUMMARY_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/*
 * Prints the figures of the process PID that began at START_TIME_TICKS and has ended, called NAME, from
 * the segment that it left, and removes that.  When there is none, says so.
 */
void ht_summary_print(FILE *out, const char *name, pid_t pid, uint64_t start_time_ticks);

#endif
