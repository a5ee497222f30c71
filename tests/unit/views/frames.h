/* SPDX-License-Identifier: MIT */
/* Hand-made frames for the tests of views and of the screen: the same figures every time. */
#ifndef HT_TESTS_VIEWS_FRAMES_H
#define HT_TESTS_VIEWS_FRAMES_H

#include <stddef.h>

#include "model/frame.h"

/* Five processes: three instrumented, one of them forked and with threads, and two that aren't. */
struct ht_frame *frames_mixed(void);

/* Processes of which none is instrumented. */
struct ht_frame *frames_plain(void);

/* Names and command lines made to break a screen. */
struct ht_frame *frames_hostile(void);

/* A tree of seven: 1 > 10 (20, 21 > 30), 1 > 11; 40 and 41 started each other; 50 has no parent. */
struct ht_frame *frames_tree(void);

/* COUNT processes, every tenth instrumented, moved by STEP: the order changes from step to step. */
struct ht_frame *frames_many(size_t count, unsigned step);

#endif
