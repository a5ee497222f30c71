/* SPDX-License-Identifier: MIT */
/*
 * w: writes what is seen to a file that a person names: the picture as JSON, or, as a recording, all looks that are
 * remembered.  The name says which.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "export/json.h"
#include "tui/dialogs.h"
#include "tui/store.h"
#include "tui/writing.h"
#include "views/choice.h"

enum { ALL_PROCESSES = 0 };

/* The processes of FRAME, a copy with room for them all, that are shown. */
static void
keep_shown(struct ht_screen *screen, struct ht_frame *frame)
{
	struct ht_view_input input = ht_screen_input(screen);
	struct ht_view_state state = screen->states[screen->current];
	size_t kept = 0;
	bool of_process = ht_screen_view(screen)->of_process;
	for (size_t i = 0; i < screen->frame->process_count; i++) {
		const struct ht_process *process = &screen->frame->processes[i];
		if (of_process ? process == input.process
			       : ht_choice_shows_process(&input, &state, process))
			frame->processes[kept++] = *process;
	}
	frame->instrumented_count = 0;
	for (size_t i = 0; i < kept; i++)
		frame->instrumented_count += frame->processes[i].heap != NULL;
	frame->process_count = kept;
	ht_sort_processes(&screen->states[ALL_PROCESSES].sort, frame->processes, kept);
}

static int
format_shown(struct ht_screen *screen, struct ht_text *out)
{
	struct ht_frame frame = *screen->frame;
	frame.processes = reallocarray(NULL, frame.process_count + 1, sizeof(*frame.processes));
	if (frame.processes == NULL)
		return -ENOMEM;
	keep_shown(screen, &frame);
	int status = ht_json_write(&frame, true, out);
	free(frame.processes);
	return status == 0 && out->failed ? -ENOMEM : status;
}

/* "~/" stands for the home directory, as in a shell. */
static void
expand(const char *name, char out[PATH_MAX])
{
	const char *home = getenv("HOME");
	if (name[0] == '~' && name[1] == '/' && home != NULL)
		snprintf(out, PATH_MAX, "%s%s", home, name + 1);
	else
		snprintf(out, PATH_MAX, "%s", name);
}

static bool
names_recording(const char *name)
{
	static const char ending[] = ".htrec";
	size_t length = strlen(name);
	return length >= sizeof(ending) && strcmp(name + length - strlen(ending), ending) == 0;
}

static enum ht_screen_wish over_answered(struct ht_screen *screen);

static const struct ht_question over_question = {
	.text = "It exists. Replace it (y/n)?",
	.entered = over_answered,
};

static int
write_picture(struct ht_screen *screen, const char *path, bool over)
{
	struct ht_text text;
	ht_text_init(&text);
	int status = format_shown(screen, &text);
	if (status == 0)
		status = ht_store(path, text.bytes, text.length, over);
	if (status == 0)
		ht_screen_say(screen, "written to %s", screen->write_name);
	ht_text_release(&text);
	return status;
}

static void
write_named(struct ht_screen *screen, bool over)
{
	char path[PATH_MAX];
	if (names_recording(screen->write_name) && screen->playback.timeline != NULL) {
		/* What graphs know of it has no lists: less than the file has. */
		ht_screen_say(screen, "this is a recording already: copy its file");
		return;
	}
	expand(screen->write_name, path);
	int status = names_recording(screen->write_name) ? ht_writing_begin(screen, path, over)
							 : write_picture(screen, path, over);
	if (status == -EEXIST)
		ht_screen_ask(screen, &over_question);
	else if (status != 0)
		ht_screen_say(
		    screen, "%s is not written: %s", screen->write_name, ht_store_reason(status));
}

static enum ht_screen_wish
over_answered(struct ht_screen *screen)
{
	bool yes = strcasecmp(screen->prompt.typed, "y") == 0 ||
		   strcasecmp(screen->prompt.typed, "yes") == 0;
	ht_prompt_close(&screen->prompt);
	if (yes)
		write_named(screen, true);
	else
		ht_screen_say(screen, "%s stays as it is", screen->write_name);
	return HT_WISH_DRAW;
}

static enum ht_screen_wish
name_answered(struct ht_screen *screen)
{
	ht_prompt_close(&screen->prompt);
	if (screen->prompt.typed[0] == '\0')
		return HT_WISH_DRAW;
	snprintf(screen->write_name, sizeof(screen->write_name), "%s", screen->prompt.typed);
	write_named(screen, false);
	return HT_WISH_DRAW;
}

/* Which of the two it will be, above what is typed. */
static void
tell_what(struct ht_screen *screen)
{
	const struct ht_history *history = screen->past.history;
	if (screen->playback.timeline != NULL)
		ht_screen_say(screen, "the picture, as JSON");
	else if (!names_recording(screen->prompt.typed))
		ht_screen_say(screen, "JSON; a name in .htrec: all looks so far");
	else
		ht_screen_say(screen, "all looks so far, %zu, as a recording",
		    history != NULL ? ht_history_count(history) : 0);
}

static const struct ht_question name_question = {
	.text = "Write what is seen to:",
	.changed = tell_what,
	.entered = name_answered,
};

void
ht_write_ask(struct ht_screen *screen)
{
	char name[64];
	struct tm day;
	if (screen->frame == NULL)
		return;
	if (screen->writing != NULL) {
		ht_screen_say(screen, "still writing: Esc cancels");
		return;
	}
	time_t seconds = (time_t)(screen->frame->realtime_ns / 1000000000u);
	ht_screen_ask(screen, &name_question);
	if (localtime_r(&seconds, &day) != NULL &&
	    strftime(name, sizeof(name), "heaptop-%Y%m%d-%H%M%S.json", &day) != 0)
		ht_prompt_fill(&screen->prompt, name);
	tell_what(screen);
}
