/* SPDX-License-Identifier: MIT */
/* What -p names: pids, and programs by name. */
#ifndef HT_CLI_TARGETS_H
#define HT_CLI_TARGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "core/sampler.h"
#include "model/request.h"

struct ht_targets {
	int32_t *pids; /* owned; rising, none twice */
	size_t count;
};

/*
 * LIST is pids and names between commas.  A name stands for every process that has it (a name that the
 * kernel cut to 15 bytes too); for that SAMPLER is asked, and DEAD says whether ended programs
 * count.  0 and OUT (release it), or -errno with ERROR filled: -EINVAL for an empty or malformed word,
 * -ESRCH for a name that nothing has, -ENOMEM.  Whether a pid exists is not looked at.
 */
int ht_targets_resolve(const char *list, struct ht_sampler *sampler, bool dead,
    struct ht_targets *out, struct ht_error *error);

void ht_targets_release(struct ht_targets *targets);

/* Adds PID where it isn't there yet.  0, or -ENOMEM with ERROR filled. */
int ht_targets_add(struct ht_targets *targets, int32_t pid, struct ht_error *error);

/* Those of LIST that are numbers, in OUT, to be released.  0, or what ht_target_word_parse returns, or -ENOMEM. */
int ht_targets_numbers(const char *list, struct ht_targets *out, struct ht_error *error);

/*
 * One word of a list: its number in *PID, 0 for a name.  0, or with ERROR filled -EINVAL: it is neither, -ESRCH: no
 * process can have that number.
 */
int ht_target_word_parse(const char *word, int32_t *pid, struct ht_error *error);

/*
 * Adds every process in FRAME that one WORD of a list means; *FOUND becomes true where there is one.  0, what
 * ht_target_word_parse returns, or -ENOMEM with ERROR filled.
 */
int ht_targets_add_word(struct ht_targets *targets, const char *word, const struct ht_frame *frame,
    bool *found, struct ht_error *error);

/* TARGETS as a request has them; borrowed. */
struct ht_pid_list ht_targets_list(const struct ht_targets *targets);

/* Takes out those that are not in FRAME, calling MISSING for each. */
void ht_targets_keep_present(
    struct ht_targets *targets, const struct ht_frame *frame, void (*missing)(int32_t pid));

#endif
