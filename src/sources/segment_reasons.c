/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "sources/segment_reasons.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAPS_BYTES = 64 * 1024 };

/*
 * Whether PID has the library with the hooks mapped, as a reason, or NULL; looks at no more than its
 * first maps.
 */
static const char *
reason_in_maps(const struct ht_proc_dir *proc, int32_t pid)
{
	char *text = malloc(MAPS_BYTES);
	if (text == NULL)
		return NULL;
	int fd = ht_proc_dir_open_file(proc, pid, "maps");
	size_t length = 0;
	/* The kernel gives a page at a time. */
	for (ssize_t part = 1; fd >= 0 && part > 0 && length < MAPS_BYTES;) {
		part = read(fd, text + length, MAPS_BYTES - length);
		length += part > 0 ? (size_t)part : 0;
	}
	if (fd >= 0)
		close(fd);
	static const char library[] = "/libheaptop-malloc.so";
	bool found = memmem(text, length, library, sizeof(library) - 1) != NULL;
	free(text);
	if (fd == -EACCES || fd == -EPERM)
		return "not permitted: it changed its user, or hides what it has loaded";
	return found ? "preloaded, but has not allocated enough to publish" : NULL;
}

/* Why the processes that the request names have no segment, as far as it can be told. */
static void
tell_who_is_quiet(const struct ht_proc_dir *proc, struct ht_poll *poll)
{
	const struct ht_request *request = poll->request;
	const struct ht_pid_list *named =
	    request->only.count != 0 ? &request->only : &request->detail_for;
	for (size_t i = 0; i < named->count; i++) {
		struct ht_sample *process = ht_poll_find_process(poll, named->pids[i]);
		bool has_sample = false;
		for (size_t k = poll->process_samples; k < poll->sample_count; k++)
			has_sample |= poll->samples[k].key.pid == named->pids[i];
		if (process != NULL && !has_sample && process->quality_reason == NULL)
			process->quality_reason = reason_in_maps(proc, named->pids[i]);
	}
}

/* Nobody but root can tell whether another user's process is instrumented. */
static void
tell_what_is_hidden(struct ht_poll *poll)
{
	uid_t own = geteuid();
	for (size_t i = 0; own != 0 && i < poll->process_samples; i++) {
		struct ht_sample *sample = &poll->samples[i];
		if (sample->uid != own && sample->quality_reason == NULL)
			sample->quality_reason = "not permitted: another user's process";
	}
}

void
ht_segment_reasons_tell(const struct ht_proc_dir *proc, struct ht_poll *poll)
{
	tell_what_is_hidden(poll);
	tell_who_is_quiet(proc, poll);
}
