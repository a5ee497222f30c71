/* SPDX-License-Identifier: MIT */
/*
 * Each takes the next few until none is left: a thread that other programs keep from its
 * processor holds the other up by no more than a few.
 */
#include "config.h"

#include "sources/share.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>

enum {
	MANY = 128, /* worth a second thread, whose start costs as much as reading 3 */
	PIECE = 8,  /* taken at once */
};

static void
work(struct ht_share *share, unsigned thread, size_t piece)
{
	/* Relaxed: what a piece is about was there before the thread, and the end of it is waited for. */
	for (;;) {
		size_t first = atomic_fetch_add_explicit(&share->next, piece, memory_order_relaxed);
		if (first >= share->count)
			return;
		size_t left = share->count - first;
		share->work(share->context, thread, first, first + (left < piece ? left : piece));
	}
}

static void *
work_there(void *context)
{
	work(context, 1, PIECE);
	return NULL;
}

static bool
has_second_processor(void)
{
	cpu_set_t set;
	return sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 1;
}

void
ht_share_run(struct ht_share *share)
{
	pthread_t thread;
	sigset_t every, before;
	if (share->count < MANY || !has_second_processor()) {
		work(share, 0, share->count);
		return;
	}
	sigfillset(&every);
	pthread_sigmask(SIG_SETMASK, &every, &before);
	bool is_started = pthread_create(&thread, NULL, work_there, share) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	work(share, 0, PIECE);
	if (is_started)
		pthread_join(thread, NULL);
}
