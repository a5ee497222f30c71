/* SPDX-License-Identifier: MIT */
/* How fast the blocks of each size class are allocated, from tick to tick.  Called by pairs.c. */
#ifndef HT_CORE_CLASS_RATES_H
#define HT_CORE_CLASS_RATES_H

#include <stdint.h>

#include "model/frame.h"

struct ht_class_rates;

/* NULL is allowed. */
void ht_class_rates_free(struct ht_class_rates *rates);

/*
 * Completes the size classes of HEAP, read at READ_NS, with their rates since the reading in *RATES, and keeps this one there.  CONTINUES: both are of the same run of the program.  0 or -ENOMEM.
 */
int ht_class_rates_apply(struct ht_class_rates **rates, struct ht_heap *heap, uint64_t read_ns,
    bool continues, uint64_t smoothing_ns);

#endif
