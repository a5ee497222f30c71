/* SPDX-License-Identifier: MIT */
/* The names of segment files and of the directories that hold them. */
#ifndef HT_SOURCES_SEGMENT_NAME_H
#define HT_SOURCES_SEGMENT_NAME_H

#include <stdbool.h>
#include <stdint.h>

/* A file's name, "<pid namespace>.<pid>.<start time>", in numbers. */
struct ht_segment_name {
	uint32_t pid_namespace; /* inode */
	int32_t pid;            /* in that namespace */
	uint64_t start_time_ticks;
};

enum { HT_SEGMENT_NAME_BYTES = 64 };

/* False when TEXT is not written exactly as a publisher writes it. */
bool ht_segment_name_parse(const char *text, struct ht_segment_name *name);

/* "heaptop-<uid>": the user's number, or false. */
bool ht_segment_directory_parse(const char *text, uint32_t *uid);

#endif
