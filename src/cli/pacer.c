/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "cli/pacer.h"

#include <poll.h>
#include <stddef.h>
#include <time.h>

#include "base/clock.h"

static const int signals[HT_PACER_SIGNALS] = { SIGINT, SIGTERM, SIGHUP };

static volatile sig_atomic_t asked_to_end;

static void
note_end(int signal_number)
{
	(void)signal_number;
	asked_to_end = 1;
}

void
ht_pacer_begin(struct ht_pacer *pacer, uint64_t first_ns)
{
	struct sigaction action = { .sa_handler = note_end, .sa_flags = SA_RESTART | SA_RESETHAND };
	sigemptyset(&action.sa_mask);
	asked_to_end = 0;
	pacer->due_ns = ht_clock_monotonic_ns() + first_ns;
	for (int i = 0; i < HT_PACER_SIGNALS; i++) {
		sigaction(signals[i], NULL, &pacer->before[i]);
		/* Ignored by nohup or a shell: it stays so. */
		if (pacer->before[i].sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
}

bool
ht_pacer_wait(struct ht_pacer *pacer)
{
	sigset_t ours, before;
	sigemptyset(&ours);
	for (int i = 0; i < HT_PACER_SIGNALS; i++)
		sigaddset(&ours, signals[i]);
	/* Blocked but inside ppoll, so that none slips in between the look and the wait. */
	sigprocmask(SIG_BLOCK, &ours, &before);
	for (;;) {
		uint64_t now = ht_clock_monotonic_ns();
		if (asked_to_end || now >= pacer->due_ns)
			break;
		uint64_t left = pacer->due_ns - now;
		struct timespec timeout = { (time_t)(left / 1000000000u),
			(long)(left % 1000000000u) };
		ppoll(NULL, 0, &timeout, &before);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return !asked_to_end;
}

void
ht_pacer_advance(struct ht_pacer *pacer, uint64_t delay_ns)
{
	uint64_t now = ht_clock_monotonic_ns();
	pacer->due_ns += delay_ns;
	if (pacer->due_ns < now)
		pacer->due_ns += (now - pacer->due_ns) / delay_ns * delay_ns;
}

void
ht_pacer_end(struct ht_pacer *pacer)
{
	for (int i = 0; i < HT_PACER_SIGNALS; i++)
		sigaction(signals[i], &pacer->before[i], NULL);
}
