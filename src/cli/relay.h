/* SPDX-License-Identifier: MIT */
/*
 * What a program writes while the terminal is taken: read at once, so that it never waits, kept in a
 * file (the newest 64 MiB), and shown when the terminal is free; what comes later goes straight there.
 *
 * The program writes into a pseudo terminal of its own, so that it writes by lines and in colour as it
 * would have; the bytes come out as they went in.
 */
#ifndef HT_CLI_RELAY_H
#define HT_CLI_RELAY_H

#include <sys/types.h>

#include "base/error.h"

struct ht_relay;

/*
 * Makes one, and in WRITE_FD what becomes the program's output; the caller closes it once the program has it.  0, or
 * -errno with ERROR filled.
 */
int ht_relay_new(struct ht_relay **out, int *write_fd, struct ht_error *error);

/*
 * Reads from now on, in a thread of its own, and keeps what it reads.  Until ht_relay_show it also passes SIGUSR1, SIGUSR2, SIGALRM,
 * SIGURG, SIGIO and SIGPWR on to PID: they have to be blocked in all threads.  0 or -errno.
 */
int ht_relay_start(struct ht_relay *relay, pid_t pid);

/* The terminal is free: shows what was kept on standard output, and all that follows. */
void ht_relay_show(struct ht_relay *relay);

/* The program has ended: shows the rest of what it wrote and frees RELAY.  NULL is allowed. */
void ht_relay_free(struct ht_relay *relay);

#endif
