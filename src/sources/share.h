/* SPDX-License-Identifier: MIT */
/*
 * Work on many processes that two threads share, where that ends sooner: reading /proc is
 * the kernel's work, and a second processor does as much of it as the first.
 */
#ifndef HT_SOURCES_SHARE_H
#define HT_SOURCES_SHARE_H

#include <stdatomic.h>
#include <stddef.h>

enum { HT_SHARE_THREADS = 2 };

struct ht_share {
	/*
	 * Works on those from FIRST up to END.  THREAD: who does, 0 or 1, for what each needs of its own.
	 * Called in another thread too, with all signals blocked.
	 */
	void (*work)(void *context, unsigned thread, size_t first, size_t end);
	void *context; /* borrowed */
	size_t count;
	atomic_size_t next; /* the first that nobody has taken yet; begins at 0 */
};

/* Works on all of SHARE->count: here, and where they are many and there is a second processor, there. */
void ht_share_run(struct ht_share *share);

#endif
