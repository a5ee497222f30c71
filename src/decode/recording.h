/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a recording (heaptop-recording(5)) -> ticks.  A recording is a file that anybody can send: nothing in it is
 * trusted, and what leaves here is as sound as what live sources say: texts that are shown as they are
 * are printable, figures finite, living processes in order.  Pure: no I/O.
 *
 * Threads: a decoder belongs to one thread at a time.
 */
#ifndef HT_DECODE_RECORDING_H
#define HT_DECODE_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/recording.h"
#include "model/request.h"
#include "model/tick.h"

struct ht_recording_header {
	uint32_t version;
	uint32_t oldest_reader; /* readers of a lower version can't make sense of the file */
	uint32_t header_bytes;  /* the first block is behind so many */
	uint64_t realtime_ns;   /* of the first tick */
	uint64_t monotonic_ns;
	uint64_t delay_ns; /* that ticks are meant to be apart; 0: unknown */
};

/* Why a file's beginning is none. */
enum ht_recording_refusal {
	HT_RECORDING_ACCEPTED,
	HT_RECORDING_FOREIGN, /* no recording */
	HT_RECORDING_CUT,     /* the beginning of one */
	HT_RECORDING_DAMAGED, /* its checksum is wrong */
	HT_RECORDING_TOO_NEW, /* OUT->version and oldest_reader are filled */
};

/* Reads the first bytes of a file, of which LENGTH are there. */
enum ht_recording_refusal ht_recording_decode_header(
    const void *bytes, size_t length, struct ht_recording_header *out);

struct ht_recording_block {
	uint32_t type;        /* enum ht_recording_block_type, or unknown: skip it */
	uint32_t length;      /* of the payload, which follows; at most HT_RECORDING_PAYLOAD_MOST */
	uint32_t raw_length;  /* before it was compressed; the same bound */
	uint64_t realtime_ns; /* of the tick */
	uint64_t monotonic_ns;
	uint32_t checksum;
};

/* Reads HT_RECORDING_BLOCK_HEADER_BYTES.  0, or -EBADMSG: no block begins here. */
int ht_recording_decode_block(const void *bytes, struct ht_recording_block *out);

struct ht_recording_decoder;

/* NULL for lack of memory. */
struct ht_recording_decoder *ht_recording_decoder_new(void);

/* NULL is allowed. */
void ht_recording_decoder_free(struct ht_recording_decoder *decoder);

/*
 * Takes in one block with its payload.  0, -ENOMEM, or -EBADMSG: it is damaged, or a difference from a tick that
 * wasn't taken in; then all up to the next key is refused.  Unknown blocks do nothing.
 */
int ht_recording_decoder_add(struct ht_recording_decoder *decoder,
    const struct ht_recording_block *block, const void *payload);

/*
 * The tick that was taken in last, as REQUEST wants it: its processes, users and lists, of what the recording has.
 * The samples are in ARENA.  0 and OUT, -ENOMEM, or -EBADMSG: there is none, or it contradicts itself.
 */
int ht_recording_decoder_tick(const struct ht_recording_decoder *decoder,
    const struct ht_request *request, struct ht_arena *arena, struct ht_tick *out);

#endif
