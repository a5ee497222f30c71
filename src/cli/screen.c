/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "cli/screen.h"

#include <stddef.h>
#include <stdlib.h>

#include "cli/output.h"
#include "cli/settings_file.h"

struct ht_tui_options
ht_screen_options(const struct ht_options *options)
{
	const char *no_color = getenv("NO_COLOR"); /* https://no-color.org: set and not empty */
	return (struct ht_tui_options){
		.delay_ns = options->delay_ns,
		.threads = options->threads,
		.only_uid = options->uid,
		.filter = options->filter,
		.dead = options->dead,
		.sort = options->sort,
		.no_color = options->no_color || (no_color != NULL && no_color[0] != '\0'),
		.ascii = options->ascii,
	};
}

/* Options are for this session, the file for all: the former win. */
static void
override(struct ht_settings *settings, const struct ht_options *options)
{
	if (options->delay_ns != 0)
		settings->delay_ns = options->delay_ns;
	if (ht_options_have_sort(options))
		settings->sort = options->sort;
	settings->threads |= options->threads;
}

int
ht_screen_run(
    const struct ht_options *options, struct ht_tui_options *screen, struct ht_error *error)
{
	struct ht_error notice = { 0 };
	struct ht_settings settings;
	ht_settings_init(&settings);
	ht_settings_file_load(&settings, &notice);
	override(&settings, options);
	screen->sort = settings.sort;
	screen->settings = &settings;
	screen->save_settings = ht_settings_file_save;
	if (notice.text[0] != '\0')
		screen->notice = notice.text;
	return ht_tui_run(screen, error);
}

int
ht_screen_show(const struct ht_options *options, struct ht_tui_options *screen)
{
	struct ht_error error = { 0 };
	int status = ht_screen_run(options, screen, &error);
	if (status > 0)
		return HT_EXIT_SIGNAL + status;
	return status < 0 ? ht_output_error(&error) : 0;
}
