/* SPDX-License-Identifier: MIT */
/* The host's memory, swap and memory pressure. */
#ifndef HT_SOURCES_HOST_H
#define HT_SOURCES_HOST_H

#include "model/metric.h"

struct ht_host;

/* NULL for lack of memory. */
struct ht_host *ht_host_new(void);
void ht_host_free(struct ht_host *host);

/* Fills what can be told in VALUES; the rest stays absent. */
void ht_host_read(struct ht_host *host, struct ht_host_values *values);

#endif
