/* SPDX-License-Identifier: MIT */
/*
 * libproc2 takes at most 255 pids at once, so the wanted ones go in batches.
 * It reads by pid alone: its answers count only where the start time is that
 * of the sample.
 */
#include "config.h"

#include "sources/procps.h"

#include <errno.h>
#include <fcntl.h>
#include <libproc2/pids.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "decode/procfs.h"
#include "model/frame.h"
#include "sources/cgroup.h"

enum {
	BATCH = 255,
	MOST_COMMAND_BYTES = 4096,
};

/*
 * Command line, user and swapped bytes (60 us) are read again after an exec, and when they are this old
 * and the process ran; of one that sleeps only others can change anything, the kernel what is swapped.
 */
#define PLAIN_AGE_NS  UINT64_C(2000000000)
#define ASLEEP_AGE_NS UINT64_C(10000000000)

/* Proportional sizes: at most this long a tick, each again when it is this old ... */
#define SLOW_BUDGET_NS UINT64_C(10000000)
#define SLOW_AGE_NS    UINT64_C(5000000000)
/* ... or, where it takes long, so that no more than 1/200 of the time goes there. */
#define SLOW_AGE_COSTS UINT64_C(200)

/* What is kept from tick to tick about a wanted process. */
struct slow {
	struct ht_process_key key;
	uint64_t plain_ns;    /* CLOCK_MONOTONIC when what follows was read; 0: not yet */
	uint64_t cpu_time_ns; /* its processor time then */
	char name[16];        /* its name then: another one is another program */
	char *command;        /* owned; NULL: none */
	char *user;           /* owned; NULL: unknown */
	uint64_t swap_bytes;  /* UINT64_MAX: unknown */
	uint64_t read_ns;     /* of the figures below; 0: not yet */
	uint64_t cost_ns;
	uint64_t proportional_bytes; /* UINT64_MAX: unknown */
	uint64_t limit_bytes;        /* UINT64_MAX: none */
};

struct ht_procps {
	struct pids_info *plain;    /* owned; each NULL until the first use */
	struct pids_info *smaps;    /* owned */
	struct ht_cgroups *cgroups; /* owned */
	int32_t *wanted;            /* owned; this tick's pids, rising */
	size_t wanted_count;
	size_t wanted_capacity;
	int32_t *due; /* owned; whose plain items are read in this tick; room as wanted */
	size_t due_count;
	struct slow *slow; /* owned; by rising pid */
	size_t slow_count;
	uint64_t page_bytes;
};

enum plain_item {
	PLAIN_PID,
	PLAIN_BEGAN,
	PLAIN_COMMAND,
	PLAIN_USER,
	PLAIN_SWAP,
	PLAIN_STATE,
	PLAIN_ITEMS
};
static enum pids_item plain_items[] = { PIDS_ID_PID, PIDS_TICS_BEGAN, PIDS_CMDLINE_V, PIDS_ID_EUSER,
	PIDS_VM_SWAP, PIDS_STATE };

enum smaps_item { SMAPS_PSS, SMAPS_ITEMS };
static enum pids_item smaps_items[] = { PIDS_SMAP_PSS };

struct ht_procps *
ht_procps_new(void)
{
	struct ht_procps *procps = calloc(1, sizeof(*procps));
	if (procps == NULL)
		return NULL;
	procps->page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	return procps;
}

static void
release_slow(struct slow *slow)
{
	free(slow->command);
	free(slow->user);
	slow->command = slow->user = NULL;
}

static void
forget_slow(struct ht_procps *procps)
{
	for (size_t i = 0; i < procps->slow_count; i++)
		release_slow(&procps->slow[i]);
	free(procps->slow);
	procps->slow = NULL;
	procps->slow_count = 0;
}

void
ht_procps_free(struct ht_procps *procps)
{
	if (procps == NULL)
		return;
	if (procps->plain != NULL)
		procps_pids_unref(&procps->plain);
	if (procps->smaps != NULL)
		procps_pids_unref(&procps->smaps);
	ht_cgroups_free(procps->cgroups);
	free(procps->wanted);
	free(procps->due);
	forget_slow(procps);
	free(procps);
}

/* The answers of libproc2 for at most BATCH pids, or NULL. */
static struct pids_fetch *
fetch(struct pids_info **info, enum pids_item *items, int item_count, const int32_t *pids,
    size_t count, enum pids_select_type type)
{
	unsigned numbers[BATCH];
	if (*info == NULL && procps_pids_new(info, items, item_count) < 0) {
		*info = NULL;
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
		numbers[i] = (unsigned)pids[i];
	return procps_pids_select(*info, numbers, (int)count, type);
}

static int
by_number(const void *left, const void *right)
{
	int32_t a = *(const int32_t *)left;
	int32_t b = *(const int32_t *)right;
	return (a > b) - (a < b);
}

static void
add_wanted(struct ht_procps *procps, const struct ht_poll *poll, const struct ht_pid_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (ht_poll_find_process(poll, list->pids[i]) != NULL)
			procps->wanted[procps->wanted_count++] = list->pids[i];
}

static void
order_wanted(struct ht_procps *procps)
{
	if (procps->wanted_count == 0)
		return;
	qsort(procps->wanted, procps->wanted_count, sizeof(*procps->wanted), by_number);
	size_t kept = 1;
	for (size_t i = 1; i < procps->wanted_count; i++)
		if (procps->wanted[i] != procps->wanted[kept - 1])
			procps->wanted[kept++] = procps->wanted[i];
	procps->wanted_count = kept;
}

/* The pids whose costly values are asked for and that have a sample. */
static int
choose_wanted(struct ht_procps *procps, const struct ht_poll *poll)
{
	const struct ht_request *request = poll->request;
	size_t most = poll->process_samples + request->costly_for.count + request->detail_for.count;
	procps->wanted_count = 0;
	if (most > procps->wanted_capacity) {
		int32_t *wanted = reallocarray(procps->wanted, most, sizeof(*wanted));
		if (wanted == NULL)
			return -ENOMEM;
		procps->wanted = wanted;
		int32_t *due = reallocarray(procps->due, most, sizeof(*due));
		if (due == NULL)
			return -ENOMEM;
		procps->due = due;
		procps->wanted_capacity = most;
	}
	if (request->all_costly) {
		for (size_t i = 0; i < poll->process_samples; i++)
			procps->wanted[procps->wanted_count++] = poll->samples[i].key.pid;
		return 0;
	}
	add_wanted(procps, poll, &request->costly_for);
	add_wanted(procps, poll, &request->detail_for);
	order_wanted(procps);
	return 0;
}

/* Arguments with blanks between them, to be freed; NULL where there are none, or for lack of memory. */
static char *
join_command(char *const *arguments)
{
	size_t length = 0;
	if (arguments == NULL || arguments[0] == NULL)
		return NULL;
	for (size_t i = 0; arguments[i] != NULL && length < MOST_COMMAND_BYTES; i++)
		length += strlen(arguments[i]) + 1;
	if (length > MOST_COMMAND_BYTES)
		length = MOST_COMMAND_BYTES;
	char *command = malloc(length + 1);
	if (command == NULL)
		return NULL;
	size_t at = 0;
	for (size_t i = 0; arguments[i] != NULL && at < length; i++) {
		for (const char *c = arguments[i]; *c != '\0' && at < length; c++)
			command[at++] = *c;
		if (at < length)
			command[at++] = ' ';
	}
	while (at > 0 && command[at - 1] == ' ')
		at--;
	command[at] = '\0';
	if (at != 0)
		return command;
	free(command);
	return NULL;
}

/* SLOW with what it owns; nothing of that stays behind. */
static struct slow
take_slow(struct slow *slow)
{
	struct slow taken = *slow;
	slow->command = slow->user = NULL;
	return taken;
}

/* This tick's list of slow figures: what the last one knew of the same processes, and empty ones. */
static int
carry_slow(struct ht_procps *procps, const struct ht_poll *poll)
{
	struct slow *next = calloc(procps->wanted_count, sizeof(*next));
	if (next == NULL)
		return -ENOMEM;
	size_t old = 0;
	for (size_t i = 0; i < procps->wanted_count; i++) {
		const struct ht_sample *sample = ht_poll_find_process(poll, procps->wanted[i]);
		while (old < procps->slow_count && procps->slow[old].key.pid < sample->key.pid)
			old++;
		if (old < procps->slow_count && procps->slow[old].key.pid == sample->key.pid &&
		    procps->slow[old].key.start_time_ticks == sample->key.start_time_ticks)
			next[i] = take_slow(&procps->slow[old]);
		else
			next[i] = (struct slow){ .key = sample->key,
				.swap_bytes = UINT64_MAX,
				.proportional_bytes = UINT64_MAX,
				.limit_bytes = UINT64_MAX };
	}
	forget_slow(procps);
	procps->slow = next;
	procps->slow_count = procps->wanted_count;
	return 0;
}

static int
by_slow_pid(const void *key, const void *element)
{
	int32_t pid = *(const int32_t *)key;
	int32_t other = ((const struct slow *)element)->key.pid;
	return (pid > other) - (pid < other);
}

/* Keeps what libproc2 says in STACK, where it is of the process that we mean. */
static void
keep_plain(struct ht_procps *procps, const struct ht_poll *poll, struct pids_stack *stack)
{
	int32_t pid = PIDS_VAL(PLAIN_PID, s_int, stack, info);
	const struct ht_sample *sample = ht_poll_find_process(poll, pid);
	struct slow *slow =
	    bsearch(&pid, procps->slow, procps->slow_count, sizeof(*slow), by_slow_pid);
	if (sample == NULL || slow == NULL ||
	    sample->key.start_time_ticks != PIDS_VAL(PLAIN_BEGAN, ull_int, stack, info))
		return;
	const struct ht_process_record *record = ht_process_table_find(poll->processes, pid);
	const char *user = PIDS_VAL(PLAIN_USER, str, stack, info);
	release_slow(slow);
	/* libproc2 writes "-" where there is no command line: a kernel thread, a zombie. */
	if ((record == NULL || !record->is_kernel_thread) &&
	    PIDS_VAL(PLAIN_STATE, s_ch, stack, info) != 'Z')
		slow->command = join_command(PIDS_VAL(PLAIN_COMMAND, strv, stack, info));
	if (user != NULL)
		slow->user = strdup(user);
	slow->swap_bytes = (uint64_t)PIDS_VAL(PLAIN_SWAP, ul_int, stack, info) * 1024;
	memset(slow->name, 0, sizeof(slow->name));
	if (sample->name != NULL)
		strncat(slow->name, sample->name, sizeof(slow->name) - 1);
	slow->cpu_time_ns = sample->cpu_time_ns;
	slow->plain_ns = ht_clock_monotonic_ns();
}

/* True when the plain items of SLOW are old, or of the program before an exec. */
static bool
is_plain_due(const struct slow *slow, const struct ht_sample *sample, uint64_t now_ns)
{
	uint64_t age_ns = sample->cpu_time_ns != slow->cpu_time_ns ? PLAIN_AGE_NS : ASLEEP_AGE_NS;
	return slow->plain_ns == 0 || now_ns - slow->plain_ns >= age_ns ||
	       (sample->name != NULL && strcmp(sample->name, slow->name) != 0);
}

static void
apply_plain(struct ht_poll *poll, struct ht_sample *sample, const struct slow *slow)
{
	if (slow->command != NULL)
		sample->command = ht_arena_text(poll->arena, slow->command, strlen(slow->command));
	if (slow->user != NULL)
		sample->user = ht_arena_text(poll->arena, slow->user, strlen(slow->user));
	if (slow->swap_bytes != UINT64_MAX)
		HT_SET_U(&sample->process, HT_PROCESS_SWAP, slow->swap_bytes);
}

/* Command line, user and swapped bytes; whoever names processes gets them fresh. */
static void
fill_plain(struct ht_procps *procps, struct ht_poll *poll)
{
	uint64_t now_ns = ht_clock_monotonic_ns();
	bool all_due = poll->request->only.count != 0;
	procps->due_count = 0;
	for (size_t i = 0; i < procps->slow_count; i++) {
		const struct slow *slow = &procps->slow[i];
		const struct ht_sample *sample = ht_poll_find_process(poll, slow->key.pid);
		if (all_due || is_plain_due(slow, sample, now_ns))
			procps->due[procps->due_count++] = slow->key.pid;
	}
	for (size_t done = 0; done < procps->due_count; done += BATCH) {
		size_t count = procps->due_count - done;
		struct pids_fetch *answer = fetch(&procps->plain, plain_items, PLAIN_ITEMS,
		    procps->due + done, count < BATCH ? count : BATCH, PIDS_SELECT_PID);
		for (int i = 0; answer != NULL && i < answer->counts->total; i++)
			keep_plain(procps, poll, answer->stacks[i]);
	}
	for (size_t i = 0; i < procps->slow_count; i++)
		apply_plain(
		    poll, ht_poll_find_process(poll, procps->slow[i].key.pid), &procps->slow[i]);
}

static void
read_slow(struct ht_procps *procps, const struct ht_sample *sample, struct slow *slow)
{
	uint64_t begin_ns = ht_clock_monotonic_ns();
	uint64_t limit;
	struct pids_fetch *answer = NULL;
	if (sample->process.value[HT_PROCESS_RESIDENT].u != 0)
		answer = fetch(
		    &procps->smaps, smaps_items, SMAPS_ITEMS, &slow->key.pid, 1, PIDS_SELECT_PID);
	slow->proportional_bytes = UINT64_MAX;
	if (answer != NULL && answer->counts->total == 1) {
		uint64_t kib = PIDS_VAL(SMAPS_PSS, ul_int, answer->stacks[0], info);
		/* libproc2 says 0 where it is not permitted to read. */
		if (kib != 0)
			slow->proportional_bytes = kib * 1024;
	}
	slow->limit_bytes =
	    ht_cgroups_limit(procps->cgroups, slow->key.pid, begin_ns, &limit) ? limit : UINT64_MAX;
	slow->read_ns = ht_clock_monotonic_ns();
	slow->cost_ns = slow->read_ns - begin_ns;
}

static bool
is_slow_due(const struct slow *slow, uint64_t now_ns)
{
	uint64_t age = slow->cost_ns * SLOW_AGE_COSTS;
	if (age < SLOW_AGE_NS)
		age = SLOW_AGE_NS;
	return slow->read_ns == 0 || now_ns - slow->read_ns >= age;
}

static void
apply_slow(struct ht_sample *sample, const struct slow *slow)
{
	if (slow->proportional_bytes != UINT64_MAX)
		HT_SET_U(&sample->process, HT_PROCESS_PROPORTIONAL, slow->proportional_bytes);
	if (slow->limit_bytes != UINT64_MAX)
		HT_SET_U(&sample->process, HT_PROCESS_LIMIT, slow->limit_bytes);
}

/* A row in sight shows no proportional size, and a large process's takes milliseconds. */
static bool
is_looked_into(const struct ht_request *request, int32_t pid)
{
	return request->detail_for.count != 0 && ht_pid_list_covers(&request->detail_for, pid);
}

static int
fill_slow(struct ht_procps *procps, struct ht_poll *poll)
{
	if (procps->cgroups == NULL)
		procps->cgroups = ht_cgroups_new();
	if (procps->cgroups == NULL)
		return -ENOMEM;
	uint64_t begin_ns = ht_clock_monotonic_ns();
	bool unhurried = !poll->request->without_sizes &&
			 (poll->request->all_costly || poll->request->only.count != 0);
	for (size_t i = 0; i < procps->slow_count; i++) {
		struct slow *slow = &procps->slow[i];
		struct ht_sample *sample = ht_poll_find_process(poll, slow->key.pid);
		uint64_t now_ns = ht_clock_monotonic_ns();
		if (!unhurried && !is_looked_into(poll->request, slow->key.pid))
			continue;
		if (is_slow_due(slow, now_ns) && (unhurried || now_ns - begin_ns < SLOW_BUDGET_NS))
			read_slow(procps, sample, slow);
		apply_slow(sample, slow);
	}
	return 0;
}

int
ht_procps_fill(struct ht_procps *procps, struct ht_poll *poll)
{
	if (choose_wanted(procps, poll) != 0)
		return -ENOMEM;
	if (procps->wanted_count != 0) {
		if (carry_slow(procps, poll) != 0)
			return -ENOMEM;
		fill_plain(procps, poll);
		if (fill_slow(procps, poll) != 0)
			return -ENOMEM;
	}
	return 0;
}
