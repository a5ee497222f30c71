/* SPDX-License-Identifier: MIT */
/*
 * The layout of the file: a header, the schema, a block a tick.  The compressor's memory reaches back to the last
 * key, so that what every tick repeats is stored once; a reader needs all ticks since the key anyway.
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
	KEY_TICKS = 60, /* from key to key: a reader goes through so many to reach a tick */
	RAW_DEFLATE = -15,
	MEMORY_LEVEL = 8,
	FLUSH_BYTES = 4, /* at the end of each block, always the same: left out */
};

struct ht_recording_writer {
	uint64_t delay_ns;
	struct ht_recording_schema schemas[HT_RECORD_TABLES];
	struct ht_recording_strings strings;
	struct ht_arena *past_arena; /* owned; of past */
	struct ht_arena *arena;      /* owned */
	struct ht_recording_state past;
	struct ht_recording_difference difference;
	struct ht_text raw; /* a payload before compression */
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
	for (int i = 0; i < HT_RECORD_TABLES; i++)
		ht_recording_schema_init(&writer->schemas[i], (enum ht_record_table)i);
	ht_text_init(&writer->raw);
	ht_text_init(&writer->difference.shape);
	ht_text_init(&writer->difference.numbers);
	writer->past_arena = ht_arena_new();
	writer->arena = ht_arena_new();
	writer->is_streaming = deflateInit2(&writer->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
				   RAW_DEFLATE, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) == Z_OK;
	if (ht_recording_strings_init(&writer->strings) == 0 && writer->past_arena != NULL &&
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
	ht_text_release(&writer->difference.shape);
	ht_text_release(&writer->difference.numbers);
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

/* Compresses writer->raw behind what OUT has.  0, -ENOMEM or -E2BIG. */
static int
compress_raw(struct ht_recording_writer *writer, struct ht_text *out)
{
	char room[16384];
	const size_t before = out->length;
	z_stream *stream = &writer->stream;
	if (writer->raw.length > HT_RECORDING_PAYLOAD_MOST)
		return -E2BIG;
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
	return out->length - before <= HT_RECORDING_PAYLOAD_MOST ? 0 : -E2BIG;
}

/* One block of writer->raw, with the times of TICK.  0, -ENOMEM or -E2BIG; then OUT is as it was. */
static int
add_block(struct ht_recording_writer *writer, enum ht_recording_block_type type,
    const struct ht_tick *tick, struct ht_text *out)
{
	unsigned char header[HT_RECORDING_BLOCK_HEADER_BYTES] = { 0 };
	const size_t at = out->length;
	ht_text_add(out, (const char *)header, sizeof(header));
	int status = writer->raw.failed || out->failed ? -ENOMEM : compress_raw(writer, out);
	if (status != 0) {
		out->length = at;
		return status;
	}
	char *payload = out->bytes + at + sizeof(header);
	const size_t length = out->length - at - sizeof(header);
	put_32(header, HT_RECORDING_BLOCK_MAGIC);
	put_32(header + 4, type);
	put_32(header + 8, (uint32_t)length);
	put_32(header + 12, (uint32_t)writer->raw.length);
	put_64(header + 16, tick->realtime_ns);
	put_64(header + 24, tick->monotonic_ns);
	put_32(header + 32, checksum(payload, length));
	put_32(header + 36, checksum(header, 36));
	memcpy(out->bytes + at, header, sizeof(header));
	return 0;
}

static void
add_name(struct ht_text *raw, const char *name)
{
	ht_recording_add_varint(raw, strlen(name));
	ht_text_add_string(raw, name);
}

/* Names of all tables and columns; what guesses come of is told by places from 1, 0 for none. */
static int
add_schema(struct ht_recording_writer *writer, const struct ht_tick *tick, struct ht_text *out)
{
	struct ht_text *raw = &writer->raw;
	ht_text_clear(raw);
	ht_recording_add_varint(raw, HT_RECORD_TABLES);
	for (int i = 0; i < HT_RECORD_TABLES; i++) {
		const struct ht_record_table_info *info =
		    ht_record_table_info((enum ht_record_table)i);
		const struct ht_recording_schema *schema = &writer->schemas[i];
		add_name(raw, info->name);
		ht_recording_add_varint(raw, schema->count);
		for (size_t j = 0; j < schema->count; j++) {
			add_name(raw, info->columns[schema->column[j]].name);
			ht_recording_add_varint(raw, (uint64_t)(schema->plus[j] + 1));
			ht_recording_add_varint(raw, (uint64_t)(schema->minus[j] + 1));
		}
	}
	deflateReset(&writer->stream);
	return add_block(writer, HT_RECORDING_SCHEMA, tick, out);
}

/* The payload of a tick: new strings, how many samples are of living processes, which rows differ, by how much. */
static void
make_payload(struct ht_recording_writer *writer, const struct ht_tick *tick)
{
	struct ht_text *raw = &writer->raw;
	struct ht_recording_strings *strings = &writer->strings;
	struct ht_recording_difference *difference = &writer->difference;
	ht_text_clear(raw);
	ht_recording_add_varint(raw, strings->added_count);
	ht_text_add(raw, ht_text_string(&strings->added), strings->added.length);
	ht_recording_add_varint(raw, tick->process_count);
	ht_recording_add_varint(raw, difference->shape.length);
	ht_text_add(raw, ht_text_string(&difference->shape), difference->shape.length);
	ht_text_add(raw, ht_text_string(&difference->numbers), difference->numbers.length);
	raw->failed |=
	    strings->added.failed || difference->shape.failed || difference->numbers.failed;
	strings->added_count = 0;
	ht_text_clear(&strings->added);
}

static void
begin_key(struct ht_recording_writer *writer)
{
	ht_recording_strings_clear(&writer->strings);
	writer->past = (struct ht_recording_state){ 0 };
	deflateReset(&writer->stream);
	writer->ticks_until_key = KEY_TICKS;
}

static int
add_tick(struct ht_recording_writer *writer, const struct ht_tick *tick, struct ht_text *out)
{
	bool is_key = writer->ticks_until_key == 0;
	struct ht_recording_taking taking = { .schemas = writer->schemas,
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
	ht_text_clear(&writer->difference.shape);
	ht_text_clear(&writer->difference.numbers);
	ht_recording_difference_add(&writer->difference, writer->schemas, &writer->past, &now);
	make_payload(writer, tick);
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
