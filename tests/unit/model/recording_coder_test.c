/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/recording_coder.h"

enum { NUMBERS = 4000 };

/* Numbers of all lengths, more of the small ones, always the same. */
static uint64_t
number(unsigned index)
{
	uint64_t random = (index + 1) * UINT64_C(0x9e3779b97f4a7c15);
	random = (random ^ random >> 31) * UINT64_C(0xbf58476d1ce4e5b9);
	switch (index) {
	case 0:
		return UINT64_MAX;
	case 1:
		return UINT64_C(1) << 63;
	case 2:
		return INT64_MAX;
	default:
		return index % 7 == 0 ? random : (random & 15) - 8;
	}
}

static struct ht_record_prospect
prospect(unsigned index)
{
	return (struct ht_record_prospect){ .history = index % 4,
		.grain = index % 5 == 0    ? 12
			 : index % 11 == 0 ? 63
					   : 0,
		.likely =
		    index % 3 == 0 ? (uint64_t) - (int64_t)index : (uint64_t)1 << index % 64 };
}

static void
code(struct ht_record_coder *coder, uint64_t *numbers, unsigned count)
{
	struct ht_record_numbers known = { 0 };
	for (unsigned i = 0; i < count; i++) {
		const struct ht_record_prospect before = prospect(i);
		numbers[i] = ht_record_code_difference(coder, &known, &before, numbers[i]);
	}
}

static void
write_numbers(struct ht_record_coder *coder, struct ht_text *out, unsigned count)
{
	uint64_t numbers[NUMBERS];
	for (unsigned i = 0; i < count; i++)
		numbers[i] = number(i);
	ht_text_init(out);
	coder->key++;
	ht_record_coder_write(coder, out);
	code(coder, numbers, count);
	ht_record_coder_end(coder);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(numbers[i], number(i));
}

/* Whether what the writer wrote is there. */
static bool
read_numbers(struct ht_record_coder *coder, const void *bytes, size_t length, unsigned count)
{
	uint64_t numbers[NUMBERS] = { 0 };
	bool is_same = true;
	coder->key++;
	ht_record_coder_read(coder, bytes, length);
	code(coder, numbers, count);
	for (unsigned i = 0; i < count; i++)
		is_same = is_same && numbers[i] == number(i);
	return is_same;
}

static void
gives_back_all_numbers(void **state)
{
	struct ht_record_coder coder = { 0 };
	struct ht_text bytes;
	(void)state;
	/* Each is the last one once. */
	for (unsigned count = 0; count < 300; count++) {
		write_numbers(&coder, &bytes, count);
		assert_true(read_numbers(&coder, bytes.bytes, bytes.length, count));
		assert_false(coder.failed);
		ht_text_release(&bytes);
	}
	write_numbers(&coder, &bytes, NUMBERS);
	assert_true(read_numbers(&coder, bytes.bytes, bytes.length, NUMBERS));
	ht_text_release(&bytes);
}

static void
notices_an_early_end(void **state)
{
	struct ht_record_coder coder = { 0 };
	struct ht_text bytes;
	(void)state;
	write_numbers(&coder, &bytes, NUMBERS);
	assert_false(read_numbers(&coder, bytes.bytes, bytes.length - 1000, NUMBERS));
	assert_true(coder.failed);
	assert_false(read_numbers(&coder, "", 0, NUMBERS));
	assert_true(coder.failed);
	ht_text_release(&bytes);
}

/* Whatever the bytes, numbers come of them, and then an end. */
static void
makes_numbers_of_anything(void **state)
{
	struct ht_record_coder coder = { 0 };
	unsigned char bytes[64];
	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		memset(bytes, (int)i, sizeof(bytes));
		assert_false(read_numbers(&coder, bytes, sizeof(bytes), NUMBERS));
	}
}

static void
takes_little_for_what_was_to_be_expected(void **state)
{
	struct ht_record_coder coder = { .key = 1 };
	struct ht_record_chance chance = { 0 };
	struct ht_text bytes;
	(void)state;
	ht_text_init(&bytes);
	ht_record_coder_write(&coder, &bytes);
	for (int i = 0; i < 10000; i++)
		ht_record_code(&coder, &chance, true);
	ht_record_coder_end(&coder);
	assert_in_range(bytes.length, 1, 10);
	ht_text_release(&bytes);
}

/* Files of version 2 rest on these bytes. */
static void
makes_the_same_bytes_for_ever(void **state)
{
	static const unsigned char wanted[] = { 0xbf, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x0f, 0x80, 0x06, 0xf1, 0x0e,
		0xe3, 0x2a, 0x10, 0x2e, 0xdc, 0x23, 0x2d, 0x07, 0x4c, 0x2e, 0x88, 0x3c };
	struct ht_record_coder coder = { 0 };
	struct ht_text bytes;
	(void)state;
	write_numbers(&coder, &bytes, 12);
	assert_int_equal(bytes.length, sizeof(wanted));
	assert_memory_equal(bytes.bytes, wanted, sizeof(wanted));
	ht_text_release(&bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_all_numbers),
		cmocka_unit_test(notices_an_early_end),
		cmocka_unit_test(makes_numbers_of_anything),
		cmocka_unit_test(takes_little_for_what_was_to_be_expected),
		cmocka_unit_test(makes_the_same_bytes_for_ever),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
