/* SPDX-License-Identifier: MIT */
/* Checks of libraries that come and go, and of the ways out of a program. */
#include "config.h"

#include "allocator_check.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* plugin.c, which libtool leaves beside this program or in its .libs. */
static void *
plugin_open(void)
{
	char path[4200];
	const char *program = ht_check_program();
	int length = (int)(strrchr(program, '/') - program);

	snprintf(path, sizeof(path), "%.*s/.libs/plugin.so", length, program);
	if (access(path, R_OK) != 0)
		snprintf(path, sizeof(path), "%.*s/plugin.so", length, program);
	return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

void
ht_check_dlopened_library(void)
{
	for (int round = 0; round < 20; round++) {
		void *(*allocate)(size_t);
		void *plugin = plugin_open();
		HT_REQUIRE(plugin != NULL);
		*(void **)&allocate = dlsym(plugin, "plugin_allocate");
		HT_REQUIRE(allocate != NULL);
		void *block = allocate(10000);
		HT_REQUIRE(block != NULL);
		HT_REQUIRE(dlsym(plugin, "no_such_symbol") == NULL);
		HT_REQUIRE(dlerror() != NULL);
		HT_REQUIRE(dlclose(plugin) == 0);
		ht_pattern_fill(block, 10000, 1);
		free(block);
	}
	HT_REQUIRE(dlopen("/nonexistent/library.so", RTLD_NOW) == NULL);
}

static void *kept;
static int handler_calls;

static void
free_at_exit(void)
{
	HT_REQUIRE(ht_pattern_holds(kept, 5000, 6));
	free(kept);
	free(malloc(200000));
	if (++handler_calls == 1)
		HT_REQUIRE(atexit(free_at_exit) == 0);
	else
		_exit(33);
	kept = malloc(5000);
	HT_REQUIRE(kept != NULL);
	ht_pattern_fill(kept, 5000, 6);
}

static void
allocate_at_quick_exit(void)
{
	free(malloc(300000));
}

static int
leave(int way)
{
	int pid = fork();

	HT_REQUIRE(pid >= 0);
	if (pid != 0)
		return ht_child_wait(pid);
	kept = malloc(5000);
	HT_REQUIRE(kept != NULL);
	ht_pattern_fill(kept, 5000, 6);
	HT_REQUIRE(at_quick_exit(allocate_at_quick_exit) == 0);
	switch (way) {
	case 0:
		HT_REQUIRE(atexit(free_at_exit) == 0);
		exit(1);
	case 1:
		quick_exit(34);
	case 2:
		_Exit(35);
	case 3:
		_exit(36);
	}
	abort();
}

void
ht_check_exit_handlers(void)
{
	HT_REQUIRE(leave(0) == 33);
	HT_REQUIRE(leave(1) == 34);
	HT_REQUIRE(leave(2) == 35);
	HT_REQUIRE(leave(3) == 36);
	HT_REQUIRE(leave(4) == 128 + 6);
}
