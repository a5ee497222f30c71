/* SPDX-License-Identifier: MIT */
/* Which items of a frame a person wants to see: those of a user, those a filter is true of. */
#ifndef HT_VIEWS_CHOICE_H
#define HT_VIEWS_CHOICE_H

#include "views/view.h"

/* True when PROCESS is one of the kernel's own threads: they have no memory of their own. */
bool ht_choice_is_kernel_thread(const struct ht_process *process);

/* True when PROCESS shall be a row; else STATE counts it, unless nobody misses it. */
bool ht_choice_shows_process(const struct ht_view_input *input, struct ht_view_state *state,
    const struct ht_process *process);

/* The same for a thread of the chosen process, of which a filter sees what it has in common with a process. */
bool ht_choice_shows_thread(
    const struct ht_view_input *input, struct ht_view_state *state, const struct ht_thread *thread);

/*
 * THREAD, of OWNER, as if it were a process of its own: its name, number and state, and the figures that both have.
 * HEAP gets those of its heap; nothing is copied.
 */
struct ht_process ht_choice_thread_as_process(
    const struct ht_process *owner, const struct ht_thread *thread, struct ht_heap *heap);

/* Appends what of STATE's rows is chosen, for the line of the tabs; nothing where all is. */
void ht_choice_describe(
    const struct ht_view_state *state, const struct ht_frame *frame, struct ht_text *out);

#endif
