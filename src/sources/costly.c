/* SPDX-License-Identifier: MIT */
/*
 * What is kept about a process that somebody looks at, and when which of it is read again.
 * sources/costly_reader.h reads.
 */
#include "config.h"

#include "sources/costly.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>

#include "base/clock.h"
#include "model/frame.h"
#include "sources/costly_reader.h"
#include "sources/users.h"

/*
 * Command line and swapped bytes (25 us) are read again after an exec, and when they are this old
 * and the process ran; of one that sleeps only others can change anything, the kernel what is swapped.
 */
#define PLAIN_AGE_NS  UINT64_C(2000000000)
#define ASLEEP_AGE_NS UINT64_C(10000000000)

/* Proportional sizes: at most this long a tick, each again when it is this old ... */
#define SLOW_BUDGET_NS UINT64_C(10000000)
#define SLOW_AGE_NS    UINT64_C(5000000000)
/* ... or, where it takes long, so that no more than 1/200 of the time goes there. */
#define SLOW_AGE_COSTS UINT64_C(200)

enum {
	PLAIN = HT_COSTLY_COMMAND | HT_COSTLY_SWAP,
	SLOW = HT_COSTLY_PROPORTIONAL | HT_COSTLY_LIMIT,
};

/* What is kept from tick to tick about a wanted process. */
struct kept {
	struct ht_process_key key;
	uint64_t plain_ns;    /* CLOCK_MONOTONIC when what follows was read; 0: not yet */
	uint64_t cpu_time_ns; /* its processor time then */
	char name[16];        /* its name then: another one is another program */
	char *command;        /* owned; NULL: none */
	uint64_t swap_bytes;  /* UINT64_MAX: unknown */
	uint64_t slow_ns;     /* of the figures below; 0: not yet */
	uint64_t slow_cost_ns;
	uint64_t proportional_bytes; /* UINT64_MAX: unknown */
	uint64_t limit_bytes;        /* UINT64_MAX: none */
};

struct ht_costly {
	struct ht_costly_reader reader;
	struct ht_users *users; /* owned */
	int32_t *wanted;        /* owned; this tick's pids, rising */
	size_t wanted_count;
	size_t wanted_capacity;
	struct kept *kept; /* owned; by rising pid */
	size_t kept_count;
	struct ht_costly_reading *readings; /* owned; this tick's; room as wanted */
	size_t reading_count;
};

struct ht_costly *
ht_costly_new(const struct ht_proc_dir *dir)
{
	struct ht_costly *costly = calloc(1, sizeof(*costly));
	if (costly == NULL)
		return NULL;
	ht_costly_reader_init(&costly->reader, dir);
	costly->users = ht_users_new();
	if (costly->users != NULL)
		return costly;
	free(costly);
	return NULL;
}

static void
forget_kept(struct ht_costly *costly)
{
	for (size_t i = 0; i < costly->kept_count; i++)
		free(costly->kept[i].command);
	free(costly->kept);
	costly->kept = NULL;
	costly->kept_count = 0;
}

void
ht_costly_free(struct ht_costly *costly)
{
	if (costly == NULL)
		return;
	ht_costly_reader_release(&costly->reader);
	ht_users_free(costly->users);
	forget_kept(costly);
	free(costly->wanted);
	free(costly->readings);
	free(costly);
}

static int
by_number(const void *left, const void *right)
{
	int32_t a = *(const int32_t *)left;
	int32_t b = *(const int32_t *)right;
	return (a > b) - (a < b);
}

static void
add_wanted(struct ht_costly *costly, const struct ht_poll *poll, const struct ht_pid_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (ht_poll_find_process(poll, list->pids[i]) != NULL)
			costly->wanted[costly->wanted_count++] = list->pids[i];
}

static void
order_wanted(struct ht_costly *costly)
{
	if (costly->wanted_count == 0)
		return;
	qsort(costly->wanted, costly->wanted_count, sizeof(*costly->wanted), by_number);
	size_t kept = 1;
	for (size_t i = 1; i < costly->wanted_count; i++)
		if (costly->wanted[i] != costly->wanted[kept - 1])
			costly->wanted[kept++] = costly->wanted[i];
	costly->wanted_count = kept;
}

/* Room for MOST processes.  0 or -ENOMEM. */
static int
reserve(struct ht_costly *costly, size_t most)
{
	if (most <= costly->wanted_capacity)
		return 0;
	int32_t *wanted = reallocarray(costly->wanted, most, sizeof(*wanted));
	if (wanted == NULL)
		return -ENOMEM;
	costly->wanted = wanted;
	struct ht_costly_reading *readings =
	    reallocarray(costly->readings, most, sizeof(*readings));
	if (readings == NULL)
		return -ENOMEM;
	costly->readings = readings;
	costly->wanted_capacity = most;
	return 0;
}

/* The pids whose costly values are asked for and that have a sample. */
static int
choose_wanted(struct ht_costly *costly, const struct ht_poll *poll)
{
	const struct ht_request *request = poll->request;
	size_t most = poll->process_samples + request->costly_for.count + request->detail_for.count;
	costly->wanted_count = 0;
	if (reserve(costly, most) != 0)
		return -ENOMEM;
	if (request->all_costly) {
		for (size_t i = 0; i < poll->process_samples; i++)
			costly->wanted[costly->wanted_count++] = poll->samples[i].key.pid;
		return 0;
	}
	add_wanted(costly, poll, &request->costly_for);
	add_wanted(costly, poll, &request->detail_for);
	order_wanted(costly);
	return 0;
}

/* KEPT with what it owns; nothing of that stays behind. */
static struct kept
take_kept(struct kept *kept)
{
	struct kept taken = *kept;
	kept->command = NULL;
	return taken;
}

/* This tick's list: what the last one knew of the same processes, and empty ones. */
static int
carry_kept(struct ht_costly *costly, const struct ht_poll *poll)
{
	struct kept *next = calloc(costly->wanted_count, sizeof(*next));
	if (next == NULL)
		return -ENOMEM;
	size_t old = 0;
	for (size_t i = 0; i < costly->wanted_count; i++) {
		const struct ht_sample *sample = ht_poll_find_process(poll, costly->wanted[i]);
		while (old < costly->kept_count && costly->kept[old].key.pid < sample->key.pid)
			old++;
		if (old < costly->kept_count && costly->kept[old].key.pid == sample->key.pid &&
		    costly->kept[old].key.start_time_ticks == sample->key.start_time_ticks)
			next[i] = take_kept(&costly->kept[old]);
		else
			next[i] = (struct kept){ .key = sample->key,
				.swap_bytes = UINT64_MAX,
				.proportional_bytes = UINT64_MAX,
				.limit_bytes = UINT64_MAX };
	}
	forget_kept(costly);
	costly->kept = next;
	costly->kept_count = costly->wanted_count;
	return 0;
}

static_assert(offsetof(struct kept, key.pid) == 0, "ht_pid_find looks there");

/* Takes over what READING has of KEPT, the process of SAMPLE. */
static void
keep_reading(struct kept *kept, struct ht_costly_reading *reading, const struct ht_sample *sample)
{
	const uint64_t now_ns = ht_clock_monotonic_ns();
	if (reading->is_gone)
		return;
	if ((reading->parts & HT_COSTLY_COMMAND) != 0) {
		free(kept->command);
		kept->command = reading->command;
		memset(kept->name, 0, sizeof(kept->name));
		if (sample->name != NULL)
			strncat(kept->name, sample->name, sizeof(kept->name) - 1);
		kept->cpu_time_ns = sample->cpu_time_ns;
		kept->plain_ns = now_ns;
	}
	if ((reading->parts & HT_COSTLY_SWAP) != 0)
		kept->swap_bytes = reading->swap_bytes;
	if ((reading->parts & HT_COSTLY_LIMIT) != 0) {
		kept->proportional_bytes = reading->proportional_bytes;
		kept->limit_bytes = reading->limit_bytes;
		kept->slow_cost_ns = reading->cost_ns;
		kept->slow_ns = now_ns;
	}
}

/* Asks for PARTS of the process of KEPT. */
static void
add_reading(struct ht_costly *costly, const struct ht_process_record *record, unsigned parts)
{
	costly->readings[costly->reading_count++] =
	    (struct ht_costly_reading){ .record = record, .parts = parts };
}

/* Reads what was asked for. */
static void
read_all(struct ht_costly *costly, const struct ht_poll *poll)
{
	ht_costly_reader_read(&costly->reader, costly->readings, costly->reading_count);
	for (size_t i = 0; i < costly->reading_count; i++) {
		struct ht_costly_reading *reading = &costly->readings[i];
		const int32_t pid = reading->record->entry.pid;
		keep_reading(
		    ht_pid_find(costly->kept, costly->kept_count, sizeof(*costly->kept), pid),
		    reading, ht_poll_find_process(poll, pid));
	}
	costly->reading_count = 0;
}

/*
 * Whether anything is swapped out at all; where nothing is, each process has 0 bytes there, and none
 * must be asked.  The kernel's own word: meminfo is another's in some containers.
 */
static bool
is_swap_in_use(void)
{
	struct sysinfo info;
	return sysinfo(&info) != 0 || info.totalswap != info.freeswap;
}

/* True when the plain values of KEPT are old, or of the program before an exec. */
static bool
is_plain_due(const struct kept *kept, const struct ht_sample *sample, uint64_t now_ns)
{
	uint64_t age_ns = sample->cpu_time_ns != kept->cpu_time_ns ? PLAIN_AGE_NS : ASLEEP_AGE_NS;
	return kept->plain_ns == 0 || now_ns - kept->plain_ns >= age_ns ||
	       (sample->name != NULL && strcmp(sample->name, kept->name) != 0);
}

static bool
is_slow_due(const struct kept *kept, uint64_t now_ns)
{
	uint64_t age = kept->slow_cost_ns * SLOW_AGE_COSTS;
	if (age < SLOW_AGE_NS)
		age = SLOW_AGE_NS;
	return kept->slow_ns == 0 || now_ns - kept->slow_ns >= age;
}

/* What has no memory, a kernel thread, has no proportional size. */
static unsigned
slow_parts(const struct ht_sample *sample)
{
	return sample->process.value[HT_PROCESS_RESIDENT].u != 0 ? SLOW : HT_COSTLY_LIMIT;
}

/* Whether proportional sizes and limits of all are waited for. */
static bool
is_unhurried(const struct ht_request *request)
{
	return !request->without_sizes && (request->all_costly || request->only.count != 0);
}

/* What is due of all that are wanted; whoever names processes gets command line and swap fresh. */
static void
read_due(struct ht_costly *costly, const struct ht_poll *poll)
{
	const uint64_t now_ns = ht_clock_monotonic_ns();
	const bool is_fresh = poll->request->only.count != 0;
	const bool with_slow = is_unhurried(poll->request);
	const bool is_swapped = is_swap_in_use();
	for (size_t i = 0; i < costly->kept_count; i++) {
		struct kept *kept = &costly->kept[i];
		const struct ht_sample *sample = ht_poll_find_process(poll, kept->key.pid);
		const struct ht_process_record *record =
		    ht_process_table_find(poll->processes, kept->key.pid);
		unsigned parts = 0;
		/* A kernel thread has neither arguments nor memory that could be swapped. */
		if (!is_swapped || record->is_kernel_thread)
			kept->swap_bytes = 0;
		if (!record->is_kernel_thread && (is_fresh || is_plain_due(kept, sample, now_ns)))
			parts |= is_swapped ? PLAIN : HT_COSTLY_COMMAND;
		if (with_slow && is_slow_due(kept, now_ns))
			parts |= slow_parts(sample);
		if (parts != 0)
			add_reading(costly, record, parts);
	}
	read_all(costly, poll);
}

/* A row in sight shows no proportional size, and a large process's takes milliseconds. */
static bool
is_looked_into(const struct ht_request *request, int32_t pid)
{
	return request->detail_for.count != 0 && ht_pid_list_covers(&request->detail_for, pid);
}

/* Proportional sizes and limits of those that are looked into, one by one as long as there is time. */
static void
read_in_turn(struct ht_costly *costly, const struct ht_poll *poll)
{
	const uint64_t begin_ns = ht_clock_monotonic_ns();
	for (size_t i = 0; i < costly->kept_count; i++) {
		struct kept *kept = &costly->kept[i];
		const int32_t pid = kept->key.pid;
		if (!is_looked_into(poll->request, pid))
			continue;
		const uint64_t now_ns = ht_clock_monotonic_ns();
		if (now_ns - begin_ns >= SLOW_BUDGET_NS)
			return;
		if (!is_slow_due(kept, now_ns))
			continue;
		add_reading(costly, ht_process_table_find(poll->processes, pid),
		    slow_parts(ht_poll_find_process(poll, pid)));
		read_all(costly, poll);
	}
}

static void
apply_plain(struct ht_poll *poll, struct ht_sample *sample, const struct kept *kept)
{
	if (kept->command != NULL)
		sample->command = ht_arena_text(poll->arena, kept->command, strlen(kept->command));
	if (kept->swap_bytes != UINT64_MAX)
		HT_SET_U(&sample->process, HT_PROCESS_SWAP, kept->swap_bytes);
}

static void
apply_slow(struct ht_sample *sample, const struct kept *kept)
{
	if (kept->proportional_bytes != UINT64_MAX)
		HT_SET_U(&sample->process, HT_PROCESS_PROPORTIONAL, kept->proportional_bytes);
	if (kept->limit_bytes != UINT64_MAX)
		HT_SET_U(&sample->process, HT_PROCESS_LIMIT, kept->limit_bytes);
}

/* Puts what is kept to the samples of all that are wanted. */
static void
apply(struct ht_costly *costly, struct ht_poll *poll)
{
	const uint64_t now_ns = ht_clock_monotonic_ns();
	const bool with_slow = is_unhurried(poll->request);
	for (size_t i = 0; i < costly->kept_count; i++) {
		const struct kept *kept = &costly->kept[i];
		struct ht_sample *sample = ht_poll_find_process(poll, kept->key.pid);
		const char *user = ht_users_name(costly->users, sample->uid, now_ns);
		if (user != NULL)
			sample->user = ht_arena_text(poll->arena, user, strlen(user));
		apply_plain(poll, sample, kept);
		if (with_slow || is_looked_into(poll->request, kept->key.pid))
			apply_slow(sample, kept);
	}
}

int
ht_costly_fill(struct ht_costly *costly, struct ht_poll *poll)
{
	if (choose_wanted(costly, poll) != 0)
		return -ENOMEM;
	if (costly->wanted_count == 0)
		return 0;
	if (carry_kept(costly, poll) != 0)
		return -ENOMEM;
	read_due(costly, poll);
	if (!is_unhurried(poll->request))
		read_in_turn(costly, poll);
	apply(costly, poll);
	return 0;
}
