/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target of the recording's decoder.  An input is a row of blocks, each a byte for its type, three for
 * its length and its payload before compression; checksums and compression, which no random bytes get past, are made
 * here.  Whatever comes out must be as sound as what live sources say.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "decode/recording.h"
#include "fuzz.h"
#include "model/frame.h"

enum { STORED_HEADER = 5, BLOCK_MOST = 60000 };

static const struct ht_request everything = { .only_uid = UINT32_MAX, .detail = UINT32_MAX };

static bool
is_printable(const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 127)
			return false;
	return true;
}

static void
check_heap(const struct ht_heap_sample *heap)
{
	for (size_t i = 1; i < heap->size_class_count; i++)
		if (heap->size_classes[i - 1].size_bytes >= heap->size_classes[i].size_bytes)
			abort();
	for (size_t i = 0; i < heap->event_count; i++)
		if (ht_event_kind_name(heap->events[i].kind) == NULL ||
		    (i > 0 && heap->events[i - 1].monotonic_ns > heap->events[i].monotonic_ns))
			abort();
	if (heap->values.present >> HT_HEAP_METRICS != 0)
		abort();
}

static void
check(const struct ht_tick *tick)
{
	if (tick->process_count > tick->sample_count)
		abort();
	for (size_t i = 0; i < tick->sample_count; i++) {
		const struct ht_sample *sample = &tick->samples[i];
		if (i < tick->process_count &&
		    (sample->key.pid <= 0 || (i > 0 && sample[-1].key.pid >= sample->key.pid)))
			abort();
		if (!is_printable(sample->quality_reason) || !is_printable(sample->user) ||
		    sample->quality > HT_QUALITY_CORRUPT || sample->source > HT_SOURCE_JVM)
			abort();
		if (sample->heap != NULL)
			check_heap(sample->heap);
		if (sample->maps != NULL && !ht_maps_are_valid(sample->maps))
			abort();
		for (size_t j = 0; j < sample->task_count; j++)
			if (memchr(sample->tasks[j].name, 0, sizeof(sample->tasks[j].name)) == NULL)
				abort();
	}
}

/* The bytes as they would be compressed: one stored block, and the first byte of the flush behind it. */
static void
feed(struct ht_recording_decoder *decoder, uint32_t type, const uint8_t *bytes, size_t length,
    uint64_t time)
{
	uint8_t payload[STORED_HEADER + BLOCK_MOST + 1];
	const size_t stored = STORED_HEADER + length + 1;
	payload[0] = 0;
	payload[1] = (uint8_t)length;
	payload[2] = (uint8_t)(length >> 8);
	payload[3] = (uint8_t)~payload[1];
	payload[4] = (uint8_t)~payload[2];
	memcpy(payload + STORED_HEADER, bytes, length);
	payload[stored - 1] = 0;
	const struct ht_recording_block block = { .type = type,
		.length = (uint32_t)stored,
		.raw_length = (uint32_t)length,
		.monotonic_ns = time,
		.checksum = (uint32_t)crc32(0, payload, (uInt)stored) };
	struct ht_tick tick;
	struct ht_arena *arena = ht_arena_new();
	if (arena == NULL)
		abort();
	ht_recording_decoder_add(decoder, &block, payload);
	if (ht_recording_decoder_tick(decoder, &everything, arena, &tick) == 0)
		check(&tick);
	ht_arena_free(arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ht_recording_decoder *decoder = ht_recording_decoder_new();
	struct ht_recording_header header;
	struct ht_recording_block block;
	if (decoder == NULL)
		abort();
	ht_recording_decode_header(data, size, &header);
	if (size >= HT_RECORDING_BLOCK_HEADER_BYTES)
		ht_recording_decode_block(data, &block);
	uint64_t time = 1;
	for (size_t at = 0; at + 4 <= size; time++) {
		uint32_t type = data[at];
		size_t length =
		    data[at + 1] | (size_t)data[at + 2] << 8 | (size_t)data[at + 3] << 16;
		at += 4;
		if (length > size - at)
			length = size - at;
		if (length > BLOCK_MOST)
			length = BLOCK_MOST;
		feed(decoder, type, data + at, length, time);
		at += length;
	}
	ht_recording_decoder_free(decoder);
	return 0;
}
