/* SPDX-License-Identifier: MIT */
/* Checks of the counts of several threads, and of signal handlers. */
#include "config.h"

#include "counts_check.h"
#include "oracle.h"
#include "heaptop/heaptop.h"

#include <dlfcn.h>
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <time.h>

enum { THREADS = 8, MAILBOXES = 64 };

static struct ht_segment_picture before, after;
static pthread_barrier_t barrier;
static _Atomic(void *) mailboxes[MAILBOXES];
static struct ht_tally tallies[THREADS];

/* Every other block of its own goes to a mailbox, and what was there is freed here. */
static void
exchange_blocks(struct ht_tally *tally)
{
	for (int i = 0; i < 200; i++) {
		ht_tally_churn(tally, 100);
		size_t box = ht_random(&tally->random) % MAILBOXES;
		size_t own = ht_random(&tally->random) % HT_TALLY_BLOCKS;
		void *other = atomic_exchange(&mailboxes[box], tally->blocks[own]);
		tally->blocks[own] = NULL;
		ht_tally_free(&tally->done, other);
	}
}

/*
 * The C library allocates for each thread, so the counts are compared between
 * two moments at which all threads exist.
 */
static void *
exchange(void *argument)
{
	struct ht_tally *tally = argument;

	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	exchange_blocks(tally);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return NULL;
}

void
ht_counts_threads(void)
{
	pthread_t threads[THREADS];
	struct ht_totals done = { 0 };

	HT_REQUIRE(pthread_barrier_init(&barrier, NULL, THREADS + 1) == 0);
	for (unsigned i = 0; i < THREADS; i++) {
		tallies[i].random = i + 1;
		HT_REQUIRE(pthread_create(&threads[i], NULL, exchange, &tallies[i]) == 0);
	}
	pthread_barrier_wait(&barrier);
	ht_segment_read(&before);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	ht_segment_read(&after);
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < THREADS; i++) {
		ht_totals_add(&done, &tallies[i].done);
		HT_REQUIRE(pthread_join(threads[i], NULL) == 0);
	}
	ht_totals_require(&before.totals, &after.totals, &done);
	HT_REQUIRE(after.live_slots == THREADS + 1);
}

static void *
allocate_once(void *argument)
{
	free(malloc(1000));
	return argument;
}

static void
start_and_join(void *(*run)(void *))
{
	pthread_t thread;

	HT_REQUIRE(pthread_create(&thread, NULL, run, NULL) == 0);
	HT_REQUIRE(pthread_join(thread, NULL) == 0);
}

/* A few slots may be waiting to cool off, never all that there were. */
void
ht_counts_slots(void)
{
	enum { COUNT = 500 };

	start_and_join(allocate_once);
	ht_segment_read(&before);
	for (int i = 0; i < COUNT; i++)
		start_and_join(allocate_once);
	ht_segment_read(&after);
	HT_REQUIRE(after.totals.allocated_blocks >= before.totals.allocated_blocks + COUNT);
	HT_REQUIRE(after.globals.threads_started >= before.globals.threads_started + COUNT);
	HT_REQUIRE(after.globals.threads_exited >= before.globals.threads_exited + COUNT - 1);
	HT_REQUIRE(after.slots_ever_used <= 64);
	HT_REQUIRE(after.overflow.allocated_blocks == before.overflow.allocated_blocks);
}

static pthread_key_t key;
static struct ht_totals late;

/* Every round comes later in the thread's end than the one before. */
static void
free_late(void *value)
{
	ht_tally_free(&late, value);
	if (late.freed_blocks < PTHREAD_DESTRUCTOR_ITERATIONS)
		pthread_setspecific(key, ht_tally_malloc(&late, 500));
}

static void *
set_value(void *argument)
{
	pthread_setspecific(key, ht_tally_malloc(&late, 300));
	return argument;
}

/* The first thread leaves its stack to the second: from then on libc allocates nothing. */
void
ht_counts_late_frees(void)
{
	start_and_join(allocate_once);
	HT_REQUIRE(pthread_key_create(&key, free_late) == 0);
	ht_segment_read(&before);
	start_and_join(set_value);
	ht_segment_read(&after);
	HT_REQUIRE(late.freed_blocks == PTHREAD_DESTRUCTOR_ITERATIONS);
	ht_totals_require(&before.totals, &after.totals, &late);
}

/* In the last round, when the thread has given its slot back. */
static void
free_last(void *value)
{
	static __thread int rounds;

	if (++rounds < PTHREAD_DESTRUCTOR_ITERATIONS)
		pthread_setspecific(key, value);
	else
		free(value);
}

static void *
set_last(void *argument)
{
	pthread_setspecific(key, malloc(10000));
	return argument;
}

void
ht_counts_late_peak(void)
{
	HT_REQUIRE(pthread_key_create(&key, free_last) == 0);
	ht_segment_read(&before);
	for (int i = 0; i < 200; i++)
		start_and_join(set_last);
	ht_segment_read(&after);
	HT_REQUIRE(after.overflow.freed_bytes >= before.overflow.freed_bytes + 200 * 10000);
	HT_REQUIRE(after.globals.peak_live_bytes <=
		   before.globals.peak_live_bytes + after.globals.peak_error_bytes + 20000);
}

static sem_t has_allocated;

static void *
tally_at_barrier(void *argument)
{
	struct ht_totals *done = argument;

	free(malloc(1));
	HT_REQUIRE(sem_post(&has_allocated) == 0);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 10; i++)
		ht_tally_free(done, ht_tally_malloc(done, 100));
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return NULL;
}

enum { CROWD = 600 };

/* One after the other, so that each has had its turn to ask for a slot. */
static void
start_crowd(pthread_t threads[CROWD], struct ht_totals done[CROWD])
{
	pthread_attr_t attributes;

	HT_REQUIRE(pthread_attr_init(&attributes) == 0);
	HT_REQUIRE(pthread_attr_setstacksize(&attributes, 64 << 10) == 0);
	HT_REQUIRE(pthread_barrier_init(&barrier, NULL, CROWD + 1) == 0);
	HT_REQUIRE(sem_init(&has_allocated, 0, 0) == 0);
	for (int i = 0; i < CROWD; i++) {
		HT_REQUIRE(
		    pthread_create(&threads[i], &attributes, tally_at_barrier, &done[i]) == 0);
		HT_REQUIRE(sem_wait(&has_allocated) == 0);
	}
	pthread_attr_destroy(&attributes);
}

/* A crowd allocates: BEFORE and AFTER are right. */
static void
crowd_is_counted(void)
{
	static pthread_t threads[CROWD];
	static struct ht_totals each[CROWD], done;

	start_crowd(threads, each);
	pthread_barrier_wait(&barrier);
	ht_segment_read(&before);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	ht_segment_read(&after);
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < CROWD; i++) {
		HT_REQUIRE(pthread_join(threads[i], NULL) == 0);
		ht_totals_add(&done, &each[i]);
	}
	ht_totals_require(&before.totals, &after.totals, &done);
}

void
ht_counts_crowd(void)
{
	crowd_is_counted();
	HT_REQUIRE(after.live_slots == CROWD + 1);
	HT_REQUIRE(after.globals.dropped_threads == 0);
}

void
ht_counts_crowd_without_slots(void)
{
	crowd_is_counted();
	HT_REQUIRE(after.live_slots < CROWD);
	HT_REQUIRE(after.live_slots + after.globals.dropped_threads == CROWD + 1);
	HT_REQUIRE(after.overflow.allocated_blocks > before.overflow.allocated_blocks);
}

/* Counts of the allocator below the hooks, since the program started. */
static struct oracle_totals
oracle_now(void)
{
	struct oracle_totals (*read)(void);

	*(void **)&read = dlsym(RTLD_DEFAULT, "oracle_read");
	HT_REQUIRE(read != NULL);
	return read();
}

/* The hooks may have kept a few early blocks from the allocator below, never the reverse. */
static void
require_oracle_agrees(void)
{
	struct oracle_totals truth = oracle_now();
	struct ht_totals done = { 0 };

	ht_segment_read(&after);
	done.allocated_bytes = truth.allocated_bytes;
	done.allocated_blocks = truth.allocated_blocks;
	done.freed_bytes = truth.freed_bytes;
	done.freed_blocks = truth.freed_blocks;
	memcpy(done.size_classes, after.totals.size_classes, sizeof(done.size_classes));
	ht_totals_require(&(struct ht_totals){ 0 }, &after.totals, &done);
}

void
ht_counts_oracle_whole_run(void)
{
	static struct ht_tally tally = { .random = 5 };

	require_oracle_agrees();
	ht_tally_churn(&tally, 20000);
	require_oracle_agrees();
	start_and_join(allocate_once);
	require_oracle_agrees();
}

static atomic_uint handler_calls;

static void
allocate_in_handler(int signal_number)
{
	(void)signal_number;
	atomic_fetch_add(&handler_calls, 1);
	void *block = malloc(200);
	block = realloc(block, 700);
	free(block);
	free(calloc(2, 30));
}

/* As many signals as the machine delivers.  Not setitimer: its SIGALRM is what bounds a check. */
static timer_t
storm_start(void)
{
	const struct itimerspec rhythm = { { 0, 20000 }, { 0, 20000 } };
	struct sigaction action = { .sa_handler = allocate_in_handler, .sa_flags = SA_RESTART };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	timer_t timer;

	HT_REQUIRE(sigaction(SIGUSR1, &action, NULL) == 0);
	HT_REQUIRE(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
	HT_REQUIRE(timer_settime(timer, 0, &rhythm, NULL) == 0);
	return timer;
}

static void
churn_until_calls(unsigned calls)
{
	while (atomic_load(&handler_calls) < calls)
		for (int i = 0; i < 200; i++)
			free(realloc(malloc(16), 300));
}

void
ht_counts_oracle_signal_storm(void)
{
	timer_t timer = storm_start();

	churn_until_calls(5000);
	HT_REQUIRE(timer_delete(timer) == 0);
	require_oracle_agrees();
}

static void *
churn_briefly(void *argument)
{
	for (int i = 0; i < 300; i++)
		free(realloc(malloc(16), 300));
	return argument;
}

void
ht_counts_oracle_signal_storm_threads(void)
{
	timer_t timer = storm_start();

	for (int round = 0; round < 300; round++) {
		pthread_t threads[4];
		for (int i = 0; i < 4; i++)
			HT_REQUIRE(pthread_create(&threads[i], NULL, churn_briefly, NULL) == 0);
		for (int i = 0; i < 4; i++)
			HT_REQUIRE(pthread_join(threads[i], NULL) == 0);
	}
	HT_REQUIRE(timer_delete(timer) == 0);
	require_oracle_agrees();
}

/* HT_CHECK_THREADS overrides how many, so that the long run uses this too. */
void
ht_counts_oracle_thread_churn(void)
{
	enum { AT_ONCE = 16 };
	pthread_t threads[AT_ONCE];
	const char *count_text = getenv("HT_CHECK_THREADS");
	int count = count_text != NULL ? atoi(count_text) : 2000;

	for (int started = 0; started < count; started += AT_ONCE) {
		for (int i = 0; i < AT_ONCE; i++)
			HT_REQUIRE(pthread_create(&threads[i], NULL, allocate_once, NULL) == 0);
		for (int i = 0; i < AT_ONCE; i++)
			HT_REQUIRE(pthread_join(threads[i], NULL) == 0);
	}
	require_oracle_agrees();
	HT_REQUIRE(after.slots_ever_used <= 8 * AT_ONCE);
	HT_REQUIRE(after.globals.dropped_threads == 0);
	HT_REQUIRE(after.globals.threads_started >= (uint64_t)count);
}

/* Until it is published; nothing that was allocated before may be missing. */
static void
churn_until_published(void)
{
	HT_REQUIRE(!ht_segment_exists());
	for (int i = 0; i < 100000 && !ht_segment_exists(); i++)
		free(realloc(malloc(16), 300));
	require_oracle_agrees();
}

void
ht_counts_late_single(void)
{
	churn_until_published();
	HT_REQUIRE(after.live_slots == 1);
}

void
ht_counts_late_pthread(void)
{
	HT_REQUIRE(!ht_segment_exists());
	free(malloc(100));
	start_and_join(allocate_once);
	require_oracle_agrees();
}

static int
allocate_in_thrd(void *argument)
{
	(void)argument;
	free(malloc(1000));
	return 0;
}

/* The first thread's counts are its own until it allocates again. */
void
ht_counts_late_thrd_create(void)
{
	thrd_t thread;
	int result;

	HT_REQUIRE(!ht_segment_exists());
	free(malloc(100));
	HT_REQUIRE(thrd_create(&thread, allocate_in_thrd, NULL) == thrd_success);
	HT_REQUIRE(thrd_join(thread, &result) == thrd_success);
	free(malloc(100));
	require_oracle_agrees();
}

static int
see_the_first(void *unused)
{
	struct heaptop_memstats stats;
	(void)unused;
	return heaptop_read_memstats(&stats) == 0 && stats.Mallocs >= 20 ? 0 : 1;
}

void
ht_counts_late_thrd_waits(void)
{
	void *blocks[20];
	thrd_t thread;
	int result;

	HT_REQUIRE(!ht_segment_exists());
	for (size_t i = 0; i < 20; i++)
		blocks[i] = malloc(16);
	HT_REQUIRE(thrd_create(&thread, see_the_first, NULL) == thrd_success);
	HT_REQUIRE(thrd_join(thread, &result) == thrd_success);
	HT_REQUIRE(result == 0);
	for (size_t i = 0; i < 20; i++)
		free(blocks[i]);
	require_oracle_agrees();
}

/* The first allocation comes before the storm: then the hooks know the allocator below them. */
void
ht_counts_late_signal_storm(void)
{
	free(malloc(1));
	timer_t timer = storm_start();

	churn_until_calls(50);
	HT_REQUIRE(timer_delete(timer) == 0);
	for (int i = 0; i < 1000; i++)
		free(malloc(1000));
	require_oracle_agrees();
}
