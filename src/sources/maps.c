/* SPDX-License-Identifier: MIT */
/*
 * Measured: a program with 1,000 threads, 2,157 mappings and 400 MiB in memory takes the kernel 80 ms.  It is
 * read every half a minute, then; what is on the screen meanwhile is the last reading with its age.
 */
#include "config.h"

#include "sources/maps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "decode/smaps.h"
#include "model/frame.h"
#include "sources/look.h"
#include "sources/proc_dir.h"

enum {
	BUFFER_BYTES = 64 * 1024,
	MOST_MAPS = 8192,           /* of one process that are kept one by one */
	MOST_MAPS_IN_ALL = 1 << 18, /* and of all */
};

/* A reading is shown until it is this old, or where that would cost more than 1/400 of the time, longer. */
#define LEAST_AGE_NS UINT64_C(2000000000)
#define AGE_COSTS    UINT64_C(400)

/* Whom nobody has asked for so long is forgotten. */
#define FORGET_NS UINT64_C(30000000000)

struct reading {
	struct ht_process_key key;
	uint32_t text_pages;     /* of the program it is of: another one is another program */
	bool has_list;           /* its mappings were kept one by one */
	struct ht_look look;     /* at the process, before the last attempt */
	union ht_value resident; /* of it then */
	uint64_t tried_ns;       /* CLOCK_MONOTONIC of the last attempt; 0: none yet */
	uint64_t cost_ns;        /* of that */
	uint64_t asked_ns;       /* when it was asked for last */
	struct ht_smaps *smaps;  /* owned; what `maps` points into; NULL: nothing was read */
	struct ht_maps maps;
};

struct ht_map_readings {
	struct ht_proc_dir proc;
	struct reading **readings; /* owned, and each; by rising pid */
	size_t count;
	size_t capacity;
	char *buffer; /* owned */
};

static void
free_reading(struct reading *reading)
{
	ht_smaps_free(reading->smaps);
	free(reading);
}

/* Forgets processes that ended, and those that nobody asks for any more. */
static void
forget_old(struct ht_map_readings *readings, const struct ht_poll *poll, uint64_t now_ns)
{
	size_t kept = 0;
	for (size_t i = 0; i < readings->count; i++) {
		struct reading *reading = readings->readings[i];
		const struct ht_sample *sample = ht_poll_find_process(poll, reading->key.pid);
		if (sample != NULL &&
		    sample->key.start_time_ticks == reading->key.start_time_ticks &&
		    now_ns - reading->asked_ns < FORGET_NS)
			readings->readings[kept++] = reading;
		else
			free_reading(reading);
	}
	readings->count = kept;
}

/* Where the reading of PID is, or would be. */
static size_t
place_of(const struct ht_map_readings *readings, int32_t pid)
{
	size_t low = 0, high = readings->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (readings->readings[middle]->key.pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int
reserve(struct ht_map_readings *readings)
{
	if (readings->count < readings->capacity)
		return 0;
	size_t capacity = readings->capacity * 2 + 8;
	struct reading **list =
	    reallocarray(readings->readings, capacity, sizeof(struct reading *));
	if (list == NULL)
		return -ENOMEM;
	readings->readings = list;
	readings->capacity = capacity;
	return 0;
}

/* The reading of the process of SAMPLE, a new one where there is none; NULL for lack of memory. */
static struct reading *
reading_of(struct ht_map_readings *readings, const struct ht_sample *sample)
{
	size_t at = place_of(readings, sample->key.pid);
	if (at < readings->count && readings->readings[at]->key.pid == sample->key.pid)
		return readings->readings[at];
	struct reading *reading = calloc(1, sizeof(*reading));
	if (reading == NULL || reserve(readings) != 0) {
		free(reading);
		return NULL;
	}
	memmove(readings->readings + at + 1, readings->readings + at,
	    (readings->count - at) * sizeof(struct reading *));
	readings->readings[at] = reading;
	readings->count++;
	reading->key = sample->key;
	return reading;
}

/* All of the open file FD to SMAPS.  0 or -errno. */
static int
read_file(struct ht_map_readings *readings, int fd, struct ht_smaps *smaps)
{
	for (;;) {
		ssize_t length = read(fd, readings->buffer, BUFFER_BYTES);
		if (length < 0)
			return -errno;
		if (length == 0)
			return ht_smaps_end(smaps);
		int result = ht_smaps_add(smaps, readings->buffer, (size_t)length);
		if (result != 0)
			return result;
	}
}

static const char *
reason_of(int error)
{
	return error == -EACCES || error == -EPERM ? "not permitted" : "cannot be read";
}

/* Nothing is known any more, because of ERROR. */
static void
fail_reading(struct reading *reading, int error)
{
	ht_smaps_free(reading->smaps);
	reading->smaps = NULL;
	reading->maps = (struct ht_maps){ .reason = reason_of(error) };
}

/* Reads the mappings of READING's process anew, MOST of them one by one.  0 or -ENOMEM. */
static int
read_maps(struct ht_map_readings *readings, struct reading *reading, size_t most)
{
	struct ht_smaps *smaps = ht_smaps_new(most);
	if (smaps == NULL)
		return -ENOMEM;
	int fd = ht_proc_dir_open_file(&readings->proc, reading->key.pid, "smaps");
	int result = fd >= 0 ? read_file(readings, fd, smaps) : fd;
	if (fd >= 0)
		close(fd);
	if (result != 0) {
		ht_smaps_free(smaps);
		fail_reading(reading, result);
		return result == -ENOMEM ? result : 0;
	}
	ht_smaps_free(reading->smaps);
	reading->smaps = smaps;
	reading->maps = ht_smaps_maps(smaps);
	reading->maps.monotonic_ns = ht_clock_monotonic_ns();
	reading->has_list = most != 0;
	return 0;
}

/* The heap of the process of KEY as another source told it in this tick, or NULL. */
static const struct ht_heap_sample *
heap_of(const struct ht_poll *poll, struct ht_process_key key)
{
	for (size_t i = poll->process_samples; i < poll->sample_count; i++) {
		const struct ht_sample *told = &poll->samples[i];
		if (told->key.pid == key.pid &&
		    told->key.start_time_ticks == key.start_time_ticks && told->heap != NULL)
			return told->heap;
	}
	return NULL;
}

/* What one tick wants. */
struct want {
	uint64_t now_ns;
	uint64_t age_ns; /* readings as old as that are made again */
	size_t most;     /* mappings kept one by one; 0: the list isn't asked for */
};

/* It didn't run, and the kernel took nothing from it. */
static bool
is_at_rest(const struct reading *reading, const struct ht_sample *sample)
{
	const struct ht_look now = ht_look_now(sample);
	return ht_look_holds(&reading->look, &now) &&
	       sample->process.value[HT_PROCESS_RESIDENT].u == reading->resident.u;
}

static bool
is_due(const struct reading *reading, const struct ht_process_record *record,
    const struct ht_sample *sample, const struct want *want)
{
	return reading->tried_ns == 0 ||
	       (want->now_ns - reading->tried_ns >= want->age_ns && !is_at_rest(reading, sample)) ||
	       (want->most != 0 && reading->smaps != NULL && !reading->has_list) ||
	       (record != NULL && record->text_pages != reading->text_pages);
}

static int
refresh(struct ht_map_readings *readings, struct ht_poll *poll, const struct want *want,
    const struct ht_sample *sample, struct reading *reading)
{
	const struct ht_process_record *record =
	    ht_process_table_find(poll->processes, reading->key.pid);
	if (!is_due(reading, record, sample, want))
		return 0;
	reading->look = ht_look_now(sample);
	reading->resident = sample->process.value[HT_PROCESS_RESIDENT];
	if (record != NULL && record->is_kernel_thread) {
		reading->maps.reason = "a kernel thread has no memory of its own";
		reading->text_pages = record->text_pages;
		reading->tried_ns = want->now_ns;
		return 0;
	}
	uint64_t begin_ns = ht_clock_monotonic_ns();
	int result = read_maps(readings, reading, want->most);
	ht_maps_divide(&reading->maps, heap_of(poll, reading->key));
	reading->text_pages = record != NULL ? record->text_pages : 0;
	reading->tried_ns = ht_clock_monotonic_ns();
	reading->cost_ns = reading->tried_ns - begin_ns;
	return result;
}

/* The list of READING in ARENA; each name once for neighbours that share it.  0 or -ENOMEM. */
static int
copy_list(struct ht_arena *arena, const struct reading *reading, struct ht_maps *maps)
{
	const char *original = NULL, *copy = NULL;
	maps->maps = ht_arena_array(arena, maps->count, sizeof(*maps->maps));
	if (maps->maps == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < maps->count; i++) {
		const struct ht_map *map = &reading->maps.maps[i];
		maps->maps[i] = *map;
		if (map->name != original)
			copy = ht_arena_text(arena, map->name, strlen(map->name));
		if (copy == NULL)
			return -ENOMEM;
		original = map->name;
		maps->maps[i].name = copy;
	}
	return 0;
}

/* Puts what READING has to SAMPLE.  0 or -ENOMEM. */
static int
tell(struct ht_poll *poll, const struct reading *reading, struct ht_sample *sample)
{
	struct ht_maps *maps = ht_arena_alloc(poll->arena, sizeof(*maps));
	if (maps == NULL)
		return -ENOMEM;
	*maps = reading->maps;
	maps->maps = NULL;
	maps->count = 0;
	sample->maps = maps;
	if ((poll->request->detail & HT_DETAIL_MAPS) == 0 || reading->maps.count == 0)
		return 0;
	maps->count = reading->maps.count;
	int result = copy_list(poll->arena, reading, maps);
	return result == 0 ? ht_maps_group(maps, poll->arena) : result;
}

static int
poll_process(struct ht_map_readings *readings, struct ht_poll *poll, const struct want *want,
    struct ht_sample *sample)
{
	struct reading *reading = reading_of(readings, sample);
	if (reading == NULL)
		return -ENOMEM;
	reading->asked_ns = want->now_ns;
	int result = refresh(readings, poll, want, sample, reading);
	return result == 0 ? tell(poll, reading, sample) : result;
}

static struct want
want_of(const struct ht_map_readings *readings, const struct ht_poll *poll, uint64_t now_ns)
{
	const struct ht_request *request = poll->request;
	size_t asked =
	    request->detail_for.count != 0 ? request->detail_for.count : poll->process_samples;
	struct want want = { .now_ns = now_ns };
	uint64_t cost_ns = 0;
	for (size_t i = 0; i < readings->count; i++)
		cost_ns += readings->readings[i]->cost_ns;
	want.age_ns = cost_ns * AGE_COSTS > LEAST_AGE_NS ? cost_ns * AGE_COSTS : LEAST_AGE_NS;
	if ((request->detail & HT_DETAIL_MAPS) != 0)
		want.most = MOST_MAPS_IN_ALL / (asked + 1) + 1;
	if (want.most > MOST_MAPS)
		want.most = MOST_MAPS;
	return want;
}

int
ht_map_readings_poll(struct ht_map_readings *readings, struct ht_poll *poll)
{
	const struct ht_request *request = poll->request;
	uint64_t now_ns = ht_clock_monotonic_ns();
	int result = 0;
	forget_old(readings, poll, now_ns);
	if ((request->detail & (HT_DETAIL_MAPS | HT_DETAIL_ALLOCATOR)) == 0)
		return 0;
	struct want want = want_of(readings, poll, now_ns);
	for (size_t i = 0; i < poll->process_samples && result == 0; i++)
		if (ht_pid_list_covers(&request->detail_for, poll->samples[i].key.pid))
			result = poll_process(readings, poll, &want, &poll->samples[i]);
	return result;
}

int
ht_map_readings_new(struct ht_map_readings **out, struct ht_error *error)
{
	struct ht_map_readings *readings = calloc(1, sizeof(*readings));
	int result = -ENOMEM;
	if (readings != NULL)
		readings->buffer = malloc(BUFFER_BYTES);
	if (readings != NULL && readings->buffer != NULL)
		result = ht_proc_dir_open("/proc", &readings->proc);
	if (result == 0) {
		*out = readings;
		return 0;
	}
	ht_error_set(error, HT_ERROR_RUNTIME, "cannot look at mappings: %s", strerror(-result));
	if (readings != NULL)
		free(readings->buffer);
	free(readings);
	return result;
}

void
ht_map_readings_free(struct ht_map_readings *readings)
{
	if (readings == NULL)
		return;
	for (size_t i = 0; i < readings->count; i++)
		free_reading(readings->readings[i]);
	free(readings->readings);
	free(readings->buffer);
	ht_proc_dir_close(&readings->proc);
	free(readings);
}

static int
open_source(void **state, struct ht_error *error)
{
	struct ht_map_readings *readings;
	int result = ht_map_readings_new(&readings, error);
	if (result == 0)
		*state = readings;
	return result;
}

static int
poll_source(void *state, struct ht_poll *poll)
{
	return ht_map_readings_poll(state, poll);
}

static void
close_source(void *state)
{
	ht_map_readings_free(state);
}

const struct ht_source ht_source_maps = { "maps", open_source, poll_source, close_source };
