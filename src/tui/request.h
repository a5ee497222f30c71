/* SPDX-License-Identifier: MIT */
/* What the screen wants in the next frame: costly values of the rows in sight, the chosen process's lists. */
#ifndef HT_TUI_REQUEST_H
#define HT_TUI_REQUEST_H

#include <stdbool.h>

#include "model/request.h"
#include "tui/screen.h"

/* A request with room for its lists. */
struct ht_screen_request {
	struct ht_request request; /* points into this struct and into the options */
	int32_t chosen;
	int32_t *rows; /* owned */
	size_t capacity;
	int32_t *sight; /* owned; processes of which threads are rows */
};

void ht_screen_request_init(struct ht_screen_request *wanted);
void ht_screen_request_release(struct ht_screen_request *wanted);

/*
 * Makes WANTED what SCREEN, as it was drawn last, wants.  1: that is something else than before, 0: the
 * same, -ENOMEM.
 */
int ht_screen_request_update(struct ht_screen_request *wanted, const struct ht_screen *screen);

/* True when the frame of SCREEN lacks what its picture needs, so that waiting for a tick would show. */
bool ht_screen_is_lacking(const struct ht_screen *screen);

#endif
