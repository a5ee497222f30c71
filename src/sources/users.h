/* SPDX-License-Identifier: MIT */
/*
 * Names of users.  Asking the system for one may read a file or a directory service on the
 * network, so what it said is kept for a while.
 */
#ifndef HT_SOURCES_USERS_H
#define HT_SOURCES_USERS_H

#include <stdint.h>

struct ht_users;

/* NULL for lack of memory. */
struct ht_users *ht_users_new(void);

/* NULL is allowed. */
void ht_users_free(struct ht_users *users);

/*
 * The name of UID at NOW_NS (CLOCK_MONOTONIC), its number where it has no name; NULL for lack of memory or
 * where UID is UINT32_MAX, unknown.  Borrowed until the next call.
 */
const char *ht_users_name(struct ht_users *users, uint32_t uid, uint64_t now_ns);

#endif
