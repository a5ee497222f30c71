/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "cli/recorded.h"

#include <errno.h>
#include <inttypes.h>

#include "cli/output.h"

void
ht_recorded_warn(const struct ht_replay *replay, const char *path)
{
	if (ht_replay_damaged_bytes(replay) != 0)
		ht_output_warn("%s is damaged: %" PRIu64 " bytes were passed over", path,
		    ht_replay_damaged_bytes(replay));
	if (ht_replay_is_cut(replay))
		ht_output_warn("%s ends within a sample, which is left out", path);
}

int
ht_recorded_targets(
    const char *list, struct ht_sampler *sampler, struct ht_targets *out, struct ht_error *error)
{
	const struct ht_replay *replay = ht_sampler_replay(sampler);
	struct ht_error missing = { 0 };
	struct ht_targets found;
	size_t before = SIZE_MAX;
	int status = 0;
	*out = (struct ht_targets){ 0 };
	/* Where there are only numbers, no tick is asked. */
	while (status == 0 && ht_replay_next(replay) < ht_replay_count(replay) &&
	       ht_replay_next(replay) != before) {
		before = ht_replay_next(replay);
		status = ht_targets_resolve(list, sampler, true, &found, &missing);
		if (status == 0) {
			status = ht_targets_add(out, &found, error);
			ht_targets_release(&found);
		} else if (status == -ESRCH) {
			status = 0;
		} else {
			*error = missing;
		}
	}
	if (status == 0 && out->count == 0) {
		*error = missing;
		status = -ESRCH;
	}
	if (status != 0)
		ht_targets_release(out);
	return status;
}
