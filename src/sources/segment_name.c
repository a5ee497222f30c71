/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "sources/segment_name.h"

#include <string.h>

#include "decode/procfs.h"

/* LENGTH bytes at TEXT as a number without leading zeros, up to MOST. */
static bool
parse_number(const char *text, size_t length, uint64_t most, uint64_t *value)
{
	if (length == 0 || (length > 1 && text[0] == '0'))
		return false;
	return ht_procfs_decode_number(text, length, value) == 0 && *value <= most;
}

bool
ht_segment_name_parse(const char *text, struct ht_segment_name *name)
{
	uint64_t pid_namespace, pid, start;
	const char *first = strchr(text, '.');
	const char *second = first != NULL ? strchr(first + 1, '.') : NULL;
	if (second == NULL || strlen(text) >= HT_SEGMENT_NAME_BYTES)
		return false;
	if (!parse_number(text, (size_t)(first - text), UINT32_MAX, &pid_namespace) ||
	    !parse_number(first + 1, (size_t)(second - first - 1), INT32_MAX, &pid) ||
	    !parse_number(second + 1, strlen(second + 1), UINT64_MAX, &start) || pid == 0)
		return false;
	*name = (struct ht_segment_name){ (uint32_t)pid_namespace, (int32_t)pid, start };
	return true;
}

bool
ht_segment_directory_parse(const char *text, uint32_t *uid)
{
	static const char prefix[] = "heaptop-";
	uint64_t number;
	if (strncmp(text, prefix, sizeof(prefix) - 1) != 0)
		return false;
	text += sizeof(prefix) - 1;
	if (!parse_number(text, strlen(text), UINT32_MAX - 1, &number))
		return false;
	*uid = (uint32_t)number;
	return true;
}
