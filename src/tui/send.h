/* SPDX-License-Identifier: MIT */
/* Sends a signal to the process that was meant, or to none. */
#ifndef HT_TUI_SEND_H
#define HT_TUI_SEND_H

#include "model/sample.h"

/*
 * Sends signal NUMBER to the process KEY.  Its number may be another's by now: it is held by pidfd_open(2) first, then
 * its start time is compared, so that what is signalled is what was compared.  0, -ESRCH: that process has ended; -EPERM,
 * or -ENOSYS: the kernel is older than 5.3.
 */
int ht_send_signal(const struct ht_process_key *key, int number);

#endif
