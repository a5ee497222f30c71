/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "sources/source.h"

#include <assert.h>
#include <stdlib.h>

#include "sources/maps.h"
#include "sources/procfs.h"
#include "sources/segment.h"

struct ht_sample *
ht_poll_add(struct ht_poll *poll)
{
	if (poll->sample_count == poll->sample_capacity) {
		size_t capacity = poll->sample_capacity * 2 + 64;
		struct ht_sample *samples =
		    reallocarray(poll->samples, capacity, sizeof(*poll->samples));
		if (samples == NULL)
			return NULL;
		poll->samples = samples;
		poll->sample_capacity = capacity;
	}
	struct ht_sample *sample = &poll->samples[poll->sample_count++];
	*sample = (struct ht_sample){
		.uid = UINT32_MAX,
		.parent_pid = -1,
		.cpu_time_ns = UINT64_MAX,
		.data_bytes = UINT64_MAX,
	};
	return sample;
}

static_assert(offsetof(struct ht_sample, key.pid) == 0, "ht_pid_find looks there");

struct ht_sample *
ht_poll_find_process(const struct ht_poll *poll, int32_t pid)
{
	return ht_pid_find(poll->samples, poll->process_samples, sizeof(*poll->samples), pid);
}

bool
ht_pid_list_covers(const struct ht_pid_list *list, int32_t pid)
{
	if (list->count == 0)
		return true;
	for (size_t i = 0; i < list->count; i++)
		if (list->pids[i] == pid)
			return true;
	return false;
}

const struct ht_source *const ht_sources[] = {
	&ht_source_procfs, /* first: the others ask it who is there */
	&ht_source_segment,
	&ht_source_maps, /* after those that know heaps */
	NULL,
};
