/* SPDX-License-Identifier: MIT */
/* Checks with threads and signal handlers. */
#include "config.h"

#include "allocator_check.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct parcel {
	size_t size;
	unsigned seed;
	unsigned char content[];
};

enum { MAILBOXES = 64 };

static _Atomic(struct parcel *) mailboxes[MAILBOXES];

static struct parcel *
parcel_new(uint32_t *random)
{
	size_t size = ht_random(random) % (ht_random(random) % 64 == 0 ? 200000 : 500);
	struct parcel *parcel;

	switch (ht_random(random) % 4) {
	case 0:
		parcel = calloc(1, sizeof(*parcel) + size);
		break;
	case 1:
		parcel = memalign(64, sizeof(*parcel) + size);
		break;
	case 2:
		parcel = realloc(malloc(8), sizeof(*parcel) + size);
		break;
	default:
		parcel = malloc(sizeof(*parcel) + size);
		break;
	}
	HT_REQUIRE(parcel != NULL);
	parcel->size = size;
	parcel->seed = ht_random(random);
	ht_pattern_fill(parcel->content, size, parcel->seed);
	return parcel;
}

static void
parcel_free(struct parcel *parcel)
{
	if (parcel == NULL)
		return;
	HT_REQUIRE(ht_pattern_holds(parcel->content, parcel->size, parcel->seed));
	free(parcel);
}

/* Leaves a block in a random box and frees what was there, mostly another thread's. */
static void *
exchange(void *argument)
{
	uint32_t random = (uint32_t)(uintptr_t)argument * 7919 + 1;

	for (int i = 0; i < 10000; i++) {
		size_t box = ht_random(&random) % MAILBOXES;
		parcel_free(atomic_exchange(&mailboxes[box], parcel_new(&random)));
	}
	return NULL;
}

void
ht_check_threads_mix(void)
{
	pthread_t threads[8];

	for (uintptr_t i = 0; i < 8; i++)
		HT_REQUIRE(pthread_create(&threads[i], NULL, exchange, (void *)i) == 0);
	for (int i = 0; i < 8; i++)
		HT_REQUIRE(pthread_join(threads[i], NULL) == 0);
	for (int i = 0; i < MAILBOXES; i++)
		parcel_free(mailboxes[i]);
}

static void *
give_parcel(void *argument)
{
	uint32_t random = (uint32_t)(uintptr_t)argument + 1;

	return parcel_new(&random);
}

void
ht_check_threads_outlived(void)
{
	enum { COUNT = 100 };
	void *parcels[COUNT];

	for (uintptr_t i = 0; i < COUNT; i++) {
		pthread_t thread;
		HT_REQUIRE(pthread_create(&thread, NULL, give_parcel, (void *)i) == 0);
		HT_REQUIRE(pthread_join(thread, &parcels[i]) == 0);
	}
	for (int i = 0; i < COUNT; i++) {
		struct parcel *parcel = parcels[i];
		HT_REQUIRE(ht_pattern_holds(parcel->content, parcel->size, parcel->seed));
		parcel = realloc(parcel, sizeof(*parcel) + parcel->size + 1000);
		HT_REQUIRE(parcel != NULL);
		parcel_free(parcel);
	}
}

void
ht_check_threads_many(void)
{
	enum { BATCHES = 20, BATCH = 100 };
	pthread_t threads[BATCH];
	pthread_attr_t attributes;

	HT_REQUIRE(pthread_attr_init(&attributes) == 0);
	HT_REQUIRE(pthread_attr_setstacksize(&attributes, 128 << 10) == 0);
	for (int batch = 0; batch < BATCHES; batch++) {
		for (uintptr_t i = 0; i < BATCH; i++)
			HT_REQUIRE(
			    pthread_create(&threads[i], &attributes, give_parcel, (void *)i) == 0);
		for (int i = 0; i < BATCH; i++) {
			void *parcel;
			HT_REQUIRE(pthread_join(threads[i], &parcel) == 0);
			parcel_free(parcel);
		}
	}
	pthread_attr_destroy(&attributes);
}

static pthread_key_t keys[2];
static atomic_int destructor_calls;

/* Comes back for two more rounds with a fresh block, as C libraries allow. */
static void
destroy_value(void *value)
{
	int *left = value;
	int rounds = *left - 1;

	atomic_fetch_add(&destructor_calls, 1);
	free(left);
	free(strdup("allocated while the thread ends"));
	if (rounds == 0)
		return;
	int *next = malloc(sizeof(*next));
	HT_REQUIRE(next != NULL);
	*next = rounds;
	HT_REQUIRE(pthread_setspecific(keys[0], next) == 0);
}

static void *
set_values(void *argument)
{
	for (int i = 0; i < 2; i++) {
		int *value = malloc(sizeof(*value));
		HT_REQUIRE(value != NULL);
		*value = i == 0 ? 3 : 1;
		HT_REQUIRE(pthread_setspecific(keys[i], value) == 0);
	}
	return argument;
}

void
ht_check_key_destructors(void)
{
	enum { THREADS = 50 };

	for (int i = 0; i < 2; i++)
		HT_REQUIRE(pthread_key_create(&keys[i], destroy_value) == 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;
		HT_REQUIRE(pthread_create(&thread, NULL, set_values, NULL) == 0);
		HT_REQUIRE(pthread_join(thread, NULL) == 0);
	}
	HT_REQUIRE(atomic_load(&destructor_calls) == 4 * THREADS);
}

static void *handler_block;

static void
allocate_in_handler(int signal_number)
{
	(void)signal_number;
	handler_block = realloc(handler_block, 3000);
	HT_REQUIRE(handler_block != NULL);
	ht_pattern_fill(handler_block, 3000, 4);
	free(malloc(100));
}

/* raise() delivers between two calls of the allocator, where C libraries can bear it. */
void
ht_check_signal_handler(void)
{
	struct sigaction action = { .sa_handler = allocate_in_handler };
	uint32_t random = 3;

	HT_REQUIRE(sigaction(SIGUSR1, &action, NULL) == 0);
	for (int i = 0; i < 2000; i++) {
		struct parcel *parcel = parcel_new(&random);
		HT_REQUIRE(raise(SIGUSR1) == 0);
		parcel_free(parcel);
	}
	HT_REQUIRE(ht_pattern_holds(handler_block, 3000, 4));
	free(handler_block);
}
