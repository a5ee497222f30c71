/* SPDX-License-Identifier: MIT */
/* Why a process shows no heap, where the segments themselves don't say. */
#ifndef HT_SOURCES_SEGMENT_REASONS_H
#define HT_SOURCES_SEGMENT_REASONS_H

#include "sources/proc_dir.h"
#include "sources/source.h"

/*
 * Gives procfs's samples in POLL a reason where one is known: another user's process, whose
 * segment can't be looked for; of those that the request names, a process that
 * carries the hooks and has published nothing yet.
 */
void ht_segment_reasons_tell(const struct ht_proc_dir *proc, struct ht_poll *poll);

#endif
