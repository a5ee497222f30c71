/* SPDX-License-Identifier: MIT */
/* w: writes what is seen, as JSON, to a file that a person names. */
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

static const char *
reason(int status)
{
	if (status == -EINVAL)
		return "what is there is no regular file";
	return strerror(-status);
}

static enum ht_screen_wish over_answered(struct ht_screen *screen);

static const struct ht_question over_question = {
	.text = "It exists. Replace it (y/n)?",
	.entered = over_answered,
};

static void
write_to(struct ht_screen *screen, const char *name, bool over)
{
	char path[PATH_MAX];
	struct ht_text text;
	ht_text_init(&text);
	expand(name, path);
	int status = format_shown(screen, &text);
	if (status == 0)
		status = ht_store(path, text.bytes, text.length, over);
	if (status == 0)
		ht_screen_say(screen, "written to %s", name);
	else if (status == -EEXIST)
		ht_screen_ask(screen, &over_question);
	else
		ht_screen_say(screen, "%s is not written: %s", name, reason(status));
	ht_text_release(&text);
}

static enum ht_screen_wish
over_answered(struct ht_screen *screen)
{
	bool yes = strcasecmp(screen->prompt.typed, "y") == 0 ||
		   strcasecmp(screen->prompt.typed, "yes") == 0;
	ht_prompt_close(&screen->prompt);
	if (yes)
		write_to(screen, screen->write_name, true);
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
	write_to(screen, screen->write_name, false);
	return HT_WISH_DRAW;
}

static const struct ht_question name_question = {
	.text = "Write what is seen, as JSON, to:",
	.entered = name_answered,
};

void
ht_write_ask(struct ht_screen *screen)
{
	char name[64];
	struct tm day;
	if (screen->frame == NULL)
		return;
	time_t seconds = (time_t)(screen->frame->realtime_ns / 1000000000u);
	ht_screen_ask(screen, &name_question);
	if (localtime_r(&seconds, &day) != NULL &&
	    strftime(name, sizeof(name), "heaptop-%Y%m%d-%H%M%S.json", &day) != 0)
		ht_prompt_fill(&screen->prompt, name);
}
