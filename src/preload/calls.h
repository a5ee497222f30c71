/* SPDX-License-Identifier: MIT */
/*
 * The C library's functions that we stand in front of, allocator aside.
 *
 * They are looked up before the first fork and the first thread: dlsym takes the
 * dynamic linker's lock, which in a forked child may be held by a thread that
 * the child does not have.
 */
#ifndef HT_PRELOAD_CALLS_H
#define HT_PRELOAD_CALLS_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

#include "preload/export.h"

struct ht_calls {
	bool found;
	void (*_exit)(int);
	int (*execve)(const char *, char *const[], char *const[]);
	int (*execvpe)(const char *, char *const[], char *const[]);
	int (*fexecve)(int, char *const[], char *const[]);
	int (*execveat)(int, const char *, char *const[], char *const[], int);
	pid_t (*fork)(void);
	int (*mlockall)(int);
	int (*prctl)(int, ...);
	long (*syscall)(long, ...);
	int (*pthread_create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
	int (*pthread_setname_np)(pthread_t, const char *);
};

/* Valid after ht_calls_find.  A member is NULL where the C library has no such function. */
HT_HIDDEN extern struct ht_calls ht_calls;

/* Looks all of them up, once.  Preserves errno. */
void ht_calls_find(void);

/* Sets errno to ENOSYS and gives -1: for a call that the C library does not have. */
int ht_calls_missing(void);

#endif
