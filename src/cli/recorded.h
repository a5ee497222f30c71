/* SPDX-License-Identifier: MIT */
/* What commands do with a recording, whoever opens it. */
#ifndef HT_CLI_RECORDED_H
#define HT_CLI_RECORDED_H

#include "cli/targets.h"
#include "sources/replay.h"

/*
 * The tick that TEXT, of --at, calls in the recording at PATH.  0 and *INDEX, or -EINVAL with ERROR filled: it is no time,
 * or not of the recording.
 */
int ht_recorded_at(const struct ht_timeline *timeline, const char *path, const char *text,
    size_t *index, struct ht_error *error);

/* Says on stderr what of the recording at PATH is lost. */
void ht_recorded_warn(const struct ht_replay *replay, const char *path);

/*
 * What LIST means in the recording that SAMPLER replays, which is gone through: a name stands for every process
 * that had it at any time.  With FIRST, which is set to the first tick that has one of them, numbers are looked for too;
 * else they are taken as they are.  Returns what ht_targets_resolve does.
 */
int ht_recorded_targets(const char *list, struct ht_sampler *sampler, struct ht_targets *out,
    size_t *first, struct ht_error *error);

#endif
