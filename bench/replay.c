/* SPDX-License-Identifier: MIT */
/*
 * What it costs to look into a long recording: of the ticks of RECORDING, over and over, one of TICKS is made at OUT, and
 * opened and sought in as heaptop does.
 *
 *	replay RECORDING TICKS OUT
 *
 * Prints
 *
 *	processes COUNT bytes BYTES write US open MS seek MS mean MS
 *
 * write is the processor time of a tick, seek the slowest way to one of fifty random ticks, its frame with
 * all lists included, mean the mean of them.  Time that passed: the file is in memory, so nothing is waited for.
 */
#include "config.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/sampler.h"
#include "decode/recording.h"
#include "export/recording.h"
#include "sources/replay.h"

enum { SEEKS = 50 };

static const struct ht_request everything = { .only_uid = UINT32_MAX, .detail = UINT32_MAX };

static double
now_ns(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void
fail(const char *what)
{
	fprintf(stderr, "replay: %s\n", what);
	exit(1);
}

/* The ticks of a recording, from its beginning again when it ends. */
struct tape {
	struct ht_text bytes;
	size_t at;
	struct ht_recording_decoder *decoder;
	uint64_t first_ns, last_ns; /* of the ticks so far */
	uint64_t later_ns;          /* that this turn is than the first one */
};

static void
tape_open(struct tape *tape, const char *path)
{
	char piece[65536];
	size_t length;
	FILE *file = fopen(path, "rb");

	*tape =
	    (struct tape){ .at = HT_RECORDING_HEADER_BYTES, .decoder = ht_recording_decoder_new() };
	ht_text_init(&tape->bytes);
	if (file == NULL || tape->decoder == NULL)
		fail("no recording to begin with");
	while ((length = fread(piece, 1, sizeof(piece), file)) != 0)
		ht_text_add(&tape->bytes, piece, length);
	fclose(file);
}

/* Takes in the next block; whether it is a tick. */
static bool
tape_step(struct tape *tape)
{
	struct ht_recording_block block;

	if (tape->at + HT_RECORDING_BLOCK_HEADER_BYTES > tape->bytes.length) {
		tape->at = HT_RECORDING_HEADER_BYTES;
		/* As far behind the last tick as the last is behind the first, on average. */
		tape->later_ns = tape->last_ns - tape->first_ns + UINT64_C(1000000000);
	}
	const char *at = tape->bytes.bytes + tape->at;
	if (ht_recording_decode_block(at, &block) != 0 ||
	    ht_recording_decoder_add(tape->decoder, &block, at + HT_RECORDING_BLOCK_HEADER_BYTES) !=
		0)
		fail("the recording is damaged");
	tape->at += HT_RECORDING_BLOCK_HEADER_BYTES + block.length;
	return block.type != HT_RECORDING_SCHEMA;
}

static struct ht_tick
tape_next(struct tape *tape, struct ht_arena *arena)
{
	struct ht_tick tick;

	while (!tape_step(tape))
		;
	if (ht_recording_decoder_tick(tape->decoder, &everything, arena, &tick) != 0)
		fail("a tick makes no sense");
	struct ht_sample *samples = (struct ht_sample *)tick.samples; /* they are the arena's */
	tick.monotonic_ns += tape->later_ns;
	tick.realtime_ns += tape->later_ns;
	for (size_t i = 0; i < tick.sample_count; i++)
		if (samples[i].monotonic_ns != 0)
			samples[i].monotonic_ns += tape->later_ns;
	if (tape->first_ns == 0)
		tape->first_ns = tick.monotonic_ns;
	tape->last_ns = tick.monotonic_ns;
	return tick;
}

/* Returns the bytes, and in *SPENT_NS the processor time. */
static size_t
make_recording(
    const char *from, size_t ticks, const char *path, size_t *processes, double *spent_ns)
{
	struct ht_recording_writer *writer = ht_recording_writer_new(UINT64_C(1000000000));
	struct ht_arena *arena = ht_arena_new();
	struct tape tape;
	struct ht_text out;
	size_t bytes = 0;
	FILE *file = fopen(path, "wb");

	tape_open(&tape, from);
	ht_text_init(&out);
	if (writer == NULL || arena == NULL || file == NULL)
		fail("nothing can be written");
	for (size_t i = 0; i < ticks; i++) {
		struct ht_tick tick = tape_next(&tape, arena);
		double start = now_ns(CLOCK_PROCESS_CPUTIME_ID);

		ht_text_clear(&out);
		if (ht_recording_write(writer, &tick, &out) != 0)
			fail("a tick can't be written");
		*spent_ns += now_ns(CLOCK_PROCESS_CPUTIME_ID) - start;
		bytes += fwrite(out.bytes, 1, out.length, file);
		*processes = tick.process_count;
		ht_arena_reset(arena);
	}
	if (fclose(file) != 0)
		fail("the disk is full");
	ht_recording_writer_free(writer);
	ht_recording_decoder_free(tape.decoder);
	ht_arena_free(arena);
	ht_text_release(&tape.bytes);
	ht_text_release(&out);
	return bytes;
}

static double
seek_ns(struct ht_sampler *sampler, size_t index)
{
	double start = now_ns(CLOCK_MONOTONIC);
	struct ht_frame *frame;

	if (ht_sampler_seek(sampler, &everything, index) != 0 ||
	    ht_sampler_tick(sampler, &everything, &frame) != 0)
		fail("a tick can't be reached");
	double spent = now_ns(CLOCK_MONOTONIC) - start;
	ht_frame_free(frame);
	return spent;
}

int
main(int argc, char **argv)
{
	size_t ticks = argc == 4 ? strtoul(argv[2], NULL, 10) : 0, processes = 0;
	double written = 0, slowest = 0, sum = 0;
	uint32_t random = 1;
	struct ht_sampler_options options = { 0 };
	struct ht_sampler *sampler;
	struct ht_error error = { 0 };

	if (ticks == 0) {
		fprintf(stderr, "Usage: replay RECORDING TICKS OUT\n");
		return 2;
	}
	size_t bytes = make_recording(argv[1], ticks, argv[3], &processes, &written);
	double start = now_ns(CLOCK_MONOTONIC);
	if (ht_replay_open(argv[3], &options.replay, &error) != 0)
		fail(error.text);
	double opened = now_ns(CLOCK_MONOTONIC) - start;
	if (ht_sampler_new(&options, &sampler, &error) != 0)
		fail(error.text);
	for (int i = 0; i < SEEKS; i++) {
		random = random * 1664525 + 1013904223;
		double spent = seek_ns(sampler, (size_t)(random >> 8) % ticks);
		slowest = fmax(slowest, spent);
		sum += spent;
	}
	printf("processes %zu bytes %zu write %.0f open %.1f seek %.1f mean %.1f\n", processes,
	    bytes, written / (double)ticks / 1e3, opened / 1e6, slowest / 1e6, sum / SEEKS / 1e6);
	ht_sampler_free(sampler);
	return 0;
}
