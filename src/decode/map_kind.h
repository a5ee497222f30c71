/* SPDX-License-Identifier: MIT */
/*
 * What a mapping is, by its name where the kernel gives one, else by its shape
 * and what lies beside it.  Pure.  Called by decode/smaps.c alone.
 */
#ifndef HT_DECODE_MAP_KIND_H
#define HT_DECODE_MAP_KIND_H

#include <stdbool.h>
#include <stdint.h>

#include "model/maps.h"

/* A mapping while its neighbours are not all known. */
struct ht_mapping {
	struct ht_map map;
	uint64_t inode;  /* 0: of no file */
	bool is_tail;    /* room that an arena keeps for growth */
	bool is_guarded; /* a guard page lies before it */
};

/* The kind that MAPPING's own line tells; ANONYMOUS or RESERVED where neighbours must help. */
enum ht_map_kind ht_map_kind_by_line(const struct ht_mapping *mapping);

/*
 * Settles the kind of MAPPING, which NEXT follows in the address space (NULL: nothing does), and
 * marks in NEXT what that tells of it.  BEFORE is what was settled last (NULL: nothing was).
 */
void ht_map_kind_settle(const struct ht_mapping *before, struct ht_mapping *mapping,
    struct ht_mapping *next, bool has_heap);

#endif
