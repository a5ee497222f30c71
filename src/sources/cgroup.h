/* SPDX-License-Identifier: MIT */
/* Memory limits of cgroups, version 2 (memory.max) and 1 (memory.limit_in_bytes). */
#ifndef HT_SOURCES_CGROUP_H
#define HT_SOURCES_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

struct ht_cgroups;

/* Finds where cgroups are mounted.  NULL for lack of memory. */
struct ht_cgroups *ht_cgroups_new(void);
void ht_cgroups_free(struct ht_cgroups *cgroups);

/*
 * The least memory limit of PID's cgroup and those above it, in bytes.  False: none, or not
 * visible from here.  Limits are kept per cgroup for some seconds; NOW_NS is CLOCK_MONOTONIC.
 */
bool ht_cgroups_limit(
    struct ht_cgroups *cgroups, int32_t pid, uint64_t now_ns, uint64_t *limit_bytes);

#endif
