/* SPDX-License-Identifier: MIT */
/* What is recorded is read back as it was, and nothing that a file may have instead does harm. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "decode/recording.h"
#include "decode/recording_parts.h"
#include "export/recording.h"
#include "model/frame.h"
#include "recording_builder.h"

static const struct ht_request everything = { .only_uid = UINT32_MAX, .detail = UINT32_MAX };

/* A recording that is read block by block. */
struct tape {
	struct ht_text bytes;
	size_t at;
	struct ht_recording_block block;
	struct ht_recording_decoder *decoder;
	struct ht_arena *arena;
};

static void
tape_init(struct tape *tape)
{
	*tape = (struct tape){ .at = HT_RECORDING_HEADER_BYTES,
		.decoder = ht_recording_decoder_new(),
		.arena = ht_arena_new() };
	ht_text_init(&tape->bytes);
	assert_non_null(tape->decoder);
	assert_non_null(tape->arena);
}

static void
tape_open(struct tape *tape, unsigned ticks)
{
	tape_init(tape);
	ht_build_recording(ticks, &tape->bytes);
}

/* The file NAME of tests/data. */
static void
tape_open_kept(struct tape *tape, const char *name)
{
	char path[4096], bytes[4096];
	const char *source = getenv("HT_TOP_SRCDIR");
	size_t length;
	tape_init(tape);
	snprintf(path, sizeof(path), "%s/tests/data/%s", source != NULL ? source : ".", name);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	while ((length = fread(bytes, 1, sizeof(bytes), file)) != 0)
		ht_text_add(&tape->bytes, bytes, length);
	fclose(file);
}

static void
tape_close(struct tape *tape)
{
	ht_text_release(&tape->bytes);
	ht_recording_decoder_free(tape->decoder);
	ht_arena_free(tape->arena);
}

/* Goes to the next block; false: there is none. */
static bool
tape_next(struct tape *tape)
{
	if (tape->block.type != 0)
		tape->at += HT_RECORDING_BLOCK_HEADER_BYTES + tape->block.length;
	if (tape->at >= tape->bytes.length)
		return false;
	assert_int_equal(ht_recording_decode_block(tape->bytes.bytes + tape->at, &tape->block), 0);
	return true;
}

static int
tape_feed(struct tape *tape)
{
	return ht_recording_decoder_add(tape->decoder, &tape->block,
	    tape->bytes.bytes + tape->at + HT_RECORDING_BLOCK_HEADER_BYTES);
}

static void
assert_same_string(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		assert_ptr_equal(a, b);
	else
		assert_string_equal(a, b);
}

static void
assert_same_list(const void *a, size_t a_count, const void *b, size_t b_count, size_t size)
{
	assert_int_equal(a_count, b_count);
	if (a_count != 0)
		assert_memory_equal(a, b, a_count * size);
}

static void
assert_same_heap(const struct ht_heap_sample *a, const struct ht_heap_sample *b)
{
	assert_int_equal(a == NULL, b == NULL);
	if (a == NULL)
		return;
	assert_memory_equal(&a->values, &b->values, sizeof(a->values));
	assert_int_equal(a->bytes_unknown, b->bytes_unknown);
	assert_int_equal(a->exec_generation, b->exec_generation);
	assert_int_equal(a->heartbeat_ns, b->heartbeat_ns);
	assert_memory_equal(&a->exited, &b->exited, sizeof(a->exited));
	assert_memory_equal(&a->dropped, &b->dropped, sizeof(a->dropped));
	assert_same_list(
	    a->threads, a->thread_count, b->threads, b->thread_count, sizeof(a->threads[0]));
	assert_same_list(a->size_classes, a->size_class_count, b->size_classes, b->size_class_count,
	    sizeof(a->size_classes[0]));
	assert_same_list(
	    a->events, a->event_count, b->events, b->event_count, sizeof(a->events[0]));
}

static void
assert_same_maps(const struct ht_maps *a, const struct ht_maps *b)
{
	assert_int_equal(a == NULL, b == NULL);
	if (a == NULL)
		return;
	assert_int_equal(a->monotonic_ns, b->monotonic_ns);
	assert_same_string(a->reason, b->reason);
	assert_int_equal(a->mapping_count, b->mapping_count);
	assert_memory_equal(&a->total, &b->total, sizeof(a->total));
	assert_memory_equal(a->kinds, b->kinds, sizeof(a->kinds));
	assert_memory_equal(a->kind_counts, b->kind_counts, sizeof(a->kind_counts));
	assert_int_equal(a->allocator, b->allocator);
	assert_int_equal(a->has_thread_stacks, b->has_thread_stacks);
	assert_memory_equal(&a->resident, &b->resident, sizeof(a->resident));
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_string_equal(a->maps[i].name, b->maps[i].name);
		assert_string_equal(a->maps[i].flags, b->maps[i].flags);
		assert_int_equal(a->maps[i].kind, b->maps[i].kind);
		assert_int_equal(a->maps[i].start, b->maps[i].start);
		assert_int_equal(a->maps[i].end, b->maps[i].end);
		assert_int_equal(a->maps[i].count, b->maps[i].count);
		assert_memory_equal(
		    &a->maps[i].figures, &b->maps[i].figures, sizeof(a->maps[i].figures));
	}
}

static void
assert_same_sample(const struct ht_sample *a, const struct ht_sample *b)
{
	assert_int_equal(a->key.pid, b->key.pid);
	assert_int_equal(a->key.start_time_ticks, b->key.start_time_ticks);
	assert_int_equal(a->is_new, b->is_new);
	assert_int_equal(a->source, b->source);
	assert_int_equal(a->quality, b->quality);
	assert_same_string(a->quality_reason, b->quality_reason);
	assert_int_equal(a->monotonic_ns, b->monotonic_ns);
	assert_int_equal(a->detail, b->detail);
	assert_same_string(a->name, b->name);
	assert_same_string(a->command, b->command);
	assert_same_string(a->user, b->user);
	assert_int_equal(a->uid, b->uid);
	assert_int_equal(a->parent_pid, b->parent_pid);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->cpu_time_ns, b->cpu_time_ns);
	assert_int_equal(a->data_bytes, b->data_bytes);
	assert_memory_equal(&a->process, &b->process, sizeof(a->process));
	assert_same_list(a->tasks, a->task_count, b->tasks, b->task_count, sizeof(a->tasks[0]));
	assert_same_heap(a->heap, b->heap);
	assert_same_maps(a->maps, b->maps);
}

static void
assert_same_tick(const struct ht_tick *a, const struct ht_tick *b)
{
	assert_int_equal(a->realtime_ns, b->realtime_ns);
	assert_int_equal(a->monotonic_ns, b->monotonic_ns);
	assert_memory_equal(&a->host, &b->host, sizeof(a->host));
	assert_int_equal(a->hidden_count, b->hidden_count);
	assert_int_equal(a->sample_count, b->sample_count);
	assert_int_equal(a->process_count, b->process_count);
	for (size_t i = 0; i < a->sample_count; i++)
		assert_same_sample(&a->samples[i], &b->samples[i]);
}

/* All blocks of TAPE, of which the ticks must be those that are built. */
static void
assert_has_built_ticks(struct tape *tape)
{
	unsigned ticks = 0;
	while (tape_next(tape)) {
		struct ht_tick got;
		assert_int_equal(tape_feed(tape), 0);
		if (tape->block.type == HT_RECORDING_SCHEMA)
			continue;
		struct ht_tick wanted = ht_build_tick(tape->arena, ticks++);
		assert_int_equal(
		    ht_recording_decoder_tick(tape->decoder, &everything, tape->arena, &got), 0);
		assert_same_tick(&wanted, &got);
		ht_arena_reset(tape->arena);
	}
	assert_int_equal(ticks, HT_BUILT_TICKS);
}

static void
gives_back_what_was_recorded(void **state)
{
	struct tape tape;
	(void)state;
	tape_open(&tape, HT_BUILT_TICKS);
	assert_has_built_ticks(&tape);
	tape_close(&tape);
}

/* Whatever becomes of the writer. */
static void
gives_back_what_older_ones_recorded(void **state)
{
	static const char *const kept[] = { "built-1.htrec", "built-2.htrec" };
	struct ht_recording_header header;
	struct tape tape;
	(void)state;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		tape_open_kept(&tape, kept[i]);
		assert_int_equal(
		    ht_recording_decode_header(tape.bytes.bytes, tape.bytes.length, &header),
		    HT_RECORDING_ACCEPTED);
		assert_int_equal(header.version, i + 1);
		assert_has_built_ticks(&tape);
		tape_close(&tape);
	}
}

static void
begins_anew_at_a_key(void **state)
{
	struct tape tape;
	struct ht_tick got;
	unsigned ticks = 0;
	(void)state;
	tape_open(&tape, HT_BUILT_TICKS);
	while (tape_next(&tape) && (tape.block.type != HT_RECORDING_KEY || ticks < 2)) {
		if (tape.block.type == HT_RECORDING_SCHEMA)
			assert_int_equal(tape_feed(&tape), 0);
		else
			ticks++;
	}
	assert_in_range(ticks, 10, HT_BUILT_TICKS - 1);
	assert_int_equal(tape_feed(&tape), 0);
	struct ht_tick wanted = ht_build_tick(tape.arena, ticks);
	assert_int_equal(ht_recording_decoder_tick(tape.decoder, &everything, tape.arena, &got), 0);
	assert_same_tick(&wanted, &got);
	tape_close(&tape);
}

/* The state from which a damaged difference could go on is lost. */
static void
refuses_all_from_damage_to_the_next_key(void **state)
{
	struct tape tape;
	struct ht_tick got;
	unsigned refused = 0;
	(void)state;
	tape_open(&tape, HT_BUILT_TICKS);
	assert_true(tape_next(&tape) && tape_feed(&tape) == 0);
	assert_true(tape_next(&tape) && tape_feed(&tape) == 0);
	assert_true(tape_next(&tape));
	tape.bytes.bytes[tape.at + HT_RECORDING_BLOCK_HEADER_BYTES + 9] ^= 1;
	for (; tape.block.type != HT_RECORDING_KEY; assert_true(tape_next(&tape))) {
		assert_int_equal(tape_feed(&tape), -EBADMSG);
		assert_int_equal(
		    ht_recording_decoder_tick(tape.decoder, &everything, tape.arena, &got),
		    -EBADMSG);
		refused++;
	}
	assert_in_range(refused, 10, HT_BUILT_TICKS - 2);
	assert_int_equal(tape_feed(&tape), 0);
	struct ht_tick wanted = ht_build_tick(tape.arena, refused + 1);
	assert_int_equal(ht_recording_decoder_tick(tape.decoder, &everything, tape.arena, &got), 0);
	assert_same_tick(&wanted, &got);
	tape_close(&tape);
}

static void
skips_blocks_that_it_does_not_know(void **state)
{
	struct tape tape;
	struct ht_tick got;
	struct ht_recording_block strange = { .type = 77, .length = 3 };
	(void)state;
	tape_open(&tape, 3);
	while (tape_next(&tape)) {
		assert_int_equal(tape_feed(&tape), 0);
		assert_int_equal(ht_recording_decoder_add(tape.decoder, &strange, "???"), 0);
	}
	assert_int_equal(ht_recording_decoder_tick(tape.decoder, &everything, tape.arena, &got), 0);
	tape_close(&tape);
}

static void
leaves_out_what_nobody_wants(void **state)
{
	const int32_t second[] = { 20 };
	const struct ht_request one = {
		.only = { second, 1 }, .only_uid = UINT32_MAX, .detail = HT_DETAIL_EVENTS
	};
	struct tape tape;
	struct ht_tick got;
	(void)state;
	tape_open(&tape, 1);
	while (tape_next(&tape))
		assert_int_equal(tape_feed(&tape), 0);
	assert_int_equal(ht_recording_decoder_tick(tape.decoder, &one, tape.arena, &got), 0);
	assert_int_equal(got.sample_count, 2);
	assert_int_equal(got.process_count, 1);
	assert_int_equal(got.samples[0].key.pid, 20);
	assert_int_equal(got.samples[0].detail, HT_DETAIL_EVENTS);
	assert_null(got.samples[0].tasks);
	assert_null(got.samples[0].maps);
	assert_int_equal(got.samples[1].heap->thread_count, 0);
	assert_int_equal(got.samples[1].heap->event_count, 3);
	tape_close(&tape);
}

/* A reader that runs out of bytes says so rather than go on with zeros. */
static void
refuses_a_tick_that_ends_early(void **state)
{
	struct tape tape;
	(void)state;
	tape_open(&tape, 1);
	assert_true(tape_next(&tape) && tape_feed(&tape) == 0);
	assert_true(tape_next(&tape));
	uint8_t *payload = (uint8_t *)tape.bytes.bytes + tape.at + HT_RECORDING_BLOCK_HEADER_BYTES;
	const uint32_t length = tape.block.length;
	for (uint32_t cut = 8; cut < length; cut += 7) {
		tape.block.length = length - cut;
		tape.block.checksum = (uint32_t)crc32(0, payload, tape.block.length);
		assert_int_equal(
		    ht_recording_decoder_add(tape.decoder, &tape.block, payload), -EBADMSG);
	}
	tape.block.length = length;
	tape_close(&tape);
}

static void
makes_phrases_printable(void **state)
{
	struct ht_sample sample = { .key = { 1, 1 },
		.uid = UINT32_MAX,
		.parent_pid = -1,
		.state = '\x1b',
		.name = "\x1b]0;raw",
		.user = "ro\x1b[31mot",
		.quality_reason = "why\nnot" };
	const struct ht_tick wanted = {
		.monotonic_ns = 1, .samples = &sample, .sample_count = 1, .process_count = 1
	};
	struct ht_recording_writer *writer = ht_recording_writer_new(1);
	struct ht_tick got;
	struct tape tape;
	(void)state;
	tape_open(&tape, 0);
	assert_int_equal(ht_recording_write(writer, &wanted, &tape.bytes), 0);
	while (tape_next(&tape))
		assert_int_equal(tape_feed(&tape), 0);
	assert_int_equal(ht_recording_decoder_tick(tape.decoder, &everything, tape.arena, &got), 0);
	assert_string_equal(got.samples[0].user, "ro?[31mot");
	assert_string_equal(got.samples[0].quality_reason, "why?not");
	assert_int_equal(got.samples[0].state, 0);
	/* Names are raw everywhere. */
	assert_string_equal(got.samples[0].name, "\x1b]0;raw");
	ht_recording_writer_free(writer);
	tape_close(&tape);
}

static void
tells_what_a_beginning_is(void **state)
{
	struct ht_text bytes;
	struct ht_recording_header header;
	(void)state;
	ht_text_init(&bytes);
	ht_build_recording(1, &bytes);
	assert_int_equal(
	    ht_recording_decode_header(bytes.bytes, bytes.length, &header), HT_RECORDING_ACCEPTED);
	assert_int_equal(header.version, HT_RECORDING_VERSION);
	assert_int_equal(header.delay_ns, 1000000000);
	assert_int_equal(ht_recording_decode_header(bytes.bytes, 63, &header), HT_RECORDING_CUT);
	assert_int_equal(ht_recording_decode_header("", 0, &header), HT_RECORDING_CUT);
	assert_int_equal(ht_recording_decode_header("root:x:0", 8, &header), HT_RECORDING_FOREIGN);
	bytes.bytes[30] ^= 1;
	assert_int_equal(
	    ht_recording_decode_header(bytes.bytes, bytes.length, &header), HT_RECORDING_DAMAGED);
	ht_text_release(&bytes);
}

static void
add_name(struct ht_text *out, const char *name)
{
	const char length = (char)strlen(name);
	ht_text_add(out, &length, 1);
	ht_text_add_string(out, name);
}

/* A schema of COUNT tables called NAMES, without columns. */
static int
read_schema(const char *const *names, size_t count)
{
	struct ht_recording_schemas schemas = { 0 };
	struct ht_text out;
	const char number = (char)count;
	ht_text_init(&out);
	ht_text_add(&out, &number, 1);
	for (size_t i = 0; i < count; i++) {
		add_name(&out, names[i]);
		ht_text_add(&out, "\0", 1);
	}
	const uint8_t *bytes = (const uint8_t *)out.bytes;
	struct ht_recording_cursor cursor = { bytes, bytes + out.length, false };
	int status = ht_recording_schemas_read(&schemas, &cursor);
	ht_recording_schemas_release(&schemas);
	ht_text_release(&out);
	return status;
}

/* The columns of the one were sought in the rows of the other, which had fewer. */
static void
regress_refuses_a_table_told_twice(void **state)
{
	(void)state;
	const char *host = ht_record_table_info(HT_RECORD_HOST)->name;
	const char *sample = ht_record_table_info(HT_RECORD_SAMPLE)->name;
	const char *list = ht_record_table_info((enum ht_record_table)2)->name;
	const char *const once[] = { host, sample, list, "unheard of" };
	const char *const twice[] = { host, sample, list, list };
	assert_int_equal(read_schema(once, 4), 0);
	assert_int_equal(read_schema(twice, 4), -EBADMSG);
}

/* A schema of version 2: a host without columns, samples with COLUMNS like GUESS, a list with one column. */
static int
read_guesses(uint8_t coding, uint8_t columns, const uint8_t guess[6])
{
	struct ht_recording_schemas schemas = { 0 };
	struct ht_text out;
	const char begin[] = { 0, (char)coding, 3 };
	ht_text_init(&out);
	ht_text_add(&out, begin, sizeof(begin));
	add_name(&out, "host");
	ht_text_add(&out, "\0", 1);
	add_name(&out, "sample");
	ht_text_add(&out, (const char *)&columns, 1);
	for (unsigned i = 0; i < columns; i++) {
		add_name(&out, "c");
		ht_text_add(&out, (const char *)guess, 6);
	}
	add_name(&out, "list");
	ht_text_add(&out, "\1\1c\0\0\0\0\0\0", 9);
	const uint8_t *bytes = (const uint8_t *)out.bytes;
	struct ht_recording_cursor cursor = { bytes, bytes + out.length, false };
	int status = ht_recording_schemas_read(&schemas, &cursor);
	ht_recording_schemas_release(&schemas);
	ht_text_release(&out);
	return status;
}

static void
refuses_guesses_from_what_is_not_there(void **state)
{
	static const uint8_t sound[] = { 0, 0, 1, 0, 63, HT_RECORD_AS_ABOVE };
	static const uint8_t wrong[][6] = { { 1, 0, 0, 0, 0, 0 }, { 0, 1, 0, 0, 0, 0 },
		{ 0, 0, 2, 0, 0, 0 }, { 0, 0, 1, 1, 0, 0 }, { 0, 0, 0, 0, 64, 0 },
		{ 0, 0, 0, 0, 0, HT_RECORD_HABITS } };
	(void)state;
	assert_int_equal(read_guesses(HT_RECORDING_CODING, 1, sound), 0);
	assert_int_equal(read_guesses(HT_RECORDING_CODING + 1, 1, sound), -EBADMSG);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(read_guesses(HT_RECORDING_CODING, 1, wrong[i]), -EBADMSG);
	/* Each goes through a whole list. */
	assert_int_equal(read_guesses(HT_RECORDING_CODING, HT_RECORDING_SUMS_MOST, sound), 0);
	assert_int_equal(
	    read_guesses(HT_RECORDING_CODING, HT_RECORDING_SUMS_MOST + 1, sound), -EBADMSG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(regress_refuses_a_table_told_twice),
		cmocka_unit_test(refuses_guesses_from_what_is_not_there),
		cmocka_unit_test(gives_back_what_was_recorded),
		cmocka_unit_test(gives_back_what_older_ones_recorded),
		cmocka_unit_test(begins_anew_at_a_key),
		cmocka_unit_test(refuses_all_from_damage_to_the_next_key),
		cmocka_unit_test(skips_blocks_that_it_does_not_know),
		cmocka_unit_test(leaves_out_what_nobody_wants),
		cmocka_unit_test(refuses_a_tick_that_ends_early),
		cmocka_unit_test(makes_phrases_printable),
		cmocka_unit_test(tells_what_a_beginning_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
