/* SPDX-License-Identifier: MIT */
/* The views there are, in the order of their tabs.  The first one shows all processes. */
#ifndef HT_VIEWS_REGISTRY_H
#define HT_VIEWS_REGISTRY_H

#include <stddef.h>

#include "views/view.h"

enum { HT_VIEWS_MOST = 9 }; /* one for each digit */

/* How many there are. */
size_t ht_views_count(void);

/* The view on tab INDEX, or NULL beyond the last. */
const struct ht_view *ht_views_get(size_t index);

/* The tab of VIEW, which is one of them. */
size_t ht_views_index(const struct ht_view *view);

/* The tab of the first view of one process: where a row opens. */
size_t ht_views_of_process(void);

extern const struct ht_view ht_view_processes;
extern const struct ht_view ht_view_overview;
extern const struct ht_view ht_view_threads;
extern const struct ht_view ht_view_sizes;
extern const struct ht_view ht_view_events;
extern const struct ht_view ht_view_maps;

#endif
