/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "cli/targets.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "model/frame.h"

enum { KERNEL_NAME_MOST = 15 }; /* TASK_COMM_LEN without its NUL */

static int
out_of_memory(struct ht_error *error)
{
	ht_error_set(error, HT_ERROR_RUNTIME, "not enough memory");
	return -ENOMEM;
}

static int
compare_pids(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
	return (x > y) - (x < y);
}

static int
add_pid(struct ht_targets *targets, int32_t pid, struct ht_error *error)
{
	if (targets->count > 0 &&
	    bsearch(&pid, targets->pids, targets->count, sizeof(pid), compare_pids) != NULL)
		return 0;
	int32_t *pids = reallocarray(targets->pids, targets->count + 1, sizeof(*pids));
	if (pids == NULL)
		return out_of_memory(error);
	pids[targets->count++] = pid;
	targets->pids = pids;
	qsort(pids, targets->count, sizeof(*pids), compare_pids);
	return 0;
}

static bool
is_named(const struct ht_process *process, const char *name)
{
	size_t length = strlen(process->name);
	if (length == KERNEL_NAME_MOST)
		return strncmp(process->name, name, KERNEL_NAME_MOST) == 0;
	return strcmp(process->name, name) == 0;
}

/* Adds the processes in FRAME that have NAME; *FOUND becomes true where there is one. */
static int
add_named(struct ht_targets *targets, const struct ht_frame *frame, const char *name, bool *found,
    struct ht_error *error)
{
	for (size_t i = 0; i < frame->process_count; i++) {
		const struct ht_process *process = &frame->processes[i];
		if (process->key.pid <= 0 || !is_named(process, name))
			continue;
		int status = add_pid(targets, process->key.pid, error);
		if (status != 0)
			return status;
		*found = true;
	}
	return 0;
}

/* A frame of everything with names; only taken once, into *FRAME. */
static int
take_frame(struct ht_sampler *sampler, bool dead, struct ht_frame **frame, struct ht_error *error)
{
	const struct ht_request request = {
		.only_uid = UINT32_MAX,
		.dead = dead,
		.all_costly = true,
		.without_sizes = true,
	};
	if (*frame != NULL)
		return 0;
	return ht_sampler_tick(sampler, &request, frame) != 0 ? out_of_memory(error) : 0;
}

static int
parse_pid(const char *word, int32_t *pid, struct ht_error *error)
{
	int64_t number;
	if (ht_units_parse_integer(word, 1, INT32_MAX, &number) != 0) {
		ht_error_set(error, HT_ERROR_NO_TARGET, "there is no process %s", word);
		return -ESRCH;
	}
	*pid = (int32_t)number;
	return 0;
}

int
ht_target_word_parse(const char *word, int32_t *pid, struct ht_error *error)
{
	*pid = 0;
	if (word[0] == '\0' || (word[0] == '-' && isdigit((unsigned char)word[1]))) {
		ht_error_set(
		    error, HT_ERROR_USAGE, "'%s' is neither a pid nor a program's name", word);
		return -EINVAL;
	}
	return word[strspn(word, "0123456789")] == '\0' ? parse_pid(word, pid, error) : 0;
}

int
ht_targets_add_word(struct ht_targets *targets, const char *word, const struct ht_frame *frame,
    bool *found, struct ht_error *error)
{
	int32_t pid;
	int status = ht_target_word_parse(word, &pid, error);
	if (status != 0)
		return status;
	if (pid == 0)
		return add_named(targets, frame, word, found, error);
	if (ht_frame_find(frame, pid) == NULL)
		return 0;
	*found = true;
	return add_pid(targets, pid, error);
}

static int
add_word(struct ht_targets *targets, const char *word, struct ht_sampler *sampler, bool dead,
    struct ht_frame **frame, struct ht_error *error)
{
	int32_t pid;
	bool found = false;
	int status = ht_target_word_parse(word, &pid, error);
	if (status != 0)
		return status;
	if (pid != 0)
		return add_pid(targets, pid, error);
	status = take_frame(sampler, dead, frame, error);
	if (status == 0)
		status = add_named(targets, *frame, word, &found, error);
	if (status != 0 || found)
		return status;
	ht_error_set(error, HT_ERROR_NO_TARGET, "there is no process called '%s'", word);
	return -ESRCH;
}

int
ht_targets_resolve(const char *list, struct ht_sampler *sampler, bool dead, struct ht_targets *out,
    struct ht_error *error)
{
	struct ht_frame *frame = NULL;
	int status = 0;
	*out = (struct ht_targets){ 0 };
	char *words = strdup(list), *rest = words;
	if (words == NULL)
		return out_of_memory(error);
	while (rest != NULL && status == 0)
		status = add_word(out, strsep(&rest, ","), sampler, dead, &frame, error);
	if (status != 0)
		ht_targets_release(out);
	ht_frame_free(frame);
	free(words);
	return status;
}

int
ht_targets_add(struct ht_targets *targets, int32_t pid, struct ht_error *error)
{
	return add_pid(targets, pid, error);
}

int
ht_targets_numbers(const char *list, struct ht_targets *out, struct ht_error *error)
{
	char *words = strdup(list), *rest = words;
	int status = words != NULL ? 0 : out_of_memory(error);
	*out = (struct ht_targets){ 0 };
	while (status == 0 && rest != NULL) {
		int32_t pid;
		status = ht_target_word_parse(strsep(&rest, ","), &pid, error);
		if (status == 0 && pid != 0)
			status = add_pid(out, pid, error);
	}
	free(words);
	if (status != 0)
		ht_targets_release(out);
	return status;
}

void
ht_targets_release(struct ht_targets *targets)
{
	free(targets->pids);
	*targets = (struct ht_targets){ 0 };
}

struct ht_pid_list
ht_targets_list(const struct ht_targets *targets)
{
	return (struct ht_pid_list){ targets->pids, targets->count };
}

void
ht_targets_keep_present(
    struct ht_targets *targets, const struct ht_frame *frame, void (*missing)(int32_t pid))
{
	size_t kept = 0;
	for (size_t i = 0; i < targets->count; i++) {
		if (ht_frame_find(frame, targets->pids[i]) != NULL)
			targets->pids[kept++] = targets->pids[i];
		else
			missing(targets->pids[i]);
	}
	targets->count = kept;
}
