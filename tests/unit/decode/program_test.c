/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "decode/program.h"

/* The executable of this test itself: a dynamic program that uses the C library's malloc. */
static unsigned char *
read_self(size_t *length)
{
	enum { MOST = 64 << 20 };
	FILE *file = fopen("/proc/self/exe", "rb");
	unsigned char *bytes = malloc(MOST);
	assert_non_null(file);
	assert_non_null(bytes);
	*length = fread(bytes, 1, MOST, file);
	fclose(file);
	return bytes;
}

static enum ht_program_obstacle
obstacle_of(const void *bytes, size_t length)
{
	struct ht_program program;
	/* An exact copy, so that a sanitizer sees a read beyond its end. */
	void *copy = malloc(length != 0 ? length : 1);
	assert_non_null(copy);
	memcpy(copy, bytes, length);
	ht_program_decode(copy, length, &program);
	free(copy);
	return program.obstacle;
}

/* What this program is itself, as it was built. */
#ifdef __SANITIZE_ADDRESS__
#define SELF HT_PROGRAM_SANITIZED
#else
#define SELF HT_PROGRAM_FREE
#endif

static void
an_ordinary_program_is_free(void **state)
{
	(void)state;
	size_t length;
	unsigned char *bytes = read_self(&length);
	assert_int_equal(obstacle_of(bytes, length), SELF);
	free(bytes);
}

static void
another_class_or_machine_is_foreign(void **state)
{
	(void)state;
	size_t length;
	unsigned char *bytes = read_self(&length);
	bytes[EI_CLASS] = bytes[EI_CLASS] == ELFCLASS64 ? ELFCLASS32 : ELFCLASS64;
	assert_int_equal(obstacle_of(bytes, length), HT_PROGRAM_FOREIGN);
	assert_int_equal(obstacle_of(bytes, 52), HT_PROGRAM_FOREIGN);
	free(bytes);
}

/* Renames every occurrence of FROM to TO, of the same length. */
static void
rename_all(unsigned char *bytes, size_t length, const char *from, const char *to)
{
	size_t size = strlen(from) + 1;
	for (size_t i = 0; i + size <= length; i++)
		if (memcmp(bytes + i, from, size) == 0)
			memcpy(bytes + i, to, size);
}

static void
no_interpreter_is_static(void **state)
{
	(void)state;
	size_t length;
	unsigned char *bytes = read_self(&length);
	Elf64_Ehdr header;
	memcpy(&header, bytes, sizeof(header));
	if (header.e_ident[EI_CLASS] != ELFCLASS64)
		skip();
	for (unsigned i = 0; i < header.e_phnum; i++) {
		unsigned char *place = bytes + header.e_phoff + (size_t)i * header.e_phentsize;
		uint32_t type, none = PT_NULL;
		memcpy(&type, place, sizeof(type));
		if (type == PT_INTERP)
			memcpy(place, &none, sizeof(none));
	}
	assert_int_equal(obstacle_of(bytes, length), HT_PROGRAM_STATIC);
	rename_all(bytes, length, ".eh_frame_hdr", ".go.buildinfo");
	assert_int_equal(obstacle_of(bytes, length), HT_PROGRAM_GO);
	free(bytes);
}

/* This program defines it, so that its symbol tables have a function of this length. */
__attribute__((used, noinline, visibility("default"))) int alloca_test(void);
__attribute__((used, noinline, visibility("default"))) int mallox(void);

int
alloca_test(void)
{
	return 1;
}

int
mallox(void)
{
	return 2;
}

static void
symbols_tell_sanitizers_and_allocators(void **state)
{
	(void)state;
	size_t length;
	unsigned char *bytes = read_self(&length);
	rename_all(bytes, length, "mallox", "malloc");
	/* A sanitizer's symbols weigh more. */
	if (SELF == HT_PROGRAM_FREE)
		assert_int_equal(obstacle_of(bytes, length), HT_PROGRAM_OWN_ALLOCATOR);
	rename_all(bytes, length, "alloca_test", "__asan_init");
	assert_int_equal(obstacle_of(bytes, length), HT_PROGRAM_SANITIZED);
	free(bytes);
}

static void
scripts_name_their_interpreter(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *interpreter;
	} cases[] = {
		{ "#!/bin/sh\necho", "/bin/sh" },
		{ "#! \t/usr/bin/env python3\n", "/usr/bin/env" },
		{ "#!/bin/sh", "/bin/sh" },
		{ "#!", "" },
		{ "#!\n", "" },
		{ "#", "" },
		{ "echo", "" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ht_program program;
		ht_program_decode(cases[i].text, strlen(cases[i].text), &program);
		assert_string_equal(program.interpreter, cases[i].interpreter);
	}
}

static void
an_endless_interpreter_is_none(void **state)
{
	(void)state;
	char text[1024];
	struct ht_program program;
	memset(text, 'a', sizeof(text));
	memcpy(text, "#!", 2);
	ht_program_decode(text, sizeof(text), &program);
	assert_string_equal(program.interpreter, "");
}

/* Whatever the bytes are: no read beyond them (the sanitizers watch), and an answer. */
static void
survives_damage(void **state)
{
	(void)state;
	size_t length;
	unsigned random = 1;
	unsigned char *bytes = read_self(&length);
	if (length > 65536)
		length = 65536;
	for (size_t cut = 0; cut < sizeof(Elf64_Ehdr) + 64; cut++)
		(void)obstacle_of(bytes, cut);
	for (int round = 0; round < 2000; round++) {
		random = random * 1103515245u + 12345u;
		size_t place = (random >> 8) % 4096;
		unsigned char before = bytes[place];
		bytes[place] = (unsigned char)(random >> 24);
		(void)obstacle_of(bytes, length);
		if (round % 4 != 0)
			bytes[place] = before;
	}
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ordinary_program_is_free),
		cmocka_unit_test(another_class_or_machine_is_foreign),
		cmocka_unit_test(no_interpreter_is_static),
		cmocka_unit_test(symbols_tell_sanitizers_and_allocators),
		cmocka_unit_test(scripts_name_their_interpreter),
		cmocka_unit_test(an_endless_interpreter_is_none),
		cmocka_unit_test(survives_damage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
