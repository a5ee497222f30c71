/* SPDX-License-Identifier: MIT */
/*
 * The library's beginning and end.  It is linked -z initfirst: this runs before
 * any other constructor, and before the C library has set environ, so the
 * environment comes as the argument that the dynamic linker passes.
 */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "preload/export.h"
#include "preload/fork.h"
#include "preload/process.h"
#include "preload/threads.h"
#include "publish/digits.h"

/* The value of VARIABLE in ENVIRONMENT, or NULL. */
static const char *
get(char *const *environment, const char *variable)
{
	size_t length = strlen(variable);
	for (; *environment != NULL; environment++)
		if (strncmp(*environment, variable, length) == 0 && (*environment)[length] == '=')
			return *environment + length + 1;
	return NULL;
}

/* Copied, because programs write over their environment to change their title. */
static void
copy_path(char out[HT_SEGMENT_PATH_BYTES], const char *path)
{
	struct ht_writer writer = ht_writer_on(out, HT_SEGMENT_PATH_BYTES);
	if (path != NULL && path[0] == '/')
		ht_write_text(&writer, path);
	if (writer.full)
		out[0] = '\0';
}

/* True when VARIABLE holds the pid of this process. */
static bool
names_us(char *const *environment, const char *variable)
{
	uint64_t pid;
	const char *text = get(environment, variable);
	return text != NULL && ht_read_number(&text, &pid) && *text == '\0' &&
	       pid == (uint64_t)getpid();
}

/* Takes ENTRY out of ENVIRONMENT. */
static void
remove_entry(char **entry)
{
	do
		entry[0] = entry[1];
	while (*entry++ != NULL);
}

/* Takes PATH out of the list that LD_PRELOAD is, in place: nobody has read the environment yet. */
static void
stop_following(char **environment, const char *path)
{
	static const char variable[] = "LD_PRELOAD=";
	while (*environment != NULL && strncmp(*environment, variable, strlen(variable)) != 0)
		environment++;
	if (*environment == NULL)
		return;
	size_t length = strlen(path);
	char *list = *environment + strlen(variable);
	for (char *item = list; *item != '\0';) {
		size_t span = strcspn(item, ": ");
		size_t with_separator = span + (item[span] != '\0');
		if (span == length && strncmp(item, path, span) == 0)
			memmove(item, item + with_separator, strlen(item + with_separator) + 1);
		else
			item += with_separator;
	}
	if (list[0] == '\0')
		remove_entry(environment);
}

static void
at_end(void)
{
	ht_process_leave();
}

static __attribute__((constructor)) void
start(int argc, char **argv, char **environment)
{
	(void)argc;
	(void)argv;
	int saved = errno;
	if (getauxval(AT_SECURE) != 0) {
		ht_process_turn_off();
		errno = saved;
		return;
	}
	ht_threads_init();
	ht_fork_init();
	at_quick_exit(at_end);

	copy_path(ht_process.directory, get(environment, "HEAPTOP_DIR"));
	copy_path(ht_process.runtime_directory, get(environment, "XDG_RUNTIME_DIR"));
	bool target = names_us(environment, "HEAPTOP_TARGET");
	const char *follow = get(environment, "HEAPTOP_FOLLOW");
	ht_process.keep = names_us(environment, "HEAPTOP_KEEP");
	if (follow != NULL && strcmp(follow, "0") == 0) {
		Dl_info self;
		ht_process.follow_children = false;
		if (!target)
			ht_process_turn_off();
		else if (dladdr((void *)start, &self) != 0)
			stop_following(environment, self.dli_fname);
	}
	ht_process.ready = true;
	/* Now, lest the first to allocate be a vfork child, whose memory this is not. */
	ht_process_join();
	if (target)
		ht_process_attach();
	errno = saved;
}

static __attribute__((destructor)) void
end(void)
{
	at_end();
}
