/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tui/screen.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "tui/dialogs.h"
#include "tui/help.h"
#include "tui/keys.h"

enum { ALL_PROCESSES = 0 };

static void
init_playback(struct ht_screen *screen, const struct ht_tui_replay *replay)
{
	if (replay == NULL)
		return;
	ht_playback_init(&screen->playback, replay->timeline, replay->first, replay->speed);
	screen->header.delay_ns = ht_playback_delay_ns(&screen->playback);
	screen->users_known = true;
}

void
ht_screen_init(struct ht_screen *screen, const struct ht_tui_options *options, bool ascii)
{
	*screen = (struct ht_screen){ .options = options, .ascii = ascii };
	ht_settings_init(&screen->settings);
	if (options->settings != NULL)
		screen->settings = *options->settings;
	if (options->delay_ns != 0)
		screen->settings.delay_ns = options->delay_ns;
	screen->settings.threads |= options->threads && options->pid == 0;
	screen->header.delay_ns = screen->settings.delay_ns;
	init_playback(screen, options->replay);
	screen->settings.sort = options->sort;
	if (options->notice != NULL)
		ht_screen_say(screen, "%s", options->notice);
	ht_past_init(&screen->past, screen->settings.history_bytes);
	for (size_t i = 0; i < ht_views_count(); i++)
		ht_view_state_init(&screen->states[i], ht_views_get(i));
	screen->states[ALL_PROCESSES].sort = options->sort;
	/* A recording has all users' processes: whose are shown is a choice of rows. */
	if (screen->users_known)
		screen->states[ALL_PROCESSES].uid = options->only_uid;
	struct ht_error error = { 0 };
	if (options->filter != NULL &&
	    ht_filter_parse(options->filter, &screen->states[ALL_PROCESSES].filter, &error) != 0)
		ht_screen_say(screen, "%s", error.text);
}

void
ht_screen_release(struct ht_screen *screen)
{
	for (size_t i = 0; i < ht_views_count(); i++)
		ht_view_state_release(&screen->states[i]);
	ht_picker_close(&screen->picker);
	ht_frame_free(screen->frame);
	screen->frame = NULL;
	ht_writing_free(screen->writing);
	screen->writing = NULL;
	ht_past_release(&screen->past);
}

const struct ht_view *
ht_screen_view(const struct ht_screen *screen)
{
	return ht_views_get(screen->current);
}

struct ht_view_state *
ht_screen_state(struct ht_screen *screen)
{
	return &screen->states[screen->current];
}

struct ht_view_input
ht_screen_input(const struct ht_screen *screen)
{
	struct ht_view_input input = {
		.frame = screen->frame,
		.chosen = screen->chosen,
		.chosen_name = screen->chosen_name,
		.settings = &screen->settings,
		.history = screen->past.history,
		.look_ns = screen->header.delay_ns,
		.replayed = screen->playback.timeline != NULL,
	};
	/* There is no growth since what was later. */
	if (screen->past.mark != NULL &&
	    screen->past.mark->monotonic_ns <= screen->frame->monotonic_ns)
		input.mark = screen->past.mark;
	const struct ht_process *process =
	    screen->chosen.pid != 0 ? ht_frame_find(screen->frame, screen->chosen.pid) : NULL;
	/* Another process may have got the number meanwhile. */
	if (process != NULL && process->key.start_time_ticks == screen->chosen.start_time_ticks)
		input.process = process;
	return input;
}

void
ht_screen_say(struct ht_screen *screen, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(screen->message, sizeof(screen->message), format, arguments);
	va_end(arguments);
}

void
ht_screen_ask(struct ht_screen *screen, const struct ht_question *question)
{
	screen->question = question;
	ht_prompt_open(&screen->prompt, question->text);
}

bool
ht_screen_pick(struct ht_screen *screen, const char *title,
    enum ht_screen_wish (*picked)(struct ht_screen *, const struct ht_picker_item *))
{
	screen->picked = picked;
	if (ht_picker_open(&screen->picker, title) == 0)
		return true;
	ht_screen_say(screen, "not enough memory for the list");
	return false;
}

int
ht_screen_arrange(struct ht_screen *screen)
{
	if (screen->frame == NULL)
		return 0;
	struct ht_view_input input = ht_screen_input(screen);
	int error = ht_view_arrange(ht_screen_view(screen), &input, ht_screen_state(screen));
	if (error != 0)
		ht_screen_say(screen, "not enough memory for the rows");
	return error;
}

static void
choose(struct ht_screen *screen, const struct ht_process *process)
{
	bool same = process->key.pid == screen->chosen.pid &&
		    process->key.start_time_ticks == screen->chosen.start_time_ticks;
	screen->chosen = process->key;
	snprintf(screen->chosen_name, sizeof(screen->chosen_name), "%s", process->name);
	for (size_t i = 0; i < ht_views_count() && !same; i++) {
		if (!ht_views_get(i)->of_process)
			continue;
		screen->states[i].anchored = false;
		screen->states[i].index = screen->states[i].top = 0;
	}
}

/* The process in the selected row of the view in sight, which shows processes; NULL: none is. */
static const struct ht_process *
selected_process(const struct ht_screen *screen)
{
	const struct ht_row_item *row = ht_view_selected(&screen->states[screen->current]);
	return screen->frame != NULL && row != NULL ? row->process : NULL;
}

const struct ht_process *
ht_screen_process(const struct ht_screen *screen)
{
	if (screen->frame == NULL)
		return NULL;
	if (ht_screen_view(screen)->of_process)
		return ht_screen_input(screen).process;
	return selected_process(screen);
}

/* Goes to tab INDEX; a view of one process takes the selected one along. */
static enum ht_screen_wish
show_view(struct ht_screen *screen, size_t index)
{
	const struct ht_view *view = ht_views_get(index);
	if (view == NULL)
		return HT_WISH_NOTHING;
	if (view->of_process && !ht_screen_view(screen)->of_process) {
		const struct ht_process *process = selected_process(screen);
		if (process == NULL)
			return HT_WISH_NOTHING;
		choose(screen, process);
	}
	screen->current = index;
	ht_screen_arrange(screen);
	return HT_WISH_DRAW;
}

/* Opens on the process that was asked for, once it is known when it started. */
static int
open_first(struct ht_screen *screen)
{
	const struct ht_tui_options *options = screen->options;
	if (options->pid != 0) {
		const struct ht_process *process = ht_frame_find(screen->frame, options->pid);
		if (process == NULL && screen->playback.timeline == NULL)
			return -ESRCH;
		if (process == NULL) {
			/* It is known to be somewhere in the recording. */
			ht_screen_say(screen, "process %d is not there at this time", options->pid);
			return ht_screen_arrange(screen);
		}
		choose(screen, process);
		screen->current = ht_views_of_process();
	}
	int error = ht_screen_arrange(screen);
	if (options->pid != 0 && options->threads)
		show_view(screen, ht_views_index(&ht_view_threads));
	return error;
}

int
ht_screen_set_frame(struct ht_screen *screen, struct ht_frame *frame)
{
	struct ht_frame *before = screen->frame;
	bool followed = ht_screen_state(screen)->followed;
	/* Of a recording, everything is learned by the way. */
	if (screen->playback.timeline == NULL && ht_past_take(&screen->past, frame))
		return 0;
	screen->frame = frame;
	int error = before == NULL ? open_first(screen) : ht_screen_arrange(screen);
	if (followed && !ht_screen_state(screen)->followed)
		ht_screen_say(screen, "what was followed has gone");
	ht_search_refresh(screen);
	ht_user_refresh(screen);
	ht_frame_free(before);
	return error;
}

void
ht_screen_learn(struct ht_screen *screen, struct ht_frame *frame)
{
	/* Where it doesn't fit, this tick is missing in graphs. */
	if (screen->past.history != NULL)
		(void)ht_history_add(screen->past.history, frame);
	screen->playback.learned_ns = frame->monotonic_ns;
	ht_frame_free(frame);
}

static enum ht_screen_wish
prompt_key(struct ht_screen *screen, int code)
{
	const struct ht_question *question = screen->question;
	switch (ht_prompt_key(&screen->prompt, code)) {
	case HT_PROMPT_ENTERED:
		return question->entered(screen);
	case HT_PROMPT_GOING_ON:
		if (question->changed != NULL)
			question->changed(screen);
		break;
	case HT_PROMPT_CANCELLED:
		if (question->cancelled != NULL)
			question->cancelled(screen);
		break;
	}
	return HT_WISH_DRAW;
}

static enum ht_screen_wish
picker_key(struct ht_screen *screen, int code)
{
	enum ht_screen_wish wish = HT_WISH_DRAW;
	if (ht_picker_key(&screen->picker, code) == HT_PICKER_CHOSEN) {
		wish = screen->picked(screen, &screen->picker.items[screen->picker.index]);
		ht_picker_close(&screen->picker);
	}
	return wish;
}

/* Back to all processes; whether there was something to go back from. */
static bool
go_back(struct ht_screen *screen)
{
	if (screen->current == ALL_PROCESSES)
		return false;
	screen->current = ALL_PROCESSES;
	ht_screen_arrange(screen);
	return true;
}

static void
open_help(struct ht_screen *screen)
{
	screen->help = true;
	screen->help_first = 0;
}

/* Commands that do one thing wherever one is, after which the picture is another. */
static const struct {
	enum ht_command command;
	void (*answer)(struct ht_screen *screen);
} plain_commands[] = {
	{ HT_COMMAND_DELAY, ht_delay_ask },
	{ HT_COMMAND_FILTER, ht_filter_ask },
	{ HT_COMMAND_USER, ht_user_pick },
	{ HT_COMMAND_TREE, ht_tree_toggle },
	{ HT_COMMAND_THREAD_ROWS, ht_thread_rows_toggle },
	{ HT_COMMAND_MERGE, ht_merge_toggle },
	{ HT_COMMAND_FOLLOW, ht_follow_toggle },
	{ HT_COMMAND_UNITS, ht_units_step },
	{ HT_COMMAND_HEADER_UNITS, ht_header_units_step },
	{ HT_COMMAND_KERNEL_THREADS, ht_kernel_threads_toggle },
	{ HT_COMMAND_SEARCH, ht_search_ask },
	{ HT_COMMAND_SORT_PICK, ht_sort_pick },
	{ HT_COMMAND_WRITE, ht_write_ask },
	{ HT_COMMAND_SIGNAL, ht_signal_pick },
	{ HT_COMMAND_SETTINGS, ht_settings_open },
	{ HT_COMMAND_SAVE_SETTINGS, ht_settings_save },
	{ HT_COMMAND_HELP, open_help },
};

static bool
answer_plain(struct ht_screen *screen, enum ht_command command)
{
	for (size_t i = 0; i < sizeof(plain_commands) / sizeof(plain_commands[0]); i++) {
		if (plain_commands[i].command != command)
			continue;
		plain_commands[i].answer(screen);
		return true;
	}
	return false;
}

/* What doesn't depend on the view. */
static enum ht_screen_wish
own_command(struct ht_screen *screen, enum ht_command command, size_t index)
{
	size_t views = ht_views_count();
	if (ht_playback_command(screen, command) || ht_past_command(screen, command) ||
	    answer_plain(screen, command))
		return HT_WISH_DRAW;
	switch ((int)command) {
	case HT_COMMAND_VIEW:
		return show_view(screen, index);
	case HT_COMMAND_NEXT_VIEW:
		return show_view(screen, (screen->current + 1) % views);
	case HT_COMMAND_PREVIOUS_VIEW:
		return show_view(screen, (screen->current + views - 1) % views);
	case HT_COMMAND_ESCAPE:
		return ht_writing_cancel(screen) || ht_filter_clear(screen) || go_back(screen)
			   ? HT_WISH_DRAW
			   : HT_WISH_NOTHING;
	case HT_COMMAND_BACK:
		if (screen->options->watched_fd != 0)
			return HT_WISH_QUIT;
		return go_back(screen) ? HT_WISH_DRAW : HT_WISH_QUIT;
	case HT_COMMAND_FOLD:
	case HT_COMMAND_UNFOLD:
	case HT_COMMAND_FOLD_ALL:
		ht_fold_command(screen, command);
		return HT_WISH_DRAW;
	case HT_COMMAND_STATISTICS:
		return ht_statistics_toggle(screen) ? HT_WISH_DRAW : HT_WISH_NOTHING;
	case HT_COMMAND_SEARCH_NEXT:
	case HT_COMMAND_SEARCH_PREVIOUS:
		ht_search_go_on(screen, command == HT_COMMAND_SEARCH_NEXT ? 1 : -1);
		return HT_WISH_DRAW;
	}
	return HT_WISH_NOTHING;
}

/* What works wherever one is. */
static enum ht_screen_wish
common_command(enum ht_command command)
{
	switch ((int)command) {
	case HT_COMMAND_REDRAW:
		return HT_WISH_REDRAW;
	case HT_COMMAND_SUSPEND:
		return HT_WISH_SUSPEND;
	case HT_COMMAND_QUIT:
		return HT_WISH_QUIT;
	}
	return HT_WISH_NOTHING;
}

static void
scroll_help(struct ht_screen *screen, long lines)
{
	size_t total = ht_help_lines();
	size_t most = total > screen->help_page ? total - screen->help_page : 0;
	long first = (long)screen->help_first + lines;
	if (first < 0)
		first = 0;
	screen->help_first = (size_t)first < most ? (size_t)first : most;
}

/* The help screen scrolls; any key that doesn't leaves it. */
static enum ht_screen_wish
help_command(struct ht_screen *screen, enum ht_command command)
{
	long page = (long)screen->help_page;
	switch ((int)command) {
	case HT_COMMAND_UP:
		scroll_help(screen, -1);
		break;
	case HT_COMMAND_DOWN:
		scroll_help(screen, 1);
		break;
	case HT_COMMAND_PAGE_UP:
	case HT_COMMAND_HALF_PAGE_UP:
		scroll_help(screen, -page);
		break;
	case HT_COMMAND_PAGE_DOWN:
	case HT_COMMAND_HALF_PAGE_DOWN:
		scroll_help(screen, page);
		break;
	case HT_COMMAND_FIRST:
		scroll_help(screen, -(long)ht_help_lines());
		break;
	case HT_COMMAND_LAST:
		scroll_help(screen, (long)ht_help_lines());
		break;
	default:
		screen->help = false;
		break;
	}
	return HT_WISH_DRAW;
}

static enum ht_screen_wish
view_command(struct ht_screen *screen, enum ht_command command)
{
	if (screen->frame == NULL)
		return HT_WISH_NOTHING;
	switch (ht_screen_view(screen)->key(ht_screen_state(screen), command)) {
	case HT_ANSWER_IGNORED:
		return HT_WISH_NOTHING;
	case HT_ANSWER_DONE:
		ht_screen_arrange(screen);
		return HT_WISH_DRAW;
	case HT_ANSWER_OPEN:
		return show_view(screen, ht_views_of_process());
	}
	return HT_WISH_NOTHING;
}

enum ht_screen_wish
ht_screen_key(struct ht_screen *screen, int code)
{
	size_t index;
	enum ht_command command = ht_keys_command(code, &index);
	bool had_message = screen->message[0] != '\0';
	screen->message[0] = '\0';
	bool types = screen->prompt.open || screen->picker.open;
	bool is_text = types && code >= ' ' && code < 0x7f;
	enum ht_screen_wish wish = is_text ? HT_WISH_NOTHING : common_command(command);
	if (wish != HT_WISH_NOTHING)
		return wish;
	if (screen->prompt.open)
		return prompt_key(screen, code);
	if (screen->picker.open)
		return picker_key(screen, code);
	if (screen->help)
		return help_command(screen, command);
	if (screen->settings_dialog.open)
		return ht_settings_key(screen, code, command);
	wish = own_command(screen, command, index);
	if (wish == HT_WISH_NOTHING)
		wish = view_command(screen, command);
	return wish == HT_WISH_NOTHING && had_message ? HT_WISH_DRAW : wish;
}
