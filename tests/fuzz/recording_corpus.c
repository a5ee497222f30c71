/* SPDX-License-Identifier: MIT */
/*
 * Writes the seeds of the recording decoder's corpus into a directory, in recording_fuzz.c's form.
 *
 *	recording_corpus DIRECTORY [RECORDING...]
 *
 * The recordings, which may be of older versions, become seeds, too.
 */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "../unit/decode/recording_builder.h"
#include "decode/recording.h"

static const char *directory;

static void
save(const char *name, const struct ht_text *text)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	FILE *file = fopen(path, "wb");
	if (file == NULL || fwrite(text->bytes, 1, text->length, file) != text->length ||
	    fclose(file) != 0) {
		perror(path);
		exit(1);
	}
}

static void
add_block(struct ht_text *out, unsigned type, const void *raw, size_t length)
{
	const char head[4] = { (char)type, (char)length, (char)(length >> 8),
		(char)(length >> 16) };
	ht_text_add(out, head, sizeof(head));
	ht_text_add(out, raw, length);
}

/* The LENGTH bytes at COMPRESSED, of which RAW_LENGTH come, to OUT. */
static void
inflate_to(z_stream *stream, const unsigned char *compressed, size_t length, size_t raw_length,
    struct ht_text *out)
{
	static unsigned char flush[] = { 0, 0, 0xff, 0xff };
	unsigned char *raw = malloc(raw_length + 1);
	if (raw == NULL)
		exit(1);
	stream->next_out = raw;
	stream->avail_out = (uInt)raw_length + 1;
	stream->next_in = (unsigned char *)compressed;
	stream->avail_in = (uInt)length;
	inflate(stream, Z_SYNC_FLUSH);
	stream->next_in = flush;
	stream->avail_in = sizeof(flush);
	inflate(stream, Z_SYNC_FLUSH);
	ht_text_add(out, (const char *)raw, raw_length);
	free(raw);
}

/* A tick since version 2, whose payload begins with the length of what is compressed. */
static void
unpack_coded(z_stream *stream, const struct ht_recording_block *block, const unsigned char *payload,
    struct ht_text *raw)
{
	const char head[2] = { (char)block->raw_length, (char)(block->raw_length >> 8) };
	size_t length = 0, at = 0;
	for (unsigned shift = 0; shift == 0 || payload[at - 1] > 127; shift += 7)
		length |= (size_t)(payload[at++] & 127u) << shift;
	ht_text_add(raw, head, sizeof(head));
	if (length != 0)
		inflate_to(stream, payload + at, length, block->raw_length, raw);
	at += length;
	ht_text_add(raw, (const char *)payload + at, block->length - at);
}

/* The block at AT of BYTES to OUT, without its compression; where the next one is. */
static size_t
unpack(z_stream *stream, const struct ht_text *bytes, size_t at, struct ht_text *out)
{
	static bool is_coded;
	struct ht_recording_block block;
	struct ht_text raw;
	if (ht_recording_decode_block(bytes->bytes + at, &block) != 0)
		exit(1);
	at += HT_RECORDING_BLOCK_HEADER_BYTES;
	const unsigned char *payload = (const unsigned char *)bytes->bytes + at;
	ht_text_init(&raw);
	if (block.type != HT_RECORDING_DELTA)
		inflateReset(stream);
	if (block.type != HT_RECORDING_SCHEMA && is_coded)
		unpack_coded(stream, &block, payload, &raw);
	else
		inflate_to(stream, payload, block.length, block.raw_length, &raw);
	if (block.type == HT_RECORDING_SCHEMA)
		is_coded = raw.bytes[0] == 0;
	add_block(out, block.type, raw.bytes, raw.length);
	ht_text_release(&raw);
	return at + block.length;
}

/* The blocks of a recording, without their compression. */
static void
unpack_all(const struct ht_text *bytes, struct ht_text *out)
{
	z_stream stream = { 0 };
	ht_text_init(out);
	if (inflateInit2(&stream, -15) != Z_OK)
		exit(1);
	for (size_t at = HT_RECORDING_HEADER_BYTES; at < bytes->length;)
		at = unpack(&stream, bytes, at, out);
	inflateEnd(&stream);
}

static void
save_ticks(const char *name, unsigned ticks)
{
	struct ht_text bytes, out;
	ht_text_init(&bytes);
	ht_build_recording(ticks, &bytes);
	unpack_all(&bytes, &out);
	save(name, &out);
	ht_text_release(&bytes);
	ht_text_release(&out);
}

/* The recording at PATH. */
static void
save_kept(const char *path)
{
	char piece[4096];
	struct ht_text bytes, out;
	size_t length;
	const char *name = strrchr(path, '/');
	FILE *file = fopen(path, "rb");
	ht_text_init(&bytes);
	if (file == NULL) {
		perror(path);
		exit(1);
	}
	while ((length = fread(piece, 1, sizeof(piece), file)) != 0)
		ht_text_add(&bytes, piece, length);
	fclose(file);
	unpack_all(&bytes, &out);
	save(name != NULL ? name + 1 : path, &out);
	ht_text_release(&bytes);
	ht_text_release(&out);
}

/* One tick whose heaps are to be the sums of a list that isn't there. */
static void
save_sum(const char *name)
{
	static const char column[] = "heap.allocated_bytes_total";
	struct ht_text bytes, out;
	ht_text_init(&bytes);
	ht_build_recording(2, &bytes);
	unpack_all(&bytes, &out);
	char *at = memmem(out.bytes, out.length, column, strlen(column));
	if (at == NULL)
		exit(1);
	at[strlen(column) + 2] = 100;
	save(name, &out);
	ht_text_release(&bytes);
	ht_text_release(&out);
}

/* Version 1: two tables, of which the first has one row of a column, and a tick that says SHAPE of it. */
static void
save_shape(const char *name, const void *shape, size_t length)
{
	static const unsigned char schema[] = "\2\4host\1\1c\0\0\6sample\1\3pid\0\0";
	static const unsigned char key[] = { 0, 0, 4, 1, 3, 0, 0, 0 };
	unsigned char delta[64] = { 0, 0, (unsigned char)length };
	struct ht_text out;
	ht_text_init(&out);
	memcpy(delta + 3, shape, length);
	add_block(&out, HT_RECORDING_SCHEMA, schema, sizeof(schema) - 1);
	add_block(&out, HT_RECORDING_KEY, key, sizeof(key) - 1);
	add_block(&out, HT_RECORDING_DELTA, delta, 3 + length);
	save(name, &out);
	ht_text_release(&out);
}

int
main(int argc, char **argv)
{
	/* Rows that the tick before hasn't got: 500,000 kept, which is more than any heap has behind one, and one changed. */
	static const unsigned char kept[] = { 0xa0, 0xc2, 0x1e, 0x80, 0x89, 0x7a, 0 };
	static const unsigned char changed[] = { 2, 4, 2, 0, 0 };
	static const unsigned char dropped[] = { 1, 0xa1, 0x1f, 2, 0, 0 };
	if (argc < 2)
		return 2;
	directory = argv[1];
	save_ticks("one", 1);
	save_ticks("some", 6);
	save_ticks("keys", 70);
	save_sum("sum");
	for (int i = 2; i < argc; i++)
		save_kept(argv[i]);
	save_shape("kept", kept, sizeof(kept));
	save_shape("changed", changed, sizeof(changed));
	save_shape("dropped", dropped, sizeof(dropped));
	return 0;
}
