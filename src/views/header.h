/* SPDX-License-Identifier: MIT */
/* The lines above every view: the host and all heaps in one row, the tabs in the next. */
#ifndef HT_VIEWS_HEADER_H
#define HT_VIEWS_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "model/frame.h"
#include "model/settings.h"
#include "views/grid.h"

enum { HT_HEADER_CLOCK_BYTES = 16, HT_HEADER_MOMENT_BYTES = 24 };

/* What the header says beside the frame. */
struct ht_header {
	uint64_t delay_ns;                  /* between ticks */
	enum ht_units units;                /* of its figures */
	uint64_t late_ns;                   /* a tick hangs for so long; 0: none does */
	char paused[HT_HEADER_CLOCK_BYTES]; /* time of day of what is shown; "": it is the newest */
	uint64_t ago_ns;                    /* while paused: how long before the newest that was */
	/* Of a recording. */
	const char *replay_word; /* whether it plays; NULL: what is shown is none */
	char replay_time[HT_HEADER_MOMENT_BYTES]; /* of day, of what is shown */
	unsigned replay_percent;                  /* of it that has gone by */
	double replay_speed;
	unsigned learned_percent; /* of it that graphs can show by now */
	uint64_t mark_ns;         /* how long after the mark it was, at least 1; 0: no mark */
};

/* Memory, swap, pressure, the sum of all heaps, the delay.  FRAME may be NULL: none is there yet. */
void ht_header_draw(
    const struct ht_frame *frame, const struct ht_header *header, struct ht_grid *grid, int row);

/*
 * The views there are, with CURRENT chosen, and NOTE behind them: what of the rows is shown; "": all.  Tabs
 * are shortened to make room for it.
 */
void ht_tabs_draw(size_t current, const char *note, struct ht_grid *grid, int row);

/* A delay as people type it: "1s", "0.5s". */
void ht_header_delay(uint64_t delay_ns, char out[16]);

#endif
