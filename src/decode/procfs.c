/* SPDX-License-Identifier: MIT */
/* Numbers are read by a cursor that knows its end: no text here needs a NUL behind it. */
#include "config.h"

#include "decode/procfs.h"

#include <errno.h>
#include <string.h>

/* PF_KTHREAD of the flags in /proc/PID/stat. */
#define KERNEL_THREAD_FLAG UINT64_C(0x00200000)

struct cursor {
	const char *at;
	const char *end;
	bool failed; /* a number was missing */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
skip_blanks(struct cursor *cursor)
{
	while (cursor->at < cursor->end && (*cursor->at == ' ' || *cursor->at == '\t'))
		cursor->at++;
}

/* The next number; a minus sign makes it 0, since no figure used here can be negative. */
static uint64_t
next_number(struct cursor *cursor)
{
	uint64_t value = 0;
	skip_blanks(cursor);
	bool negative = cursor->at < cursor->end && *cursor->at == '-';
	if (negative)
		cursor->at++;
	if (cursor->at >= cursor->end || !is_digit(*cursor->at)) {
		cursor->failed = true;
		return 0;
	}
	for (; cursor->at < cursor->end && is_digit(*cursor->at); cursor->at++)
		value = value * 10 + (uint64_t)(*cursor->at - '0');
	return negative ? 0 : value;
}

static void
skip_numbers(struct cursor *cursor, unsigned count)
{
	while (count-- > 0)
		next_number(cursor);
}

int
ht_procfs_decode_number(const char *text, size_t length, uint64_t *value)
{
	uint64_t sum = 0;
	if (length == 0)
		return -EINVAL;
	for (size_t i = 0; i < length; i++) {
		if (!is_digit(text[i]) || __builtin_mul_overflow(sum, UINT64_C(10), &sum) ||
		    __builtin_add_overflow(sum, (uint64_t)(text[i] - '0'), &sum))
			return -EINVAL;
	}
	*value = sum;
	return 0;
}

/*
 * A name may hold blanks, brackets and newlines ("a) S 1\n(b"): it ends at the
 * last closing bracket, as nothing behind it has one.
 */
int
ht_procfs_decode_stat(const char *text, size_t length, struct ht_procfs_stat *stat)
{
	const char *open = memchr(text, '(', length);
	const char *close = memrchr(text, ')', length);
	if (open == NULL || close == NULL || close < open || text + length - close < 4)
		return -EINVAL;

	size_t name_length = (size_t)(close - open - 1);
	if (name_length >= sizeof(stat->name))
		name_length = sizeof(stat->name) - 1;
	memcpy(stat->name, open + 1, name_length);
	stat->name[name_length] = '\0';
	stat->state = close[2];

	struct cursor cursor = { close + 3, text + length, false };
	stat->parent_pid = (int32_t)next_number(&cursor);
	skip_numbers(&cursor, 4); /* pgrp session tty_nr tpgid */
	stat->kernel_thread = (next_number(&cursor) & KERNEL_THREAD_FLAG) != 0;
	skip_numbers(&cursor, 4); /* minflt cminflt majflt cmajflt */
	stat->cpu_ticks = next_number(&cursor);
	stat->cpu_ticks += next_number(&cursor);
	skip_numbers(&cursor, 4); /* cutime cstime priority nice */
	stat->thread_count = (uint32_t)next_number(&cursor);
	skip_numbers(&cursor, 1); /* itrealvalue */
	stat->start_time_ticks = next_number(&cursor);
	return cursor.failed ? -EINVAL : 0;
}

int
ht_procfs_decode_statm(const char *text, size_t length, struct ht_procfs_statm *statm)
{
	struct cursor cursor = { text, text + length, false };
	statm->size = next_number(&cursor);
	statm->resident = next_number(&cursor);
	statm->shared = next_number(&cursor);
	statm->text = next_number(&cursor);
	skip_numbers(&cursor, 1); /* lib, always 0 */
	statm->data = next_number(&cursor);
	return cursor.failed ? -EINVAL : 0;
}

int
ht_procfs_decode_schedstat(const char *text, size_t length, struct ht_procfs_schedstat *schedstat)
{
	struct cursor cursor = { text, text + length, false };
	schedstat->run_ns = next_number(&cursor);
	schedstat->wait_ns = next_number(&cursor);
	schedstat->count = next_number(&cursor);
	return cursor.failed ? -EINVAL : 0;
}

/* The rest of the line that begins with KEY, as a cursor; false: there is none. */
static bool
find_line(const char *text, size_t length, const char *key, struct cursor *line)
{
	size_t key_length = strlen(key);
	const char *end = text + length;
	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		if (stop == NULL)
			stop = end;
		if ((size_t)(stop - text) > key_length && memcmp(text, key, key_length) == 0) {
			*line = (struct cursor){ text + key_length, stop, false };
			return true;
		}
		text = stop < end ? stop + 1 : end;
	}
	return false;
}

void
ht_procfs_decode_status(const char *text, size_t length, struct ht_procfs_status *status)
{
	struct cursor line;
	*status =
	    (struct ht_procfs_status){ -1, { UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX }, -1 };
	/* The kernel escapes newlines in "Name:", so no name can pass for another line. */
	if (find_line(text, length, "Tgid:", &line)) {
		uint64_t group = next_number(&line);
		if (!line.failed)
			status->thread_group = (int32_t)group;
	}
	if (find_line(text, length, "Uid:", &line)) {
		for (size_t i = 0; i < 4; i++) {
			uint64_t uid = next_number(&line);
			if (!line.failed)
				status->uids[i] = (uint32_t)uid;
		}
	}
	if (find_line(text, length, "NSpid:", &line)) {
		while (!line.failed) {
			uint64_t pid = next_number(&line);
			if (!line.failed)
				status->innermost_pid = (int32_t)pid;
		}
	}
}

int
ht_procfs_decode_kib(const char *text, size_t length, const char *key, uint64_t *bytes)
{
	struct cursor line;
	if (!find_line(text, length, key, &line))
		return -ENOENT;
	const uint64_t kib = next_number(&line);
	if (line.failed || line.end - line.at != 3 || memcmp(line.at, " kB", 3) != 0 ||
	    __builtin_mul_overflow(kib, UINT64_C(1024), bytes))
		return -EINVAL;
	return 0;
}

/* A newline between the lines of a script would be no more than a blank either. */
size_t
ht_procfs_decode_command(char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] == '\0' || text[i] == '\n')
			text[i] = ' ';
	while (length > 0 && text[length - 1] == ' ')
		length--;
	return length;
}

int
ht_procfs_decode_pressure(const char *text, size_t length, double *some_avg10)
{
	struct cursor line;
	if (!find_line(text, length, "some avg10=", &line))
		return -EINVAL;
	uint64_t whole = next_number(&line);
	uint64_t hundredths = 0;
	if (line.at < line.end && *line.at == '.') {
		line.at++;
		hundredths = next_number(&line);
	}
	if (line.failed)
		return -EINVAL;
	*some_avg10 = (double)whole + (double)hundredths / 100.0;
	return 0;
}

/* "0.20 0.18 0.12 1/80 11206": the last field. */
int
ht_procfs_decode_last_pid(const char *text, size_t length, uint64_t *pid)
{
	const char *blank = memrchr(text, ' ', length);
	if (length == 0 || blank == NULL || text[length - 1] != '\n')
		return -EINVAL;
	return ht_procfs_decode_number(blank + 1, (size_t)(text + length - 1 - (blank + 1)), pid);
}
