/* SPDX-License-Identifier: MIT */
/*
 * The layout of the file: a header, the schema, a block a tick.  What the compressor and the coder have learnt reaches
 * back to the last key; a reader needs all ticks since the key anyway.
 */
#include "config.h"

#include "export/recording.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "export/recording_parts.h"

enum {
	KEY_TICKS = 120, /* from key to key: a reader goes through so many to reach a tick */
	RAW_DEFLATE = -15,
	MEMORY_LEVEL = 8,
	FLUSH_BYTES = 4, /* at the end of each block, always the same: left out */
};

struct ht_recording_writer {
	uint64_t delay_ns;
	struct ht_recording_schema schema;
	struct ht_recording_strings strings;
	struct ht_arena *past_arena; /* owned; of past */
	struct ht_arena *arena;      /* owned */
	struct ht_recording_state past;
	struct ht_record_coder coder;
	struct ht_text raw;        /* what is to be compressed */
	struct ht_text compressed; /* behind its length, as a payload begins */
	struct ht_text told;       /* what the coder made */
	z_stream stream;
	bool is_streaming;
	bool has_begun;
	unsigned ticks_until_key;
};

struct ht_recording_writer *
ht_recording_writer_new(uint64_t delay_ns)
{
	struct ht_recording_writer *writer = calloc(1, sizeof(*writer));
	if (writer == NULL)
		return NULL;
	writer->delay_ns = delay_ns;
	ht_text_init(&writer->raw);
	ht_text_init(&writer->compressed);
	ht_text_init(&writer->told);
	writer->past_arena = ht_arena_new();
	writer->arena = ht_arena_new();
	writer->is_streaming = deflateInit2(&writer->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
				   RAW_DEFLATE, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) == Z_OK;
	if (ht_recording_schema_init(&writer->schema) == 0 &&
	    ht_recording_strings_init(&writer->strings) == 0 && writer->past_arena != NULL &&
	    writer->arena != NULL && writer->is_streaming)
		return writer;
	ht_recording_writer_free(writer);
	return NULL;
}

void
ht_recording_writer_free(struct ht_recording_writer *writer)
{
	if (writer == NULL)
		return;
	if (writer->is_streaming)
		deflateEnd(&writer->stream);
	ht_recording_strings_release(&writer->strings);
	ht_arena_free(writer->past_arena);
	ht_arena_free(writer->arena);
	ht_text_release(&writer->raw);
	ht_text_release(&writer->compressed);
	ht_text_release(&writer->told);
	ht_recording_schema_release(&writer->schema);
	free(writer);
}

static void
put_32(unsigned char *at, uint32_t number)
{
	number = htole32(number);
	memcpy(at, &number, sizeof(number));
}

static void
put_64(unsigned char *at, uint64_t number)
{
	number = htole64(number);
	memcpy(at, &number, sizeof(number));
}

static uint32_t
checksum(const void *bytes, size_t length)
{
	return (uint32_t)crc32(crc32(0, NULL, 0), bytes, (uInt)length);
}

static void
add_header(struct ht_recording_writer *writer, const struct ht_tick *tick, struct ht_text *out)
{
	unsigned char header[HT_RECORDING_HEADER_BYTES] = HT_RECORDING_MAGIC;
	put_32(header + 8, HT_RECORDING_VERSION);
	put_32(header + 12, HT_RECORDING_OLDEST_READER);
	put_32(header + 16, HT_RECORDING_HEADER_BYTES);
	put_64(header + 24, tick->realtime_ns);
	put_64(header + 32, tick->monotonic_ns);
	put_64(header + 40, writer->delay_ns);
	put_32(header + 60, checksum(header, 60));
	ht_text_add(out, (const char *)header, sizeof(header));
}

/* Compresses writer->raw behind what OUT has.  0 or -ENOMEM. */
static int
compress_raw(struct ht_recording_writer *writer, struct ht_text *out)
{
	char room[16384];
	z_stream *stream = &writer->stream;
	stream->next_in = (unsigned char *)writer->raw.bytes;
	stream->avail_in = (uInt)writer->raw.length;
	do {
		stream->next_out = (unsigned char *)room;
		stream->avail_out = sizeof(room);
		if (deflate(stream, Z_SYNC_FLUSH) == Z_STREAM_ERROR)
			return -ENOMEM;
		ht_text_add(out, room, sizeof(room) - stream->avail_out);
	} while (stream->avail_out == 0);
	if (out->failed)
		return -ENOMEM;
	out->length -= FLUSH_BYTES;
	return 0;
}

/*
 * One block: writer->raw, compressed, and of ticks, behind the length of that, writer->told.  0, -ENOMEM or -E2BIG; then
 * OUT is as it was.
 */
static int
add_block(struct ht_recording_writer *writer, enum ht_recording_block_type type,
    const struct ht_tick *tick, struct ht_text *out)
{
	unsigned char header[HT_RECORDING_BLOCK_HEADER_BYTES] = { 0 };
	const size_t at = out->length;
	struct ht_text *compressed = &writer->compressed;
	ht_text_clear(compressed);
	if (writer->raw.failed || writer->told.failed || out->failed)
		return -ENOMEM;
	if (writer->raw.length > HT_RECORDING_PAYLOAD_MOST)
		return -E2BIG;
	if (writer->raw.length != 0 && compress_raw(writer, compressed) != 0)
		return -ENOMEM;
	ht_text_add(out, (const char *)header, sizeof(header));
	if (type != HT_RECORDING_SCHEMA)
		ht_recording_add_varint(out, compressed->length);
	ht_text_add(out, ht_text_string(compressed), compressed->length);
	ht_text_add(out, ht_text_string(&writer->told), writer->told.length);
	const size_t length = out->length - at - sizeof(header);
	if (out->failed || length > HT_RECORDING_PAYLOAD_MOST) {
		out->length = at;
		return out->failed ? -ENOMEM : -E2BIG;
	}
	put_32(header, HT_RECORDING_BLOCK_MAGIC);
	put_32(header + 4, type);
	put_32(header + 8, (uint32_t)length);
	put_32(header + 12, (uint32_t)writer->raw.length);
	put_64(header + 16, tick->realtime_ns);
	put_64(header + 24, tick->monotonic_ns);
	put_32(header + 32, checksum(out->bytes + at + sizeof(header), length));
	put_32(header + 36, checksum(header, 36));
	memcpy(out->bytes + at, header, sizeof(header));
	return 0;
}

static int
add_schema(struct ht_recording_writer *writer, const struct ht_tick *tick, struct ht_text *out)
{
	ht_text_clear(&writer->raw);
	ht_text_clear(&writer->told);
	ht_recording_schema_add(&writer->schema, &writer->raw);
	deflateReset(&writer->stream);
	return add_block(writer, HT_RECORDING_SCHEMA, tick, out);
}

/* What is to be compressed of a tick: the strings that are new. */
static void
take_strings(struct ht_recording_writer *writer)
{
	struct ht_text *raw = &writer->raw;
	struct ht_recording_strings *strings = &writer->strings;
	ht_text_clear(raw);
	if (strings->added_count != 0)
		ht_text_add(raw, ht_text_string(&strings->added), strings->added.length);
	raw->failed |= strings->added.failed;
	strings->added_count = 0;
	ht_text_clear(&strings->added);
}

static void
begin_key(struct ht_recording_writer *writer)
{
	ht_recording_strings_clear(&writer->strings);
	writer->past = (struct ht_recording_state){ 0 };
	deflateReset(&writer->stream);
	ht_record_begin_key(&writer->coder, writer->schema.layouts, HT_RECORD_TABLES);
	writer->ticks_until_key = KEY_TICKS;
}

static int
add_tick(struct ht_recording_writer *writer, const struct ht_tick *tick, struct ht_text *out)
{
	bool is_key = writer->ticks_until_key == 0;
	struct ht_recording_taking taking = { .schema = &writer->schema,
		.strings = &writer->strings,
		.arena = writer->arena,
		.monotonic_ns = tick->monotonic_ns };
	struct ht_recording_state now;
	if (is_key)
		begin_key(writer);
	writer->ticks_until_key--;
	int status = ht_recording_take(&taking, tick, &now);
	if (status != 0)
		return status;
	take_strings(writer);
	ht_text_clear(&writer->told);
	ht_record_coder_write(&writer->coder, &writer->told);
	ht_recording_tell(&writer->coder, writer->schema.layouts, &writer->past, &now);
	ht_record_coder_end(&writer->coder);
	writer->past = now;
	struct ht_arena *arena = writer->past_arena;
	writer->past_arena = writer->arena;
	writer->arena = arena;
	ht_arena_reset(arena);
	return add_block(writer, is_key ? HT_RECORDING_KEY : HT_RECORDING_DELTA, tick, out);
}

int
ht_recording_write(
    struct ht_recording_writer *writer, const struct ht_tick *tick, struct ht_text *out)
{
	const size_t before = out->length;
	int status = 0;
	if (!writer->has_begun) {
		add_header(writer, tick, out);
		status = add_schema(writer, tick, out);
		writer->ticks_until_key = 0;
	}
	if (status == 0)
		status = add_tick(writer, tick, out);
	if (status == 0) {
		writer->has_begun = true;
		return 0;
	}
	/* What was taken halfway is no ground for a difference. */
	out->length = before;
	writer->ticks_until_key = 0;
	ht_arena_reset(writer->arena);
	return status;
}
