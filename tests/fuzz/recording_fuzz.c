/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target of the recording's decoder.  An input is a row of blocks, each a byte for its type, three for
 * its length and its payload before compression; of ticks behind a schema of version 2, two bytes for the length of what
 * is to be compressed, that, and what the coder made.  Checksums and compression, which no random bytes get past,
 * are made here.  Whatever comes out must be as sound as what live sources say.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "decode/recording.h"
#include "fuzz.h"
#include "model/frame.h"

enum { STORED_HEADER = 5, LENGTH_BYTES = 3, BLOCK_MOST = 60000 };

static bool is_coded; /* the schema that was fed last */

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
static size_t
store(const uint8_t *bytes, size_t length, uint8_t *out)
{
	out[0] = 0;
	out[1] = (uint8_t)length;
	out[2] = (uint8_t)(length >> 8);
	out[3] = (uint8_t)~out[1];
	out[4] = (uint8_t)~out[2];
	memcpy(out + STORED_HEADER, bytes, length);
	out[STORED_HEADER + length] = 0;
	return STORED_HEADER + length + 1;
}

/* The same of a tick of version 2: how long that is, that, and what isn't compressed. */
static size_t
store_coded(const uint8_t *bytes, size_t length, size_t *raw_length, uint8_t *out)
{
	size_t raw = length >= 2 ? bytes[0] | (size_t)bytes[1] << 8 : 0;
	const size_t begin = length >= 2 ? 2 : length;
	if (raw > length - begin)
		raw = length - begin;
	size_t stored = raw != 0 ? store(bytes + begin, raw, out + LENGTH_BYTES) : 0;
	for (int i = 0; i < LENGTH_BYTES; i++)
		out[i] = (uint8_t)((stored >> 7 * i & 127u) | (i + 1 < LENGTH_BYTES ? 128u : 0));
	memcpy(out + LENGTH_BYTES + stored, bytes + begin + raw, length - begin - raw);
	*raw_length = raw;
	return LENGTH_BYTES + stored + length - begin - raw;
}

static void
feed(struct ht_recording_decoder *decoder, uint32_t type, const uint8_t *bytes, size_t length,
    uint64_t time)
{
	static uint8_t payload[LENGTH_BYTES + STORED_HEADER + BLOCK_MOST + 1];
	size_t raw_length = length;
	if (type == HT_RECORDING_SCHEMA)
		is_coded = length != 0 && bytes[0] == 0;
	const size_t made = is_coded && type != HT_RECORDING_SCHEMA
				? store_coded(bytes, length, &raw_length, payload)
				: store(bytes, length, payload);
	const struct ht_recording_block block = { .type = type,
		.length = (uint32_t)made,
		.raw_length = (uint32_t)raw_length,
		.monotonic_ns = time,
		.checksum = (uint32_t)crc32(0, payload, (uInt)made) };
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
	is_coded = false;
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
