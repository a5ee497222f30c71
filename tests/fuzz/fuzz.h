/* SPDX-License-Identifier: MIT */
/*
 * What every fuzz target has: the entry that libFuzzer calls.  replay.c calls it with
 * files, so that a corpus runs with any compiler.
 */
#ifndef HT_TEST_FUZZ_H
#define HT_TEST_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Decodes the SIZE bytes at DATA; aborts where the decoder breaks a promise.  Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
