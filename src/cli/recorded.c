/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "cli/recorded.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/output.h"
#include "views/moment.h"

int
ht_recorded_at(const struct ht_timeline *timeline, const char *path, const char *text,
    size_t *index, struct ht_error *error)
{
	char begin[HT_MOMENT_TEXT_BYTES], end[HT_MOMENT_TEXT_BYTES];
	int status = ht_moment_find(timeline, text, index);
	if (status == 0)
		return 0;
	ht_moment_format_date(timeline->ticks[0].realtime_ns, begin);
	ht_moment_format_date(timeline->ticks[timeline->count - 1].realtime_ns, end);
	if (status == -ERANGE)
		ht_error_set(error, HT_ERROR_USAGE, "%s has no %s: it is from %s to %s", path, text,
		    begin, end);
	else
		ht_error_set(error, HT_ERROR_USAGE,
		    "'%s' is no time: 14:02, 14:02:30, '2026-11-26 14:02', +5m, -5m or end", text);
	return -EINVAL;
}

void
ht_recorded_warn(const struct ht_replay *replay, const char *path)
{
	if (ht_replay_damaged_bytes(replay) != 0)
		ht_output_warn("%s is damaged: %" PRIu64 " bytes were passed over", path,
		    ht_replay_damaged_bytes(replay));
	if (ht_replay_is_cut(replay))
		ht_output_warn("%s ends within a sample, which is left out", path);
}

/* The words of a list, and which of them some process answered to. */
struct words {
	char *text;   /* owned; the words, each ended by NUL */
	char **words; /* owned */
	bool *found;  /* owned */
	size_t count;
	size_t names; /* words that are no numbers */
};

static void
release_words(struct words *words)
{
	free(words->text);
	free(words->words);
	free(words->found);
}

static int
split(const char *list, struct words *words, struct ht_error *error)
{
	size_t most = 1;
	int status = 0;
	for (const char *c = list; *c != '\0'; c++)
		most += *c == ',';
	*words = (struct words){ strdup(list), calloc(most, sizeof(char *)),
		calloc(most, sizeof(bool)), 0, 0 };
	if (words->text == NULL || words->words == NULL || words->found == NULL) {
		ht_error_set(error, HT_ERROR_RUNTIME, "not enough memory");
		status = -ENOMEM;
	}
	for (char *rest = words->text; rest != NULL && status == 0;) {
		int32_t pid;
		char *word = strsep(&rest, ",");
		words->words[words->count++] = word;
		status = ht_target_word_parse(word, &pid, error);
		words->names += pid == 0;
	}
	if (status != 0)
		release_words(words);
	return status;
}

/* Looks for WORDS in the next tick; *FOUND: one of them is there. */
static int
look(const struct words *words, struct ht_sampler *sampler, struct ht_targets *out, bool *found,
    struct ht_error *error)
{
	const struct ht_request request = {
		.only_uid = UINT32_MAX, .dead = true, .all_costly = true, .without_sizes = true
	};
	struct ht_frame *frame;
	int status = ht_sampler_tick(sampler, &request, &frame);
	if (status == -ENOMEM)
		ht_error_set(error, HT_ERROR_RUNTIME, "not enough memory");
	if (status != 0)
		return status;
	*found = false;
	for (size_t i = 0; i < words->count && status == 0; i++) {
		bool there = false;
		status = ht_targets_add_word(out, words->words[i], frame, &there, error);
		words->found[i] |= there;
		*found |= there;
	}
	ht_frame_free(frame);
	return status;
}

static int
look_everywhere(const struct words *words, struct ht_sampler *sampler, struct ht_targets *out,
    size_t *first, struct ht_error *error)
{
	const struct ht_replay *replay = ht_sampler_replay(sampler);
	bool found, any = false;
	int status = 0;
	while (status == 0) {
		status = look(words, sampler, out, &found, error);
		/* The very first tick has no rates: rather the one behind it. */
		size_t at = ht_replay_next(replay) - 1;
		if (status == 0 && found && first != NULL && (!any || (at == 1 && *first == 0)))
			*first = at;
		any |= status == 0 && found;
	}
	return status == -ENODATA ? 0 : status;
}

/* A word that nothing answered to is a mistake; without LOOKED_FOR_NUMBERS, numbers are taken as they are. */
static int
check(const struct words *words, bool looked_for_numbers, struct ht_targets *out,
    struct ht_error *error)
{
	int status = 0;
	for (size_t i = 0; i < words->count && status == 0; i++) {
		int32_t pid;
		status = ht_target_word_parse(words->words[i], &pid, error);
		if (status != 0 || words->found[i])
			continue;
		if (pid != 0 && !looked_for_numbers) {
			status = ht_targets_add(out, pid, error);
			continue;
		}
		if (pid != 0)
			ht_error_set(error, HT_ERROR_NO_TARGET,
			    "there is no process %s in the recording", words->words[i]);
		else
			ht_error_set(error, HT_ERROR_NO_TARGET,
			    "there is no process called '%s' in the recording", words->words[i]);
		status = -ESRCH;
	}
	return status;
}

int
ht_recorded_targets(const char *list, struct ht_sampler *sampler, struct ht_targets *out,
    size_t *first, struct ht_error *error)
{
	struct words words;
	*out = (struct ht_targets){ 0 };
	int status = split(list, &words, error);
	if (status != 0)
		return status;
	/* Where there are only numbers, no tick is asked. */
	if (words.names != 0 || first != NULL)
		status = look_everywhere(&words, sampler, out, first, error);
	if (status == 0)
		status = check(&words, first != NULL, out, error);
	release_words(&words);
	if (status != 0)
		ht_targets_release(out);
	return status;
}
