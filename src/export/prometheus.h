/* SPDX-License-Identifier: MIT */
/*
 * A frame in Prometheus's text exposition format, version 0.0.4: a family for each metric of the
 * host, of processes and of heaps, in base units (seconds, bytes, ratios), with the labels pid, name and
 * user.  What is unknown is absent.  Programs that have ended are left out: their series end, too.
 */
#ifndef HT_EXPORT_PROMETHEUS_H
#define HT_EXPORT_PROMETHEUS_H

#include "base/text.h"
#include "model/fields.h"
#include "model/frame.h"

enum { HT_PROMETHEUS_NAME_BYTES = 80 };

/* The family of METRIC: "heaptop_heap_live_bytes". */
void ht_prometheus_name(const struct ht_metric *metric, char out[HT_PROMETHEUS_NAME_BYTES]);

/* Appends FRAME, of processes only FIELDS (NULL or empty: all), to OUT.  0 or -ENOMEM. */
int ht_prometheus_write(
    const struct ht_frame *frame, const struct ht_fields *fields, struct ht_text *out);

#endif
