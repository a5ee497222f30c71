/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "decode/smaps.h"

#define KIB UINT64_C(1024)

/* A mapping as the kernel writes it, with RSS KiB resident. */
static void
add(struct ht_text *text, const char *head, unsigned rss)
{
	ht_text_add_format(text,
	    "%s\n"
	    "Size:                  4 kB\n"
	    "KernelPageSize:        4 kB\n"
	    "Rss:              %6u kB\n"
	    "Pss:              %6u kB\n"
	    "Pss_Dirty:             0 kB\n"
	    "Private_Dirty:    %6u kB\n"
	    "Anonymous:        %6u kB\n"
	    "Swap:                  8 kB\n"
	    "SwapPss:               0 kB\n"
	    "THPeligible:           0\n"
	    "VmFlags: rd wr mr mw me ac sd \n",
	    head, rss, rss / 2, rss / 4, rss / 3);
}

/* Reads TEXT in pieces of PIECE bytes. */
static struct ht_smaps *
read_pieces(const char *text, size_t length, size_t piece, size_t most)
{
	struct ht_smaps *smaps = ht_smaps_new(most);
	assert_non_null(smaps);
	for (size_t at = 0; at < length; at += piece)
		assert_int_equal(
		    ht_smaps_add(smaps, text + at, length - at < piece ? length - at : piece), 0);
	assert_int_equal(ht_smaps_end(smaps), 0);
	return smaps;
}

static struct ht_smaps *
read_text(const struct ht_text *text)
{
	return read_pieces(ht_text_string(text), text->length, text->length + 1, 1000);
}

struct expected {
	const char *head;
	enum ht_map_kind kind;
};

static void
expect_kinds(const struct expected *expected, size_t count)
{
	struct ht_text text;
	ht_text_init(&text);
	for (size_t i = 0; i < count; i++)
		add(&text, expected[i].head, 4);
	struct ht_smaps *smaps = read_text(&text);
	struct ht_maps maps = ht_smaps_maps(smaps);
	assert_int_equal(maps.count, count);
	for (size_t i = 0; i < count; i++)
		if (maps.maps[i].kind != expected[i].kind)
			fail_msg("%s: %s", expected[i].head, ht_map_kind_name(maps.maps[i].kind));
	ht_smaps_free(smaps);
	ht_text_release(&text);
}

#define EXPECT_KINDS(expected) expect_kinds(expected, sizeof(expected) / sizeof((expected)[0]))

static void
a_mapping_has_its_figures(void **state)
{
	(void)state;
	struct ht_text text;
	ht_text_init(&text);
	add(&text,
	    "55d0a0a00000-55d0a0a21000 r-xp 00002000 fe:00 247278                     /usr/bin/x y",
	    120);
	struct ht_smaps *smaps = read_text(&text);
	struct ht_maps maps = ht_smaps_maps(smaps);
	assert_int_equal(maps.count, 1);
	const struct ht_map *map = &maps.maps[0];
	assert_true(map->start == UINT64_C(0x55d0a0a00000));
	assert_true(map->end == UINT64_C(0x55d0a0a21000));
	assert_string_equal(map->flags, "r-xp");
	assert_string_equal(map->name, "/usr/bin/x y");
	assert_int_equal(map->kind, HT_MAP_FILE_TEXT);
	assert_int_equal(map->figures.size, 0x21000);
	assert_int_equal(map->figures.resident, 120 * KIB);
	assert_int_equal(map->figures.proportional, 60 * KIB);
	assert_int_equal(map->figures.private_dirty, 30 * KIB);
	assert_int_equal(map->figures.anonymous, 40 * KIB);
	assert_int_equal(map->figures.swap, 8 * KIB);
	assert_int_equal(maps.total.resident, 120 * KIB);
	assert_int_equal(maps.mapping_count, 1);
	ht_smaps_free(smaps);
	ht_text_release(&text);
}

static void
names_tell_what_a_mapping_is(void **state)
{
	(void)state;
	static const struct expected expected[] = {
		{ "1000-2000 r-xp 00000000 fe:00 7 /usr/bin/x", HT_MAP_FILE_TEXT },
		{ "2000-3000 rw-p 00000000 fe:00 7 /usr/bin/x", HT_MAP_FILE_DATA },
		{ "3000-4000 rw-p 00000000 00:00 0 [heap]", HT_MAP_HEAP },
		{ "5000-6000 rw-s 00000000 00:01 9 /dev/zero (deleted)", HT_MAP_SHARED },
		{ "7000-8000 rw-s 00000000 00:01 9 /SYSV00000000 (deleted)", HT_MAP_SHARED },
		{ "9000-a000 rw-p 00000000 00:01 9 /memfd:x (deleted)", HT_MAP_SHARED },
		{ "b000-c000 rw-s 00000000 00:01 9 /dev/shm/heaptop-0/4026531836.7.99",
		    HT_MAP_SEGMENT },
		{ "d000-e000 rw-s 00000000 00:01 9 /tmp/x/4026531836.7.99 (deleted)",
		    HT_MAP_SEGMENT },
		{ "f000-10000 rw-s 00000000 00:01 9 /dev/shm/4026531836.7", HT_MAP_SHARED },
		{ "11000-12000 rw-s 00000000 fe:00 9 /var/db", HT_MAP_FILE_DATA },
		{ "13000-14000 rw-p 00000000 00:00 0 [anon: glibc: malloc arena]", HT_MAP_ARENA },
		{ "15000-16000 rw-p 00000000 00:00 0 [anon: glibc: pthread stack: 7]",
		    HT_MAP_THREAD_STACK },
		{ "17000-18000 rw-p 00000000 00:00 0 [anon:own]", HT_MAP_ANONYMOUS },
		{ "19000-1a000 rw-p 00000000 00:00 0 [stack]", HT_MAP_STACK },
		{ "1b000-1c000 r--p 00000000 00:00 0 [vvar]", HT_MAP_KERNEL },
		/* A file may be called like the heap, but with a slash before it. */
		{ "1d000-1e000 rw-p 00000000 fe:00 7 /[heap]", HT_MAP_FILE_DATA },
		{ "1f000-20000 rw-p 00000000 fe:00 7 [heap]", HT_MAP_FILE_DATA },
	};
	EXPECT_KINDS(expected);
}

static void
arenas_and_stacks_are_told_by_their_shape(void **state)
{
	(void)state;
	static const struct expected expected[] = {
		/* An arena with a tail to its boundary, the guard of a stack joined to that. */
		{ "7f0000000000-7f0000021000 rw-p 00000000 00:00 0 ", HT_MAP_ARENA },
		{ "7f0000021000-7f0004001000 ---p 00000000 00:00 0 ", HT_MAP_ARENA },
		{ "7f0004001000-7f0004801000 rw-p 00000000 00:00 0 ", HT_MAP_THREAD_STACK },
		/* A guard and a stack, twice. */
		{ "7f0004801000-7f0004802000 ---p 00000000 00:00 0 ", HT_MAP_THREAD_STACK },
		{ "7f0004802000-7f0005002000 rw-p 00000000 00:00 0 ", HT_MAP_THREAD_STACK },
		{ "7f0005002000-7f0005003000 ---p 00000000 00:00 0 ", HT_MAP_THREAD_STACK },
		{ "7f0005003000-7f0005803000 rw-p 00000000 00:00 0 ", HT_MAP_THREAD_STACK },
		/* Nothing beside it; a large reservation is no guard. */
		{ "7f0006000000-7f0006100000 rw-p 00000000 00:00 0 ", HT_MAP_ANONYMOUS },
		{ "7f0010000000-7f0030000000 ---p 00000000 00:00 0 ", HT_MAP_RESERVED },
		{ "7f0030000000-7f0030100000 rw-p 00000000 00:00 0 ", HT_MAP_ANONYMOUS },
		/* Arenas side by side: one in full use, one with a tail. */
		{ "7f0038000000-7f003c000000 rw-p 00000000 00:00 0 ", HT_MAP_ARENA },
		{ "7f0040000000-7f0040021000 rw-p 00000000 00:00 0 ", HT_MAP_ARENA },
		{ "7f0040021000-7f0044000000 ---p 00000000 00:00 0 ", HT_MAP_ARENA },
		/* A block that touches the tail's end has no guard there, for there is none. */
		{ "7f0044000000-7f0044100000 rw-p 00000000 00:00 0 ", HT_MAP_ANONYMOUS },
		/* Shared, or not written: nothing of all that. */
		{ "7f0050000000-7f0050021000 r--p 00000000 00:00 0 ", HT_MAP_ANONYMOUS },
		{ "7f0050021000-7f0054000000 ---p 00000000 00:00 0 ", HT_MAP_RESERVED },
	};
	EXPECT_KINDS(expected);
}

/* Of a leaking program 1.3 GB were no arenas, because they had become one mapping. */
static void
regress_full_arenas_side_by_side_are_arenas(void **state)
{
	(void)state;
	static const struct expected expected[] = {
		/* Heaps of Java and Go. */
		{ "700000000-740000000 rw-p 00000000 00:00 0 ", HT_MAP_ANONYMOUS },
		{ "c000000000-c008000000 rw-p 00000000 00:00 0 ", HT_MAP_ANONYMOUS },
		/* The newest, with a tail, lies below those in full use. */
		{ "7efe50000000-7efe52345000 rw-p 00000000 00:00 0 ", HT_MAP_ARENA },
		{ "7efe52345000-7efe54000000 ---p 00000000 00:00 0 ", HT_MAP_ARENA },
		{ "7efe54000000-7efe5c000000 rw-p 00000000 00:00 0 ", HT_MAP_ARENA },
		/* One in full use and one with a tail. */
		{ "7efe60000000-7efe64021000 rw-p 00000000 00:00 0 ", HT_MAP_ARENA },
		{ "7efe64021000-7efe68000000 ---p 00000000 00:00 0 ", HT_MAP_ARENA },
		/* Large blocks: with malloc's page, off the boundary, and only read. */
		{ "7efe70000000-7efe78001000 rw-p 00000000 00:00 0 ", HT_MAP_ANONYMOUS },
		{ "7efe82000000-7efe8a000000 rw-p 00000000 00:00 0 ", HT_MAP_ANONYMOUS },
		{ "7efe90000000-7efe98000000 r--p 00000000 00:00 0 ", HT_MAP_ANONYMOUS },
		/* A guard and a stack above full arenas. */
		{ "7efea0000000-7efea8000000 rw-p 00000000 00:00 0 ", HT_MAP_ARENA },
		{ "7efea8000000-7efea8001000 ---p 00000000 00:00 0 ", HT_MAP_THREAD_STACK },
		{ "7efea8001000-7efea8801000 rw-p 00000000 00:00 0 ", HT_MAP_THREAD_STACK },
	};
	EXPECT_KINDS(expected);
}

static void
zeroed_variables_belong_to_their_file(void **state)
{
	(void)state;
	static const struct expected expected[] = {
		{ "1000000-1001000 rw-p 00000000 fe:00 7 /usr/bin/x", HT_MAP_FILE_DATA },
		{ "1001000-9001000 rw-p 00000000 00:00 0 ", HT_MAP_FILE_DATA },
		{ "a000000-b000000 rw-p 00000000 00:00 0 [heap]", HT_MAP_HEAP },
		{ "7f0000000000-7f0000001000 rw-p 00000000 fe:00 8 /lib/y.so", HT_MAP_FILE_DATA },
		{ "7f0000001000-7f0000004000 rw-p 00000000 00:00 0 ", HT_MAP_FILE_DATA },
		/* Above a library a large block may lie by chance. */
		{ "7f0001000000-7f0001001000 rw-p 00000000 fe:00 8 /lib/z.so", HT_MAP_FILE_DATA },
		{ "7f0001001000-7f0002001000 rw-p 00000000 00:00 0 ", HT_MAP_ANONYMOUS },
		{ "7f0003000000-7f0003001000 r--p 00000000 fe:00 8 /lib/z.so", HT_MAP_FILE_DATA },
		{ "7f0003001000-7f0003002000 rw-p 00000000 00:00 0 ", HT_MAP_ANONYMOUS },
	};
	EXPECT_KINDS(expected);
}

static void
the_allocator_is_known_by_its_library(void **state)
{
	(void)state;
	static const struct {
		const char *heads[2];
		enum ht_allocator allocator;
	} cases[] = {
		{ { "1000-2000 r-xp 0 fe:00 7 /lib/libc.so.6", "" }, HT_ALLOCATOR_GLIBC },
		{ { "1000-2000 r-xp 0 fe:00 7 /lib/libc-2.28.so", "" }, HT_ALLOCATOR_GLIBC },
		{ { "1000-2000 r--p 0 fe:00 7 /lib/libc.so.6", "" }, HT_ALLOCATOR_UNKNOWN },
		{ { "1000-2000 r-xp 0 fe:00 7 /lib/libc.so.6",
		      "3000-4000 r-xp 0 fe:00 7 /lib/libjemalloc.so.2" },
		    HT_ALLOCATOR_UNKNOWN },
		{ { "1000-2000 r-xp 0 fe:00 7 /lib/ld-musl-x86_64.so.1", "" },
		    HT_ALLOCATOR_UNKNOWN },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ht_text text;
		ht_text_init(&text);
		add(&text, cases[i].heads[0], 4);
		add(&text, cases[i].heads[1], 4);
		struct ht_smaps *smaps = read_text(&text);
		assert_int_equal(ht_smaps_maps(smaps).allocator, cases[i].allocator);
		ht_smaps_free(smaps);
		ht_text_release(&text);
	}
}

/* A thousand mappings of two kinds. */
static void
add_many(struct ht_text *text)
{
	char head[128];
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(head, sizeof(head), "%x-%x r%cxp 00000000 fe:00 7 /usr/lib/lib%u.so",
		    0x10000 + i * 0x2000, 0x11000 + i * 0x2000, '-', i);
		add(text, i % 4 == 0 ? head : "0-0", 12);
		if (i % 4 == 0)
			continue;
		snprintf(head, sizeof(head), "%x-%x rw-p 00000000 00:00 0 ", 0x10000 + i * 0x2000,
		    0x11000 + i * 0x2000);
		add(text, head, 4);
	}
}

static void
pieces_of_any_size_say_the_same(void **state)
{
	(void)state;
	static const size_t pieces[] = { 1, 2, 7, 4096, 10000000 };
	struct ht_text text;
	ht_text_init(&text);
	add_many(&text);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct ht_smaps *smaps =
		    read_pieces(ht_text_string(&text), text.length, pieces[i], 2000);
		struct ht_maps maps = ht_smaps_maps(smaps);
		assert_int_equal(maps.mapping_count, 1000);
		assert_int_equal(maps.count, 1000);
		assert_int_equal(maps.kinds[HT_MAP_FILE_TEXT].resident, 250 * 12 * KIB);
		assert_int_equal(maps.kinds[HT_MAP_ANONYMOUS].resident, 750 * 4 * KIB);
		assert_string_equal(maps.maps[4].name, "/usr/lib/lib4.so");
		ht_smaps_free(smaps);
	}
	ht_text_release(&text);
}

static void
more_mappings_than_are_kept_are_counted(void **state)
{
	(void)state;
	struct ht_text text;
	ht_text_init(&text);
	add_many(&text);
	struct ht_smaps *smaps = read_pieces(ht_text_string(&text), text.length, 4096, 10);
	struct ht_maps maps = ht_smaps_maps(smaps);
	assert_int_equal(maps.mapping_count, 1000);
	assert_int_equal(maps.count, 12);
	assert_int_equal(maps.total.resident, 250 * 12 * KIB + 750 * 4 * KIB);
	size_t mappings = 0;
	uint64_t resident = 0;
	for (size_t i = 0; i < maps.count; i++) {
		mappings += maps.maps[i].count;
		resident += maps.maps[i].figures.resident;
	}
	assert_int_equal(mappings, 1000);
	assert_int_equal(resident, maps.total.resident);
	assert_string_equal(maps.maps[11].name, "");
	assert_true(maps.maps[11].start == 0);
	maps.monotonic_ns = 1;
	assert_true(ht_maps_are_valid(&maps));
	ht_smaps_free(smaps);
	ht_text_release(&text);
}

static void
odd_lines_harm_nothing(void **state)
{
	(void)state;
	static const char odd[] = "Rss:   4 kB\n"
				  "\n"
				  "-\n"
				  "1000-2000\n"
				  "Rss:                   4 kB\n"
				  "3000-2000 rw-p 0 00:00 0 \n"
				  "Rss:                   4 kB\n"
				  "11111111111111111-2000 rw-p 0 00:00 0 \n"
				  "1000-2000 rwzp 0 00:00 0 \n"
				  "1000-2000 rw-p 0 00:00 99999999999999999999999 \n"
				  "Rss:                   4 kB\n"
				  "4000-5000 rw-p 0 00:00 0 \n"
				  "Rss:                   4 kB\n"
				  "Pss:  99999999999999999999999999 kB\n"
				  "Private_Dirty:  18446744073709551615 kB\n"
				  "Anonymous:  -4 kB\n"
				  "Swap:       4 MB\n"
				  "Swap";
	struct ht_smaps *smaps = read_pieces(odd, sizeof(odd) - 1, 5, 10);
	struct ht_maps maps = ht_smaps_maps(smaps);
	assert_int_equal(maps.count, 1);
	const struct ht_map_figures *figures = &maps.maps[0].figures;
	assert_int_equal(figures->resident, 4 * KIB);
	assert_true(figures->proportional == UINT64_MAX);
	assert_true(figures->private_dirty == UINT64_MAX);
	assert_true(figures->anonymous == UINT64_MAX);
	assert_true(figures->swap == UINT64_MAX);
	assert_true(maps.total.swap == UINT64_MAX);
	ht_smaps_free(smaps);
}

static void
a_name_of_any_length_is_read(void **state)
{
	(void)state;
	struct ht_text text;
	ht_text_init(&text);
	ht_text_add_string(&text, "1000-2000 r--p 0 fe:00 7 /");
	for (int i = 0; i < 20000; i++)
		ht_text_add_string(&text, "a");
	ht_text_add_string(
	    &text, "\nRss:   4 kB\n3000-4000 r--p 0 fe:00 7 /\x1b[2J\xff\\012x\nRss: 8 kB\n");
	struct ht_smaps *smaps = read_pieces(ht_text_string(&text), text.length, 100, 10);
	struct ht_maps maps = ht_smaps_maps(smaps);
	assert_int_equal(maps.count, 2);
	assert_true(strlen(maps.maps[0].name) >= 4096 && strlen(maps.maps[0].name) < 8192);
	assert_int_equal(maps.maps[0].figures.resident, 4 * KIB);
	assert_string_equal(maps.maps[1].name, "/\x1b[2J\xff\\012x");
	ht_smaps_free(smaps);
	ht_text_release(&text);
}

static void
no_mappings_are_no_error(void **state)
{
	(void)state;
	struct ht_smaps *smaps = read_pieces("", 0, 1, 10);
	struct ht_maps maps = ht_smaps_maps(smaps);
	assert_int_equal(maps.count, 0);
	assert_int_equal(maps.total.resident, 0);
	ht_smaps_free(smaps);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mapping_has_its_figures),
		cmocka_unit_test(names_tell_what_a_mapping_is),
		cmocka_unit_test(arenas_and_stacks_are_told_by_their_shape),
		cmocka_unit_test(regress_full_arenas_side_by_side_are_arenas),
		cmocka_unit_test(zeroed_variables_belong_to_their_file),
		cmocka_unit_test(the_allocator_is_known_by_its_library),
		cmocka_unit_test(pieces_of_any_size_say_the_same),
		cmocka_unit_test(more_mappings_than_are_kept_are_counted),
		cmocka_unit_test(odd_lines_harm_nothing),
		cmocka_unit_test(a_name_of_any_length_is_read),
		cmocka_unit_test(no_mappings_are_no_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
