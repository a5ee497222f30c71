/* SPDX-License-Identifier: MIT */
/* A library that allocates when it is loaded, called and unloaded. */
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

static char *kept;
static __thread char *kept_by_thread;

EXPORT void *plugin_allocate(size_t size);

static __attribute__((constructor)) void
allocate_when_loaded(void)
{
	kept = strdup("kept while the library is loaded");
}

static __attribute__((destructor)) void
free_when_unloaded(void)
{
	free(kept);
	free(kept_by_thread);
}

EXPORT void *
plugin_allocate(size_t size)
{
	free(kept_by_thread);
	kept_by_thread = strdup("in the library's thread-local storage");
	kept = realloc(kept, 2000);
	return malloc(size);
}
