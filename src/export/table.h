/* SPDX-License-Identifier: MIT */
/*
 * A frame as a table for people, awk and grep: a line of titles, then a line a process, in the
 * frame's order.  Where lists were asked for, each process has a table of its own with its lists
 * below.  What is unknown is a dash.
 */
#ifndef HT_EXPORT_TABLE_H
#define HT_EXPORT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "model/fields.h"
#include "model/frame.h"

struct ht_table_options {
	size_t width;    /* lines are cut to so many characters; 0: never */
	bool ascii_only; /* every other character becomes a question mark */
	const struct ht_fields
	    *fields; /* columns of the processes; NULL or empty: the usual ones; borrowed */
};

/* Appends FRAME to OUT.  0 or -ENOMEM. */
int ht_table_write(
    const struct ht_frame *frame, const struct ht_table_options *options, struct ht_text *out);

#endif
