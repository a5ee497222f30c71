/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "decode/recording.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "decode/recording_parts.h"

enum { RAW_INFLATE = -15 };

/* What a flush leaves at a block's end, where the writer left it out. */
static const unsigned char flush[] = { 0, 0, 0xff, 0xff };

struct ht_recording_decoder {
	struct ht_recording_schemas schemas;
	struct ht_recording_strings strings;
	struct ht_arena *strings_arena; /* owned */
	struct ht_arena *past_arena;    /* owned; of state */
	struct ht_arena *arena;         /* owned */
	struct ht_recording_state state;
	uint64_t monotonic_ns, realtime_ns; /* of the tick in state */
	bool is_whole;                      /* state is that of a tick */
	struct ht_record_coder coder;
	z_stream stream;
	bool is_streaming;
	uint8_t *raw; /* owned */
	size_t raw_capacity;
};

static uint32_t
get_32(const uint8_t *at)
{
	uint32_t number;
	memcpy(&number, at, sizeof(number));
	return le32toh(number);
}

static uint64_t
get_64(const uint8_t *at)
{
	uint64_t number;
	memcpy(&number, at, sizeof(number));
	return le64toh(number);
}

static uint32_t
checksum(const void *bytes, size_t length)
{
	return (uint32_t)crc32(crc32(0, NULL, 0), bytes, (uInt)length);
}

enum ht_recording_refusal
ht_recording_decode_header(const void *bytes, size_t length, struct ht_recording_header *out)
{
	const uint8_t *at = bytes;
	const size_t magic_bytes = strlen(HT_RECORDING_MAGIC);
	*out = (struct ht_recording_header){ 0 };
	if (memcmp(at, HT_RECORDING_MAGIC, length < magic_bytes ? length : magic_bytes) != 0)
		return HT_RECORDING_FOREIGN;
	if (length < HT_RECORDING_HEADER_BYTES)
		return HT_RECORDING_CUT;
	if (get_32(at + 60) != checksum(at, 60))
		return HT_RECORDING_DAMAGED;
	out->version = get_32(at + 8);
	out->oldest_reader = get_32(at + 12);
	out->header_bytes = get_32(at + 16);
	out->realtime_ns = get_64(at + 24);
	out->monotonic_ns = get_64(at + 32);
	out->delay_ns = get_64(at + 40);
	if (out->oldest_reader > HT_RECORDING_VERSION)
		return HT_RECORDING_TOO_NEW;
	return out->header_bytes >= HT_RECORDING_HEADER_BYTES ? HT_RECORDING_ACCEPTED
							      : HT_RECORDING_DAMAGED;
}

int
ht_recording_decode_block(const void *bytes, struct ht_recording_block *out)
{
	const uint8_t *at = bytes;
	if (get_32(at) != HT_RECORDING_BLOCK_MAGIC || get_32(at + 36) != checksum(at, 36))
		return -EBADMSG;
	*out = (struct ht_recording_block){
		.type = get_32(at + 4),
		.length = get_32(at + 8),
		.raw_length = get_32(at + 12),
		.realtime_ns = get_64(at + 16),
		.monotonic_ns = get_64(at + 24),
		.checksum = get_32(at + 32),
	};
	bool fits = out->length <= HT_RECORDING_PAYLOAD_MOST &&
		    out->raw_length <= HT_RECORDING_PAYLOAD_MOST;
	return fits ? 0 : -EBADMSG;
}

struct ht_recording_decoder *
ht_recording_decoder_new(void)
{
	struct ht_recording_decoder *decoder = calloc(1, sizeof(*decoder));
	if (decoder == NULL)
		return NULL;
	decoder->strings_arena = ht_arena_new();
	decoder->past_arena = ht_arena_new();
	decoder->arena = ht_arena_new();
	decoder->is_streaming = inflateInit2(&decoder->stream, RAW_INFLATE) == Z_OK;
	if (decoder->strings_arena != NULL && decoder->past_arena != NULL &&
	    decoder->arena != NULL && decoder->is_streaming)
		return decoder;
	ht_recording_decoder_free(decoder);
	return NULL;
}

void
ht_recording_decoder_free(struct ht_recording_decoder *decoder)
{
	if (decoder == NULL)
		return;
	if (decoder->is_streaming)
		inflateEnd(&decoder->stream);
	ht_recording_schemas_release(&decoder->schemas);
	free(decoder->strings.texts);
	ht_arena_free(decoder->strings_arena);
	ht_arena_free(decoder->past_arena);
	ht_arena_free(decoder->arena);
	free(decoder->raw);
	free(decoder);
}

/* Gives LENGTH bytes to the stream.  True: they went in and the raw bytes had room. */
static bool
inflate_some(z_stream *stream, const void *bytes, size_t length)
{
	stream->next_in = (unsigned char *)bytes;
	stream->avail_in = (uInt)length;
	int result = inflate(stream, Z_SYNC_FLUSH);
	return (result == Z_OK || result == Z_BUF_ERROR) && stream->avail_in == 0;
}

/* The LENGTH bytes of the payload as they were before compression, in decoder->raw.  0, -EBADMSG or -ENOMEM. */
static int
inflate_payload(struct ht_recording_decoder *decoder, const struct ht_recording_block *block,
    const void *payload, size_t length)
{
	z_stream *stream = &decoder->stream;
	if (block->raw_length >= decoder->raw_capacity) {
		size_t capacity = (size_t)block->raw_length + block->raw_length / 4 + 4096;
		uint8_t *raw = realloc(decoder->raw, capacity);
		if (raw == NULL)
			return -ENOMEM;
		decoder->raw = raw;
		decoder->raw_capacity = capacity;
	}
	stream->next_out = decoder->raw;
	/* With room for one byte too many, a longer payload than was said shows. */
	stream->avail_out = block->raw_length + 1;
	if (!inflate_some(stream, payload, length) || !inflate_some(stream, flush, sizeof(flush)) ||
	    stream->avail_out != 1)
		return -EBADMSG;
	return 0;
}

static int
add_string(struct ht_recording_decoder *decoder, const uint8_t *bytes, size_t length)
{
	struct ht_recording_strings *strings = &decoder->strings;
	if (memchr(bytes, 0, length) != NULL)
		return -EBADMSG;
	if (strings->count == strings->capacity) {
		size_t capacity = strings->capacity * 2 + 256;
		const char **texts =
		    reallocarray(strings->texts, capacity, sizeof(*strings->texts));
		if (texts == NULL)
			return -ENOMEM;
		strings->texts = texts;
		strings->capacity = capacity;
	}
	const char *text = ht_arena_text(decoder->strings_arena, (const char *)bytes, length);
	if (text == NULL)
		return -ENOMEM;
	strings->texts[strings->count++] = text;
	return 0;
}

static int
read_string(struct ht_recording_decoder *decoder, struct ht_recording_cursor *cursor)
{
	uint64_t length = ht_recording_read_varint(cursor);
	const uint8_t *bytes = ht_recording_read_bytes(cursor, length);
	if (cursor->failed || decoder->strings.count >= HT_RECORDING_STRINGS_MOST)
		return -EBADMSG;
	return add_string(decoder, bytes, (size_t)length);
}

/* Version 1: how many strings, those, and the rest of a tick, all compressed. */
static int
begin_bytes(struct ht_recording_decoder *decoder, const struct ht_recording_block *block,
    const void *payload, struct ht_recording_making *making, struct ht_recording_state *state)
{
	int status = inflate_payload(decoder, block, payload, block->length);
	if (status != 0)
		return status;
	struct ht_recording_cursor cursor = { decoder->raw, decoder->raw + block->raw_length,
		false };
	uint64_t count = ht_recording_read_varint(&cursor);
	for (uint64_t i = 0; i < count && status == 0; i++)
		status = read_string(decoder, &cursor);
	if (status != 0)
		return status;
	state->process_count = (size_t)ht_recording_read_varint(&cursor);
	uint64_t shape_length = ht_recording_read_varint(&cursor);
	const uint8_t *shape = ht_recording_read_bytes(&cursor, shape_length);
	if (cursor.failed)
		return -EBADMSG;
	making->shape = (struct ht_recording_cursor){ shape, shape + shape_length, false };
	making->numbers = cursor;
	return 0;
}

/* Since version 2: how many bytes are compressed, those, which are strings, and the rest for the coder. */
static int
begin_coded(struct ht_recording_decoder *decoder, const struct ht_recording_block *block,
    const uint8_t *payload, struct ht_recording_making *making)
{
	struct ht_recording_cursor cursor = { payload, payload + block->length, false };
	uint64_t length = ht_recording_read_varint(&cursor);
	const uint8_t *compressed = ht_recording_read_bytes(&cursor, length);
	if (cursor.failed || (length == 0) != (block->raw_length == 0))
		return -EBADMSG;
	int status = length != 0 ? inflate_payload(decoder, block, compressed, (size_t)length) : 0;
	struct ht_recording_cursor raw = { decoder->raw, decoder->raw, false };
	if (length != 0)
		raw.end += block->raw_length;
	while (status == 0 && raw.at != raw.end)
		status = read_string(decoder, &raw);
	if (block->type == HT_RECORDING_KEY)
		ht_record_begin_key(
		    &decoder->coder, decoder->schemas.tables, decoder->schemas.table_count);
	ht_record_coder_read(&decoder->coder, cursor.at, (size_t)(cursor.end - cursor.at));
	making->coder = &decoder->coder;
	return status;
}

/* The state that the payload makes of the one before. */
static int
make_state(struct ht_recording_decoder *decoder, const struct ht_recording_block *block,
    const void *payload)
{
	struct ht_recording_making making = { .schemas = &decoder->schemas,
		.arena = decoder->arena };
	struct ht_recording_state state = { 0 };
	int status = decoder->schemas.is_coded
			 ? begin_coded(decoder, block, payload, &making)
			 : begin_bytes(decoder, block, payload, &making, &state);
	if (status == 0)
		status = ht_recording_make(&making, &decoder->state, &state);
	if (status != 0)
		return status;
	decoder->state = state;
	struct ht_arena *arena = decoder->past_arena;
	decoder->past_arena = decoder->arena;
	decoder->arena = arena;
	return 0;
}

/* Forgets all ticks: a key needs none, and after damage there are none to go on from. */
static void
forget(struct ht_recording_decoder *decoder)
{
	decoder->is_whole = false;
	decoder->state = (struct ht_recording_state){ 0 };
	decoder->strings.count = 0;
	ht_arena_reset(decoder->strings_arena);
	inflateReset(&decoder->stream);
}

static int
add_schema(struct ht_recording_decoder *decoder, const struct ht_recording_block *block,
    const void *payload)
{
	forget(decoder);
	ht_recording_schemas_release(&decoder->schemas);
	int status = inflate_payload(decoder, block, payload, block->length);
	if (status != 0)
		return status;
	struct ht_recording_cursor cursor = { decoder->raw, decoder->raw + block->raw_length,
		false };
	status = ht_recording_schemas_read(&decoder->schemas, &cursor);
	if (status != 0)
		ht_recording_schemas_release(&decoder->schemas);
	return status;
}

static int
add_tick(struct ht_recording_decoder *decoder, const struct ht_recording_block *block,
    const void *payload)
{
	bool follows = decoder->is_whole && block->monotonic_ns > decoder->monotonic_ns;
	if (block->type == HT_RECORDING_KEY)
		forget(decoder);
	else if (!follows)
		return -EBADMSG;
	decoder->is_whole = false;
	if (decoder->schemas.tables == NULL)
		return -EBADMSG;
	int status = make_state(decoder, block, payload);
	ht_arena_reset(decoder->arena);
	if (status != 0)
		return status;
	decoder->is_whole = true;
	decoder->monotonic_ns = block->monotonic_ns;
	decoder->realtime_ns = block->realtime_ns;
	return 0;
}

int
ht_recording_decoder_add(struct ht_recording_decoder *decoder,
    const struct ht_recording_block *block, const void *payload)
{
	bool is_tick = block->type == HT_RECORDING_KEY || block->type == HT_RECORDING_DELTA;
	if (!is_tick && block->type != HT_RECORDING_SCHEMA)
		return 0;
	if (checksum(payload, block->length) != block->checksum) {
		forget(decoder);
		return -EBADMSG;
	}
	return is_tick ? add_tick(decoder, block, payload) : add_schema(decoder, block, payload);
}

int
ht_recording_decoder_tick(const struct ht_recording_decoder *decoder,
    const struct ht_request *request, struct ht_arena *arena, struct ht_tick *out)
{
	struct ht_recording_reading reading = { .schemas = &decoder->schemas,
		.strings = &decoder->strings,
		.request = request,
		.arena = arena,
		.monotonic_ns = decoder->monotonic_ns };
	*out = (struct ht_tick){ .realtime_ns = decoder->realtime_ns,
		.monotonic_ns = decoder->monotonic_ns };
	if (!decoder->is_whole)
		return -EBADMSG;
	return ht_recording_read_tick(&reading, &decoder->state, out);
}
