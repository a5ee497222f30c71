/* SPDX-License-Identifier: MIT */
/*
 * What is live of each size class.  The program counts blocks by class, not bytes: a class's bytes lie
 * between what its smallest and its largest blocks would take, and all classes together are the live heap, which is
 * exact.  So each gets the same part of the way from its least to its most.  Plain arithmetic.
 */
#ifndef HT_MODEL_SIZE_CLASS_H
#define HT_MODEL_SIZE_CLASS_H

#include "model/frame.h"

/* Fills live_blocks and live_bytes_estimate of HEAP's size classes. */
void ht_size_classes_estimate(struct ht_heap *heap);

#endif
