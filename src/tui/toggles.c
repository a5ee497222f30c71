/* SPDX-License-Identifier: MIT */
/* Keys that switch a setting of the rows: what each of them shows now is said. */
#include "config.h"

#include "tui/dialogs.h"
#include "views/choice.h"

void
ht_kernel_threads_toggle(struct ht_screen *screen)
{
	size_t count = 0;
	bool *shown = &screen->settings.kernel_threads;
	*shown = !*shown;
	for (size_t i = 0; screen->frame != NULL && i < screen->frame->process_count; i++)
		count += ht_choice_is_kernel_thread(&screen->frame->processes[i]);
	ht_screen_arrange(screen);
	ht_screen_say(screen, "%zu kernel thread%s %s", count, count != 1 ? "s" : "",
	    *shown ? "shown" : "hidden");
}
