/* SPDX-License-Identifier: MIT */
/*
 * The recording that w writes of all looks that are remembered.  That can take seconds, and the history belongs to the thread
 * that keys are answered by: so some looks are written at a time, between two keys.  What became of it
 * is said in the footer.
 */
#ifndef HT_TUI_WRITING_H
#define HT_TUI_WRITING_H

#include <stdbool.h>

#include "base/text.h"

struct ht_screen;
struct ht_writing;

/*
 * Begins to write screen.write_name, which is PATH, with what is remembered up to now; screen.writing is it.  Of looks that
 * are closer together than a quarter of the delay the last one alone is written.  OVER as in ht_store.  0, or what ht_store_begin returns, or -ENODATA: nothing is remembered.
 */
int ht_writing_begin(struct ht_screen *screen, const char *path, bool over);

/* Goes on for some milliseconds, where there is something to write.  True: there is news to be drawn. */
bool ht_writing_go_on(struct ht_screen *screen);

/* Gives it up; false: nothing was being written. */
bool ht_writing_cancel(struct ht_screen *screen);

/* True the first time that a person wants to leave while it isn't done, which is said. */
bool ht_writing_keeps(struct ht_screen *screen);

/* How far it is, for the footer. */
void ht_writing_describe(const struct ht_screen *screen, struct ht_text *out);

/* Ends WRITING; what isn't done leaves nothing.  NULL is allowed. */
void ht_writing_free(struct ht_writing *writing);

#endif
