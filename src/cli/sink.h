/* SPDX-License-Identifier: MIT */
/* Where data goes: standard output, or the file of -o. */
#ifndef HT_CLI_SINK_H
#define HT_CLI_SINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct ht_sink {
	const char *path; /* borrowed; NULL: standard output */
	bool replaces;    /* each write is a whole file, put in the place of the one before */
	bool
	    locks; /* nobody else's of this kind may write to the file meanwhile; set it before the first write */
	int fd; /* owned; of the file, once it was written to; -1 before */
};

/*
 * Opens nothing yet: a command that fails first leaves the file as it was.  PATH NULL or "-" is standard
 * output.
 */
void ht_sink_init(struct ht_sink *sink, const char *path, bool replaces);

/*
 * Writes LENGTH bytes, all of them, at once; the first write makes or empties the file, or, of a sink
 * that replaces, each does so in one step (rename(2)) where that is a file or nothing.  0, -EPIPE (the reader is gone: end quietly), or another -errno with ERROR
 * filled.
 */
int ht_sink_write(struct ht_sink *sink, const char *bytes, size_t length, struct ht_error *error);

/* 0, or -errno with ERROR filled: what was written can't be kept. */
int ht_sink_close(struct ht_sink *sink, struct ht_error *error);

#endif
