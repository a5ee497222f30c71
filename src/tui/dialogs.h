/* SPDX-License-Identifier: MIT */
/*
 * What the screen asks a person: a line to type (a question) or a list to choose from.  Each is a file of
 * its own that opens it and takes the answer; screen.c only leads keys there.
 */
#ifndef HT_TUI_DIALOGS_H
#define HT_TUI_DIALOGS_H

#include "tui/screen.h"

/* d: the time between two looks. */
void ht_delay_ask(struct ht_screen *screen);

/* /: a word; the selection goes to the row that has it while it is typed. */
void ht_search_ask(struct ht_screen *screen);
bool ht_search_is_asking(const struct ht_screen *screen);

/* n, N: to the next row that has it, STEP 1 down or -1 up. */
void ht_search_go_on(struct ht_screen *screen, int step);

/* The rows are others than before: searches again while the word is being typed. */
void ht_search_refresh(struct ht_screen *screen);

/* \, F4: an expression; only what it holds for is shown. */
void ht_filter_ask(struct ht_screen *screen);

/* Shows everything again; false: there was no filter. */
bool ht_filter_clear(struct ht_screen *screen);

/* u: whose processes are shown. */
void ht_user_pick(struct ht_screen *screen);
bool ht_user_is_picking(const struct ht_screen *screen);

/* There is a new frame: lists its users while one is being chosen. */
void ht_user_refresh(struct ht_screen *screen);

/* K: whether the kernel's own threads are shown. */
void ht_kernel_threads_toggle(struct ht_screen *screen);

/* e, E: the units of the rows, and of the header. */
void ht_units_step(struct ht_screen *screen);
void ht_header_units_step(struct ht_screen *screen);

/* F: the selection stays on its row whatever the order, until it is moved. */
void ht_follow_toggle(struct ht_screen *screen);

/* S: whether the view in sight has Go's names for the figures; false: it has no figures of that kind. */
bool ht_statistics_toggle(struct ht_screen *screen);

/* t: processes as a tree; - + *: folds and unfolds it.  H: threads below their process. */
void ht_tree_toggle(struct ht_screen *screen);
void ht_fold_command(struct ht_screen *screen, enum ht_command command);
void ht_thread_rows_toggle(struct ht_screen *screen);

/* m: threads of one name as one row. */
void ht_merge_toggle(struct ht_screen *screen);

/* F6: what the view in sight is sorted by. */
void ht_sort_pick(struct ht_screen *screen);

/* w: a file for what is seen, or was so far. */
void ht_write_ask(struct ht_screen *screen);

/* F9: a signal for the process that is shown or selected. */
void ht_signal_pick(struct ht_screen *screen);

/* The settings screen: opened, and its keys. */
void ht_settings_open(struct ht_screen *screen);
enum ht_screen_wish ht_settings_key(struct ht_screen *screen, int code, enum ht_command command);

/* Stores the settings as they are now, with the order of the processes in sight. */
void ht_settings_save(struct ht_screen *screen);

#endif
