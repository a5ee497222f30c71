/* SPDX-License-Identifier: MIT */
/* What tests of the monitor on real processes share. */
#ifndef HT_TESTS_INTEGRATION_MONITOR_H
#define HT_TESTS_INTEGRATION_MONITOR_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/sampler.h"

/* A directory for segments, made for this test alone; sets HEAPTOP_DIR to it. */
void monitor_own_directory(char path[64]);

/* Removes it with all in it. */
void monitor_remove_directory(const char *path);

/*
 * Starts the target with so many churning threads under the preload; returns when
 * they have begun.  Its pid, or 0 when it could not be started.
 */
pid_t monitor_start_target(unsigned threads);

/* Ends the child PID by SIGKILL and waits for it. */
void monitor_kill(pid_t pid);

/* One tick for process PID alone, with all details; NULL when it failed. */
struct ht_frame *monitor_tick(struct ht_sampler *sampler, pid_t pid);

/* A new sampler without smoothing, or NULL. */
struct ht_sampler *monitor_sampler(void);

/* True when ROW's figures agree with each other: live, and the sum over threads. */
bool monitor_row_is_consistent(const struct ht_process *row);

/* The fields 22 and 3 of /proc/PID/stat; false: there is no such process. */
bool monitor_read_stat(pid_t pid, unsigned long long *start_time_ticks, char *state);

#endif
