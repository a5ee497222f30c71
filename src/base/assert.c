/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

void
ht_assert_failed(const char *condition, const char *file, int line)
{
	fprintf(
	    stderr, "heaptop: a mistake in heaptop itself: %s (%s:%d)\n", condition, file, line);
	abort();
}
