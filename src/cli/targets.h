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

/* Adds those of MORE that aren't there yet.  0, or -ENOMEM with ERROR filled. */
int ht_targets_add(
    struct ht_targets *targets, const struct ht_targets *more, struct ht_error *error);

/* TARGETS as a request has them; borrowed. */
struct ht_pid_list ht_targets_list(const struct ht_targets *targets);

/* Takes out those that are not in FRAME, calling MISSING for each. */
void ht_targets_keep_present(
    struct ht_targets *targets, const struct ht_frame *frame, void (*missing)(int32_t pid));

#endif
