/* SPDX-License-Identifier: MIT */
/* `heaptop replay`: the screen over a recording. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/recorded.h"
#include "cli/screen.h"
#include "views/moment.h"

static int
check_operands(char **operands, struct ht_error *error)
{
	if (operands[0] != NULL && operands[1] == NULL)
		return 0;
	if (operands[0] == NULL)
		ht_error_set(error, HT_ERROR_USAGE,
		    "no recording to replay: name one that 'heaptop record -o FILE' made");
	else
		ht_error_set(error, HT_ERROR_USAGE, "one recording at a time: '%s' is too many",
		    operands[1]);
	return -EINVAL;
}

/* What -p names in the recording at PATH, and the first tick that has one of them. */
static int
resolve(const struct ht_options *options, const char *path, struct ht_targets *targets,
    size_t *first, struct ht_error *error)
{
	struct ht_sampler_options unsmoothed = { 0 };
	struct ht_sampler *sampler;
	if (options->targets.length == 0)
		return 0;
	int status = ht_replay_open(path, &unsmoothed.replay, error);
	if (status == 0)
		status = ht_sampler_new(&unsmoothed, &sampler, error);
	if (status != 0)
		return status;
	status =
	    ht_recorded_targets(ht_text_string(&options->targets), sampler, targets, first, error);
	ht_sampler_free(sampler);
	return status;
}

/* The tick to begin with: where --at says, or the first that has what was named, or else one that has rates. */
static int
choose_first(const struct ht_options *options, const char *path, const struct ht_timeline *timeline,
    size_t *first, struct ht_error *error)
{
	if (options->at != NULL)
		return ht_recorded_at(timeline, path, options->at, first, error);
	/* The one before it is there for its rates. */
	if (options->targets.length == 0 && timeline->count > 1)
		*first = 1;
	return 0;
}

/* What the recording is, in one line that is shown at first. */
static void
describe(const char *path, const struct ht_replay *replay, struct ht_error *notice)
{
	const struct ht_timeline *timeline = ht_replay_timeline(replay);
	const char *slash = strrchr(path, '/');
	char begin[HT_MOMENT_TEXT_BYTES], span[HT_UNITS_TEXT_BYTES], lost[96] = "";
	ht_moment_format_date(timeline->ticks[0].realtime_ns, begin);
	ht_units_duration(ht_timeline_span_ns(timeline), span);
	if (ht_replay_damaged_bytes(replay) != 0)
		snprintf(lost, sizeof(lost), ", %" PRIu64 " bytes of it are damaged",
		    ht_replay_damaged_bytes(replay));
	else if (ht_replay_is_cut(replay))
		snprintf(lost, sizeof(lost), ", cut short");
	ht_error_set(notice, HT_OK, "%s: %s from %s, %zu look%s%s",
	    slash != NULL ? slash + 1 : path, span, begin, timeline->count,
	    timeline->count != 1 ? "s" : "", lost);
}

static int
show(const struct ht_options *options, const char *path, struct ht_error *error)
{
	struct ht_tui_replay replay = { .speed = options->speed != 0 ? options->speed : 1 };
	struct ht_tui_options screen = ht_screen_options(options);
	struct ht_targets targets = { 0 };
	struct ht_error notice = { 0 };
	int status = resolve(options, path, &targets, &replay.first, error);
	if (status == 0)
		status = ht_replay_open(path, &replay.shown, error);
	if (status == 0)
		status = ht_replay_open(path, &replay.learned, error);
	if (status == 0) {
		replay.timeline = ht_replay_timeline(replay.shown);
		status = choose_first(options, path, replay.timeline, &replay.first, error);
	}
	if (status != 0) {
		ht_replay_close(replay.shown);
		ht_replay_close(replay.learned);
		ht_targets_release(&targets);
		return status;
	}
	describe(path, replay.shown, &notice);
	screen.replay = &replay;
	screen.notice = notice.text;
	if (targets.count == 1)
		screen.pid = targets.pids[0];
	else
		screen.only = ht_targets_list(&targets);
	status = ht_screen_run(options, &screen, error);
	ht_targets_release(&targets);
	return status;
}

/* Where nobody looks, it is printed. */
static int
print(const struct ht_options *options, const char *path)
{
	struct ht_options printing = *options;
	char *no_operands[] = { NULL };
	printing.replay = path;
	return ht_command_snapshot.run(&printing, no_operands);
}

static int
run_replay(const struct ht_options *options, char **operands)
{
	struct ht_error error = { 0 };
	int status = check_operands(operands, &error);
	if (status == 0 && (options->batch || !isatty(STDOUT_FILENO)))
		return print(options, operands[0]);
	if (status == 0)
		status = show(options, operands[0], &error);
	if (status > 0)
		return HT_EXIT_SIGNAL + status;
	return status < 0 ? ht_output_error(&error) : HT_OK;
}

const struct ht_subcommand ht_command_replay = {
	.name = "replay",
	.arguments = "FILE [OPTIONS]",
	.summary = "show a recording on the screen",
	.help = "The screen is the one of 'heaptop', with its views and keys: Space holds the "
		"picture, [ ] step,\n"
		"{ } go a minute, T goes to a time, ( ) change the speed.  Without a terminal on "
		"standard output\n"
		"it prints what 'heaptop snapshot --replay FILE' prints.\n"
		"\n"
		"Examples:\n"
		"  heaptop replay today.htrec\n"
		"  heaptop replay today.htrec -p redis-server --at 14:02 --speed 10\n",
	.bit = HT_FOR_REPLAY,
	.takes_words = true,
	.takes_file = true,
	.run = run_replay,
};
