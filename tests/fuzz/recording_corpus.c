/* SPDX-License-Identifier: MIT */
/* Writes the seeds of the recording decoder's corpus into a directory, in recording_fuzz.c's form. */
#include "config.h"

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

/* The block at AT of BYTES to OUT, without its compression; where the next one is. */
static size_t
unpack(z_stream *stream, const struct ht_text *bytes, size_t at, struct ht_text *out)
{
	static unsigned char flush[] = { 0, 0, 0xff, 0xff };
	struct ht_recording_block block;
	if (ht_recording_decode_block(bytes->bytes + at, &block) != 0)
		exit(1);
	at += HT_RECORDING_BLOCK_HEADER_BYTES;
	unsigned char *raw = malloc(block.raw_length + 1);
	if (raw == NULL)
		exit(1);
	if (block.type != HT_RECORDING_DELTA)
		inflateReset(stream);
	stream->next_out = raw;
	stream->avail_out = block.raw_length + 1;
	stream->next_in = (unsigned char *)bytes->bytes + at;
	stream->avail_in = block.length;
	inflate(stream, Z_SYNC_FLUSH);
	stream->next_in = flush;
	stream->avail_in = sizeof(flush);
	inflate(stream, Z_SYNC_FLUSH);
	add_block(out, block.type, raw, block.raw_length);
	free(raw);
	return at + block.length;
}

static void
save_ticks(const char *name, unsigned ticks)
{
	z_stream stream = { 0 };
	struct ht_text bytes, out;
	ht_text_init(&bytes);
	ht_text_init(&out);
	ht_build_recording(ticks, &bytes);
	if (inflateInit2(&stream, -15) != Z_OK)
		exit(1);
	for (size_t at = HT_RECORDING_HEADER_BYTES; at < bytes.length;)
		at = unpack(&stream, &bytes, at, &out);
	inflateEnd(&stream);
	save(name, &out);
	ht_text_release(&bytes);
	ht_text_release(&out);
}

/* Two tables, of which the first has one row of a column, and a tick that says SHAPE of it. */
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
	if (argc != 2)
		return 2;
	directory = argv[1];
	save_ticks("one", 1);
	save_ticks("some", 6);
	save_ticks("keys", 70);
	save_shape("kept", kept, sizeof(kept));
	save_shape("changed", changed, sizeof(changed));
	save_shape("dropped", dropped, sizeof(dropped));
	return 0;
}
