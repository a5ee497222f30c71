/* SPDX-License-Identifier: MIT */
/*
 * A frame as comma-separated values (RFC 4180, lines ended by a newline alone): a line a process,
 * figures as plain numbers in the units that the headings name, nothing for unknown.
 *
 * Words of others can't do harm: control characters become question marks, and a word that a
 * spreadsheet would take for a formula (it begins with = + - @) gets an apostrophe in front.
 */
#ifndef HT_EXPORT_CSV_H
#define HT_EXPORT_CSV_H

#include "base/text.h"
#include "model/fields.h"
#include "model/frame.h"

/* Appends the line of headings.  0 or -ENOMEM. */
int ht_csv_write_head(const struct ht_fields *fields, struct ht_text *out);

/* Appends a line for each process of FRAME, in its order.  0 or -ENOMEM. */
int ht_csv_write(const struct ht_frame *frame, const struct ht_fields *fields, struct ht_text *out);

#endif
