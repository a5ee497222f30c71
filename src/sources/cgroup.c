/* SPDX-License-Identifier: MIT */
/*
 * A limit anywhere up the hierarchy binds, so the least one counts.  Version
 * 1 has no word for "none": it shows a number beyond any memory.
 */
#include "config.h"

#include "sources/cgroup.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decode/procfs.h"

/* Limits are read again when they are this old. */
#define MOST_AGE_NS UINT64_C(10000000000)

/* What version 1 shows for "none" is just below 2^63; no machine has 2^60 bytes. */
#define LEAST_UNLIMITED (UINT64_C(1) << 60)

enum { KEPT = 32, MOST_LEVELS = 64 };

/* One of the two hierarchies that can limit memory. */
struct hierarchy {
	char *mount_point; /* owned; NULL: not mounted */
	char *root;        /* owned; the cgroup that is seen at the mount point */
	const char *file;  /* of the limit */
};

struct kept_limit {
	char *path; /* owned; NULL: unused; of the directory */
	uint64_t read_ns;
	uint64_t limit_bytes; /* UINT64_MAX: none */
};

struct ht_cgroups {
	struct hierarchy unified; /* version 2 */
	struct hierarchy memory;  /* version 1 */
	struct kept_limit kept[KEPT];
	unsigned next_kept; /* the one to go next */
};

static bool
has_option(const char *options, const char *word)
{
	size_t length = strlen(word);
	for (const char *at = options; at != NULL; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == '\0'))
			return true;
	}
	return false;
}

static void
set_hierarchy(struct hierarchy *hierarchy, const char *root, const char *mount_point)
{
	if (hierarchy->mount_point != NULL)
		return; /* the first mount serves */
	hierarchy->root = strdup(strcmp(root, "/") == 0 ? "" : root);
	hierarchy->mount_point = strdup(mount_point);
	if (hierarchy->root == NULL || hierarchy->mount_point == NULL) {
		free(hierarchy->root);
		free(hierarchy->mount_point);
		hierarchy->root = hierarchy->mount_point = NULL;
	}
}

/* A line of mountinfo: "36 35 98:0 /root /mount/point options - type source super-options". */
static void
use_mount(struct ht_cgroups *cgroups, char *line)
{
	char *fields[6];
	char *rest = line;
	for (size_t i = 0; i < 6; i++) {
		fields[i] = strsep(&rest, " ");
		if (rest == NULL)
			return;
	}
	char *behind = strncmp(rest, "- ", 2) == 0 ? rest + 2 : strstr(rest, " - ");
	if (behind == NULL)
		return;
	behind += *behind == ' ' ? 3 : 0;
	const char *type = strsep(&behind, " ");
	strsep(&behind, " ");
	const char *options = behind != NULL ? behind : "";
	if (strcmp(type, "cgroup2") == 0)
		set_hierarchy(&cgroups->unified, fields[3], fields[4]);
	else if (strcmp(type, "cgroup") == 0 && has_option(options, "memory"))
		set_hierarchy(&cgroups->memory, fields[3], fields[4]);
}

struct ht_cgroups *
ht_cgroups_new(void)
{
	struct ht_cgroups *cgroups = calloc(1, sizeof(*cgroups));
	if (cgroups == NULL)
		return NULL;
	cgroups->unified.file = "memory.max";
	cgroups->memory.file = "memory.limit_in_bytes";
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	if (mounts == NULL)
		return cgroups;
	char *line = NULL;
	size_t capacity = 0;
	for (ssize_t length; (length = getline(&line, &capacity, mounts)) > 0;) {
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		use_mount(cgroups, line);
	}
	free(line);
	fclose(mounts);
	return cgroups;
}

void
ht_cgroups_free(struct ht_cgroups *cgroups)
{
	if (cgroups == NULL)
		return;
	free(cgroups->unified.mount_point);
	free(cgroups->unified.root);
	free(cgroups->memory.mount_point);
	free(cgroups->memory.root);
	for (size_t i = 0; i < KEPT; i++)
		free(cgroups->kept[i].path);
	free(cgroups);
}

/* The limit written in DIRECTORY/FILE; UINT64_MAX: none ("max", too large, or no such file). */
static uint64_t
read_limit(const char *directory, const char *file)
{
	char path[PATH_MAX];
	char text[32];
	uint64_t limit;
	if (snprintf(path, sizeof(path), "%s/%s", directory, file) >= (int)sizeof(path))
		return UINT64_MAX;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return UINT64_MAX;
	ssize_t length = read(fd, text, sizeof(text));
	close(fd);
	if (length > 0 && text[length - 1] == '\n')
		length--;
	if (length <= 0 || ht_procfs_decode_number(text, (size_t)length, &limit) != 0)
		return UINT64_MAX;
	return limit < LEAST_UNLIMITED ? limit : UINT64_MAX;
}

/* The least limit from DIRECTORY up to the mount point; DIRECTORY is cut on the way. */
static uint64_t
read_least(const struct hierarchy *hierarchy, char *directory)
{
	size_t top = strlen(hierarchy->mount_point);
	uint64_t least = UINT64_MAX;
	for (unsigned level = 0; level < MOST_LEVELS; level++) {
		uint64_t limit = read_limit(directory, hierarchy->file);
		if (limit < least)
			least = limit;
		char *slash = strrchr(directory, '/');
		if (slash == NULL || (size_t)(slash - directory) < top)
			break;
		*slash = '\0';
	}
	return least;
}

static struct kept_limit *
find_kept(struct ht_cgroups *cgroups, const char *directory)
{
	for (size_t i = 0; i < KEPT; i++)
		if (cgroups->kept[i].path != NULL && strcmp(cgroups->kept[i].path, directory) == 0)
			return &cgroups->kept[i];
	return NULL;
}

/* The least limit for the cgroup PATH of HIERARCHY, kept or read; UINT64_MAX: none. */
static uint64_t
limit_of(struct ht_cgroups *cgroups, const struct hierarchy *hierarchy, const char *path,
    uint64_t now_ns)
{
	char directory[PATH_MAX];
	size_t root = strlen(hierarchy->root);
	if (strncmp(path, hierarchy->root, root) == 0)
		path += root;
	/* "/../x": outside of our own cgroup namespace; nothing of it can be seen. */
	if (strncmp(path, "/..", 3) == 0 ||
	    snprintf(directory, sizeof(directory), "%s%s", hierarchy->mount_point,
		strcmp(path, "/") == 0 ? "" : path) >= (int)sizeof(directory))
		return UINT64_MAX;

	struct kept_limit *kept = find_kept(cgroups, directory);
	if (kept != NULL && now_ns - kept->read_ns < MOST_AGE_NS)
		return kept->limit_bytes;
	if (kept == NULL) {
		kept = &cgroups->kept[cgroups->next_kept++ % KEPT];
		free(kept->path);
		kept->path = strdup(directory);
	}
	kept->read_ns = now_ns;
	kept->limit_bytes = read_least(hierarchy, directory);
	return kept->limit_bytes;
}

/* A line of /proc/PID/cgroup: "4:memory:/path", or "0::/path" for version 2. */
static uint64_t
limit_of_line(struct ht_cgroups *cgroups, char *line, uint64_t now_ns)
{
	const char *number = strsep(&line, ":");
	const char *controllers = strsep(&line, ":");
	if (controllers == NULL || line == NULL)
		return UINT64_MAX;
	const struct hierarchy *hierarchy = NULL;
	if (strcmp(number, "0") == 0 && *controllers == '\0')
		hierarchy = &cgroups->unified;
	else if (has_option(controllers, "memory"))
		hierarchy = &cgroups->memory;
	if (hierarchy == NULL || hierarchy->mount_point == NULL)
		return UINT64_MAX;
	return limit_of(cgroups, hierarchy, line, now_ns);
}

bool
ht_cgroups_limit(struct ht_cgroups *cgroups, int32_t pid, uint64_t now_ns, uint64_t *limit_bytes)
{
	char text[8192];
	snprintf(text, sizeof(text), "/proc/%d/cgroup", (int)pid);
	int fd = open(text, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t length = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (length <= 0)
		return false;
	text[length] = '\0';
	uint64_t least = UINT64_MAX;
	char *rest = text;
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		uint64_t limit = limit_of_line(cgroups, line, now_ns);
		if (limit < least)
			least = limit;
	}
	*limit_bytes = least;
	return least != UINT64_MAX;
}
