/* SPDX-License-Identifier: MIT */
/*
 * Texts of /proc to numbers (proc(5)).  Pure: no I/O.  The kernel writes these
 * files, but names in them are chosen by whoever started the process, so
 * nothing about them is taken for granted.
 */
#ifndef HT_DECODE_PROCFS_H
#define HT_DECODE_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HT_PROCFS_NAME_BYTES = 32 };

/* What heaptop uses of /proc/PID/stat, proc_pid_stat(5). */
struct ht_procfs_stat {
	char name[HT_PROCFS_NAME_BYTES]; /* raw bytes, NUL-terminated, cut where too long */
	char state;
	int32_t parent_pid;
	bool kernel_thread;
	uint64_t cpu_ticks; /* user and system time, in clock ticks */
	uint32_t thread_count;
	uint64_t start_time_ticks;
};

/* 0, or -EINVAL when TEXT is not what the kernel writes. */
int ht_procfs_decode_stat(const char *text, size_t length, struct ht_procfs_stat *stat);

/* /proc/PID/statm, in pages. */
struct ht_procfs_statm {
	uint64_t size;
	uint64_t resident;
	uint64_t shared; /* resident pages of files and shared memory */
	uint64_t text;
	uint64_t data; /* private writable memory and stacks */
};

int ht_procfs_decode_statm(const char *text, size_t length, struct ht_procfs_statm *statm);

/* /proc/PID/schedstat, of one thread; all 0 where the kernel doesn't keep account. */
struct ht_procfs_schedstat {
	uint64_t run_ns;
	uint64_t wait_ns; /* for a processor */
	uint64_t count;   /* how often it was given one */
};

int ht_procfs_decode_schedstat(
    const char *text, size_t length, struct ht_procfs_schedstat *schedstat);

/* What heaptop uses of /proc/PID/status, proc_pid_status(5). */
struct ht_procfs_status {
	int32_t thread_group;  /* -1: not told */
	uint32_t uids[4];      /* real, effective, saved, file system; UINT32_MAX: not told */
	int32_t innermost_pid; /* in the process's own pid namespace; -1: not told */
};

/* Never fails: what TEXT does not tell stays unknown. */
void ht_procfs_decode_status(const char *text, size_t length, struct ht_procfs_status *status);

/*
 * The figure in the line of TEXT that begins with KEY, "VmSwap:      12 kB" of status or "Pss:" of
 * smaps_rollup, in bytes.  0; -ENOENT: there is no such line; -EINVAL: it holds no figure.
 */
int ht_procfs_decode_kib(const char *text, size_t length, const char *key, uint64_t *bytes);

/*
 * Makes the arguments in TEXT, /proc/PID/cmdline, one line with blanks between them.  The rest of its
 * bytes stay as they are, and there is no NUL behind it.  Its length; 0: there is no command line.
 */
size_t ht_procfs_decode_command(char *text, size_t length);

/* Share of time in which some task waited, over 10 s; 0, or -EINVAL.  TEXT: /proc/pressure/memory. */
int ht_procfs_decode_pressure(const char *text, size_t length, double *some_avg10);

/* The pid given out last, from TEXT, /proc/loadavg; 0, or -EINVAL. */
int ht_procfs_decode_last_pid(const char *text, size_t length, uint64_t *pid);

/* A decimal number that fills all LENGTH bytes of TEXT; 0, or -EINVAL. */
int ht_procfs_decode_number(const char *text, size_t length, uint64_t *value);

#endif
