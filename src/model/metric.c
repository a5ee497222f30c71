/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "model/metric.h"

#include <string.h>

#define HT_LINE(scope, id, shortname, json, title, kind, unit, help)                               \
	{                                                                                          \
		HT_SCOPE_##scope, HT_##scope##_##id, shortname, json, title, HT_KIND_##kind,       \
		    HT_UNIT_##unit, help                                                           \
	}

static const struct ht_metric all[] = {
#define HT_METRIC(...) HT_LINE(__VA_ARGS__),
#include "heaptop/metrics.def"
#undef HT_METRIC
};

/* metrics.def lists the scopes one after the other, in the order of enum ht_metric_scope. */
const struct ht_metric *
ht_metric_table(enum ht_metric_scope scope, size_t *count)
{
	static const size_t counts[HT_SCOPES] = {
		[HT_SCOPE_HOST] = HT_HOST_METRICS,
		[HT_SCOPE_PROCESS] = HT_PROCESS_METRICS,
		[HT_SCOPE_HEAP] = HT_HEAP_METRICS,
		[HT_SCOPE_THREAD] = HT_THREAD_METRICS,
		[HT_SCOPE_CLASS] = HT_CLASS_METRICS,
		[HT_SCOPE_EVENT] = HT_EVENT_METRICS,
		[HT_SCOPE_MAP] = HT_MAP_METRICS,
	};
	size_t first = 0;
	for (unsigned i = 0; i < (unsigned)scope; i++)
		first += counts[i];
	if (count != NULL)
		*count = counts[scope];
	return &all[first];
}

const struct ht_metric *
ht_metric_find(enum ht_metric_scope scope, const char *name)
{
	size_t count;
	const struct ht_metric *table = ht_metric_table(scope, &count);
	for (size_t i = 0; i < count; i++)
		if (strcmp(table[i].short_name, name) == 0)
			return &table[i];
	return NULL;
}

bool
ht_metric_is_real(const struct ht_metric *metric)
{
	return metric->kind == HT_KIND_RATE || metric->unit == HT_UNIT_PERCENT;
}
