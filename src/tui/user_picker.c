/* SPDX-License-Identifier: MIT */
/* The list of users who have processes: u shows those of one of them, or of all again. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "tui/dialogs.h"
#include "views/choice.h"

/* What is known of one user. */
struct user {
	uint32_t uid;
	const char *name; /* borrowed from the frame; NULL: unknown */
	size_t processes;
	size_t heaps;
	uint64_t live_bytes;
};

static int
by_uid(const void *a, const void *b)
{
	uint32_t x = ((const struct user *)a)->uid, y = ((const struct user *)b)->uid;
	return (x > y) - (x < y);
}

static void
add_process(struct user *user, const struct ht_process *process)
{
	user->processes++;
	if (process->user != NULL)
		user->name = process->user;
	if (process->heap == NULL || !HT_HAS(&process->heap->values, HT_HEAP_LIVE))
		return;
	user->heaps++;
	user->live_bytes += process->heap->values.value[HT_HEAP_LIVE].u;
}

/* The users of FRAME by number, which the caller frees; NULL for lack of memory or where there are none. */
static struct user *
list_users(const struct ht_frame *frame, size_t *count)
{
	struct user *users = calloc(frame->process_count + 1, sizeof(*users));
	size_t listed = 0, kept = 0;
	*count = 0;
	if (users == NULL)
		return NULL;
	for (size_t i = 0; i < frame->process_count; i++) {
		users[listed].uid = frame->processes[i].uid;
		if (users[listed].uid == UINT32_MAX)
			continue;
		add_process(&users[listed], &frame->processes[i]);
		listed++;
	}
	qsort(users, listed, sizeof(*users), by_uid);
	for (size_t i = 0; i < listed; i++) {
		if (kept == 0 || users[kept - 1].uid != users[i].uid) {
			users[kept++] = users[i];
			continue;
		}
		struct user *user = &users[kept - 1];
		user->processes += users[i].processes;
		user->heaps += users[i].heaps;
		user->live_bytes += users[i].live_bytes;
		if (user->name == NULL)
			user->name = users[i].name;
	}
	*count = kept;
	return users;
}

static void
add_user(struct ht_picker *picker, const struct user *user)
{
	char name[32], note[96], live[HT_UNITS_TEXT_BYTES];
	ht_units_bytes(user->live_bytes, live);
	snprintf(name, sizeof(name), "%u", (unsigned)user->uid);
	int length = snprintf(
	    note, sizeof(note), "%zu process%s", user->processes, user->processes != 1 ? "es" : "");
	if (user->heaps != 0)
		snprintf(note + length, sizeof(note) - (size_t)length, ", %zu heap%s of %s",
		    user->heaps, user->heaps != 1 ? "s" : "", live);
	ht_picker_add(picker, user->name != NULL ? user->name : name, note, user->uid);
}

static void
fill(struct ht_screen *screen)
{
	size_t count;
	struct user *users = list_users(screen->frame, &count);
	ht_picker_clear(&screen->picker);
	ht_picker_add(&screen->picker, "all", "whoever they belong to", UINT32_MAX);
	for (size_t i = 0; i < count; i++)
		add_user(&screen->picker, &users[i]);
	free(users);
}

static void
choose(struct ht_screen *screen, uint32_t uid)
{
	for (size_t i = 0; i < screen->picker.count; i++)
		if (screen->picker.items[i].id == uid)
			screen->picker.index = i;
}

static enum ht_screen_wish
take_user(struct ht_screen *screen, const struct ht_picker_item *item)
{
	screen->states[screen->current].uid = (uint32_t)item->id;
	ht_screen_arrange(screen);
	return HT_WISH_DRAW;
}

bool
ht_user_is_picking(const struct ht_screen *screen)
{
	return screen->picker.open && screen->picked == take_user;
}

void
ht_user_refresh(struct ht_screen *screen)
{
	if (!ht_user_is_picking(screen))
		return;
	const struct ht_picker *picker = &screen->picker;
	uint32_t uid = picker->count != 0 ? (uint32_t)picker->items[picker->index].id : UINT32_MAX;
	fill(screen);
	choose(screen, uid);
}

void
ht_user_pick(struct ht_screen *screen)
{
	if (ht_screen_view(screen)->of_process || screen->frame == NULL) {
		ht_screen_say(screen, "users are chosen among the processes");
		return;
	}
	if (!ht_screen_pick(screen, "Processes of user", take_user))
		return;
	/* To choose among all of them, all have to be looked at; -u goes on as a choice of rows. */
	if (!screen->users_known) {
		screen->users_known = true;
		screen->states[screen->current].uid = screen->options->only_uid;
	}
	fill(screen);
	choose(screen, screen->states[screen->current].uid);
}
