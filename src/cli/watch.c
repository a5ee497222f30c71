/* SPDX-License-Identifier: MIT */
/*
 * The program runs in a process group of its own, in the background as long as the screen has the
 * terminal: should it read from there it is stopped, and goes on when the screen is left and it is in
 * front.  What it writes goes through a relay; ^C and ^Z then are the program's, not ours.
 */
#include "config.h"

#include "cli/watch.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/output.h"
#include "cli/relay.h"
#include "cli/screen.h"

/* The screen, until it is left; a signal that ended it was meant for the program, too. */
static void
show(const struct ht_options *options, const struct ht_child *child)
{
	struct ht_error error = { 0 };
	struct ht_tui_options screen = ht_screen_options(options);
	screen.pid = (int32_t)child->pid;
	int watched = (int)syscall(SYS_pidfd_open, child->pid, 0);
	screen.watched_fd = watched > 0 ? watched : 0;
	int status = ht_screen_run(options, &screen, &error);
	if (watched > 0)
		close(watched);
	if (status < 0)
		ht_output_error(&error);
	else if (status > 0)
		kill(child->pid, status);
}

int
ht_watch(const struct ht_options *options, struct ht_launch *launch, char **operands,
    struct ht_child *child)
{
	struct ht_error error = { 0 };
	struct ht_relay *relay;
	int output;
	child->pid = 0;
	if (ht_relay_new(&relay, &output, &error) != 0) {
		ht_output_error(&error);
		return HT_EXIT_OWN_FAILURE;
	}
	launch->own_group = true;
	launch->output = output;
	launch->errors = isatty(STDERR_FILENO) ? output : 0;
	int status = ht_child_start(child, launch, operands, &error);
	close(output);
	if (status != 0) {
		child->pid = 0;
		ht_relay_free(relay);
		ht_output_error(&error);
		return status;
	}
	ht_child_share(child);
	if (ht_relay_start(relay, child->pid) == 0)
		show(options, child);
	else
		ht_output_warn("there can't be a screen: no thread can be started");
	ht_child_foreground(child);
	ht_relay_show(relay);
	status = ht_child_wait(child);
	ht_relay_free(relay);
	return status;
}
