/* SPDX-License-Identifier: MIT */
/*
 * The members "memory" (where resident memory is) and "maps" (each mapping) of a
 * process's JSON object.  Called by json.c where they were asked for.
 */
#ifndef HT_EXPORT_JSON_MEMORY_H
#define HT_EXPORT_JSON_MEMORY_H

#include "export/json_writer.h"
#include "model/frame.h"

/* "memory" at NOW_NS on CLOCK_MONOTONIC: an object; with null figures and the reason where nothing could be read. */
void ht_json_memory_write(
    struct ht_json_writer *json, uint64_t now_ns, const struct ht_process *process);

/* "maps": an array, or null where nothing could be read. */
void ht_json_maps_write(struct ht_json_writer *json, const struct ht_process *process);

#endif
