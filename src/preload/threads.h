/* SPDX-License-Identifier: MIT */
/* The coming, going and naming of threads. */
#ifndef HT_PRELOAD_THREADS_H
#define HT_PRELOAD_THREADS_H

/* For the constructor: gets the key whose destructor tells of a thread's end. */
void ht_threads_init(void);

/*
 * The calling thread is about to start another: publishes the process, since nobody can move another
 * thread's private counts, and backs a slot for the new one.
 */
void ht_threads_expect(void);

/* The calling thread has a slot now, to be given back when it ends. */
void ht_threads_watch_exit(void);

/* The calling thread changed its name. */
void ht_threads_renamed(void);

#endif
