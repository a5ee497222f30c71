/* SPDX-License-Identifier: MIT */
/* What makes bytes a segment, and every bound that a section may break. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "decode/segment.h"
#include "decode/segment_layout.h"
#include "segment_builder.h"

static struct segment_builder *builder;

static int
make(void **state)
{
	(void)state;
	builder = segment_builder_example();
	return 0;
}

static int
unmake(void **state)
{
	(void)state;
	segment_builder_free(builder);
	return 0;
}

static enum ht_segment_fault
probe(void)
{
	struct ht_segment_identity identity;
	return ht_segment_probe(builder->bytes, builder->length, &identity);
}

static enum ht_segment_fault
extent(uint64_t *need)
{
	return ht_segment_extent(builder->bytes, builder->length, builder->length, need);
}

static void
assert_extent_fails(enum ht_segment_fault fault)
{
	uint64_t need;
	assert_int_equal(extent(&need), fault);
	assert_int_equal(need, 0);
}

static void
probe_tells_the_identity(void **state)
{
	(void)state;
	struct ht_segment_identity identity;
	memset(builder->header->name, 'n', sizeof(builder->header->name));
	builder->header->flags = HEAPTOP_FLAG_KEEP;
	builder->header->state = HEAPTOP_STATE_EXEC;
	assert_int_equal(ht_segment_probe(builder->bytes, 256, &identity), HT_SEGMENT_OK);
	assert_int_equal(identity.pid, 4242);
	assert_int_equal(identity.pid_namespace, 4026531836u);
	assert_int_equal(identity.start_time_ticks, 123456);
	assert_int_equal(identity.uid, 1000);
	assert_int_equal(identity.flags, HEAPTOP_FLAG_KEEP);
	assert_int_equal(identity.state, HEAPTOP_STATE_EXEC);
	assert_int_equal(strlen(identity.name), 64);
}

static void
rejects_what_is_no_header(void **state)
{
	(void)state;
	struct heaptop_segment_header *header = builder->header;
	struct ht_segment_identity identity;
	assert_int_equal(ht_segment_probe("", 0, &identity), HT_SEGMENT_NOT_A_SEGMENT);
	assert_int_equal(ht_segment_probe(header, 255, &identity), HT_SEGMENT_TRUNCATED);
	assert_int_equal(identity.pid, 0);
	header->magic[7] = '\r';
	assert_int_equal(probe(), HT_SEGMENT_NOT_A_SEGMENT);
}

static void
rejects_what_other_machines_wrote(void **state)
{
	(void)state;
	struct heaptop_segment_header *header = builder->header;
	header->byte_order = 0x04030201;
	assert_int_equal(probe(), HT_SEGMENT_OTHER_BYTE_ORDER);
	header->byte_order = 0x02010403;
	assert_int_equal(probe(), HT_SEGMENT_BAD_HEADER);
	header->byte_order = HEAPTOP_SEGMENT_BYTE_ORDER;
	header->word_size = 4;
	assert_int_equal(probe(), HT_SEGMENT_OK);
	header->word_size = 16;
	assert_int_equal(probe(), HT_SEGMENT_BAD_HEADER);
}

static void
rejects_versions_that_it_cannot_read(void **state)
{
	(void)state;
	struct heaptop_segment_header *header = builder->header;
	header->minor = 65535;
	assert_int_equal(probe(), HT_SEGMENT_OK);
	header->oldest_reader_minor = HEAPTOP_SEGMENT_MINOR + 1;
	assert_int_equal(probe(), HT_SEGMENT_NEEDS_NEWER_READER);
	header->major = 2;
	assert_int_equal(probe(), HT_SEGMENT_OTHER_MAJOR);
	header->state = HEAPTOP_STATE_BUILDING;
	assert_int_equal(probe(), HT_SEGMENT_OTHER_MAJOR);
	header->major = 0;
	assert_int_equal(probe(), HT_SEGMENT_BUILDING);
	header->state = HEAPTOP_STATE_LIVE;
	assert_int_equal(probe(), HT_SEGMENT_OTHER_MAJOR);
}

static void
building_is_told_from_broken(void **state)
{
	(void)state;
	struct ht_segment_identity identity;
	builder->header->state = HEAPTOP_STATE_BUILDING;
	assert_int_equal(ht_segment_probe(builder->bytes, 256, &identity), HT_SEGMENT_BUILDING);
	assert_int_equal(identity.pid, 4242);
	builder->header->state = 4;
	assert_int_equal(probe(), HT_SEGMENT_BAD_HEADER);
}

static void
rejects_sizes_that_cannot_be(void **state)
{
	(void)state;
	struct heaptop_segment_header *header = builder->header;
	uint64_t cap = header->cap_bytes, need;
	header->header_size = 255;
	assert_int_equal(probe(), HT_SEGMENT_BAD_HEADER);
	header->header_size = 256;
	header->cap_bytes = 255;
	assert_int_equal(probe(), HT_SEGMENT_BAD_HEADER);
	header->cap_bytes = HEAPTOP_SEGMENT_MOST_BYTES + 1;
	assert_int_equal(probe(), HT_SEGMENT_TOO_LARGE);
	header->cap_bytes = cap;
	assert_int_equal(ht_segment_extent(builder->bytes, builder->length, cap - 1, &need),
	    HT_SEGMENT_TRUNCATED);
	assert_int_equal(ht_segment_extent(builder->bytes, builder->length,
			     HEAPTOP_SEGMENT_MOST_BYTES + 1, &need),
	    HT_SEGMENT_TOO_LARGE);
}

static void
extent_grows_until_the_contents_are_there(void **state)
{
	(void)state;
	uint64_t need, contents;
	const struct heaptop_section *threads =
	    segment_builder_section(builder, HEAPTOP_SECTION_THREADS);
	assert_int_equal(
	    ht_segment_extent(builder->bytes, 256, builder->length, &contents), HT_SEGMENT_OK);
	assert_int_equal(contents, 256 + builder->header->toc_count * 32);
	assert_int_equal(
	    ht_segment_extent(builder->bytes, contents, builder->length, &need), HT_SEGMENT_OK);
	assert_int_equal(need, threads->offset + threads->stride * threads->count);
}

static void
rejects_contents_out_of_bounds(void **state)
{
	(void)state;
	struct heaptop_segment_header *header = builder->header;
	header->toc_offset = 128;
	assert_extent_fails(HT_SEGMENT_BAD_CONTENTS);
	header->toc_offset = 260;
	assert_extent_fails(HT_SEGMENT_BAD_CONTENTS);
	header->toc_offset = builder->length - 32;
	assert_extent_fails(HT_SEGMENT_BAD_CONTENTS);
	header->toc_offset = UINT64_MAX - 31;
	assert_extent_fails(HT_SEGMENT_BAD_CONTENTS);
	header->toc_offset = 256;
	header->toc_count = HT_SEGMENT_SECTIONS_MOST + 1;
	assert_extent_fails(HT_SEGMENT_BAD_CONTENTS);
	header->toc_count = UINT32_MAX;
	assert_extent_fails(HT_SEGMENT_BAD_CONTENTS);
	header->toc_count = 0;
	assert_extent_fails(HT_SEGMENT_MISSING_SECTION);
}

static void
rejects_offset_past_end(void **state)
{
	(void)state;
	struct heaptop_section *threads = segment_builder_section(builder, HEAPTOP_SECTION_THREADS);
	uint64_t offset = threads->offset;
	threads->offset = offset + 8;
	assert_extent_fails(HT_SEGMENT_BAD_SECTION);
	threads->offset = builder->length;
	assert_extent_fails(HT_SEGMENT_BAD_SECTION);
	threads->offset = UINT64_MAX - 7;
	assert_extent_fails(HT_SEGMENT_BAD_SECTION);
	threads->offset = offset - 4;
	assert_extent_fails(HT_SEGMENT_BAD_SECTION);
}

static void
rejects_counts_and_strides_that_do_not_fit(void **state)
{
	(void)state;
	struct heaptop_section *threads = segment_builder_section(builder, HEAPTOP_SECTION_THREADS);
	uint32_t count = threads->count;
	threads->count = count + 1;
	assert_extent_fails(HT_SEGMENT_BAD_SECTION);
	threads->count = UINT32_MAX;
	assert_extent_fails(HT_SEGMENT_BAD_SECTION);
	threads->count = count;
	threads->stride = 0;
	assert_extent_fails(HT_SEGMENT_BAD_SECTION);
	threads->stride = 248;
	assert_extent_fails(HT_SEGMENT_BAD_SECTION);
	threads->stride = 2556;
	assert_extent_fails(HT_SEGMENT_BAD_SECTION);
	threads->stride = UINT32_MAX - 7;
	assert_extent_fails(HT_SEGMENT_BAD_SECTION);
}

static void
rejects_records_shorter_than_their_fields(void **state)
{
	(void)state;
	static const uint32_t types[] = { HEAPTOP_SECTION_GLOBALS, HEAPTOP_SECTION_OVERFLOW,
		HEAPTOP_SECTION_EVENTS };
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct heaptop_section *section = segment_builder_section(builder, types[i]);
		uint32_t stride = section->stride;
		section->stride = 120;
		assert_extent_fails(HT_SEGMENT_BAD_SECTION);
		section->stride = stride;
	}
}

static void
rejects_a_doubled_or_missing_section(void **state)
{
	(void)state;
	struct heaptop_section *overflow =
	    segment_builder_section(builder, HEAPTOP_SECTION_OVERFLOW);
	overflow->type = 0x1234;
	assert_extent_fails(HT_SEGMENT_MISSING_SECTION);
	overflow->type = HEAPTOP_SECTION_THREADS;
	assert_extent_fails(HT_SEGMENT_BAD_SECTION);
	overflow->type = HEAPTOP_SECTION_OVERFLOW;
	overflow->count = 0;
	assert_extent_fails(HT_SEGMENT_MISSING_SECTION);
}

static void
an_unknown_section_is_skipped_whatever_it_says(void **state)
{
	(void)state;
	uint64_t need;
	struct heaptop_section *events = segment_builder_section(builder, HEAPTOP_SECTION_EVENTS);
	events->type = 0xffffffff;
	events->offset = UINT64_MAX;
	events->stride = UINT32_MAX;
	assert_int_equal(extent(&need), HT_SEGMENT_OK);
}

static void
a_segment_without_slots_or_events_is_whole(void **state)
{
	(void)state;
	uint64_t need;
	segment_builder_section(builder, HEAPTOP_SECTION_THREADS)->count = 0;
	segment_builder_section(builder, HEAPTOP_SECTION_EVENTS)->count = 0;
	assert_int_equal(extent(&need), HT_SEGMENT_OK);
}

static void
refuses_more_than_a_reader_copies(void **state)
{
	(void)state;
	uint64_t need;
	struct heaptop_section *section = segment_builder_section(builder, HEAPTOP_SECTION_GLOBALS);
	section->offset = HT_SEGMENT_COPY_MOST_BYTES;
	assert_int_equal(
	    ht_segment_extent(builder->bytes, builder->length, HEAPTOP_SEGMENT_MOST_BYTES, &need),
	    HT_SEGMENT_TOO_LARGE);
	section->offset = 768;
	segment_builder_section(builder, HEAPTOP_SECTION_EVENTS)->count = HT_SEGMENT_RING_MOST + 1;
	assert_int_equal(
	    ht_segment_extent(builder->bytes, builder->length, HEAPTOP_SEGMENT_MOST_BYTES, &need),
	    HT_SEGMENT_TOO_LARGE);
}

static void
a_record_out_of_range_is_null(void **state)
{
	(void)state;
	const struct ht_segment_section section = {
		.offset = 64, .stride = 32, .count = 2, .end = 128
	};
	assert_ptr_equal(ht_segment_record(builder->bytes, 128, &section, 1), builder->bytes + 96);
	assert_null(ht_segment_record(builder->bytes, 128, &section, 2));
	assert_null(ht_segment_record(builder->bytes, 128, &section, SIZE_MAX));
	assert_null(ht_segment_record(builder->bytes, 127, &section, 0));
}

static void
every_fault_has_a_phrase_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i <= HT_SEGMENT_BAD_COUNTERS; i++)
		for (int k = 0; k < i; k++)
			assert_string_not_equal(ht_segment_fault_text((enum ht_segment_fault)i),
			    ht_segment_fault_text((enum ht_segment_fault)k));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(probe_tells_the_identity),
		TEST(rejects_what_is_no_header),
		TEST(rejects_what_other_machines_wrote),
		TEST(rejects_versions_that_it_cannot_read),
		TEST(building_is_told_from_broken),
		TEST(rejects_sizes_that_cannot_be),
		TEST(extent_grows_until_the_contents_are_there),
		TEST(rejects_contents_out_of_bounds),
		TEST(rejects_offset_past_end),
		TEST(rejects_counts_and_strides_that_do_not_fit),
		TEST(rejects_records_shorter_than_their_fields),
		TEST(rejects_a_doubled_or_missing_section),
		TEST(an_unknown_section_is_skipped_whatever_it_says),
		TEST(a_segment_without_slots_or_events_is_whole),
		TEST(refuses_more_than_a_reader_copies),
		TEST(a_record_out_of_range_is_null),
		TEST(every_fault_has_a_phrase_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
