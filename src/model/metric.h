/* SPDX-License-Identifier: MIT */
/*
 * The metrics of heaptop/metrics.def as enums, value sets with a present bit
 * each, and their descriptions.  Plain data, no I/O.
 */
#ifndef HT_MODEL_METRIC_H
#define HT_MODEL_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ht_metric_scope {
	HT_SCOPE_HOST,
	HT_SCOPE_PROCESS,
	HT_SCOPE_HEAP,
	HT_SCOPE_THREAD,
	HT_SCOPE_CLASS,
	HT_SCOPE_EVENT,
	HT_SCOPE_MAP,
	HT_SCOPES
};
enum ht_metric_kind { HT_KIND_GAUGE, HT_KIND_COUNTER, HT_KIND_RATE };
enum ht_metric_unit { HT_UNIT_BYTES, HT_UNIT_BLOCKS, HT_UNIT_COUNT, HT_UNIT_NS, HT_UNIT_PERCENT };

/* HT_HOST_..., HT_PROCESS_..., HT_HEAP_..., HT_THREAD_...: index into a value set.  HT_CLASS_..., HT_EVENT_..., HT_MAP_...: of lists that have none. */
#define HT_SELECT_HOST_HOST(x) x,
#define HT_SELECT_HOST_PROCESS(x)
#define HT_SELECT_HOST_HEAP(x)
#define HT_SELECT_HOST_THREAD(x)
#define HT_SELECT_HOST_CLASS(x)
#define HT_SELECT_HOST_EVENT(x)
#define HT_SELECT_HOST_MAP(x)
#define HT_SELECT_PROCESS_HOST(x)
#define HT_SELECT_PROCESS_PROCESS(x) x,
#define HT_SELECT_PROCESS_HEAP(x)
#define HT_SELECT_PROCESS_THREAD(x)
#define HT_SELECT_PROCESS_CLASS(x)
#define HT_SELECT_PROCESS_EVENT(x)
#define HT_SELECT_PROCESS_MAP(x)
#define HT_SELECT_HEAP_HOST(x)
#define HT_SELECT_HEAP_PROCESS(x)
#define HT_SELECT_HEAP_HEAP(x) x,
#define HT_SELECT_HEAP_THREAD(x)
#define HT_SELECT_HEAP_CLASS(x)
#define HT_SELECT_HEAP_EVENT(x)
#define HT_SELECT_HEAP_MAP(x)
#define HT_SELECT_THREAD_HOST(x)
#define HT_SELECT_THREAD_PROCESS(x)
#define HT_SELECT_THREAD_HEAP(x)
#define HT_SELECT_THREAD_THREAD(x) x,
#define HT_SELECT_THREAD_CLASS(x)
#define HT_SELECT_THREAD_EVENT(x)
#define HT_SELECT_THREAD_MAP(x)
#define HT_SELECT_CLASS_HOST(x)
#define HT_SELECT_CLASS_PROCESS(x)
#define HT_SELECT_CLASS_HEAP(x)
#define HT_SELECT_CLASS_THREAD(x)
#define HT_SELECT_CLASS_CLASS(x) x,
#define HT_SELECT_CLASS_EVENT(x)
#define HT_SELECT_CLASS_MAP(x)
#define HT_SELECT_EVENT_HOST(x)
#define HT_SELECT_EVENT_PROCESS(x)
#define HT_SELECT_EVENT_HEAP(x)
#define HT_SELECT_EVENT_THREAD(x)
#define HT_SELECT_EVENT_CLASS(x)
#define HT_SELECT_EVENT_EVENT(x) x,
#define HT_SELECT_EVENT_MAP(x)
#define HT_SELECT_MAP_HOST(x)
#define HT_SELECT_MAP_PROCESS(x)
#define HT_SELECT_MAP_HEAP(x)
#define HT_SELECT_MAP_THREAD(x)
#define HT_SELECT_MAP_CLASS(x)
#define HT_SELECT_MAP_EVENT(x)
#define HT_SELECT_MAP_MAP(x) x,

enum ht_host_metric {
#define HT_METRIC(scope, id, ...) HT_SELECT_HOST_##scope(HT_HOST_##id)
#include "heaptop/metrics.def"
#undef HT_METRIC
	HT_HOST_METRICS
};

enum ht_process_metric {
#define HT_METRIC(scope, id, ...) HT_SELECT_PROCESS_##scope(HT_PROCESS_##id)
#include "heaptop/metrics.def"
#undef HT_METRIC
	HT_PROCESS_METRICS
};

enum ht_heap_metric {
#define HT_METRIC(scope, id, ...) HT_SELECT_HEAP_##scope(HT_HEAP_##id)
#include "heaptop/metrics.def"
#undef HT_METRIC
	HT_HEAP_METRICS
};

enum ht_thread_metric {
#define HT_METRIC(scope, id, ...) HT_SELECT_THREAD_##scope(HT_THREAD_##id)
#include "heaptop/metrics.def"
#undef HT_METRIC
	HT_THREAD_METRICS
};

enum ht_class_metric {
#define HT_METRIC(scope, id, ...) HT_SELECT_CLASS_##scope(HT_CLASS_##id)
#include "heaptop/metrics.def"
#undef HT_METRIC
	HT_CLASS_METRICS
};

enum ht_event_metric {
#define HT_METRIC(scope, id, ...) HT_SELECT_EVENT_##scope(HT_EVENT_##id)
#include "heaptop/metrics.def"
#undef HT_METRIC
	HT_EVENT_METRICS
};

enum ht_map_metric {
#define HT_METRIC(scope, id, ...) HT_SELECT_MAP_##scope(HT_MAP_##id)
#include "heaptop/metrics.def"
#undef HT_METRIC
	HT_MAP_METRICS
};

/* One value; which member is in use follows from the metric (ht_metric_is_real). */
union ht_value {
	uint64_t u;
	double f;
};

/*
 * Value sets.  Bit i of present says that value[i] is known; a value whose
 * bit is clear is unknown and must not be read, let alone shown as 0.
 */
struct ht_host_values {
	uint64_t present;
	union ht_value value[HT_HOST_METRICS];
};

struct ht_process_values {
	uint64_t present;
	union ht_value value[HT_PROCESS_METRICS];
};

struct ht_heap_values {
	uint64_t present;
	union ht_value value[HT_HEAP_METRICS];
};

struct ht_thread_values {
	uint64_t present;
	union ht_value value[HT_THREAD_METRICS];
};

/* SET is any of the structs above, as a pointer. */
#define HT_HAS(set, metric) (((set)->present >> (metric)) & 1u)
#define HT_SET_U(set, metric, x)                                                                   \
	((void)((set)->present |= UINT64_C(1) << (metric), (set)->value[metric].u = (x)))
#define HT_SET_F(set, metric, x)                                                                   \
	((void)((set)->present |= UINT64_C(1) << (metric), (set)->value[metric].f = (x)))
#define HT_UNSET(set, metric) ((void)((set)->present &= ~(UINT64_C(1) << (metric))))

/* One line of metrics.def. */
struct ht_metric {
	enum ht_metric_scope scope;
	unsigned index; /* in its scope's value set */
	const char *short_name;
	const char *json_key;
	const char *title;
	enum ht_metric_kind kind;
	enum ht_metric_unit unit;
	const char *help;
};

/* The descriptions of one scope, in the order of its enum; COUNT may be NULL. */
const struct ht_metric *ht_metric_table(enum ht_metric_scope scope, size_t *count);

/* The metric of SCOPE called NAME (short name), or NULL. */
const struct ht_metric *ht_metric_find(enum ht_metric_scope scope, const char *name);

/* True when values of METRIC are stored as double (PERCENT and RATE). */
bool ht_metric_is_real(const struct ht_metric *metric);

#endif
