/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "sources/users.h"

#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A name is asked for again when it is this old: users are renamed while we run. */
#define MOST_AGE_NS UINT64_C(60000000000)

/* The largest entry that is read; members of groups, which can be many, aren't in it. */
enum { MOST_ENTRY_BYTES = 1 << 16 };

struct user {
	uint32_t uid;
	uint64_t asked_ns;
	char *name; /* owned */
};

struct ht_users {
	struct user *users; /* owned; by rising uid */
	size_t count;
	size_t capacity;
};

struct ht_users *
ht_users_new(void)
{
	return calloc(1, sizeof(struct ht_users));
}

void
ht_users_free(struct ht_users *users)
{
	if (users == NULL)
		return;
	for (size_t i = 0; i < users->count; i++)
		free(users->users[i].name);
	free(users->users);
	free(users);
}

/* 0 and *NAME, to be freed, NULL where there is none; or -errno when the system can't tell now. */
static int
ask(uint32_t uid, char **name)
{
	struct passwd entry, *found = NULL;
	int result = ERANGE;
	*name = NULL;
	for (size_t size = 1024; result == ERANGE && size <= MOST_ENTRY_BYTES; size *= 4) {
		char *text = malloc(size);
		if (text == NULL)
			return -ENOMEM;
		result = getpwuid_r(uid, &entry, text, size, &found);
		if (result == 0 && found != NULL)
			*name = strdup(entry.pw_name);
		free(text);
	}
	return result == 0 && found != NULL && *name == NULL ? -ENOMEM : -result;
}

/* Asks for USER's name; one that is known stays where the system can't tell. */
static void
refresh(struct user *user, uint64_t now_ns)
{
	char *name, number[12];
	int result = ask(user->uid, &name);
	user->asked_ns = now_ns;
	if (result != 0 && user->name != NULL)
		return;
	if (name == NULL) {
		snprintf(number, sizeof(number), "%" PRIu32, user->uid);
		name = strdup(number);
	}
	free(user->name);
	user->name = name;
}

/* Where UID is among the users, or belongs. */
static size_t
place_of(const struct ht_users *users, uint32_t uid)
{
	size_t low = 0, high = users->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (users->users[middle].uid < uid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A user without a name yet at PLACE, or NULL for lack of memory. */
static struct user *
insert(struct ht_users *users, size_t place, uint32_t uid)
{
	if (users->count == users->capacity) {
		size_t capacity = users->capacity * 2 + 8;
		struct user *grown = reallocarray(users->users, capacity, sizeof(*grown));
		if (grown == NULL)
			return NULL;
		users->users = grown;
		users->capacity = capacity;
	}
	struct user *user = &users->users[place];
	memmove(user + 1, user, (users->count - place) * sizeof(*user));
	*user = (struct user){ .uid = uid };
	users->count++;
	return user;
}

const char *
ht_users_name(struct ht_users *users, uint32_t uid, uint64_t now_ns)
{
	if (uid == UINT32_MAX)
		return NULL;
	size_t place = place_of(users, uid);
	struct user *user;
	if (place < users->count && users->users[place].uid == uid)
		user = &users->users[place];
	else
		user = insert(users, place, uid);
	if (user != NULL && (user->name == NULL || now_ns - user->asked_ns >= MOST_AGE_NS))
		refresh(user, now_ns);
	return user != NULL ? user->name : NULL;
}
