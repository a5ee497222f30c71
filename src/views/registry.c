/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "views/registry.h"

static const struct ht_view *const views[] = {
	&ht_view_processes,
	&ht_view_overview,
	&ht_view_threads,
	&ht_view_sizes,
	&ht_view_events,
	&ht_view_maps,
};

_Static_assert(sizeof(views) / sizeof(views[0]) <= HT_VIEWS_MOST, "more views than digits");

size_t
ht_views_count(void)
{
	return sizeof(views) / sizeof(views[0]);
}

const struct ht_view *
ht_views_get(size_t index)
{
	return index < ht_views_count() ? views[index] : NULL;
}

size_t
ht_views_of_process(void)
{
	size_t index = 0;
	while (index + 1 < ht_views_count() && !views[index]->of_process)
		index++;
	return index;
}

size_t
ht_views_index(const struct ht_view *view)
{
	size_t index = 0;
	while (index + 1 < ht_views_count() && views[index] != view)
		index++;
	return index;
}
