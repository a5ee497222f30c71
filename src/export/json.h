/* SPDX-License-Identifier: MIT */
/*
 * A frame as one JSON object, schema "heaptop/1" (heaptop(1), JSON).  Keys of figures come from
 * metrics.def.  What is unknown is null, never 0; a list is there for the processes that it
 * was asked for, and null where it cannot be known.
 */
#ifndef HT_EXPORT_JSON_H
#define HT_EXPORT_JSON_H

#include <stdbool.h>

#include "base/text.h"
#include "model/fields.h"
#include "model/frame.h"

/* Appends FRAME and a newline to OUT: indented, or all in one line.  0 or -ENOMEM. */
int ht_json_write(const struct ht_frame *frame, bool indented, struct ht_text *out);

/*
 * The same with only FIELDS of each process, besides its pid and start time, which tell it from others;
 * NULL or empty: all.  Lists come where the frame has them.
 */
int ht_json_write_fields(const struct ht_frame *frame, const struct ht_fields *fields,
    bool indented, struct ht_text *out);

#endif
