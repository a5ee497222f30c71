/* SPDX-License-Identifier: MIT */
/* Gives the files named as arguments to a fuzz target, one after the other. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum { MOST_BYTES = 4 << 20 };

int
main(int argc, char **argv)
{
	uint8_t *bytes = malloc(MOST_BYTES);
	if (bytes == NULL)
		return 99;
	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		if (file == NULL) {
			fprintf(stderr, "%s: %s\n", argv[i], strerror(errno));
			return 99;
		}
		size_t size = fread(bytes, 1, MOST_BYTES, file);
		fclose(file);
		/* A piece of its own, so that a sanitizer knows where it ends. */
		uint8_t *input = malloc(size != 0 ? size : 1);
		if (input == NULL)
			return 99;
		memcpy(input, bytes, size);
		LLVMFuzzerTestOneInput(input, size);
		free(input);
	}
	free(bytes);
	printf("%d inputs\n", argc - 1);
	return 0;
}
