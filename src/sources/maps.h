/* SPDX-License-Identifier: MIT */
/*
 * The source of mappings: /proc/PID/smaps of the processes whose maps or allocator the
 * request names.  The kernel looks at every page for that, so a reading is kept, shown
 * with its age, and made again only after two seconds and so seldom that little of the time goes there.
 */
#ifndef HT_SOURCES_MAPS_H
#define HT_SOURCES_MAPS_H

#include "sources/source.h"

struct ht_map_readings;

/* 0 and *OUT, which ht_map_readings_free ends, or -errno with ERROR filled. */
int ht_map_readings_new(struct ht_map_readings **out, struct ht_error *error);
void ht_map_readings_free(struct ht_map_readings *readings);

/*
 * Completes procfs's samples in POLL; asked after the sources of heaps, whose live figures divide
 * what is resident.  0 or -ENOMEM.
 */
int ht_map_readings_poll(struct ht_map_readings *readings, struct ht_poll *poll);

extern const struct ht_source ht_source_maps;

#endif
