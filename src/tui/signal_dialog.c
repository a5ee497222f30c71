/* SPDX-License-Identifier: MIT */
/*
 * The signals to choose from, and the question before one is sent.  Whom it goes to is fixed when the
 * list opens and named until it is sent: rows may move meanwhile.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tui/dialogs.h"
#include "tui/send.h"

static const struct {
	int number;
	const char *name;
	const char *note;
} signals[] = {
	{ SIGTERM, "TERM", "end, in its own way" },
	{ SIGINT, "INT", "as ^C does" },
	{ SIGHUP, "HUP", "the terminal is gone; servers read their configuration" },
	{ SIGQUIT, "QUIT", "end with a core; a JVM prints its threads" },
	{ SIGKILL, "KILL", "end at once, whatever it says" },
	{ SIGSTOP, "STOP", "stop until CONT" },
	{ SIGCONT, "CONT", "go on" },
	{ SIGTSTP, "TSTP", "as ^Z does" },
	{ SIGUSR1, "USR1", "what the program makes of it; ends it if nothing" },
	{ SIGUSR2, "USR2", "what the program makes of it; ends it if nothing" },
	{ SIGABRT, "ABRT", "end with a core" },
	{ SIGALRM, "ALRM", "a timer has run out" },
	{ SIGWINCH, "WINCH", "the terminal has another size" },
	{ SIGPIPE, "PIPE", "nobody reads" },
	{ SIGURG, "URG", "urgent data" },
	{ SIGCHLD, "CHLD", "a child has ended" },
	{ SIGSEGV, "SEGV", "end with a core, as a bad access does" },
	{ SIGXCPU, "XCPU", "too much processor time" },
};

enum { SIGNALS = sizeof(signals) / sizeof(signals[0]) };

static void
tell(struct ht_screen *screen, int status)
{
	const struct ht_signal_target *target = &screen->signal;
	const char *name = signals[target->signal].name;
	switch (-status) {
	case 0:
		ht_screen_say(screen, "SIG%s sent to %s", name, target->who);
		break;
	case ESRCH:
		ht_screen_say(screen, "nothing sent: %s has ended", target->who);
		break;
	case EPERM:
		ht_screen_say(
		    screen, "nothing sent: you are not permitted to signal %s", target->who);
		break;
	default:
		ht_screen_say(screen, "nothing sent to %s: %s", target->who, strerror(-status));
		break;
	}
}

static enum ht_screen_wish
confirmed(struct ht_screen *screen)
{
	const char *answer = screen->prompt.typed;
	ht_prompt_close(&screen->prompt);
	if (answer[0] == '\0' || strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0)
		tell(screen,
		    ht_send_signal(&screen->signal.key, signals[screen->signal.signal].number));
	else
		ht_screen_say(screen, "nothing sent");
	return HT_WISH_DRAW;
}

static enum ht_screen_wish
chosen(struct ht_screen *screen, const struct ht_picker_item *item)
{
	struct ht_signal_target *target = &screen->signal;
	target->signal = item->id;
	snprintf(target->text, sizeof(target->text),
	    "SIG%s to %s? Enter sends it, Esc doesn't:", signals[item->id].name, target->who);
	target->question = (struct ht_question){ .text = target->text, .entered = confirmed };
	ht_screen_ask(screen, &target->question);
	return HT_WISH_DRAW;
}

void
ht_signal_pick(struct ht_screen *screen)
{
	struct ht_signal_target *target = &screen->signal;
	const struct ht_process *process = ht_screen_process(screen);
	/* Its number may be another's by now. */
	if (screen->playback.timeline != NULL) {
		ht_screen_say(screen, "what was recorded can't be sent a signal");
		return;
	}
	if (process == NULL || process->key.pid <= 0) {
		ht_screen_say(screen, "there is no process to signal here");
		return;
	}
	target->key = process->key;
	snprintf(target->who, sizeof(target->who), "%d (%s)", (int)process->key.pid, process->name);
	snprintf(target->text, sizeof(target->text), "Signal to %s", target->who);
	if (!ht_screen_pick(screen, target->text, chosen))
		return;
	for (size_t i = 0; i < SIGNALS; i++)
		if (ht_picker_add(&screen->picker, signals[i].name, signals[i].note, i) != 0)
			break;
}
