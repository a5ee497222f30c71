/* SPDX-License-Identifier: MIT */
/* The checks of checks.def, which any allocator passes. */
#ifndef HT_CONFORMANCE_ALLOCATOR_CHECK_H
#define HT_CONFORMANCE_ALLOCATOR_CHECK_H

#include "check.h"

enum { HT_EXEC_TARGET_STATUS = 42 }; /* exit status of `allocator_check --exec-target` */

#define HT_CHECK(name, text) void ht_check_##name(void);
#include "checks.def"
#undef HT_CHECK

#endif
