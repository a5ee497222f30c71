/* SPDX-License-Identifier: MIT */
#ifndef HT_PRELOAD_FORK_H
#define HT_PRELOAD_FORK_H

/* For the constructor: registers the handlers, before anybody else does. */
void ht_fork_init(void);

#endif
