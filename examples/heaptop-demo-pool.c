/* SPDX-License-Identifier: MIT */
/*
 * The worker pool of `heaptop demo`: threads that take jobs from a queue and
 * allocate for each.  An ordinary program, which knows nothing of heaptop.
 *
 *	heaptop-demo-pool [--leak] [--churn] [--bloat] [--imbalance] [--workers N] [--seconds N]
 *
 * Prints one line once all workers run, and ends on SIGTERM, SIGINT or SIGHUP.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	WORKERS_MOST = 256,
	QUEUE_MOST = 64, /* jobs that wait for one worker; more are left out */
	TICK_MILLISECONDS = 10,
	KEPT_RESULTS = 256,   /* a worker keeps its latest results, as a cache would */
	CHURN_BLOCKS = 400,   /* short-lived blocks of one job with --churn */
	LEAK_BYTES = 4096,    /* forgotten with each job by --leak's worker */
	BLOAT_BYTES = 16384,  /* an entry of --bloat's cache */
	BLOAT_ENTRIES = 2048, /* 32 MiB, then it is emptied */
	HOT_SHARE = 8,        /* of ten jobs go to the first worker with --imbalance */
};

struct switches {
	bool leak, churn, bloat, imbalance;
	unsigned workers;
	unsigned seconds; /* 0: until told */
};

struct worker {
	pthread_t thread;
	unsigned number; /* from 1 */
	const struct switches *switches;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned waiting; /* jobs; under lock */
	bool stop;        /* under lock */
	unsigned random;
	void *results[KEPT_RESULTS];
	unsigned jobs;
};

static struct worker workers[WORKERS_MOST];

/* Xorshift: the same numbers in every run, so that two runs can be compared. */
static unsigned
next_random(unsigned *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void *
allocate(size_t bytes)
{
	void *block = malloc(bytes);
	if (block == NULL) {
		fprintf(stderr, "heaptop-demo-pool: not enough memory for %zu bytes\n", bytes);
		exit(1);
	}
	memset(block, 1, bytes);
	return block;
}

/* A result that is kept until KEPT_RESULTS later ones have come. */
static void
keep_result(struct worker *worker, void *result)
{
	void **place = &worker->results[worker->jobs % KEPT_RESULTS];
	free(*place);
	*place = result;
}

static void
churn(struct worker *worker)
{
	for (unsigned i = 0; i < CHURN_BLOCKS; i++)
		free(allocate(16 + next_random(&worker->random) % 512));
}

static void
leak(void)
{
	/* What a forgetful programmer does. */
	void *volatile forgotten = allocate(LEAK_BYTES);
	(void)forgotten;
}

static void
do_job(struct worker *worker)
{
	void *scratch = allocate(1024 + next_random(&worker->random) % 8192);
	keep_result(worker, allocate(256 + next_random(&worker->random) % 4096));
	if (worker->switches->churn)
		churn(worker);
	if (worker->switches->leak && worker->number == 1)
		leak();
	free(scratch);
	worker->jobs++;
}

static bool
take_job(struct worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	while (worker->waiting == 0 && !worker->stop)
		pthread_cond_wait(&worker->changed, &worker->lock);
	bool stop = worker->stop;
	if (!stop)
		worker->waiting--;
	pthread_mutex_unlock(&worker->lock);
	return !stop;
}

static void *
work(void *argument)
{
	struct worker *worker = argument;
	while (take_job(worker))
		do_job(worker);
	for (unsigned i = 0; i < KEPT_RESULTS; i++)
		free(worker->results[i]);
	return NULL;
}

static int
start_worker(struct worker *worker, unsigned number, const struct switches *switches)
{
	char name[16];
	worker->number = number;
	worker->switches = switches;
	worker->random = number * 2654435761u;
	pthread_mutex_init(&worker->lock, NULL);
	pthread_cond_init(&worker->changed, NULL);
	int status = pthread_create(&worker->thread, NULL, work, worker);
	if (status != 0)
		return status;
	snprintf(name, sizeof(name), "worker-%u", number);
	pthread_setname_np(worker->thread, name);
	return 0;
}

static void
give_job(struct worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	if (worker->waiting < QUEUE_MOST)
		worker->waiting++;
	pthread_cond_signal(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
}

static void
stop_worker(struct worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	worker->stop = true;
	pthread_cond_signal(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
	pthread_join(worker->thread, NULL);
}

/* Ten jobs a worker and tick: evenly, or most of them to the first. */
static void
give_out_jobs(const struct switches *switches)
{
	for (unsigned i = 0; i < switches->workers * 10; i++) {
		bool hot = switches->imbalance && i % 10 < HOT_SHARE;
		give_job(&workers[hot ? 0 : i % switches->workers]);
	}
}

/* A cache that only grows, until somebody empties it and gives the memory back. */
static void
grow_cache(void *cache[BLOAT_ENTRIES], unsigned *entries)
{
	for (unsigned i = 0; i < 8 && *entries < BLOAT_ENTRIES; i++)
		cache[(*entries)++] = allocate(BLOAT_BYTES);
	if (*entries < BLOAT_ENTRIES)
		return;
	while (*entries > 0)
		free(cache[--*entries]);
	malloc_trim(0);
}

/* Gives out jobs until a signal of ENDING comes or the time is over. */
static void
dispatch(const struct switches *switches, const sigset_t *ending)
{
	static void *cache[BLOAT_ENTRIES];
	const struct timespec tick = { 0, TICK_MILLISECONDS * 1000000L };
	struct timespec now;
	unsigned entries = 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	time_t last = now.tv_sec + (time_t)switches->seconds;
	while (sigtimedwait(ending, NULL, &tick) < 0) {
		give_out_jobs(switches);
		if (switches->bloat)
			grow_cache(cache, &entries);
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (switches->seconds != 0 && now.tv_sec >= last)
			break;
	}
	while (entries > 0)
		free(cache[--entries]);
}

static bool
parse_number(const char *text, unsigned most, unsigned *number)
{
	char *end;
	errno = 0;
	unsigned long value = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value == 0 || value > most)
		return false;
	*number = (unsigned)value;
	return true;
}

static bool
parse_switches(int argc, char **argv, struct switches *switches)
{
	static const struct option options[] = { { "leak", no_argument, NULL, 'l' },
		{ "churn", no_argument, NULL, 'c' }, { "bloat", no_argument, NULL, 'b' },
		{ "imbalance", no_argument, NULL, 'i' },
		{ "workers", required_argument, NULL, 'w' },
		{ "seconds", required_argument, NULL, 's' }, { NULL, 0, NULL, 0 } };
	bool good = true;
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switches->leak = switches->leak || option == 'l';
		switches->churn = switches->churn || option == 'c';
		switches->bloat = switches->bloat || option == 'b';
		switches->imbalance = switches->imbalance || option == 'i';
		if (option == 'w')
			good = good && parse_number(optarg, WORKERS_MOST, &switches->workers);
		if (option == 's')
			good = good && parse_number(optarg, 86400, &switches->seconds);
		good = good && option != '?';
	}
	return good && optind == argc;
}

int
main(int argc, char **argv)
{
	struct switches switches = { .workers = 4 };
	sigset_t ending;
	if (!parse_switches(argc, argv, &switches)) {
		fprintf(stderr,
		    "Usage: heaptop-demo-pool [--leak] [--churn] [--bloat] [--imbalance] "
		    "[--workers N] [--seconds N]\n");
		return 2;
	}
	sigemptyset(&ending);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &ending, NULL);
	for (unsigned i = 0; i < switches.workers; i++) {
		int status = start_worker(&workers[i], i + 1, &switches);
		if (status != 0) {
			fprintf(stderr, "heaptop-demo-pool: cannot start a thread: %s\n",
			    strerror(status));
			return 1;
		}
	}
	printf("heaptop-demo-pool: %u workers\n", switches.workers);
	fflush(stdout);
	dispatch(&switches, &ending);
	for (unsigned i = 0; i < switches.workers; i++)
		stop_worker(&workers[i]);
	return 0;
}
