/* SPDX-License-Identifier: MIT */
/*
 * A million broken segments: every byte of the fixed parts with eight values, every
 * truncation, and random damage to one copy or both.  Each copy ends at a page that can't be
 * touched, so a read behind it is a fault with any compiler; with the compiler's
 * sanitizers a read before it and undefined arithmetic are, too.
 *
 * "segment_corrupt_test COUNT" tries that many random ones.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../unit/decode/segment_builder.h"
#include "segment_check.h"

enum { SEED = 20261122, RANDOM_DEFAULT = 960000, MOST_NS = 50000000, GUARD_BYTES = 1 << 20 };

/* Memory whose end is the end of all that may be read, between pages that may not. */
struct guarded {
	unsigned char *end;
	size_t room;
};

struct trial {
	const struct segment_builder *good;
	struct guarded copies[2];
	struct ht_arena *arena;
	uint64_t slowest_ns;
	unsigned long outcomes[3];
};

static struct guarded
guarded_new(size_t length)
{
	size_t room = (length + GUARD_BYTES - 1) / GUARD_BYTES * GUARD_BYTES;
	unsigned char *base =
	    mmap(NULL, room + 2 * GUARD_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (base == MAP_FAILED)
		abort();
	/* Only the pages that the bytes need: what lies before them is out of reach, too. */
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t used = (length + page - 1) / page * page;
	unsigned char *end = base + GUARD_BYTES + room;
	if (mprotect(end - used, used, PROT_READ | PROT_WRITE) != 0)
		abort();
	return (struct guarded){ .end = end, .room = room };
}

static void
guarded_free(struct guarded *guarded)
{
	munmap(guarded->end - guarded->room - GUARD_BYTES, guarded->room + 2 * GUARD_BYTES);
}

static uint64_t
cpu_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Both copies anew, LENGTH bytes of them. */
static void
restore(struct trial *trial, size_t length)
{
	for (int i = 0; i < 2; i++)
		memcpy(trial->copies[i].end - length, trial->good->bytes, length);
}

/* Reads what stands in the last LENGTH bytes.  Processor time, so that other work doesn't count. */
static void
run(struct trial *trial, size_t length, uint64_t file_size)
{
	uint64_t begin = cpu_ns();
	enum segment_outcome outcome = segment_check(trial->copies[0].end - length,
	    trial->copies[1].end - length, length, file_size, trial->arena);
	uint64_t took = cpu_ns() - begin;
	trial->outcomes[outcome]++;
	if (took > trial->slowest_ns)
		trial->slowest_ns = took;
}

/* Every byte with eight values, in both copies and in the second alone. */
static void
every_byte(struct trial *trial)
{
	size_t length = trial->good->length;
	restore(trial, length);
	for (size_t at = 0; at < length; at++) {
		unsigned char good = trial->good->bytes[at];
		const unsigned char values[8] = { 0, 1, 0x7f, 0x80, 0xff, good ^ 1, good ^ 0x80,
			good + 1 };
		for (size_t i = 0; i < sizeof(values); i++) {
			trial->copies[1].end[at - length] = values[i];
			run(trial, length, length);
			trial->copies[0].end[at - length] = values[i];
			run(trial, length, length);
			trial->copies[0].end[at - length] = good;
		}
		trial->copies[1].end[at - length] = good;
	}
}

/* Every length: of a file that was cut, and of a copy that came out short. */
static void
every_truncation(struct trial *trial)
{
	for (size_t length = 0; length <= trial->good->length; length++) {
		restore(trial, length);
		run(trial, length, length);
		run(trial, length, trial->good->length);
	}
}

/* Section I with STRIDE and COUNT, at its place and at the end of the file. */
static void
place_section(struct trial *trial, uint32_t i, uint32_t stride, uint32_t count)
{
	size_t length = trial->good->length;
	struct heaptop_section entry = trial->good->contents[i];
	size_t at = trial->good->header->toc_offset + i * sizeof(entry);
	const uint64_t offsets[2] = { entry.offset, length - (uint64_t)stride * count };
	entry.stride = stride;
	entry.count = count;
	for (int k = 0; k < 2; k++) {
		entry.offset = offsets[k];
		restore(trial, length);
		memcpy(trial->copies[0].end - length + at, &entry, sizeof(entry));
		memcpy(trial->copies[1].end - length + at, &entry, sizeof(entry));
		run(trial, length, length);
	}
}

/* Every section with every stride and count that might fit. */
static void
every_section(struct trial *trial)
{
	for (uint32_t i = 0; i < trial->good->header->toc_count; i++)
		for (uint32_t stride = 0; stride <= 512; stride += 8)
			for (uint32_t count = 0; count <= 12; count++)
				place_section(trial, i, stride, count);
}

/* xorshift64*: the same numbers on every machine. */
static uint64_t
next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

/* A number that breaks arithmetic more often than chance does. */
static uint64_t
nasty(uint64_t *state)
{
	static const uint64_t values[] = { 0, 1, 7, 8, 127, 128, 255, 4096, 0x7fffffff, 0x80000000,
		0xffffffff, UINT64_C(0x100000000), INT64_MAX, UINT64_C(1) << 63, UINT64_MAX,
		UINT64_MAX - 7, UINT64_MAX - 127, UINT64_MAX - 4095 };
	uint64_t choice = next_random(state);
	if (choice % 4 == 0)
		return next_random(state);
	return values[choice / 4 % (sizeof(values) / sizeof(values[0]))];
}

/* Overwrites 1, 2, 4 or 8 bytes somewhere, half the time in header and contents. */
static void
damage(struct trial *trial, uint64_t *state)
{
	size_t length = trial->good->length;
	size_t width = (size_t)1 << next_random(state) % 4;
	size_t room = next_random(state) % 2 == 0 ? 768 : length;
	size_t at = next_random(state) % (room / width) * width;
	uint64_t value = nasty(state);
	unsigned which = 1 + (unsigned)(next_random(state) % 3);
	for (int i = 0; i < 2; i++)
		if (which >> i & 1u)
			memcpy(trial->copies[i].end - length + at, &value, width);
}

static void
random_damage(struct trial *trial, long count)
{
	uint64_t state = SEED;
	for (long i = 0; i < count; i++) {
		restore(trial, trial->good->length);
		for (uint64_t k = 1 + next_random(&state) % 6; k > 0; k--)
			damage(trial, &state);
		/* A large file lets offsets point behind the copy without being out of bounds. */
		run(trial, trial->good->length,
		    i % 8 == 0 ? trial->good->header->cap_bytes + (UINT64_C(1) << 20)
			       : trial->good->length);
	}
}

int
main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : RANDOM_DEFAULT;
	struct segment_builder *good = segment_builder_small_example();
	struct trial trial = { .good = good, .arena = ht_arena_new() };
	for (int i = 0; i < 2; i++)
		trial.copies[i] = guarded_new(good->length);
	if (trial.arena == NULL)
		abort();

	printf("1..5\n");
	every_byte(&trial);
	printf("ok 1 - every byte with eight values\n");
	every_truncation(&trial);
	printf("ok 2 - every truncation\n");
	every_section(&trial);
	printf("ok 3 - every section with other strides and counts\n");
	random_damage(&trial, count);
	printf("ok 4 - random damage\n");
	printf("%s 5 - none takes 50 ms\n", trial.slowest_ns < MOST_NS ? "ok" : "not ok");
	printf("# %lu read, %lu corrupt, %lu torn; slowest %.3f ms\n", trial.outcomes[SEGMENT_READ],
	    trial.outcomes[SEGMENT_CORRUPT], trial.outcomes[SEGMENT_TORN],
	    (double)trial.slowest_ns / 1e6);

	for (int i = 0; i < 2; i++)
		guarded_free(&trial.copies[i]);
	ht_arena_free(trial.arena);
	segment_builder_free(good);
	return trial.slowest_ns < MOST_NS ? 0 : 1;
}
