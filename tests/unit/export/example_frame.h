/* SPDX-License-Identifier: MIT */
/* A frame made by hand, with a process of every kind: for the tests of the exporters. */
#ifndef HT_TESTS_EXAMPLE_FRAME_H
#define HT_TESTS_EXAMPLE_FRAME_H

#include "model/frame.h"

/* What stands where in example_frame_new(). */
enum { EXAMPLE_WORKERS, EXAMPLE_PLAIN, EXAMPLE_DEAD, EXAMPLE_PROCESSES };

/*
 * A frame of 2026-11-22T09:00:00.123Z.  "workers" has a heap and all lists; "plain" has none, and
 * its name and command are hostile; "dead" is a program that was killed.
 */
struct ht_frame *example_frame_new(void);

#endif
