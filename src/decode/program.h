/* SPDX-License-Identifier: MIT */
/*
 * The bytes of an executable file -> whether a preloaded library can stand in
 * front of its malloc.  Pure: no I/O.  The file may be anything: every offset and count in it is
 * checked, and what cannot be read is no obstacle (the kernel will judge it).
 *
 * Formats: elf(5) and the System V ABI's "Object Files"; execve(2) for scripts.
 */
#ifndef HT_DECODE_PROGRAM_H
#define HT_DECODE_PROGRAM_H

#include <stddef.h>

enum ht_program_obstacle {
	HT_PROGRAM_FREE,          /* none is known */
	HT_PROGRAM_FOREIGN,       /* of another word size or machine than ours */
	HT_PROGRAM_OTHER_LIBC,    /* its dynamic linker is musl's */
	HT_PROGRAM_GO,            /* allocates from Go's own heap */
	HT_PROGRAM_STATIC,        /* no dynamic linker: nothing is ever preloaded */
	HT_PROGRAM_SANITIZED,     /* built with a sanitizer, which brings an allocator of its own */
	HT_PROGRAM_OWN_ALLOCATOR, /* defines malloc itself */
};

struct ht_program {
	enum ht_program_obstacle obstacle;
	char interpreter[256]; /* of a script, from its first line; "": it is none */
};

/* Looks at the LENGTH bytes at BYTES, the whole file or as much of it as there is. */
void ht_program_decode(const void *bytes, size_t length, struct ht_program *out);

#endif
