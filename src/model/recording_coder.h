/* SPDX-License-Identifier: MIT */
/*
 * An arithmetic coder of decisions: each takes as little of the file as it was to be expected
 * (heaptop-recording(5), "Decisions").  Most figures of a busy program are noise around what they were to be, which no
 * search for repetitions makes smaller.
 *
 * Writer and reader call the same functions: what the one is given, the other returns.  So how rows are told is
 * said once, in recording_row.c.
 */
#ifndef HT_MODEL_RECORDING_CODER_H
#define HT_MODEL_RECORDING_CODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* How likely a decision is to be yes, learnt from those before.  All zeros: nothing is known. */
struct ht_record_chance {
	int16_t lean; /* of 65536, from a half */
	uint16_t seen;
};

enum {
	HT_RECORD_SCALES = 6,      /* of what was likely; all that is more shares the last */
	HT_RECORD_TOP_BITS = 4,    /* below a number's first one that are learnt, too */
	HT_RECORD_TOP_LENGTHS = 8, /* numbers that are longer share what is learnt of them */
};

/* What is known of the numbers of a column.  All zeros: nothing. */
struct ht_record_numbers {
	uint32_t key;                     /* since which key; at another all is forgotten */
	struct ht_record_chance whole;    /* a multiple of the grain */
	struct ht_record_chance other[4]; /* than 0; by history */
	struct ht_record_chance length[HT_RECORD_SCALES][64];
	struct ht_record_chance top[HT_RECORD_TOP_LENGTHS][1 << HT_RECORD_TOP_BITS];
};

struct ht_record_coder {
	struct ht_text *out; /* where bytes go; NULL: they are read */
	const uint8_t *at, *end;
	unsigned behind; /* bytes that were read behind the end */
	uint32_t low, high, word;
	uint32_t key; /* counts keys from 1 */
	bool failed;  /* of a reader: there was less than was asked for */
};

/* Begins a tick: what follows is appended to OUT, or read from the LENGTH bytes. */
void ht_record_coder_write(struct ht_record_coder *coder, struct ht_text *out);
void ht_record_coder_read(struct ht_record_coder *coder, const uint8_t *bytes, size_t length);

/* Behind a tick's last decision, when writing. */
void ht_record_coder_end(struct ht_record_coder *coder);

bool ht_record_code(struct ht_record_coder *coder, struct ht_record_chance *chance, bool yes);

/* What is known of a difference before it is told. */
struct ht_record_prospect {
	unsigned history; /* whether the latest two at this place were other than 0, as bits */
	unsigned grain;   /* it is a multiple of 2 to the power of this, as a rule; below 64 */
	uint64_t likely;  /* the change that it comes on top of: the greater, the more noise */
};

uint64_t ht_record_code_difference(struct ht_record_coder *coder, struct ht_record_numbers *numbers,
    const struct ht_record_prospect *prospect, uint64_t difference);

#endif
